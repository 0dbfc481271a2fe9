"""The run at a glance, on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from eval.metrics import Figure
from eval.reports.lines import change_lines, rival_rows, times_line
from eval.run import Run

_TITLE_WIDTH = 45


def print_tables(run: Run) -> None:
    """One table a group, then what changed, then the verdict."""
    for group, figures in run.figures.items():
        cases = sum(result.group == group for result in run.results)
        print(f"\n{group} · {cases} cases")
        print(f"  {'':{_TITLE_WIDTH}} {'value':>7}  {'95% interval':^15} {'n':>4}  {'floor':<8}")
        for figure in figures:
            print(f"  {_row(run, group, figure)}".rstrip())
        if group in run.rivals:
            print("\n  ranking beside simpler ways (questions without turns before them)")
            for row in rival_rows(run.rivals[group]):
                print("  " + _aligned(row))
    lines = change_lines(run)
    if lines:
        print()
    for line in lines:
        print(line)
    print(f"\n{times_line(run)}")
    if run.judgement is not None:
        print(f"Judged by a model (never gating): {run.judgement.summary}")
    for note in run.notes:
        print(f"Note: {note}")
    print(f"\n{run.verdict}")


def _row(run: Run, group: str, figure: Figure) -> str:
    floor, state = run.floor(group, figure)
    interval = f"{figure.low:.1%} – {figure.high:.1%}"
    title = figure.metric.title
    return f"{title:{_TITLE_WIDTH}} {figure.value:>7.1%}  {interval:^15} {figure.n:>4}  {floor:<8} {state}"


def _aligned(cells: Sequence[str]) -> str:
    first, *rest = cells
    return f"{first:32}" + "".join(f" {cell:>10}" for cell in rest[:-1]) + f"  {rest[-1]}".rstrip()
