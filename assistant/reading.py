"""Let the trained reader read the best themes: does each answer the question, and where?

It does not change their order: on the tuning cases, no weight that it was given in the ranking put the
right theme first more often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from re import escape, search
from typing import TYPE_CHECKING

from assistant.conversation import Request
from index.search import Hit
from index.themes import Theme, clauses

if TYPE_CHECKING:
    from reader.model import Reader

READ = 5
"""Themes that are read; the right one is among them in 99% of the tuning cases."""


def read(reader: Reader | None, request: Request, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The hits, the first few with what the reader makes of them.

    A question that puts the best theme's title between quotation marks asks for whatever that theme says;
    no part of it is the answer, and the reader finds none.

    Args:
        reader: None leaves the hits as they are.
        request: The question.
        hits: Ranked by search.
    """
    if reader is None or not hits or _quotes_title(request.text, hits[0].theme.title):
        return tuple(hits)
    first, rest = hits[:READ], hits[READ:]
    readings = reader.read(request.text, [_passage(hit.theme) for hit in first])
    reread = []
    for hit, reading in zip(first, readings, strict=True):
        span = _in_document(hit.theme, reading.start, reading.end)
        reread.append(replace(hit, reading=reading.score, span=span))
    return (*reread, *rest)


def _quotes_title(question: str, title: str) -> bool:
    return bool(title) and search(rf"[\"'“„‘«]{escape(title)}[\"'”’»]", question) is not None


def _passage(theme: Theme) -> str:
    return f"{theme.title}: {theme.body}"


def _in_document(theme: Theme, start: int, end: int) -> tuple[int, int] | None:
    """Offsets in ``_passage`` as those of the clauses there in the document; None within the title alone."""
    shift = theme.body_start - len(theme.title) - len(": ")
    start, end = max(start + shift, theme.body_start), end + shift
    if end <= start:
        return None
    return touched_clauses(theme.document.text, (theme.body_start, theme.end), (start, end))


def touched_clauses(text: str, body: tuple[int, int], span: tuple[int, int]) -> tuple[int, int] | None:
    """From the first clause of ``text[slice(*body)]`` that ``span`` touches to the last; None if it touches none.

    Clauses rather than the reader's own words are emphasised: half a sentence reads badly, and the reader is
    surer of the clause than of the words.
    """
    touched = [(start, end) for start, end in clauses(text, *body) if start < span[1] and end > span[0]]
    return (touched[0][0], touched[-1][1]) if touched else None
