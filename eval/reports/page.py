"""The HTML report: one file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from eval.metrics import Figure
from eval.reports import plots
from eval.reports.lines import change_lines, rival_rows, times_line
from eval.results import Result
from eval.run import Run, reasons

_TEMPLATE = Path(__file__).with_name("page.html")


def write_page(run: Run, path: Path) -> None:
    """Write the page: verdict, what changed, the figures, the plots, every wrong case."""
    body = [_header(run), _changes(run)]
    body += [_group(run, group, figures) for group, figures in run.figures.items()]
    body += [
        _plot(
            "Refusals",
            plots.roc(run.results),
            "Along a line the threshold rises; the dot is where it stands. Up and to the left is better.",
        ),
        _plot(
            "Confusion of themes",
            plots.confusion(run.results),
            "Off the diagonal, in red: another theme came first. Where several themes are right, the one "
            "that came first counts.",
        ),
        _wrong(run.worst(len(run.results))),
    ]
    template = _TEMPLATE.read_text("utf-8")
    page = template.replace("{{title}}", escape(run.verdict)).replace(
        "{{body}}", "\n".join(filter(None, body))
    )
    path.write_text(page, "utf-8")


def _header(run: Run) -> str:
    notes = [*run.notes]
    if run.judgement is not None:
        notes.append(f"Judged by a model (never gating): {run.judgement.summary}")
    lines = "".join(f"<p>{escape(note)}</p>" for note in notes)
    state = "red" if run.is_red else "fine"
    return (
        f'<header class="{state}"><h1>{escape(run.verdict)}</h1>'
        f"<p>{escape(times_line(run))} · {escape(run.times.measured)}</p>{lines}</header>"
    )


def _changes(run: Run) -> str:
    lines = change_lines(run)
    if not lines:
        return ""
    items = "".join(f'<li class="{line.split()[0].lower()}">{escape(line)}</li>' for line in lines)
    return f"<section><h2>What changed</h2><ul>{items}</ul></section>"


def _group(run: Run, group: str, figures: Sequence[Figure]) -> str:
    cases = sum(result.group == group for result in run.results)
    rows = "".join(_row(run, group, figure) for figure in figures)
    rivals = ""
    if group in run.rivals:
        header, *ways = rival_rows(run.rivals[group])
        rows_of_ways = "".join(_cells(way) for way in ways)
        rivals = (
            "<h3>Ranking beside simpler ways</h3><p>On the questions without turns before them.</p>"
            f"<table><thead>{_cells(header, 'th')}</thead><tbody>{rows_of_ways}</tbody></table>"
        )
    return (
        f"<section><h2>{escape(group[:1].upper() + group[1:])} <small>{cases} cases</small></h2>"
        '<table><thead><tr><th>metric</th><th>value</th><th class="bar">0 – 100%, with the 95% interval</th>'
        f"<th>95% interval</th><th>n</th><th>floor</th><th></th></tr></thead>"
        f"<tbody>{rows}</tbody></table>{rivals}</section>"
    )


def _row(run: Run, group: str, figure: Figure) -> str:
    floor, state = run.floor(group, figure)
    low, high, value = (100 * x for x in (figure.low, figure.high, figure.value))
    bar = (
        f'<div class="track"><i style="left:{low:.1f}%;width:{high - low:.1f}%"></i>'
        f'<b style="left:{value:.1f}%"></b></div>'
    )
    return (
        f"<tr><td>{escape(figure.metric.title)}</td><td>{figure.value:.1%}</td><td>{bar}</td>"
        f"<td>{figure.low:.1%} – {figure.high:.1%}</td><td>{figure.n}</td><td>{floor}</td>"
        f'<td class="{state.lower()}">{state}</td></tr>'
    )


def _plot(title: str, svg: str, caption: str) -> str:
    if not svg:
        return ""
    return f'<section><h2>{title}</h2><p>{caption}</p><div class="plot">{svg}</div></section>'


def _wrong(results: Sequence[Result]) -> str:
    if not results:
        return ""
    header = _cells(("case", "question", "expected", "got", "why it is wrong"), "th")
    rows = "".join(_cells((r.case.id, r.case.question, r.expected, r.got, reasons(r))) for r in results)
    return (
        f"<section><h2>Every case that is wrong <small>{len(results)}, the worst first</small></h2>"
        f'<table class="cases"><thead>{header}</thead><tbody>{rows}</tbody></table></section>'
    )


def _cells(cells: Sequence[str], tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
