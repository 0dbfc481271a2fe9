"""The Markdown report, for the summary page of a CI job."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.gate import Changes
from eval.reports.lines import change_lines, rival_rows, times_line
from eval.run import Run, reasons

_WORST = 10
_MOST_LINES = 40


def write_markdown(run: Run, path: Path) -> None:
    """Write the tables, what changed by name, and the worst ten."""
    path.write_text(as_markdown(run), "utf-8")


def as_markdown(run: Run) -> str:
    """The report's text."""
    parts = [f"## Eval: {run.verdict}", ""]
    parts += _changed(run)
    for group, figures in run.figures.items():
        cases = sum(result.group == group for result in run.results)
        rows = [("metric", "value", "95% interval", "n", "floor", "")]
        for figure in figures:
            floor, state = run.floor(group, figure)
            interval = f"{figure.low:.1%} – {figure.high:.1%}"
            state = f"**{state}**" if state not in ("", "ok") else state
            rows.append((figure.metric.title, f"{figure.value:.1%}", interval, str(figure.n), floor, state))
        parts += [f"### {group[:1].upper()}{group[1:]} ({cases} cases)", "", *_table(rows), ""]
        if group in run.rivals:
            parts += ["Ranking beside simpler ways, on the questions without turns before them:", ""]
            parts += [*_table(rival_rows(run.rivals[group])), ""]
    parts += _worst(run)
    if run.judgement is not None:
        parts += [f"Judged by a model (never gating): {run.judgement.summary}", ""]
    parts += [times_line(run), *(f"\nNote: {note}" for note in run.notes)]
    return "\n".join(parts) + "\n"


def _changed(run: Run) -> list[str]:
    lines = change_lines(run)
    if not lines:
        return []
    shown = [f"- {_escaped(line)}" for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        shown.append(f"- … and {len(lines) - _MOST_LINES} more, in the HTML report")
    changes = run.changes or Changes()
    return [f"### What changed ({len(changes.worse)} worse, {len(changes.better)} better)", "", *shown, ""]


def _worst(run: Run) -> list[str]:
    worst = run.worst(_WORST)
    if not worst:
        return []
    rows = [("case", "question", "expected", "got", "why it is wrong")]
    rows += [(r.case.id, r.case.question, r.expected, r.got, reasons(r)) for r in worst]
    return [f"### The worst {len(worst)}", "", *_table(rows), ""]


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    header, *body = rows
    lines = [header, ["---"] * len(header), *body]
    return ["| " + " | ".join(_escaped(cell) for cell in row) + " |" for row in lines]


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
