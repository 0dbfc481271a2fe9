"""Why this source: how the themes scored for the question, as a small bar chart in HTML."""

from __future__ import annotations

from assistant.answer import Language
from assistant.ui.document_panel import DocumentPanel
from assistant.ui.markup import Markup, join, tag
from assistant.ui.texts import say
from assistant.ui.turns import Turn

SHOWN = 12
"""Themes in the chart: all of one short document, of more the best."""


def score_chart(turn: Turn, panel: DocumentPanel) -> Markup:
    """A table of themes with bars, behind a line that opens it; nothing where nothing was scored.

    Scores of the default model lie close together (.72 to .90), so the bars begin at the lowest one.
    """
    if not turn.scores:
        return join()
    language = turn.language
    cited = {(source.document, source.theme) for source in turn.sources}
    lowest, highest = turn.scores[-1].score, turn.scores[0].score
    rows = []
    for score in turn.scores[:SHOWN]:
        share = (score.score - lowest) / (highest - lowest) if highest > lowest else 1.0
        rows.append(
            tag(
                "tr",
                tag("th", panel.heading(language, score), scope="row"),
                tag("td", tag("span", class_="bar", style=f"width:{share:.0%}")),
                tag("td", _decimal(language, score.score)),
                class_="cited" if (score.document, score.theme) in cited else None,
            )
        )
    head = tag(
        "tr",
        tag("th", say(language, "why_theme"), scope="col", colspan=2),
        tag("th", say(language, "why_score"), scope="col"),
    )
    return tag(
        "details",
        tag("summary", say(language, "why" if cited else "why_uncited")),
        tag("p", say(language, "why_note" if cited else "why_note_uncited")),
        tag("table", tag("thead", head), tag("tbody", *rows)),
        class_="why",
    )


def _decimal(language: Language, score: float) -> str:
    """Two decimals, behind a comma in Dutch."""
    written = f"{score:.2f}"
    return written.replace(".", ",") if language == "nl" else written
