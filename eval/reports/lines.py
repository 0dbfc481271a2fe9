"""Lines and rows that several reports share."""

from __future__ import annotations

from collections.abc import Sequence

from eval.gate import Changes
from eval.rivals import Compared
from eval.run import Run, reasons

RIVAL_HEADER = ("", "Success@1", "Success@3", "RR@5", "nDCG@5", "first: ours minus this, 95% interval")


def rival_rows(compared: Sequence[Compared]) -> list[tuple[str, ...]]:
    """The comparison with simpler ways of ranking, header first."""
    rows: list[tuple[str, ...]] = [RIVAL_HEADER]
    for way in compared:
        gap = ""
        if way.difference is not None:
            value, low, high = way.difference
            gap = f"{value:+.1%} ({low:+.1%} to {high:+.1%}), n={way.figures[0].n}"
        rows.append((way.name, *(f"{figure.value:.1%}" for figure in way.figures), gap))
    return rows


def change_lines(run: Run) -> list[str]:
    """What is below its floor, and every case that changed, by name."""
    lines = [
        f"BELOW    {below.group}: {below.figure.metric.title} is {below.figure.value:.1%}, "
        f"the {'ceiling' if below.figure.metric.lower_is_better else 'floor'} is {below.floor:.1%}"
        for below in run.below
    ]
    changes = run.changes or Changes()
    lines += [
        f"WORSE    {r.case.id} “{r.case.question}”: {reasons(r, checks)}" for r, checks in changes.grave
    ]
    lines += [
        f"worse    {r.case.id} “{r.case.question}”: {reasons(r, checks)} (no reason to stop: so few turn "
        "when another processor rounds differently)"
        for r, checks in changes.excused
    ]
    lines += [
        f"ALTERED  {r.case.id} “{r.case.question}”: the case is not what it was" for r in changes.altered
    ]
    lines += [f"MISSING  {identity}: in the baseline, not among the cases" for identity in changes.missing]
    lines += [
        f"better   {r.case.id} “{r.case.question}”: {', '.join(checks)}" for r, checks in changes.better
    ]
    if changes.new:
        lines.append(f"new      {len(changes.new)} cases that the baseline does not have")
    return lines


def times_line(run: Run) -> str:
    """Latency and memory in one line."""
    times = run.times
    memory = f", {times.peak_memory_mb:.0f} MB at most" if times.peak_memory_mb else ""
    return (
        f"{run.title}: {times.seconds:.0f} s; an answer took {times.p50_ms:.0f} ms (p50), "
        f"{times.p95_ms:.0f} ms (p95) with {times.workers} at a time{memory}"
    )
