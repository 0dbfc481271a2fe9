"""A small set of cases on the real document, asked of the real assistant once a session."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import eval.results
from assistant import Answer, Sentence, Settings
from assistant.wording import say
from eval.cases import Case
from eval.cli import main
from eval.reports import plots
from eval.results import assistant_for, score_suites
from eval.suites import MAIN, LoadedSuite, Source, load_suite

PER_KIND = 3


@dataclass(frozen=True)
class Recorded:
    """Answers as the real assistant gave them, by question and history."""

    answers: dict[tuple[str, str], Answer]

    def ask(self, question: str, history: Sequence[dict[str, str]]) -> Answer:
        return self.answers[question, json.dumps(list(history))]


@dataclass(frozen=True)
class Faulty:
    """The recorded answers, with a fault in those to the chosen cases; in all where none is chosen."""

    recorded: Recorded
    fault: Callable[[Answer], Answer]
    only: Sequence[Case] = ()

    def ask(self, question: str, history: Sequence[dict[str, str]]) -> Answer:
        answer = self.recorded.ask(question, history)
        chosen = [(case.question, case.turns) for case in self.only]
        return self.fault(answer) if not chosen or (question, list(history)) in chosen else answer


def refuse(answer: Answer) -> Answer:
    """The answer as a refusal."""
    words = (Sentence(say(answer.language, "refused"), "own"),)
    return replace(answer, outcome="refused", sentences=words, citations=())


@dataclass(frozen=True)
class Report:
    """What one run of the command left behind."""

    status: int
    text: str
    markdown: str
    folder: Path

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found

    def worse(self) -> dict[str, list[str]]:
        worse: dict[str, list[str]] = self.json["changes"]["worse"]
        return worse


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(index=tmp_path_factory.mktemp("index"), feedback=None)


@pytest.fixture(scope="session")
def suite() -> LoadedSuite:
    """The first cases of every kind, and the first that needs many citations."""
    whole = load_suite(MAIN)
    kinds = dict.fromkeys(case.kind for case in whole.cases)
    chosen = [case for kind in kinds for case in [c for c in whole.cases if c.kind == kind][:PER_KIND]]
    chosen += [case for case in whole.cases if len(case.themes) > 2 and case not in chosen][:1]
    return LoadedSuite("cases", chosen, whole.sources)


@pytest.fixture(scope="session")
def recorded(suite: LoadedSuite, settings: Settings) -> Recorded:
    results = score_suites([suite], settings, workers=2)
    return Recorded({(r.case.question, json.dumps(r.case.turns)): r.answer for r in results})


@pytest.fixture(scope="session")
def baseline(suite: LoadedSuite, recorded: Recorded, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as it was, taken as the baseline, and green against it."""
    folder = tmp_path_factory.mktemp("baseline")
    write_cases(folder / "cases.jsonl", suite.cases)
    with pytest.MonkeyPatch.context() as monkeypatch:
        run_command(folder, monkeypatch, ["--update-baseline"], recorded)
        fine = run_command(folder, monkeypatch, [], recorded)
    assert fine.status == 0, fine.markdown
    return folder / "baseline.json"


@pytest.fixture
def cases_file(suite: LoadedSuite, tmp_path: Path) -> Path:
    path = tmp_path / "cases.jsonl"
    write_cases(path, suite.cases)
    return path


@pytest.fixture
def run(
    cases_file: Path, baseline: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Report]:
    """The command on the small set against the baseline, on other answers where they are given."""
    shutil.copy(baseline, cases_file.parent)
    monkeypatch.setenv("TECHNIEKPACT_INDEX", str(settings.index))
    monkeypatch.delenv("TECHNIEKPACT_MODEL", raising=False)

    for plot in ("roc", "confusion"):  # a second a run; one test draws them
        monkeypatch.setattr(plots, plot, lambda results: "")

    def run(*options: str, answers: eval.results.Answers | None = None) -> Report:
        return run_command(cases_file.parent, monkeypatch, options, answers)

    return run


def run_command(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: Sequence[str],
    answers: eval.results.Answers | None,
) -> Report:
    @contextmanager
    def opened(source: Source, settings: Settings) -> Iterator[eval.results.Answers]:
        yield answers  # type: ignore[misc]

    monkeypatch.setattr(eval.results, "assistant_for", assistant_for if answers is None else opened)
    reports = folder / "reports"
    chosen = ["--cases", str(folder / "cases.jsonl"), "--documents", str(MAIN.documents)]
    status = main([*chosen, "--output", str(reports), *options])
    return Report(
        status, (reports / "eval.json").read_text("utf-8"), (reports / "eval.md").read_text("utf-8"), reports
    )


def write_cases(path: Path, cases: Sequence[Case]) -> None:
    lines = [json.dumps(case.to_json(), ensure_ascii=False) for case in cases]
    path.write_text("\n".join(lines) + "\n", "utf-8")
