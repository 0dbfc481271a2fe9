"""Content words, and which of them mean the same, within a language and across the two."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
import snowballstemmer

from assistant.lexicon import load
from assistant.particulars import is_value
from index.embedding import ThemeEmbeddings, Vectors

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_VERB_ENDING = re.compile(r"(?<=\w{4})(?:t|d|de|te|den|ten|en)$")
_FEWEST_SHARED = 5
_MOST_WORDS = 5_000


class WordVectors:
    """Unit vectors of single words, kept once made; safe to use from several threads."""

    def __init__(self, embeddings: ThemeEmbeddings) -> None:
        self._embeddings = embeddings
        self._known: dict[str, Vectors] = {}

    def __call__(self, words: Sequence[str]) -> Vectors:
        """Vectors of ``words``, shape (n, dimensions)."""
        known = self._known
        have = {word: known[word] for word in words if word in known}
        missing = [word for word in dict.fromkeys(words) if word not in have]
        if missing:
            made = dict(zip(missing, self._embeddings.query_vectors(missing), strict=True))
            have |= made
            # Replaced and never changed: another thread may be reading it.
            self._known = have if len(known) > _MOST_WORDS else {**known, **made}
        return np.stack([have[word] for word in words])


@lru_cache(maxsize=4_096)
def content_words(text: str) -> tuple[str, ...]:
    """The words of ``text`` that carry its subject, in small letters, without function words."""
    words = (match.group().casefold() for match in _WORD.finditer(text))
    return tuple(word for word in words if word not in _function() and not is_value(word))


def support(words: Sequence[str], source: Sequence[str], vectors: WordVectors) -> list[float]:
    """How well ``source`` has each of ``words``: 1 for the same stem, else the nearest word's cosine."""
    if not words:
        return []
    if not source:
        return [0.0] * len(words)
    scores = [1.0 if any(same_stem(word, other) for other in source) else 0.0 for word in words]
    unmatched = [word for word, score in zip(words, scores, strict=True) if not score]
    if unmatched:
        nearest = iter((vectors(unmatched) @ vectors(source).T).max(axis=1).tolist())
        scores = [score or float(next(nearest)) for score in scores]
    return scores


def same_stem(word: str, other: str) -> bool:
    """Whether two words share a stem in Dutch or English, or one is a part of the other's compound."""
    if _stems(word) & _stems(other):
        return True
    short, long = sorted((word, other), key=len)
    return len(short) >= _FEWEST_SHARED and (long.startswith(short) or long.endswith(short))


@cache
def _function() -> frozenset[str]:
    words = load("terms")["function"]
    return frozenset({*words["nl"], *words["en"]})


@lru_cache(maxsize=16_384)
def _stems(word: str) -> frozenset[str]:
    bare = re.sub(r"['’]s?$", "", word)
    with _STEMMING:
        parts = [part for part in (bare, *bare.split("-")) if len(part) > 2]
        return frozenset(
            {
                bare,
                _VERB_ENDING.sub("", bare),
                *(stemmer.stemWord(part) for stemmer in _stemmers() for part in parts),
            }
        )


_STEMMING = threading.Lock()
"""Snowball's stemmers keep the word they work on in themselves."""


@cache
def _stemmers() -> tuple[snowballstemmer.stemmer, ...]:
    return snowballstemmer.stemmer("dutch"), snowballstemmer.stemmer("english")
