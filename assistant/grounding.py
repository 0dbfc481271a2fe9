"""Does the document answer this?

Two things can be wrong with a question: the document is not about its subject at all, or it is, and
leaves open what was asked. Each is a logistic regression over a few signals, with its zero moved to
where it refuses; the weaker of the two decides. (Their product, or one regression for both, lets more of
one sort or the other pass at the same share of false refusals.) The fitted numbers lie in
``calibration/grounding.json``, beside the script that fits them; a signal is added by naming it in
``signals`` and in the script, and fitting anew.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assistant.answer import Outcome
from assistant.conversation import Request
from assistant.prototypes import Prototypes, nearness
from index.search import Hit

_FITTED = Path(__file__).parent / "calibration" / "grounding.json"
_NEAREST = 3

REFUSED_BELOW = 0.5


@dataclass(frozen=True)
class Regression:
    """A fitted logistic regression over named signals.

    Attributes:
        weights: One a signal, for the signal as measured (standardisation is folded in).
        intercept: The log odds where every signal is 0.
    """

    weights: Mapping[str, float]
    intercept: float

    def probability(self, signals: Mapping[str, float]) -> float:
        """Between 0 and 1."""
        odds = self.intercept + sum(weight * signals[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, odds))))


@dataclass(frozen=True)
class Calibration:
    """How signals become a decision.

    Attributes:
        topic: Whether the document is about the subject of the question.
        detail: Whether it states what is asked about that subject.
        answered_from: Score from which a question counts as answered; from 0.5 it is "related".
        several_within: A further theme is cited when its score is within this of the best one's.
    """

    topic: Regression
    detail: Regression
    answered_from: float
    several_within: float

    def score(self, signals: Mapping[str, float]) -> float:
        """Between 0 and 1; under 0.5 the question is refused."""
        return min(self.topic.probability(signals), self.detail.probability(signals))

    def outcome(self, score: float) -> Outcome:
        """answered, related or refused."""
        if score < REFUSED_BELOW:
            return "refused"
        return "answered" if score >= self.answered_from else "related"


@cache
def calibration(with_reader: bool) -> Calibration:
    """The fitted numbers, for the assistant with or without its trained reader."""
    fitted = json.loads(_FITTED.read_text("utf-8"))["with_reader" if with_reader else "without_reader"]
    return Calibration(
        Regression(**fitted["topic"]),
        Regression(**fitted["detail"]),
        fitted["answered_from"],
        fitted["several_within"],
    )


def signals(request: Request, hits: Sequence[Hit], prototypes: Prototypes) -> dict[str, float]:
    """What is measured of a question and its ranked themes.

    - score: of the best theme.
    - spread: that less the mean of all candidates.
    - overlap: the largest share of the question's 4-grams in a theme.
    - off_topic: the best similarity less the mean of the nearest statements on other subjects.
    - request: how much nearer the question is to questions of content than to requests for something
      else (a poem, the weather, to forget one's instructions).
    - unstated: the best similarity less that of the nearest statement which the document leaves out.
    - unstated_mean: the same of the two best themes, against the three nearest such statements.
    - reader: the reader's best log odds over the themes it read; reader_first: those of the best theme;
      reader_second: the second best. All 0 without a reader.
    """
    best = [(hit.cosine + hit.clause_cosine) / 2 for hit in hits]
    highest = max(best)
    unstated = prototypes.unstated[hits[0].theme.document.name] @ request.vector
    readings = [hit.reading for hit in hits if hit.reading is not None] or [0.0]
    ordered = sorted(readings, reverse=True)
    return {
        "score": hits[0].score,
        "spread": hits[0].score - float(np.mean([hit.score for hit in hits])),
        "overlap": max(hit.overlap for hit in hits),
        "off_topic": highest - nearness(request.vector, prototypes.off_topic, _NEAREST),
        "request": nearness(request.vector, prototypes.kinds["content"], _NEAREST)
        - nearness(request.vector, prototypes.kinds["other"], _NEAREST),
        "unstated": highest - float(unstated.max()),
        "unstated_mean": float(np.mean(best[:2])) - float(np.sort(unstated)[-_NEAREST:].mean()),
        "reader": ordered[0],
        "reader_first": readings[0],
        "reader_second": ordered[min(1, len(ordered) - 1)],
    }


def carrying(hits: Sequence[Hit], within: float, most: int = 3) -> tuple[Hit, ...]:
    """The best hit and those that score nearly as well: the themes that answer together."""
    return tuple(hit for hit in hits[:most] if hit.score >= hits[0].score - within)
