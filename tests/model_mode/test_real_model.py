"""With a real model at TECHNIEKPACT_MODEL_URL: run by hand with ``pytest -m model``."""

from __future__ import annotations

import os

import pytest

from assistant.answer import Language
from assistant.checking import SentenceChecker
from assistant.model import open_model
from assistant.settings import Settings
from assistant.writing import write
from index.themes import Theme

QUESTIONS = [
    ("Wat heeft de samenwerking betekend voor de netwerken?", "nl", ("1", "10", "5", "11")),
    ("Welke kritische geluiden zijn er?", "nl", ("7", "6", "8", "2")),
    ("How do participants look back on the role of the Techniekpact?", "en", ("5", "9", "11", "1")),
]


@pytest.mark.model
@pytest.mark.parametrize(("question", "language", "names"), QUESTIONS)
def test_every_sentence_that_is_shown_cites_a_passage_and_a_failure_says_why(
    question: str,
    language: Language,
    names: tuple[str, ...],
    checker: SentenceChecker,
    themes: dict[str, Theme],
) -> None:
    settings = Settings.from_environment()
    if not os.environ.get("TECHNIEKPACT_MODEL_URL"):
        pytest.fail("TECHNIEKPACT_MODEL_URL is not set")
    passages = [themes[name] for name in names]

    *_, last = write(question, language, passages, open_model(settings), checker, settings.model_timeout)
    numbers = [citation.number for citation in last.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    for sentence in last.sentences:
        assert sentence.citations
        assert set(sentence.citations) <= set(numbers)
    assert last.status != "failed" or last.notice
