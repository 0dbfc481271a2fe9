"""Everything that one run found; what the reports are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.gate import Below, Changes, Floors, reaches
from eval.judge import Judgement
from eval.metrics import Figure
from eval.results import Result
from eval.rivals import Compared


@dataclass(frozen=True)
class Times:
    """What differs between two runs. Reported, never gating.

    Attributes:
        measured: When, as ISO 8601 in UTC.
        seconds: The whole run.
        p50_ms, p95_ms: Of an answer, while ``workers`` questions were asked at the same time.
        workers: How many that were.
        peak_memory_mb: Of this process; None where the system does not tell.
    """

    measured: str
    seconds: float
    p50_ms: float
    p95_ms: float
    workers: int
    peak_memory_mb: float | None


@dataclass(frozen=True)
class Run:
    """What one run found.

    Attributes:
        title: The set or case file, the kinds and the model.
        results: By group and id.
        figures: By group.
        floors: By group and metric; empty where they do not apply.
        below: Figures on the wrong side of their floor.
        changes: Against the baseline; None where there is none to compare with.
        rivals: Simpler ways of ranking, by group; empty unless asked for.
        judgement: What a model made of the answers; None unless asked for.
        notes: Anything else a reader has to know.
        times: What differs between two runs.
    """

    title: str
    results: Sequence[Result]
    figures: Mapping[str, Sequence[Figure]]
    floors: Floors
    below: Sequence[Below]
    changes: Changes | None
    rivals: Mapping[str, Sequence[Compared]]
    judgement: Judgement | None
    notes: Sequence[str]
    times: Times

    @property
    def is_red(self) -> bool:
        """Whether it is to stop a change."""
        return bool(self.below) or (self.changes is not None and self.changes.is_red)

    @property
    def verdict(self) -> str:
        """The run in one line."""
        if not self.is_red:
            wrong = sum(not result.is_right for result in self.results)
            newly = ""
            if self.changes is not None:
                newly = f", {len(self.changes.excused) or 'none'} of them newly"
            floors = "; nothing is below its floor" if self.floors else ""
            return f"Fine: {len(self.results)} cases, {wrong} wrong{newly}{floors}."
        changes = self.changes or Changes()
        parts = (
            (len(self.below), "below the floor"),
            (len(changes.grave), "got worse"),
            (len(changes.altered), "altered since the baseline"),
            (len(changes.missing), "missing"),
        )
        return "Red: " + ", ".join(f"{count} {what}" for count, what in parts if count) + "."

    def worst(self, count: int) -> list[Result]:
        """The wrong cases to look at first: those that got worse, then those with most against them."""
        worse = {result.case.id for result, _ in self.changes.worse} if self.changes else set()
        wrong = [result for result in self.results if not result.is_right]
        wrong.sort(key=lambda r: (r.case.id not in worse, -len(r.verdict.failures), r.group, r.case.id))
        return wrong[:count]

    def floor(self, group: str, figure: Figure) -> tuple[str, str]:
        """The floor of a figure and how the figure stands to it, as words; empty where it has none."""
        floor = self.floors.get(group, {}).get(figure.metric.key)
        if floor is None:
            return "", ""
        sign = "≤" if figure.metric.lower_is_better else "≥"
        return f"{sign} {floor:.1%}", "ok" if reaches(figure, floor) else "BELOW" if sign == "≥" else "ABOVE"


def reasons(result: Result, checks: Sequence[str] = ()) -> str:
    """Why a result is wrong; only the named checks where any are."""
    failures = result.verdict.failures
    return "; ".join(f"{name}: {failures[name]}" for name in checks or sorted(failures) if name in failures)
