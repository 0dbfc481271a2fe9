from __future__ import annotations

from collections.abc import Iterator

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from eval.judge import judge
from eval.results import Result, score_case
from eval.suites import LoadedSuite
from prompts import as_data
from tests.eval.conftest import Recorded


@pytest.fixture
def results(recorded: Recorded, suite: LoadedSuite) -> list[Result]:
    """Three answers that cite something."""
    scored = [score_case("cases", case, recorded, suite.sources[case.document]) for case in suite.cases]
    return [result for result in scored if result.answer.citations][:3]


def test_a_reply_is_read_for_its_yes_or_no(results: list[Result]) -> None:
    judgement = judge(results, _model("Yes.", "**no**, it adds a number", "I cannot tell"), "fake")
    ids = [result.case.id for result in results]
    assert (judgement.faithful, judgement.unfaithful, judgement.unclear) == ([ids[0]], [ids[1]], [ids[2]])
    assert judgement.summary == "50.0% of 2 answers found faithful by fake; unclear: 1"


def test_the_judge_reads_the_passages_and_the_answer(results: list[Result]) -> None:
    read: list[str] = []

    class Reading(GenericFakeChatModel):
        def invoke(self, input: object, *rest: object, **options: object) -> AIMessage:  # type: ignore[override]
            assert isinstance(input, list)
            read.append(input[0][1])
            return AIMessage("yes")

    judge(results[:1], Reading(messages=iter([])), "fake")
    citation, *_ = results[0].answer.citations
    assert f"[1] {as_data(citation.quote)}" in read[0]
    assert as_data(results[0].answer.text) in read[0]


def test_a_judge_that_fails_ends_the_judging_and_says_so(results: list[Result]) -> None:
    judgement = judge(results, _model("yes"), "fake")
    assert judgement.faithful == [results[0].case.id]
    assert judgement.trouble.endswith(f"on {results[1].case.id}")
    assert judgement.trouble in judgement.summary


def _model(*replies: str) -> GenericFakeChatModel:
    messages: Iterator[AIMessage | str] = iter(replies)
    return GenericFakeChatModel(messages=messages)
