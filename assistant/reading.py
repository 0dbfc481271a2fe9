"""Let the trained reader read the best themes: does each answer the question, and where?

It does not change their order: on the tuning cases, no weight that it was given in the ranking put the
right theme first more often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.conversation import Request
from index.search import Hit
from index.themes import Theme

if TYPE_CHECKING:
    from reader.model import Reader

READ = 5
"""Themes that are read; the right one is among them in 99% of the tuning cases."""


def read(reader: Reader | None, request: Request, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The hits, the first few with what the reader makes of them.

    Args:
        reader: None leaves the hits as they are.
        request: The question.
        hits: Ranked by search.
    """
    if reader is None or not hits:
        return tuple(hits)
    first, rest = hits[:READ], hits[READ:]
    readings = reader.read(request.text, [_passage(hit.theme) for hit in first])
    reread = []
    for hit, reading in zip(first, readings, strict=True):
        span = _in_document(hit.theme, reading.start, reading.end)
        reread.append(replace(hit, reading=reading.score, span=span))
    return (*reread, *rest)


def _passage(theme: Theme) -> str:
    return f"{theme.title}: {theme.body}"


def _in_document(theme: Theme, start: int, end: int) -> tuple[int, int] | None:
    """Offsets in ``_passage`` as offsets in the document; None where they lie in the title alone."""
    shift = theme.body_start - len(theme.title) - len(": ")
    start, end = max(start + shift, theme.body_start), end + shift
    return (start, end) if end > start else None
