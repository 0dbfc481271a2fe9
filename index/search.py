"""A question becomes ranked Hits.

The score of a theme is the mean of its cosine and its best clause's cosine, plus a small share for
character 4-grams of the question that occur in it: the first carries meaning, the second names and
rare words, and the third is sound under typing errors and inflection.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, PrivateAttr

from index.embedding import Vectors
from index.store import ThemeStore
from index.themes import Theme

OVERLAP_WEIGHT = 0.10
"""Right theme first on the tuning cases is flat from .05 to .20."""

CANDIDATES = 24
"""Themes that are scored in full; the nearest by cosine."""

_GRAM = 4


@dataclass(frozen=True)
class Hit:
    """A theme that was scored for a question.

    Attributes:
        theme: The theme.
        score: What it is ranked by: (cosine + clause_cosine) / 2 + weight × overlap.
        cosine: Of question and theme, -1 to 1.
        clause_cosine: Of question and the theme's best clause.
        overlap: Share of the question's character 4-grams that occur in the theme, 0 to 1.
        clause: Offsets of that clause in the document's text.
    """

    theme: Theme
    score: float
    cosine: float
    clause_cosine: float
    overlap: float
    clause: tuple[int, int] = field(default=(0, 0))


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
        hits = []
        for (theme, cosine), clauses in zip(nearest, self.store.clauses([t for t, _ in nearest]), strict=True):
            overlap = len(grams & self._theme_grams(theme)) / len(grams) if grams else 0.0
            clause_cosine, clause = cosine, (theme.quote_start, theme.end)
            if len(clauses.spans):
                cosines = clauses.vectors @ vector
                best = int(np.argmax(cosines))
                clause_cosine, clause = float(cosines[best]), clauses.spans[best]
            score = (cosine + clause_cosine) / 2 + OVERLAP_WEIGHT * overlap
            hits.append(Hit(theme, score, cosine, clause_cosine, overlap, clause))
        return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.theme.id)))

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[LangChainDocument]:
        return [as_langchain_document(hit) for hit in self.rank(query)[: self.k]]

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
    return frozenset(joined[at : at + _GRAM] for at in range(len(joined) - _GRAM + 1)) if words else frozenset()


def theme_similarity(vectors: Vectors) -> Sequence[Sequence[float]]:
    """Cosine of every pair of themes, shape (n, n)."""
    similarity: list[list[float]] = (vectors @ vectors.T).tolist()
    return similarity
