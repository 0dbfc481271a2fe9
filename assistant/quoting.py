"""Answer in the document's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import Citation, Language, Sentence
from assistant.conversation import Kind
from assistant.wording import listed, say
from index.search import Hit
from index.themes import Theme, sentences


@dataclass(frozen=True)
class Passage:
    """A span to be quoted, and the part of it that bears most on the question."""

    theme: Theme
    start: int
    end: int
    emphasis: tuple[int, int] | None = None


def passage_of(hit: Hit, follows: bool = False) -> Passage:
    """The whole of a hit's theme; what the reader marks in it, or else its best clause, is emphasised.

    The document's title and date are quoted with the introduction only where they are what is marked, or
    for a follow-up ("And of when is it?"): else the date seems to be that of what is asked for.
    """
    theme = hit.theme
    emphasis = hit.span or hit.clause
    with_heading = emphasis[0] < theme.quote_start or (follows and not theme.is_titled)
    start = theme.start if with_heading else theme.quote_start
    words = max(start, theme.body_start)
    is_part = words <= emphasis[0] < emphasis[1] <= theme.end
    is_whole = emphasis == (words, theme.end)
    return Passage(theme, start, theme.end, emphasis if is_part and not is_whole else None)


def quote(
    language: Language, lead_in: str, passages: Sequence[Passage]
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """A lead-in, by the name of its text, and the passages, each a sentence with its own marker."""
    citations = tuple(
        Citation(number, passage.theme, passage.start, passage.end, passage.emphasis)
        for number, passage in enumerate(passages, start=1)
    )
    quotes = tuple(Sentence(citation.quote, "quote", (citation.number,)) for citation in citations)
    return (Sentence(say(language, lead_in, count=len(passages)), "own"), *quotes), citations


def whole_passages(kind: Kind, themes: Sequence[Theme]) -> list[Passage]:
    """What answers a question about a document as a whole; [] where the document does not say.

    Args:
        kind: What is asked.
        themes: The themes of one document, in order.
    """
    front = next((theme for theme in themes if theme.number == 0), None)
    if kind == "date":
        return _date(front)
    if kind == "list":
        return [_title(theme) for theme in themes if theme.is_titled] or [
            _opening(theme) for theme in themes if theme.number
        ]
    if kind == "summary" and not themes[-1].is_titled and any(theme.is_titled for theme in themes):
        return [_all_of(themes[-1])]
    return [_all_of(front or themes[0])]


def refuse(language: Language, nearest: Sequence[Theme]) -> tuple[Sentence, ...]:
    """Say plainly that the document is silent, and what it does talk about."""
    titles = [theme.title for theme in nearest]
    if len(titles) == 1:
        near = say(language, "nearest_one", titles=titles[0])
    else:
        near = say(language, "nearest", titles=listed(language, titles))
    return Sentence(say(language, "refused"), "own"), Sentence(near, "own")


def question_about(language: Language, theme: Theme) -> str:
    """A question that ``theme`` answers."""
    return say(language, "ask_theme", title=theme.title)


def _all_of(theme: Theme) -> Passage:
    """Of an introduction, the document's title and date as well: they too say what it is."""
    return Passage(theme, theme.quote_start if theme.is_titled else theme.start, theme.end)


def _title(theme: Theme) -> Passage:
    """The title; with its marks where the document has some among its words."""
    heading = theme.document.text[theme.start : theme.body_start]
    found = re.search(r"\s+".join(map(re.escape, theme.title.split())), heading)
    start, end = found.span() if found else (0, len(heading.rstrip()))
    return Passage(theme, theme.start + start, theme.start + end)


def _opening(theme: Theme) -> Passage:
    start, end = sentences(theme.document.text, theme.start, theme.end)[0]
    return Passage(theme, start, end)


def _date(front: Theme | None) -> list[Passage]:
    if front is None or not front.document.date:
        return []
    start = front.document.text.find(front.document.date, front.start, front.end)
    return [Passage(front, start, start + len(front.document.date))] if start >= 0 else []
