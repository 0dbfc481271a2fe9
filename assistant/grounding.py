"""Does the document answer this? Which themes do?"""

from __future__ import annotations

from collections.abc import Sequence

from index.search import Hit

THRESHOLD = 0.845
MARGIN = 0.012


def probability(hits: Sequence[Hit]) -> float:
    """How likely it is that the best theme answers, 0 to 1."""
    return min(1.0, max(0.0, 0.5 + (hits[0].score - THRESHOLD) * 5)) if hits else 0.0


def carrying(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The hits whose themes answer together."""
    return tuple(hit for hit in hits[:3] if hit.score >= hits[0].score - MARGIN)
