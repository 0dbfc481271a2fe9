"""Why this source: how the themes scored for the question, as a small bar chart in HTML."""

from __future__ import annotations

from html import escape

from assistant.ui.texts import say
from assistant.ui.turns import Turn

SHOWN = 12
"""Themes in the chart: those of one short document; of more, the best."""


def score_chart(turn: Turn) -> str:
    """A table of themes with bars, behind a line that opens it; "" where nothing was scored.

    Cosines of the default model lie close together (.72 to .90), so the bars begin at the lowest score.
    """
    if not turn.scores:
        return ""
    cited = {(source.document, source.theme) for source in turn.sources}
    lowest, highest = turn.scores[-1].score, turn.scores[0].score
    rows = []
    for score in turn.scores[:SHOWN]:
        share = (score.score - lowest) / (highest - lowest) if highest > lowest else 1.0
        kind = ' class="cited"' if (score.document, score.theme) in cited else ""
        rows.append(
            f'<tr{kind}><th scope="row">{escape(score.title)}</th>'
            f'<td><span class="bar" style="width:{share * 100:.0f}%"></span></td><td>{score.score:.3f}</td></tr>'
        )
    language = turn.language
    return (
        f'<details class="why"><summary>{escape(say(language, "why"))}</summary>'
        f"<p>{escape(say(language, 'why_note'))}</p><table><thead><tr>"
        f'<th scope="col" colspan="2">{escape(say(language, "why_theme"))}</th>'
        f'<th scope="col">{escape(say(language, "why_score"))}</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></details>"
    )
