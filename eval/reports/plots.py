"""The plots of the HTML report, as SVG: the ROC of refusals and the confusion of themes."""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from eval import intervals
from eval.results import Result

_INK, _MUTED, _GRID = "#1f2933", "#616e7c", "#e4e7eb"
_LINES = ("#1d5fa8", "#b4540a", "#2f7d4f", "#7b4aa3")
_COLUMNS = 3


def roc(results: Sequence[Result]) -> str:
    """How many unanswerable questions are refused at each share of false refusals.

    A line for each group and kind; empty where no group has both answerable and unanswerable cases.
    """
    curves = _curves(results)
    if not curves:
        return ""
    canvas = Canvas(figsize=(6.4, 4.6))
    axes = canvas.subplots()
    for (name, positive, negative), color in zip(curves, _LINES * len(curves), strict=False):
        scores = [[result.answer.grounding for result in side] for side in (positive, negative)]
        label = f"{name}: area {intervals.auc(*scores):.3f} (n={len(positive)}+{len(negative)})"
        axes.plot(*_curve(*scores), color=color, linewidth=1.8, label=label)
        here = [float(np.mean([result.answer.refused for result in side])) for side in (positive, negative)]
        axes.plot(*here, "o", color=color, markersize=7, markeredgecolor="white")
    axes.plot([0, 1], [0, 1], color=_MUTED, linewidth=0.8, linestyle=(0, (4, 4)))
    axes.set(xlabel="answerable questions refused", ylabel="unanswerable questions refused")
    axes.set(xlim=(-0.01, 1), ylim=(0, 1.02))
    axes.legend(loc="lower right", frameon=False, labelcolor=_INK)
    _plain(axes)
    return _svg(canvas)


def confusion(results: Sequence[Result]) -> str:
    """Which theme ranks first where which is right, one square a document; empty without ranked cases."""
    ranked = [result for result in results if result.case.is_ranked and result.ranking]
    documents = list(dict.fromkeys(result.case.document for result in ranked))
    if not documents:
        return ""
    rows = -(-len(documents) // _COLUMNS)
    columns = min(len(documents), _COLUMNS)
    canvas = Canvas(figsize=(3.6 * columns, 3.7 * rows))
    grid = canvas.subplots(rows, columns, squeeze=False).flatten()
    for axes, document in zip(grid, documents, strict=False):
        _square(axes, [result for result in ranked if result.case.document == document], document)
    for axes in grid[len(documents) :]:
        axes.remove()
    return _svg(canvas)


def _curves(results: Sequence[Result]) -> list[tuple[str, list[Result], list[Result]]]:
    """Name, answerable and unanswerable questions of each line."""
    curves = []
    for group in dict.fromkeys(result.group for result in results):
        chosen = [result for result in results if result.group == group]
        positive = [result for result in chosen if result.case.is_ranked]
        for name, negative in (
            ("in its domain", [result for result in chosen if result.case.is_near]),
            ("out of scope", [result for result in chosen if result.case.kind == "out-of-scope"]),
        ):
            if positive and negative:
                curves.append((f"{group}, {name}", positive, negative))
    return curves


def _curve(positive: Sequence[float], negative: Sequence[float]) -> tuple[list[float], list[float]]:
    thresholds = [0.0, *sorted({*positive, *negative}), np.inf]
    x = [float(np.mean(np.asarray(positive) < threshold)) for threshold in thresholds]
    y = [float(np.mean(np.asarray(negative) < threshold)) for threshold in thresholds]
    return x, y


def _square(axes: Axes, results: Sequence[Result], title: str) -> None:
    pairs = [
        (r.ranking[0] if r.ranking[0] in r.case.themes else r.case.themes[0], r.ranking[0]) for r in results
    ]
    themes = sorted({theme for result in results for theme in (*result.ranking, *result.case.themes)})
    place = {theme: index for index, theme in enumerate(themes)}
    counts = np.zeros((len(themes), len(themes)))
    for right, first in pairs:
        counts[place[right], place[first]] += 1
    axes.imshow(counts, cmap="Blues", vmin=0, vmax=max(counts.max(), 1) * 1.4)
    for row, column in np.argwhere(counts):
        on_diagonal = "white" if counts[row, column] > counts.max() / 2 else _INK
        color = on_diagonal if row == column else "#b42318"
        weight = "normal" if row == column else "bold"
        axes.text(
            column,
            row,
            f"{counts[row, column]:.0f}",
            ha="center",
            va="center",
            color=color,
            fontsize=8,
            weight=weight,
        )
    wrong = sum(right != first for right, first in pairs)
    axes.set_title(f"{title}\n{len(pairs) - wrong} of {len(pairs)} right", fontsize=9, color=_INK)
    axes.set_xticks(range(len(themes)), [str(theme) for theme in themes])
    axes.set_yticks(range(len(themes)), [str(theme) for theme in themes])
    axes.set(xlabel="theme that ranks first", ylabel="theme that is right")
    _plain(axes, grid=False)


def _plain(axes: Axes, *, grid: bool = True) -> None:
    for spine in axes.spines.values():
        spine.set_color(_GRID)
    axes.tick_params(colors=_MUTED, labelsize=8, length=0)
    axes.xaxis.label.set(color=_MUTED, fontsize=9)
    axes.yaxis.label.set(color=_MUTED, fontsize=9)
    if grid:
        axes.grid(color=_GRID, linewidth=0.7)


def _svg(canvas: Canvas) -> str:
    """The canvas as an <svg> element, the same on every run."""
    written = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "eval", "svg.fonttype": "none", "font.family": "sans-serif"}):
        canvas.tight_layout(h_pad=2.5)
        canvas.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    text = written.getvalue()
    return text[text.index("<svg") :]
