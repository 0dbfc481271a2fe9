"""Answer in the document's own words."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Citation, Language, Outcome, Sentence
from assistant.wording import listed, say
from index.themes import Theme

Span = tuple[Theme, int, int]


def quote(
    language: Language, lead_in: str, spans: Sequence[Span]
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """A lead-in and the passages, each a sentence with its own marker."""
    sentences = [Sentence(say(language, lead_in), "own")]
    citations = []
    for number, (theme, start, end) in enumerate(spans, start=1):
        citation = Citation(number, theme, start, end)
        citations.append(citation)
        sentences.append(Sentence(citation.quote, "quote", (number,)))
    return tuple(sentences), tuple(citations)


def refuse(language: Language, nearest: Sequence[Theme]) -> tuple[Sentence, ...]:
    """Say plainly that the document is silent, and what it does talk about."""
    titles = [theme.title for theme in nearest]
    name = "nearest_one" if len(titles) == 1 else "nearest"
    return (
        Sentence(say(language, "refused"), "own"),
        Sentence(say(language, name, titles=titles[0] if len(titles) == 1 else listed(language, titles)), "own"),
    )


def question_about(language: Language, theme: Theme) -> str:
    """A question that ``theme`` answers."""
    return say(language, "ask_theme", title=theme.title)
