"""What a model does and does not change about an answer of the whole assistant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant import Assistant
from assistant.answer import Answer
from assistant.chain import AnswerChain, Question, Writer
from assistant.checking import SentenceChecker
from tests.model_mode.conftest import ScriptedModel

Ask = Callable[..., tuple[Answer, Answer, ScriptedModel]]

FIRST = "Wat zijn de kritische geluiden over het Techniekpact?"
CARRIED = "Er zijn kritische geluiden over de behoefte aan meer concrete actie. [1]"


@pytest.fixture
def ask(assistant: Assistant, checker: SentenceChecker) -> Ask:
    """A question with the model's replies to it: the answer in quotes, the one with the model, the model."""

    def both(question: str, *replies: list[Any]) -> tuple[Answer, Answer, ScriptedModel]:
        *before, script = replies
        model = ScriptedModel(script=script, before=before)
        chain = AnswerChain(assistant.chain.retriever, writer=Writer(model, checker, 30.0))
        first = chain.invoke(Question(FIRST, mode="quote"))
        history = [{"role": "user", "content": FIRST}, {"role": "assistant", "content": first.text}]
        quoted = chain.invoke(Question(question, history, mode="quote"))
        return quoted, chain.invoke(Question(question, history)), model

    return both


def test_a_rewriting_is_what_the_model_answers_and_moves_no_source(ask: Ask) -> None:
    rewritten = "Wat leverde de robotica aan kritische geluiden op?"
    quoted, written, model = ask("En wie dan?", [rewritten], [CARRIED])
    assert written.mode == "model"
    assert rewritten in model.seen[1][-1].content
    assert [hit.theme.number for hit in written.hits] == [hit.theme.number for hit in quoted.hits]
    assert [citation.theme.number for citation in written.citations] == [7]


def test_a_model_that_finds_nothing_refuses_nothing_and_the_reader_is_told(ask: Ask) -> None:
    quoted, written, _ = ask(FIRST, ["ONBEKEND"])
    assert written.mode == "quote"
    assert written.citations == quoted.citations
    assert "geen antwoord" in written.notice
