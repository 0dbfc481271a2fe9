"""The reader changes the order of the themes that it read; none that it did not read overtakes one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import cast

from assistant import Assistant
from assistant.reading import HOPELESS, READ, READ_FIRST, SURE, read
from reader import Reader, Reading


class _Decided:
    """Holds the passages with certain words for the answer, with certain odds, and no other."""

    def __init__(self, words: str, odds: float = 6.0) -> None:
        self._words, self._odds = words, odds

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        return [
            Reading(self._odds if self._words in passage else -6.0, 0, len(passage)) for passage in passages
        ]


class _Listening(_Decided):
    """Notes what it is given to read, and finds no answer in it."""

    def __init__(self) -> None:
        super().__init__("", -6.0)
        self.questions: list[str] = []
        self.passages: list[str] = []

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        self.questions.append(question)
        self.passages.extend(passages)
        return super().read(question, passages)


def test_a_theme_that_the_reader_is_sure_of_overtakes_one_that_scored_a_little_better(
    assistant: Assistant,
) -> None:
    request, read_hits, _ = assistant.chain.examine("Wat zegt het stuk over samenwerking en netwerken?")
    hits = assistant.chain.retriever.rank(request.text, request.vector)
    second = next(hit.theme for hit in hits[1:READ] if hit.theme.number)
    ranked = read(cast(Reader, _Decided(second.body)), request, hits)
    assert ranked[0].theme == second
    assert [hit.theme for hit in ranked[READ:]] == [hit.theme for hit in hits[READ:]]
    assert all(after.score <= before.score for before, after in pairwise(ranked))
    assert {hit.theme for hit in ranked} == {hit.theme for hit in read_hits}


def test_a_question_that_only_names_something_is_about_the_one_theme_that_mentions_it(
    assistant: Assistant,
) -> None:
    for question, first in (
        ("Wat is Techniek Tastbaar?", 8),
        ("Waarom is Techniek Tastbaar genoemd?", 8),
        ("Tell me about the Fieldlab", 4),
    ):
        request, _, _ = assistant.chain.examine(question)
        hits = assistant.chain.retriever.rank(request.text, request.vector)
        other = next(hit.theme for hit in hits[:READ] if hit.theme.number != first)
        ranked = read(cast(Reader, _Decided(other.body)), request, hits)
        assert [hit.theme.number for hit in ranked[:2]] == [first, other.number]
        assert ranked[0].score > ranked[1].score


def test_what_stands_before_the_first_theme_is_read_without_date_and_title(assistant: Assistant) -> None:
    listening = _Listening()
    question = "What were the participants asked before the annual conference?"
    request, _, _ = assistant.chain.examine(question)
    ranked = read(cast(Reader, listening), request, assistant.chain.retriever.rank(request.text))
    before = next(hit.theme for hit in ranked if hit.theme.number == 0)
    words = next(passage for passage in listening.passages if passage in before.body)
    assert before.title not in words and words.startswith("Voorafgaand")
    answer = assistant.ask(question)
    assert answer.outcome != "refused"
    assert answer.citations[0].theme == before


def test_the_last_passages_are_read_only_where_the_first_leave_doubt(assistant: Assistant) -> None:
    request, _, _ = assistant.chain.examine("Wat zegt het stuk over samenwerking en netwerken?")
    hits = assistant.chain.retriever.rank(request.text, request.vector)
    for odds, count in ((SURE, READ_FIRST), (0.0, READ), (HOPELESS, READ_FIRST)):
        ranked = read(cast(Reader, _Decided("", odds)), request, hits)
        assert {hit.theme for hit in ranked if hit.reading is not None} == {hit.theme for hit in hits[:count]}
    second = next(hit.theme for hit in hits[1:READ_FIRST] if hit.theme.number)
    ranked = read(cast(Reader, _Decided(second.body)), request, hits)
    assert sum(hit.reading is not None for hit in ranked) == READ_FIRST


def test_what_the_question_before_was_answered_with_does_not_answer_the_next(assistant: Assistant) -> None:
    first = "Wat is Techniek Tastbaar?"
    history = [
        {"role": "user", "content": first},
        {"role": "assistant", "content": assistant.ask(first).text},
    ]
    assert assistant.ask("En hoeveel heeft dat gekost?", history).outcome != "answered"
    assert assistant.ask("Kun je daar meer over vertellen?", history).outcome == "answered"


def test_a_question_about_the_document_and_one_that_quotes_a_title_are_not_read(assistant: Assistant) -> None:
    for question in ("Waar gaat dit document over?", assistant.examples("nl")[0]):
        assert all(hit.reading is None for hit in assistant.chain.examine(question)[1])


def test_of_a_question_what_the_document_says_about_something_that_is_what_is_read(
    assistant: Assistant,
) -> None:
    for question in ("Wat zegt het document over robotica?", "What does the document say about robotics?"):
        answer = assistant.ask(question)
        assert answer.outcome == "answered" and answer.citations[0].theme.number == 4


def test_who_or_how_many_is_not_lost_from_what_is_read(assistant: Assistant) -> None:
    listening = _Listening()
    questions = ["Wie heeft geschreven over robotica?", "How many people were asked about robotics?"]
    for question in questions:
        request, _, _ = assistant.chain.examine(question)
        read(cast(Reader, listening), request, assistant.chain.retriever.rank(request.text))
    assert listening.questions == questions


def test_a_follow_up_is_read_by_itself_and_may_change_the_order(assistant: Assistant) -> None:
    history = [{"role": "user", "content": "Wat zegt het stuk over samenwerking en netwerken?"}]
    request, _, _ = assistant.chain.examine("En wat levert dat op?", history)
    assert request.follows
    hits = assistant.chain.retriever.rank(request.text, request.vector)
    listening = _Listening()
    read(cast(Reader, listening), request, hits)
    assert set(listening.questions) == {"En wat levert dat op?"}
    near = [replace(hit, score=hits[0].score - 0.01 * place) for place, hit in enumerate(hits)]
    second = next(hit.theme for hit in near[1:READ_FIRST] if hit.theme.number)
    ranked = read(cast(Reader, _Decided(second.body)), request, near)
    assert ranked[0].theme == second
