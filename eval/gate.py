"""Is it still good enough? Floors for the means, and the outcome of every case against a baseline."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.metrics import KEYS, Figure
from eval.results import Result
from index.errors import SetupError

Floors = Mapping[str, Mapping[str, float]]
Baseline = Mapping[str, "Remembered"]

_TOLERANCE = 1e-9

EDGE = 0.002
"""Share of the cases that may turn for a hair's breadth of score, for processors round differently.

Between an AMD EPYC and an Intel Xeon scores differ by up to .0003, and one of 1,242 cases turned. Of fewer
than 500 cases none may.
"""

_BY_SCORE = frozenset({"outcome", "ranking", "cited", "needless"})
_IN_THEIR_WAKE = frozenset({"words"})  # of a passage that is no longer cited


@dataclass(frozen=True)
class Remembered:
    """What the baseline knows of a case.

    Attributes:
        group: The group it was scored in.
        kind: Its kind.
        fingerprint: Of the case as it then stood.
        fails: Names of the checks that failed.
    """

    group: str
    kind: str
    fingerprint: str
    fails: frozenset[str]


@dataclass(frozen=True)
class Below:
    """A figure that does not reach its floor (or goes above its ceiling)."""

    group: str
    figure: Figure
    floor: float


@dataclass(frozen=True)
class Changes:
    """How the cases stand against the baseline.

    Attributes:
        worse: Cases of which a check that held now fails, each with the names of those checks.
        better: Cases of which a check that failed now holds.
        altered: Cases that are not what they were when the baseline was made.
        missing: Ids that the baseline has and the run does not.
        new: Cases that the baseline does not have.
        compared: How many cases were held against the baseline.
    """

    worse: Sequence[tuple[Result, tuple[str, ...]]] = ()
    better: Sequence[tuple[Result, tuple[str, ...]]] = ()
    altered: Sequence[Result] = ()
    missing: Sequence[str] = ()
    new: Sequence[Result] = ()
    compared: int = 0

    @property
    def excused(self) -> Sequence[tuple[Result, tuple[str, ...]]]:
        """Of the worse, those that another processor may have made so; none where they are too many."""
        turned = [(result, checks) for result, checks in self.worse if _hangs_on_score(checks)]
        return turned if len(turned) <= EDGE * self.compared else []

    @property
    def grave(self) -> Sequence[tuple[Result, tuple[str, ...]]]:
        """Of the worse, those that are to stop a change."""
        excused = {result.case.id for result, _ in self.excused}
        return [(result, checks) for result, checks in self.worse if result.case.id not in excused]

    @property
    def is_red(self) -> bool:
        """Whether a human has to look."""
        return bool(self.grave or self.altered or self.missing)


def load_floors(path: Path) -> Floors:
    """The floors by group and metric; none where there is no file.

    Raises:
        SetupError: The file cannot be read, or names a metric that does not exist.
    """
    if not path.exists():
        return {}
    try:
        floors = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SetupError(f"The floors {path} cannot be read ({error}).") from error
    for group, values in floors.items():
        for key, value in values.items() if isinstance(values, dict) else [("", values)]:
            if key not in KEYS:
                raise SetupError(
                    f"{path}: [{group}] names {key!r}, which is no metric ({', '.join(sorted(KEYS))})."
                )
            if not isinstance(value, int | float) or not 0 <= value <= 1:
                raise SetupError(f"{path}: [{group}] {key} is {value!r}; a floor is a number from 0 to 1.")
    return floors


def below_floors(figures: Mapping[str, Sequence[Figure]], floors: Floors) -> list[Below]:
    """Every figure on the wrong side of its floor."""
    return [
        Below(group, figure, floors[group][figure.metric.key])
        for group, group_figures in figures.items()
        for figure in group_figures
        if figure.metric.key in floors.get(group, {})
        and not reaches(figure, floors[group][figure.metric.key])
    ]


def unmeasured(figures: Mapping[str, Sequence[Figure]], floors: Floors) -> list[str]:
    """Floors of the groups that were run for which there is no case: they guard nothing."""
    return [
        f"[{group}] {key}"
        for group, group_figures in figures.items()
        for key in sorted(set(floors.get(group, {})) - {figure.metric.key for figure in group_figures})
    ]


def reaches(figure: Figure, floor: float) -> bool:
    """Whether ``figure`` is on the right side of ``floor``."""
    if figure.metric.lower_is_better:
        return figure.value <= floor + _TOLERANCE
    return figure.value >= floor - _TOLERANCE


def load_baseline(path: Path) -> Baseline | None:
    """The baseline, or None where there is no file.

    Raises:
        SetupError: The file cannot be read.
    """
    if not path.exists():
        return None
    try:
        raw = json.loads(path.read_text("utf-8"))
        return {
            identity: Remembered(entry["group"], entry["kind"], entry["case"], frozenset(entry["fails"]))
            for identity, entry in raw.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SetupError(
            f"The baseline {path} cannot be read ({error!r}). Make it anew: --update-baseline."
        ) from error


def compare(results: Sequence[Result], baseline: Baseline, kinds: Sequence[str] = ()) -> Changes:
    """Hold every case against the baseline.

    Args:
        results: Of whole groups, or of the cases of ``kinds`` in them.
        baseline: What was right before.
        kinds: The kinds that were run; all where empty.
    """
    groups, ids = {result.group for result in results}, {result.case.id for result in results}
    known = [(result, baseline[result.case.id]) for result in results if result.case.id in baseline]
    worse = [(result, _newly_failing(result, before)) for result, before in known]
    better = [(result, _order(before.fails - set(result.verdict.failures))) for result, before in known]
    return Changes(
        worse=[(result, checks) for result, checks in worse if checks],
        better=[(result, checks) for result, checks in better if checks],
        altered=[result for result, before in known if result.case.fingerprint != before.fingerprint],
        missing=sorted(
            identity
            for identity, before in baseline.items()
            if identity not in ids and before.group in groups and (not kinds or before.kind in kinds)
        ),
        new=[result for result in results if result.case.id not in baseline],
        compared=len(known),
    )


def write_baseline(
    path: Path, results: Sequence[Result], before: Baseline | None, missing: Sequence[str]
) -> None:
    """Take ``results`` as the baseline, one case a line; groups that were not run stay as they were.

    Raises:
        SetupError: The file cannot be written.
    """
    entries = {identity: entry for identity, entry in (before or {}).items() if identity not in missing}
    for result in results:
        entries[result.case.id] = Remembered(
            result.group, result.case.kind, result.case.fingerprint, frozenset(result.verdict.failures)
        )
    lines = [
        f"{json.dumps(identity)}: "
        + json.dumps(
            {
                "group": entry.group,
                "kind": entry.kind,
                "case": entry.fingerprint,
                "fails": sorted(entry.fails),
            }
        )
        for identity, entry in sorted(entries.items())
    ]
    try:
        path.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    except OSError as error:
        raise SetupError(
            f"The baseline cannot be written to {path} ({error.strerror}). Make file and folder writable."
        ) from error


def _newly_failing(result: Result, before: Remembered) -> tuple[str, ...]:
    """Checks that held and now fail; a refusal before could not have cited anything without need."""
    newly = set(result.verdict.failures) - before.fails
    return _order(newly - {"needless"} if "outcome" in before.fails else newly)


def _hangs_on_score(checks: Sequence[str]) -> bool:
    return bool(_BY_SCORE.intersection(checks)) and set(checks) <= _BY_SCORE | _IN_THEIR_WAKE


def _order(checks: set[str] | frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(checks))
