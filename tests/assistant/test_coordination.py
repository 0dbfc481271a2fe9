"""A question that two themes answer together cites both; one that one theme answers cites one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from assistant import Assistant
from assistant.coordination import both_asked, halves


@pytest.mark.parametrize(
    ("question", "themes"),
    [
        ("Welke rol speelde het Techniekpact, en wat blijft een uitdaging bij jongeren?", {5, 6}),
        ("Wat zijn de successen in de robotica en wat zijn de kritische geluiden?", {4, 7}),
        ("What was said about robotics and about the place of technology in education?", {2, 4}),
    ],
)
def test_both_themes_of_a_double_question_are_cited(
    assistant: Assistant, question: str, themes: set[int]
) -> None:
    answer = assistant.ask(question)
    assert {citation.theme.number for citation in answer.citations} == themes
    assert [citation.number for citation in answer.citations] == [1, 2]


def test_a_question_with_and_in_it_that_one_theme_answers_cites_that_one(assistant: Assistant) -> None:
    answer = assistant.ask("Heeft het pact publieke en private partijen samengebracht?")
    assert [citation.theme.number for citation in answer.citations] == [5]


def test_a_theme_that_is_no_candidate_for_the_other_half_stops_nothing() -> None:
    """Of many themes a half ranks some only."""
    robots, music, other = (SimpleNamespace(theme=SimpleNamespace(id=name), score=0.9) for name in "abc")

    def rank(half: str) -> Any:
        return [robots if "robotica" in half else music, other]

    question = "Wat kostte de robotica en wat vonden ouderen van muziekles?"
    assert both_asked(question, cast("Any", [robots, music]), rank) == ()
    other.score = 0.5
    assert both_asked(question, cast("Any", [robots, music]), rank) == (robots, music)


def test_halves_are_cut_where_both_name_a_subject() -> None:
    assert halves("Wat ging er mis, en wat wordt er geadviseerd?") == [
        ("Wat ging er mis", "wat wordt er geadviseerd?")
    ]
    assert halves("Wat is de kritiek?") == []
    assert halves("Hoe gaat dat en hoe niet?") == []
