"""Is the right theme first? Scored by ir-measures.

A theme that must be cited has relevance 2 and one that may be cited 1; the measures that ask for a
right theme ask for relevance 2, the one that asks for an accepted theme for 1. Cases that are not ranked
stay out of the qrels: one of ir-measures' two interfaces would count them as zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ir_measures
from ir_measures import RR, R, ScoredDoc, Success, nDCG

from eval.cases import Case

MEASURES = {
    "right_first": Success(rel=2) @ 1,
    "among_three": Success(rel=2) @ 3,
    "accepted_first": Success(rel=1) @ 1,
    "rr5": RR(rel=2) @ 5,
    "recall3": R(rel=2) @ 3,
    "ndcg5": nDCG @ 5,
}


def score_rankings(
    cases: Sequence[Case], rankings: Mapping[str, Sequence[int]]
) -> dict[str, dict[str, float]]:
    """Every measure for every ranked case, by name of the measure and id of the case.

    Args:
        cases: Of any kind; those that are not ranked are left out.
        rankings: Theme numbers, best first, by id of the case.
    """
    ranked = [case for case in cases if case.is_ranked]
    scores = {
        name: {case.id: 0.0 for case in ranked} for name in MEASURES
    }  # a case without any hits scores 0
    qrels = [
        ir_measures.Qrel(case.id, str(theme), relevance)
        for case in ranked
        for themes, relevance in ((case.themes, 2), (case.may, 1))
        for theme in themes
    ]
    run = [
        ScoredDoc(
            case.id, str(theme), 1 / place
        )  # by place alone: equal scores would be put in another order
        for case in ranked
        for place, theme in enumerate(rankings[case.id], start=1)
    ]
    names = {str(measure): name for name, measure in MEASURES.items()}
    if qrels and run:
        for metric in ir_measures.iter_calc(list(MEASURES.values()), qrels, run):
            scores[names[str(metric.measure)]][metric.query_id] = float(metric.value)
    return scores
