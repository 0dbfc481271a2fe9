from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eval import intervals
from eval.cases import Case
from eval.ranking import score_rankings
from eval.rivals import bm25_scores

CASE = Case("a", "single", "nl", "d.txt", (), "?", (7,), (3,), True, (), ())


def test_a_theme_that_may_be_cited_is_not_the_right_one_first() -> None:
    scores = score_rankings([CASE], {"a": [3, 7, 1]})
    assert scores["right_first"] == {"a": 0}
    assert scores["among_three"] == {"a": 1}
    assert scores["rr5"] == {"a": 0.5}


def test_unanswerable_and_whole_document_cases_stay_out_of_the_ranking() -> None:
    silent = replace(CASE, id="b", answerable=False, themes=(), may=(), kind="near-miss")
    whole = replace(CASE, id="c", kind="whole")
    scores = score_rankings([CASE, silent, whole], {"a": [7], "b": [1], "c": [1]})
    assert scores["right_first"] == {"a": 1}


def test_a_case_without_hits_counts_as_wrong() -> None:
    other = replace(CASE, id="b")
    assert score_rankings([CASE, other], {"a": [7], "b": []})["right_first"] == {"a": 1, "b": 0}
    assert score_rankings([other], {"b": []})["right_first"] == {"b": 0}


def test_the_order_of_more_than_nine_themes_is_kept() -> None:
    ranking = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert score_rankings([CASE], {"a": ranking})["rr5"] == {"a": 0.2}


def test_both_right_themes_count_for_recall() -> None:
    both = replace(CASE, themes=(1, 2), may=())
    assert score_rankings([both], {"a": [1, 5, 6, 2]})["recall3"] == {"a": 0.5}


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    drawn = np.random.default_rng(1).random((300, 120)) < 0.8
    covered = [low <= 0.8 <= high for low, high in (intervals.of_mean(list(sample)) for sample in drawn)]
    assert 0.9 < np.mean(covered) < 0.99


def test_four_of_four_is_no_certainty() -> None:
    low, high = intervals.of_mean([1, 1, 1, 1])
    assert (round(low, 3), high) == (0.398, 1.0)
    low, high = intervals.of_mean([0, 0, 0, 0])
    assert (low, round(high, 3)) == (0.0, 0.602)


def test_an_interval_does_not_depend_on_when_it_is_asked_for() -> None:
    values = [0.0, 1.0, 1.0, 0.5, 1.0]
    assert intervals.of_mean(values) == intervals.of_mean(values)


def test_the_roc_area_counts_ties_half() -> None:
    assert intervals.auc([2, 3], [1, 2]) == 0.875
    low, high = intervals.of_auc([2, 3, 5, 4], [1, 2, 3, 0])
    assert low < intervals.auc([2, 3, 5, 4], [1, 2, 3, 0]) <= high


@pytest.mark.parametrize("question", ["netwerk", "de netwerken"])
def test_bm25_matches_stems(question: str) -> None:
    scores = bm25_scores([question], ["Het netwerk groeit.", "Een andere zin.", "Nog iets anders."], "nl")
    assert scores[0].argmax() == 0


def test_bm25_gives_a_question_of_unknown_words_nothing() -> None:
    assert not bm25_scores(["xyzzy"], ["Het netwerk groeit.", "Een andere zin."], "nl").any()
