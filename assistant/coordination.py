"""Does a question ask about two things, so that two themes answer it together?

"What went wrong, and what is advised?" is cut where its halves are joined. When one half leads to one theme
and the other half to another, and both lie among the best for the whole question, both are cited.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import permutations

from assistant.conversation import telling_words
from index.search import Hit

# Chosen on the tuning cases, with an earlier reader: of the themes that must be cited 95.2% are on the main
# document (n=104) and 94.1% on eight others (n=128), against 92.8% and 91.4% without; of those cited 96.5%
# and 94.8% are right, against 96.0% and 94.8%. At APART .01 the shares are 96.2%, 95.3% and 94.6%, 93.6%.

AMONG = 4
"""Both themes are among so many of the best for the whole question."""

BEHIND = 0.09
"""Neither scores more than this less than the best: the reader, which looks in each for an answer to all of
the question, sets them apart. At .06, .08 and .1 90.0, 90.9 and 90.9% of the themes that must be cited are,
on the main document's tuning cases (n=110), and of those cited 95.3, 95.4 and 94.5% are right."""

APART = 0.03
"""Each half scores its own theme at least this much higher than the other half's."""

MOST_CUTS = 2
"""Places that are tried, the nearest to the middle first; each costs two embeddings."""

_JOINT = re.compile(
    r"(?:\s*[,;:]\s*|\s+)(?:en|and|maar|but|of|or|als|as well as|versus)\s+|[;:,?!.]\s+", re.IGNORECASE
)
_FEWEST_WORDS = 2

Rank = Callable[[str], Sequence[Hit]]


def halves(question: str) -> list[tuple[str, str]]:
    """The ways to cut ``question`` at a joint into two halves that both name a subject."""
    cuts = []
    for joint in _JOINT.finditer(question):
        left, right = question[: joint.start()].strip(), question[joint.end() :].strip()
        if all(len(half.split()) >= _FEWEST_WORDS and telling_words(half) for half in (left, right)):
            cuts.append((abs(len(left) - len(right)), left, right))
    return [(left, right) for _, left, right in sorted(cuts)[:MOST_CUTS]]


def both_asked(question: str, hits: Sequence[Hit], rank: Rank) -> tuple[Hit, ...]:
    """The two hits that the halves of ``question`` lead to, the better first; () where there are no two.

    Args:
        question: One that stands by itself.
        hits: Ranked for the whole of it.
        rank: The search, for its halves.
    """
    among = [hit for hit in hits[:AMONG] if hit.score >= hits[0].score - BEHIND]
    best: tuple[float, tuple[Hit, ...]] = (APART, ())
    for left, right in halves(question) if len(among) > 1 else []:
        ranked = [rank(left), rank(right)]
        scores = [{hit.theme.id: hit.score for hit in half} for half in ranked]
        for pair in permutations(among, 2):
            ids = [hit.theme.id for hit in pair]
            if [half[0].theme.id for half in ranked] != ids:
                continue
            # The other's theme may not be among the candidates of a half: then it scores below them all.
            others = [scores[0].get(ids[1], ranked[0][-1].score), scores[1].get(ids[0], ranked[1][-1].score)]
            apart = min(half[0].score - other for half, other in zip(ranked, others, strict=True))
            if apart >= best[0]:
                best = apart, tuple(sorted(pair, key=lambda hit: -hit.score))
    return best[1]
