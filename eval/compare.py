"""``python -m eval compare BEFORE.json AFTER.json``: two reports, case by case.

Each figure is a mean of differences over the cases that both runs asked, so that its interval says whether
the change, and not the draw of the cases, made it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval import intervals
from eval.cases import Case, parse_case
from eval.metrics import TITLES
from index.errors import SetupError

_TITLE_WIDTH = 36


@dataclass(frozen=True)
class Asked:
    """A case and what one run made of it.

    Attributes:
        group: The group it was scored in.
        case: The case.
        answer: As in the report.
        failures: Names of the checks that failed.
    """

    group: str
    case: Case
    answer: Mapping[str, Any]
    failures: frozenset[str]

    @property
    def refused(self) -> bool:
        """Whether the document was said to be silent."""
        return bool(self.answer["outcome"] == "refused")

    @property
    def right_first(self) -> bool:
        """Whether a theme that must be cited was ranked first."""
        return "ranking" not in self.failures


@dataclass(frozen=True)
class Difference:
    """How much a figure rose.

    Attributes:
        title: Of the figure.
        before, after: The figure in each run.
        low, high: The 95% interval of the rise.
        n: Cases.
    """

    title: str
    before: float
    after: float
    low: float
    high: float
    n: int


_MEANS: Sequence[tuple[str, Callable[[Case], bool], Callable[[Asked], bool]]] = (
    ("right_first", lambda case: case.is_ranked, lambda asked: asked.right_first),
    ("refused_near", lambda case: case.is_near, lambda asked: asked.refused),
    ("refused_far", lambda case: case.kind == "out-of-scope", lambda asked: asked.refused),
    ("false_refusals", lambda case: case.answerable, lambda asked: asked.refused),
    ("right", lambda case: True, lambda asked: not asked.failures),
)


def main(arguments: Sequence[str]) -> int:
    """Print a table a group; returns 0.

    Raises:
        SetupError: A file is no report, or the two have no case in common.
    """
    parser = argparse.ArgumentParser(
        prog="python -m eval compare",
        description="What changed between two runs, with paired intervals.",
        epilog="Example: TECHNIEKPACT_READER=off python -m eval --output reports/without · "
        "python -m eval · python -m eval compare reports/without/eval.json reports/eval.json",
    )
    parser.add_argument("before", type=Path, help="eval.json of one run")
    parser.add_argument("after", type=Path, help="eval.json of another")
    options = parser.parse_args(arguments)
    pairs = paired(_read(options.before), _read(options.after))
    if not pairs:
        raise SetupError(f"{options.before} and {options.after} have no case in common.")
    for group in sorted({before.group for before, _ in pairs}):
        chosen = [pair for pair in pairs if pair[0].group == group]
        print(f"\n{group} · {len(chosen)} cases in both")
        print(f"  {'':{_TITLE_WIDTH}} {'before':>7} {'after':>7} {'rise':>7}  {'95% interval':^16} {'n':>4}")
        for row in differences(chosen):
            interval = f"{row.low:+.1%} – {row.high:+.1%}"
            print(
                f"  {row.title:{_TITLE_WIDTH}} {row.before:>7.1%} {row.after:>7.1%} "
                f"{row.after - row.before:>+7.1%}  {interval:^16} {row.n:>4}"
            )
    return 0


def paired(before: Iterable[Asked], after: Iterable[Asked]) -> list[tuple[Asked, Asked]]:
    """The cases that both runs asked and that stood the same in both."""
    known = {asked.case: asked for asked in before}
    return [(known[asked.case], asked) for asked in after if asked.case in known]


def differences(pairs: Sequence[tuple[Asked, Asked]]) -> list[Difference]:
    """Every figure that there are cases for, the areas under the ROC curve last."""
    found = []
    for key, applies, value in _MEANS:
        chosen = [(float(value(a)), float(value(b))) for a, b in pairs if applies(a.case)]
        if chosen:
            before, after = (sum(column) / len(chosen) for column in zip(*chosen, strict=True))
            interval = intervals.of_difference([b - a for a, b in chosen])
            found.append(Difference(TITLES[key], before, after, *interval, n=len(chosen)))
    positive = [_scores(pair) for pair in pairs if pair[0].case.is_ranked]
    negative = [_scores(pair) for pair in pairs if pair[0].case.is_near]
    if positive and negative:
        before, after = (
            intervals.auc([p[run] for p in positive], [n[run] for n in negative]) for run in (0, 1)
        )
        interval = intervals.of_auc_difference(positive, negative)
        count = len(positive) + len(negative)
        found.append(Difference(TITLES["auc_near"], before, after, *interval, n=count))
    return found


def _scores(pair: tuple[Asked, Asked]) -> tuple[float, float]:
    before, after = (asked.answer["grounding"] for asked in pair)
    return before, after


def _read(path: Path) -> list[Asked]:
    fields = Case.__dataclass_fields__
    try:
        rows = json.loads(path.read_text("utf-8"))["results"]
        return [
            Asked(
                row["group"],
                parse_case(json.dumps({name: row[name] for name in fields}), str(path)),
                row["answer"],
                frozenset(row["failures"]),
            )
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SetupError(f"{path} is no report of an eval ({error!r}). Name an eval.json.") from error
