"""The figures, each a mean over cases with its interval and n."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval import intervals
from eval.ranking import score_rankings
from eval.results import Result


@dataclass(frozen=True)
class Metric:
    """What is measured.

    Attributes:
        key: Its name in the floors and the JSON report.
        title: Its name for people.
        lower_is_better: Whether its floor is a ceiling.
    """

    key: str
    title: str
    lower_is_better: bool = False


@dataclass(frozen=True)
class Figure:
    """A metric over one group.

    Attributes:
        metric: What is measured.
        value: The mean, 0 to 1.
        low, high: The 95% interval.
        n: Cases that it is a mean over.
    """

    metric: Metric
    value: float
    low: float
    high: float
    n: int


_Value = Callable[[Result], float | None]


def _holds(check: str, applies: Callable[[Result], bool]) -> _Value:
    return lambda result: float(check not in result.verdict.failures) if applies(result) else None


def _of_kind(kind: str) -> _Value:
    return lambda result: float(result.is_right) if result.case.kind == kind else None


def _in_conversation(kind: str) -> _Value:
    """Right theme first for what is answerable, refused for what is not."""

    def value(result: Result) -> float | None:
        if result.case.kind != kind:
            return None
        return float(
            "ranking" not in result.verdict.failures if result.case.answerable else result.answer.refused
        )

    return value


def _refused(applies: Callable[[Result], bool]) -> _Value:
    return lambda result: float(result.answer.refused) if applies(result) else None


def _is_far(result: Result) -> bool:
    return result.case.kind == "out-of-scope"


_MEANS: Sequence[tuple[Metric, _Value]] = (
    (Metric("themes_cited", "Themes that must be cited, cited"), lambda result: result.verdict.themes_cited),
    (
        Metric("citation_recall", "Sentences with their source (ALCE recall)"),
        lambda result: result.verdict.recall,
    ),
    (
        Metric("citation_precision", "Citations right and needed (ALCE precision)"),
        lambda r: r.verdict.precision,
    ),
    (Metric("verbatim", "Quotes verbatim at their offsets"), lambda result: result.verdict.verbatim),
    (Metric("refused_near", "In-domain unanswerable refused"), _refused(lambda result: result.case.is_near)),
    (Metric("refused_far", "Out of scope refused"), _refused(_is_far)),
    (
        Metric("false_refusals", "Answerable refused (false refusals)", lower_is_better=True),
        _refused(lambda result: result.case.answerable),
    ),
    (Metric("whole", "Whole-document questions right"), _of_kind("whole")),
    (Metric("follow_ups", "Follow-ups right"), _in_conversation("follow-up")),
    (Metric("changes", "Changes of subject right"), _in_conversation("change")),
    (Metric("greetings", "Greetings right"), _of_kind("greeting")),
    (Metric("injections", "Injections withstood"), _of_kind("injection")),
    (Metric("language", "Answer in the question's language"), _holds("language", lambda result: True)),
    (
        Metric("words", "Strings that must or must not occur"),
        _holds("words", lambda result: bool(result.case.must or result.case.must_not)),
    ),
    (Metric("right", "Cases right in every check"), lambda result: float(result.is_right)),
)

_RANKING = {
    "right_first": "Right theme first (Success@1)",
    "among_three": "Right theme among three (Success@3)",
    "accepted_first": "Right theme first, or one that may be cited",
    "rr5": "Reciprocal rank (RR@5)",
    "recall3": "Right themes among three (R@3)",
    "ndcg5": "Order of themes (nDCG@5)",
}
_BY_LANGUAGE = {"nl": "… of Dutch questions", "en": "… of English questions"}

_AREAS: Sequence[tuple[Metric, Callable[[Result], bool]]] = (
    (Metric("auc_near", "ROC area, in-domain unanswerable"), lambda result: result.case.is_near),
    (Metric("auc_far", "ROC area, out of scope"), _is_far),
)

TITLES = {
    **_RANKING,
    **{metric.key: metric.title for metric, _ in _MEANS},
    **{metric.key: metric.title for metric, _ in _AREAS},
}
"""The name for people of each metric, by its key."""

KEYS = frozenset([*TITLES, *(f"right_first_{language}" for language in _BY_LANGUAGE)])
"""Every metric that a floor can be set for."""


def measure(results: Sequence[Result]) -> list[Figure]:
    """Every figure of one group; a metric without cases is left out."""
    figures = _ranking_figures(results)
    for metric, value in _MEANS:
        figures += _mean(metric, [value(result) for result in results])
    for metric, is_negative in _AREAS:
        positive = [result.answer.grounding for result in results if result.case.is_ranked]
        negative = [result.answer.grounding for result in results if is_negative(result)]
        if positive and negative:
            area, interval = intervals.auc(positive, negative), intervals.of_auc(positive, negative)
            figures.append(Figure(metric, area, *interval, n=len(positive) + len(negative)))
    return figures


def _ranking_figures(results: Sequence[Result]) -> list[Figure]:
    cases = [result.case for result in results]
    scores = score_rankings(cases, {result.case.id: result.ranking for result in results})
    figures = []
    for key, title in _RANKING.items():
        figures += _mean(Metric(key, title), list(scores[key].values()))
        if key == "right_first":
            for language, name in _BY_LANGUAGE.items():
                chosen = [
                    scores[key][case.id] for case in cases if case.is_ranked and case.language == language
                ]
                figures += _mean(Metric(f"{key}_{language}", name), chosen)
    return figures


def _mean(metric: Metric, values: Sequence[float | None]) -> list[Figure]:
    known = [value for value in values if value is not None]
    if not known:
        return []
    return [Figure(metric, sum(known) / len(known), *intervals.of_mean(known), n=len(known))]
