"""Which themes speak against: a problem, a shortfall, a call for something better?

Told by two things together: how far a theme's clauses lie in the direction from sentences of praise
to sentences of criticism (``criticism.json``, each language's own), and how many of its words are ones
that such passages are made with (``criticism_words.txt``). Neither knows any document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from index.embedding import Vectors
from index.rows import Companion
from index.store import ThemeStore
from index.themes import Theme

CRITICAL_FROM = 0.04
"""From here on a theme counts as critical: rather one too many on the page than one too few.

On 11 documents of other subjects, 78 themes labelled by one person (doubtful ones left out), 43 of them
critical: 38 are found, with 18 of the 35 others; AUC .80. On the main document both of its two, and none
other. The sentences and words were written by who had read all of these, so expect less elsewhere.
"""

WORD_WEIGHT = 0.03
"""A word's share of the score; without it the AUC on those documents is .73 to .76."""

_MOST_WORDS = 3

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class CriticalTheme:
    """A theme that speaks against, its score and the offsets of its most critical clause."""

    theme: Theme
    score: float
    clause: tuple[int, int]


def companions() -> list[Companion]:
    """The sentences of criticism and praise, to be embedded beside the themes."""
    return [
        Companion(kind, text)
        for kind, languages in _sentences().items()
        for texts in languages.values()
        for text in texts
    ]


def critical_themes(store: ThemeStore) -> list[CriticalTheme]:
    """The critical ones of all themes in ``store``, the most critical first."""
    direction = _direction(store)
    found = []
    for theme, clauses in zip(store.themes, store.clauses(store.themes), strict=True):
        if not clauses.spans:
            continue
        along = clauses.vectors @ direction
        best = int(np.argmax(along))
        score = float(along[best]) + WORD_WEIGHT * min(_MOST_WORDS, _critical_words(theme.body))
        if score >= CRITICAL_FROM:
            found.append(CriticalTheme(theme, score, clauses.spans[best]))
    return sorted(found, key=lambda critical: -critical.score)


def _direction(store: ThemeStore) -> Vectors:
    """Unit vector from praise to criticism."""
    difference = store.companions("criticism")[1].mean(axis=0) - store.companions("praise")[1].mean(axis=0)
    return np.asarray(difference / np.linalg.norm(difference), dtype=np.float32)


def _critical_words(text: str) -> int:
    return len(set(re.findall(r"\w+", text.lower())) & _words())


@cache
def _sentences() -> Mapping[str, Mapping[str, Sequence[str]]]:
    loaded: dict[str, dict[str, list[str]]] = json.loads((_FOLDER / "criticism.json").read_text("utf-8"))
    return loaded


@cache
def _words() -> frozenset[str]:
    return frozenset((_FOLDER / "criticism_words.txt").read_text("utf-8").split())
