"""A question about the document as a whole is told from one about a part of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant import Assistant, embedded
from assistant.conversation import WHOLE_KINDS
from assistant.prototypes import lasting_companions
from index.embedding import ThemeEmbeddings

ASKED = [json.loads(line) for line in Path(__file__).with_name("whole.jsonl").read_text("utf-8").splitlines()]
"""Questions that are not among the prototypes, with their kind."""


def test_most_questions_about_the_whole_are_recognised_and_none_about_a_part(assistant: Assistant) -> None:
    kinds = {row["question"]: assistant.chain.examine(row["question"])[0].kind for row in ASKED}
    whole = [row for row in ASKED if row["kind"] in WHOLE_KINDS]
    assert sum(kinds[row["question"]] in WHOLE_KINDS for row in whole) / len(whole) >= 0.8
    assert sum(kinds[row["question"]] == row["kind"] for row in whole) / len(whole) >= 0.7
    assert [row for row in ASKED if row not in whole and kinds[row["question"]] in WHOLE_KINDS] == []


@pytest.mark.parametrize(
    ("question", "themes"),
    [
        ("Ik ga dit niet allemaal lezen hoor, wat is de strekking?", {11}),
        ("I have five minutes before the meeting: what is the main message?", {11}),
        ("Hoe oud is dit stuk eigenlijk?", {0}),
        ("Kunt u mij de lijst van thema's geven?", set(range(1, 11))),
    ],
)
def test_a_question_about_the_whole_is_answered_from_the_whole(
    assistant: Assistant, question: str, themes: set[int]
) -> None:
    cited = {citation.theme.number for citation in assistant.ask(question).citations}
    assert themes <= cited


def test_the_vectors_that_are_shipped_are_those_of_the_bundled_model(embeddings: ThemeEmbeddings) -> None:
    companions = embedded.with_vectors(lasting_companions(), embeddings.fingerprint)
    assert [companion.text for companion in companions if companion.vector is None] == [], (
        "python -m assistant.calibration.embed is due"
    )
    for companion in companions[::25]:
        embed = embeddings.query_vectors if companion.is_query else embeddings.passage_vectors
        assert float(embed([companion.text])[0] @ companion.vector) > 0.999, companion.text
    others = embedded.with_vectors(lasting_companions(), "another")
    assert all(companion.vector is None for companion in others)
