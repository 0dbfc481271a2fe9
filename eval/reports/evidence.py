"""The JSON report: the evidence, the same on every run but for ``times``."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from eval.gate import Changes
from eval.metrics import Figure
from eval.results import DIGITS
from eval.run import Run


def write_json(run: Run, path: Path) -> None:
    """Write everything that ``run`` found."""
    path.write_text(json.dumps(as_json(run), ensure_ascii=False, indent=1) + "\n", "utf-8")


def as_json(run: Run) -> dict[str, Any]:
    """Everything that ``run`` found; what differs between two runs stands under "times"."""
    return {
        "title": run.title,
        "red": run.is_red,
        "verdict": run.verdict,
        "notes": list(run.notes),
        "groups": {
            group: {figure.metric.key: _figure(run, group, figure) for figure in figures}
            for group, figures in run.figures.items()
        },
        "below": [f"{below.group}: {below.figure.metric.key}" for below in run.below],
        "changes": _changes(run.changes),
        "rivals": {
            group: {
                way.name: {
                    "n": way.figures[0].n,
                    **{figure.metric.key: round(figure.value, DIGITS) for figure in way.figures},
                    "difference": None
                    if way.difference is None
                    else [round(x, DIGITS) for x in way.difference],
                }
                for way in ways
            }
            for group, ways in run.rivals.items()
        },
        "judgement": None if run.judgement is None else dataclasses.asdict(run.judgement),
        "results": [result.to_json() for result in run.results],
        "times": dataclasses.asdict(run.times),
    }


def _figure(run: Run, group: str, figure: Figure) -> dict[str, Any]:
    return {
        "title": figure.metric.title,
        "value": round(figure.value, DIGITS),
        "low": round(figure.low, DIGITS),
        "high": round(figure.high, DIGITS),
        "n": figure.n,
        "floor": run.floors.get(group, {}).get(figure.metric.key),
    }


def _changes(changes: Changes | None) -> dict[str, Any] | None:
    if changes is None:
        return None
    return {
        "worse": {result.case.id: list(checks) for result, checks in changes.worse},
        "excused": [result.case.id for result, _ in changes.excused],
        "better": {result.case.id: list(checks) for result, checks in changes.better},
        "altered": [result.case.id for result in changes.altered],
        "missing": list(changes.missing),
        "new": [result.case.id for result in changes.new],
    }
