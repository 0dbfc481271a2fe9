"""A question becomes ranked Hits.

The score of a theme is the mean of its cosine and its best clause's cosine, plus a small share for
character 4-grams of the question that occur in it (names, rare words; sound under typing errors),
less what the theme gets from any question whatever: some texts lie near to all questions, and
subtracting a theme's mean similarity to generic ones corrects for it, as cross-domain similarity
local scaling does (Conneau et al. 2018, "Word translation without parallel data").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, PrivateAttr

from index.embedding import Vectors
from index.rows import BACKGROUND
from index.store import ThemeStore
from index.themes import Theme

OVERLAP_WEIGHT = 0.10
"""Right theme first on the tuning cases is flat from .05 to .20."""

POPULARITY_WEIGHT = 0.75
"""Right theme first on the tuning cases of the main document rises from .88 at 0 to .92 from .5 on;
on the eight tuning documents it stays at .91."""

CANDIDATES = 24
"""Themes that are scored in full; the nearest by cosine."""

_GRAM = 4


@dataclass(frozen=True)
class Hit:
    """A theme that was scored for a question.

    Attributes:
        theme: The theme.
        score: What it is ranked by; see the module's text.
        cosine: Of question and theme, -1 to 1.
        clause_cosine: Of question and the theme's best clause.
        overlap: Share of the question's character 4-grams that occur in the theme, 0 to 1.
        clause: Offsets of that clause in the document's text.
        reading: Log odds, by a trained reader, that the theme answers; None where none read it.
        span: Offsets of what the reader holds for the answer; None likewise.
    """

    theme: Theme
    score: float
    cosine: float
    clause_cosine: float
    overlap: float
    clause: tuple[int, int]
    reading: float | None = None
    span: tuple[int, int] | None = None


class ThemeRetriever(BaseRetriever):
    """LangChain's retriever over a ThemeStore.

    Attributes:
        store: The open index.
        k: How many themes ``invoke`` returns.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    store: ThemeStore
    k: int = 4
    _grams: dict[str, frozenset[str]] = PrivateAttr(default_factory=dict)
    _popularity: dict[str, float] = PrivateAttr(default_factory=dict)
    _background: Vectors = PrivateAttr()

    def model_post_init(self, context: object, /) -> None:
        """Read the generic questions' vectors once."""
        super().model_post_init(context)
        self._background = self.store.companions(BACKGROUND)[1]

    def rank(self, question: str, vector: Vectors | None = None) -> tuple[Hit, ...]:
        """Every candidate theme with its score, best first.

        Args:
            question: The question's words.
            vector: Its unit vector, where the caller has it already; shape (dimensions,).
        """
        if vector is None:
            vector = self.store.embeddings.query_vectors([question])[0]
        nearest = self.store.nearest(vector, CANDIDATES)
        grams = four_grams(question)
        themes = [theme for theme, _ in nearest]
        popularity = self._popularities(themes)
        hits = []
        for (theme, cosine), clauses in zip(nearest, self.store.clauses(themes), strict=True):
            overlap = len(grams & self._theme_grams(theme)) / len(grams) if grams else 0.0
            clause_cosine, clause = cosine, (theme.quote_start, theme.end)
            if len(clauses.spans):
                cosines = clauses.vectors @ vector
                best = int(np.argmax(cosines))
                clause_cosine, clause = float(cosines[best]), clauses.spans[best]
            score = (cosine + clause_cosine) / 2 + OVERLAP_WEIGHT * overlap
            score -= POPULARITY_WEIGHT * (popularity[theme.id] - self._usual_popularity)
            hits.append(Hit(theme, score, cosine, clause_cosine, overlap, clause))
        return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.theme.id)))

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[LangChainDocument]:
        return [as_langchain_document(hit) for hit in self.rank(query)[: self.k]]

    @cached_property
    def _usual_popularity(self) -> float:
        """Mean popularity of the nearest themes of an average question; keeps scores near cosines."""
        mean = self._background.mean(axis=0)
        themes = [theme for theme, _ in self.store.nearest(mean / np.linalg.norm(mean), CANDIDATES)]
        return float(np.mean(list(self._popularities(themes).values())))

    def _popularities(self, themes: Sequence[Theme]) -> dict[str, float]:
        """Mean similarity of each theme (whole and best clause) to the generic questions."""
        missing = [theme for theme in themes if theme.id not in self._popularity]
        if missing:
            vectors = self.store.vectors(missing)
            for theme, vector, clauses in zip(missing, vectors, self.store.clauses(missing), strict=True):
                whole = float((self._background @ vector).mean())
                best = (
                    (clauses.vectors @ self._background.T).max(axis=0).mean() if len(clauses.spans) else whole
                )
                self._popularity[theme.id] = (whole + float(best)) / 2
        return {theme.id: self._popularity[theme.id] for theme in themes}

    def _theme_grams(self, theme: Theme) -> frozenset[str]:
        if theme.id not in self._grams:
            self._grams[theme.id] = four_grams(theme.text)
        return self._grams[theme.id]


def as_langchain_document(hit: Hit) -> LangChainDocument:
    """A hit as LangChain passes it on, with the offsets that a citation needs."""
    theme = hit.theme
    metadata: dict[str, Any] = {
        "document": theme.document.name,
        "number": theme.number,
        "title": theme.title,
        "start": theme.start,
        "end": theme.end,
        "score": hit.score,
    }
    return LangChainDocument(page_content=theme.text, metadata=metadata, id=theme.id)


def four_grams(text: str) -> frozenset[str]:
    """Character 4-grams of the words of ``text``, without case and accents, over word boundaries."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(r"[^\W_]+", "".join(char for char in folded if not unicodedata.combining(char)))
    joined = f" {' '.join(words)} "
    return (
        frozenset(joined[at : at + _GRAM] for at in range(len(joined) - _GRAM + 1)) if words else frozenset()
    )
