"""Let the trained reader read the best themes: does each answer the question, and where?"""

from __future__ import annotations

import math
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


def read(reader: Reader | None, request: Request, hits: Sequence[Hit], weight: float) -> tuple[Hit, ...]:
    """The hits with what the reader makes of the first few, ranked anew.

    Args:
        reader: None leaves the hits as they are.
        request: The question.
        hits: Ranked by search.
        weight: What a reader that is certain adds to a score.
    """
    if reader is None or not hits:
        return tuple(hits)
    first, rest = hits[:READ], hits[READ:]
    readings = reader.read(request.text, [_passage(hit.theme) for hit in first])
    reread = []
    for hit, reading in zip(first, readings, strict=True):
        score = hit.score + weight * (1.0 / (1.0 + math.exp(-reading.score)))
        span = _in_document(hit.theme, reading.start, reading.end)
        reread.append(replace(hit, score=score, reading=reading.score, span=span))
    return (*sorted(reread, key=lambda hit: (-hit.score, hit.theme.id)), *rest)


def _passage(theme: Theme) -> str:
    return f"{theme.title}: {theme.body}"


def _in_document(theme: Theme, start: int, end: int) -> tuple[int, int] | None:
    """Offsets in ``_passage`` as offsets in the document; None where they lie in the title alone."""
    shift = theme.body_start - len(theme.title) - len(": ")
    start, end = max(start + shift, theme.body_start), end + shift
    return (start, end) if end > start else None
