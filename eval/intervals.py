"""How sure a figure is: bootstrap intervals over cases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2_000
LEVEL = 0.95
_SEED = 20231130
_TAILS = (100 * (1 - LEVEL) / 2, 100 * (1 + LEVEL) / 2)

Interval = tuple[float, float]


def of_mean(values: Sequence[float]) -> Interval:
    """Interval of the mean of ``values``, by the percentile bootstrap (Efron & Tibshirani 1993, ch. 13).

    Where all values are 0, or all are 1, resampling finds no spread at all: then it is the exact
    binomial interval (Clopper & Pearson 1934), so that 4 of 4 does not pass for certainty.
    """
    sample = np.asarray(values, dtype=np.float64)
    tail = (1 - LEVEL) / 2
    if (sample == 1).all():
        return float(tail ** (1 / len(sample))), 1.0
    if (sample == 0).all():
        return 0.0, float(1 - tail ** (1 / len(sample)))
    return _percentiles(sample[_draws(len(sample))].mean(axis=1))


def of_difference(gaps: Sequence[float]) -> Interval:
    """Interval of the mean of paired differences, by the same bootstrap."""
    sample = np.asarray(gaps, dtype=np.float64)
    return _percentiles(sample[_draws(len(sample))].mean(axis=1))


def of_auc(positive: Sequence[float], negative: Sequence[float]) -> Interval:
    """Interval of the area under the ROC curve, both sides resampled."""
    return _percentiles(_resampled(positive, negative))


def of_auc_difference(
    positive: Sequence[tuple[float, float]], negative: Sequence[tuple[float, float]]
) -> Interval:
    """Interval of the rise of that area between two ways of scoring the same cases, (one, other) a case."""
    one, other = (_resampled([p[way] for p in positive], [n[way] for n in negative]) for way in (0, 1))
    return _percentiles(other - one)


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Chance that a positive scores above a negative, a tie counting half."""
    return float(_wins(positive, negative).mean())


def _resampled(positive: Sequence[float], negative: Sequence[float]) -> NDArray[np.float64]:
    """The area in each resample; the same resamples for as many cases."""
    rows, columns = _counts(len(positive)), _counts(len(negative))
    areas = ((rows @ _wins(positive, negative)) * columns).sum(axis=1) / (len(positive) * len(negative))
    return np.asarray(areas, dtype=np.float64)


def _wins(positive: Sequence[float], negative: Sequence[float]) -> NDArray[np.float64]:
    above, below = np.asarray(positive)[:, None], np.asarray(negative)[None, :]
    return np.asarray((above > below) + 0.5 * (above == below), dtype=np.float64)


def _draws(n: int) -> NDArray[np.int64]:
    return np.random.default_rng(_SEED + n).integers(0, n, (RESAMPLES, n))


def _counts(n: int) -> NDArray[np.float64]:
    draws = _draws(n)
    counts = np.zeros((RESAMPLES, n))
    np.add.at(counts, (np.arange(RESAMPLES)[:, None], draws), 1)
    return counts


def _percentiles(statistics: NDArray[np.float64]) -> Interval:
    low, high = np.percentile(statistics, _TAILS)
    return float(low), float(high)
