"""Ask every case and keep what came of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from tqdm import tqdm

from assistant import Answer, Assistant, Settings
from eval.cases import Case
from eval.checks import Verdict, check, ranking
from eval.suites import LoadedSuite, Source
from index.errors import SetupError

DIGITS = 6
"""Decimals that scores are kept with."""


class Answers(Protocol):
    """What is scored: the assistant, or anything else that answers as it does."""

    def ask(self, question: str, history: Sequence[dict[str, str]]) -> Answer:
        """Answer ``question`` in the light of the turns before it."""


@dataclass(frozen=True)
class Result:
    """One case, the answer to it and what the checks found.

    Attributes:
        group: The group that the case belongs to.
        case: The case.
        answer: The answer.
        verdict: What the checks found.
    """

    group: str
    case: Case
    answer: Answer
    verdict: Verdict

    @property
    def is_right(self) -> bool:
        """Whether every check holds."""
        return not self.verdict.failures

    @property
    def ranking(self) -> tuple[int, ...]:
        """Numbers of the themes, best first."""
        return ranking(self.answer)

    @property
    def cited(self) -> tuple[int, ...]:
        """Numbers of the themes that are cited, in the order of their markers."""
        return tuple(citation.theme.number for citation in self.answer.citations)

    @property
    def expected(self) -> str:
        """What a right answer does, in a few words."""
        if self.case.kind == "greeting":
            return "a greeting"
        if not self.case.answerable:
            return "a refusal"
        themes = "cites theme " + ", ".join(map(str, self.case.themes))
        return themes + (f" (may: {', '.join(map(str, self.case.may))})" if self.case.may else "")

    @property
    def got(self) -> str:
        """What the answer did, in a few words."""
        cited = f", cites theme {', '.join(map(str, self.cited))}" if self.cited else ""
        return f"{self.answer.outcome}{cited}"

    def to_json(self) -> dict[str, Any]:
        """Everything but times; the same on every run."""
        verdict = self.verdict
        return {
            "group": self.group,
            **self.case.to_json(),
            "answer": {
                "language": self.answer.language,
                "mode": self.answer.mode,
                "outcome": self.answer.outcome,
                "grounding": round(self.answer.grounding, DIGITS),
                "ranking": [
                    {"theme": hit.theme.number, "score": round(hit.score, DIGITS)}
                    for hit in self.answer.hits[:5]
                ],
                "citations": [
                    {"theme": citation.theme.number, "start": citation.start, "end": citation.end}
                    for citation in self.answer.citations
                ],
                "text": self.answer.text,
                "notice": self.answer.notice,
            },
            "recall": verdict.recall,
            "precision": verdict.precision,
            "verbatim": verdict.verbatim,
            "themes_cited": verdict.themes_cited,
            "failures": dict(verdict.failures),
        }


def score_suites(suites: Sequence[LoadedSuite], settings: Settings, workers: int) -> list[Result]:
    """Ask every case of ``suites``, each of an assistant that knows its document alone.

    Args:
        suites: The cases and documents.
        settings: What the assistants run with; their seeds folder is replaced.
        workers: Questions that are asked at the same time.

    Returns:
        The results in the order of group and id, whatever order the cases stood in.

    Raises:
        SetupError: An index or a model cannot be used.
    """
    with ExitStack() as stack:
        jobs = []
        for suite in suites:
            assistants = {
                name: stack.enter_context(assistant_for(source, settings))
                for name, source in suite.sources.items()
                if any(case.document == name for case in suite.cases)
            }
            jobs += [
                (suite.group, case, assistants[case.document], suite.sources[case.document])
                for case in suite.cases
            ]
        # Always in the same order: then what an assistant keeps from earlier questions is the same too.
        jobs.sort(key=lambda job: (job[0], job[1].id))
        executor = stack.enter_context(ThreadPoolExecutor(workers))
        asked = executor.map(lambda job: score_case(*job), jobs)
        return list(tqdm(asked, total=len(jobs), unit="case", desc="Asking", disable=None, leave=False))


def score_case(group: str, case: Case, assistant: Answers, source: Source) -> Result:
    """Ask one case and check the answer."""
    answer = assistant.ask(case.question, case.turns)
    return Result(group, case, answer, check(case, answer, source))


@contextmanager
def assistant_for(source: Source, settings: Settings) -> Iterator[Assistant]:
    """An assistant that knows the document of ``source`` alone."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(source.path, Path(folder) / source.path.name)
        assistant = Assistant.open(replace(settings, seeds=Path(folder)), notice=_no_other_program)
        try:
            yield assistant
        finally:
            assistant.close()


def _no_other_program(notice: str) -> None:
    """Scoring goes on with nothing missing that was asked for, or not at all."""
    raise SetupError(
        f"{notice} The eval scores the whole program: set TECHNIEKPACT_READER=off to score it so."
    )
