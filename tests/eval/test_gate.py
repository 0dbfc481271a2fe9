from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from assistant import Answer
from eval import gate
from eval.cases import Case
from eval.cli import main
from eval.suites import MAIN, LoadedSuite
from index.errors import SetupError
from tests.eval.conftest import Faulty, Recorded, Report, refuse

Run = Callable[..., Report]


def test_a_mean_below_its_floor_is_red_and_named(run: Run, recorded: Recorded, cases_file: Path) -> None:
    floors = cases_file.with_name("floors.toml")
    floors.write_text("[cases]\nright_first = 1.0\nfalse_refusals = 0.0\nverbatim = 1.0\n", "utf-8")
    report = run(answers=recorded)
    assert report.status == 1
    assert "cases: right_first" in report.json["below"]
    assert "cases: verbatim" not in report.json["below"]
    assert "BELOW cases: Right theme first (Success@1) is" in report.markdown
    assert _junit(report).findall("testsuite[@name='floors']/testcase/failure")


def test_false_refusals_have_a_ceiling(run: Run, recorded: Recorded, cases_file: Path) -> None:
    cases_file.with_name("floors.toml").write_text("[cases]\nfalse_refusals = 1.0\n", "utf-8")
    assert run(answers=recorded).status == 0


@pytest.mark.parametrize(
    "floors",
    [
        "[case]\nright_first = 0.9",
        "[cases]\nright_fist = 0.9",
        "[cases]\nright_first = 95",
        "right_first = 1",
        "[",
    ],
)
def test_floors_that_cannot_be_meant_are_a_set_up_error(
    cases_file: Path, floors: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cases_file.with_name("floors.toml").write_text(floors, "utf-8")
    assert main(["--cases", str(cases_file), "--documents", str(MAIN.documents)]) == 2
    assert "floors.toml" in capsys.readouterr().err


def test_a_floor_that_no_case_measures_is_named(run: Run, recorded: Recorded, cases_file: Path) -> None:
    lines = [line for line in cases_file.read_text("utf-8").splitlines() if '"injection"' not in line]
    cases_file.write_text("\n".join(lines), "utf-8")
    cases_file.with_name("floors.toml").write_text("[cases]\nverbatim = 1.0\ninjections = 1.0\n", "utf-8")
    report = run("--update-baseline", answers=recorded)
    assert report.status == 2
    assert "no case measures [cases] injections" in report.markdown


def test_a_baseline_that_cannot_be_read_is_made_anew_and_one_that_cannot_be_written_is_told(
    run: Run, recorded: Recorded, cases_file: Path
) -> None:
    baseline = cases_file.with_name("baseline.json")
    baseline.write_text("x", "utf-8")
    with pytest.raises(SetupError, match="--update-baseline"):
        gate.load_baseline(baseline)
    assert run("--update-baseline", answers=recorded).status == 0
    assert gate.load_baseline(baseline)
    baseline.unlink()
    baseline.mkdir()
    with pytest.raises(SetupError, match="cannot be written"):
        gate.write_baseline(baseline, [], None, [])


def test_a_case_that_vanished_is_red_and_named(run: Run, recorded: Recorded, cases_file: Path) -> None:
    first, *rest = cases_file.read_text("utf-8").splitlines()
    cases_file.write_text("\n".join(rest), "utf-8")
    report = run(answers=recorded)
    assert report.status == 1
    assert f"MISSING {json.loads(first)['id']}" in report.markdown
    assert run("--update-baseline", answers=recorded).status == 0
    assert run(answers=recorded).status == 0


def test_a_new_case_is_not_red_even_when_it_is_wrong(run: Run, recorded: Recorded, cases_file: Path) -> None:
    lines = [json.loads(line) for line in cases_file.read_text("utf-8").splitlines()]
    wrong = {**next(line for line in lines if line["kind"] == "single"), "id": "new-1", "must": ["xyzzy"]}
    cases_file.write_text("\n".join(map(json.dumps, [*lines, wrong])), "utf-8")
    report = run(answers=recorded)
    assert report.status == 0
    assert "new 1 cases" in report.markdown


def test_one_kind_alone_is_held_to_the_baseline_of_that_kind(run: Run, recorded: Recorded) -> None:
    report = run("--kind", "single", answers=recorded)
    assert report.status == 0
    assert {result["kind"] for result in report.json["results"]} == {"single"}


def test_a_baseline_that_cannot_be_read_is_a_set_up_error(
    cases_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases_file.with_name("baseline.json").write_text("{", "utf-8")
    assert main(["--cases", str(cases_file), "--documents", str(MAIN.documents)]) == 2
    assert "--update-baseline" in capsys.readouterr().err


def test_documents_without_cases_are_a_set_up_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--documents", "somewhere"]) == 2
    assert "go together" in capsys.readouterr().err


@pytest.mark.parametrize(("share", "status"), [(0.0, 1), (0.05, 0)])
def test_one_case_in_many_may_turn_for_its_score_and_is_named_all_the_same(
    run: Run,
    recorded: Recorded,
    suite: LoadedSuite,
    monkeypatch: pytest.MonkeyPatch,
    share: float,
    status: int,
) -> None:
    monkeypatch.setattr(gate, "EDGE", share)
    report = run(answers=Faulty(recorded, refuse, _answered(suite, recorded, 1)))
    assert report.status == status
    assert len(report.worse()) == 1
    assert next(iter(report.worse())) in report.markdown
    assert len(_junit(report).findall(".//failure")) == status


def test_more_cases_than_may_turn_are_red_every_one(
    run: Run, recorded: Recorded, suite: LoadedSuite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "EDGE", 0.05)
    report = run(answers=Faulty(recorded, refuse, _answered(suite, recorded, 4)))
    assert report.status == 1
    assert len(_junit(report).findall(".//failure")) == 4


def test_a_quote_that_is_not_the_document_s_is_never_excused(
    run: Run, recorded: Recorded, suite: LoadedSuite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "EDGE", 0.05)

    def misquote(answer: Answer) -> Answer:
        words = [replace(s, text=f"{s.text} en meer") if s.voice == "quote" else s for s in answer.sentences]
        return replace(answer, sentences=tuple(words))

    report = run(answers=Faulty(recorded, misquote, _answered(suite, recorded, 1)))
    assert report.status == 1
    assert "verbatim" in str(report.worse())


def test_cases_known_to_be_wrong_are_skipped_in_junit(
    run: Run, recorded: Recorded, suite: LoadedSuite
) -> None:
    report = run(answers=recorded)
    tree = _junit(report)
    assert not tree.findall(".//failure")
    wrong = [result for result in report.json["results"] if result["failures"]]
    assert len(tree.findall(".//skipped")) == len(wrong)
    assert len(tree.findall("testsuite[@name='cases']/testcase")) == len(suite.cases)


def test_the_page_holds_both_plots_and_needs_nothing_from_elsewhere(baseline: Path) -> None:
    page = (baseline.parent / "reports" / "eval.html").read_text("utf-8")
    assert page.count("<svg") == 2
    assert "src=" not in page
    assert "<link" not in page


def _answered(suite: LoadedSuite, recorded: Recorded, count: int) -> list[Case]:
    """The first cases that were answered without a reserve."""
    answers = ((case, recorded.ask(case.question, case.turns)) for case in suite.cases)
    return [case for case, answer in answers if answer.outcome == "answered"][:count]


def _junit(report: Report) -> ElementTree.ElementTree[ElementTree.Element]:
    return ElementTree.parse(report.folder / "eval.xml")  # noqa: S314 - written a moment ago
