"""Draws groups of examples from whole documents: a question and passages that search would show for it.

A group holds the passage that answers first, then passages of the same document that do not, most of them
the nearest by the embedding model; or, for a question that the document leaves open, only such passages.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from index.embedding import ThemeEmbeddings
from reader.examples import Example
from reader.sources import Span
from reader.variants import vary

DOCUMENTS = Path(__file__).with_name("documents.jsonl")

WRONG = {3: 0.6, 5: 0.4}
"""Passages of a group that do not answer, and in which share of the groups there are so many."""

SPARE = 3  # passages among the nearest that a group leaves out
ALWAYS = 1  # so many of the nearest are always among them
DETAILS = frozenset({"detail", "open-detail"})
"""Forms of questions for a detail of what a passage says (which, who, how many, why): stated or left open."""

_OWN_FORM = frozenset({"colloquial", "keywords", "typo"})  # of questions that are used as they were written


@dataclass(frozen=True)
class DocumentQuestion:
    """A question put to a whole document.

    Attributes:
        question: Its words.
        language: Of the question.
        form: What it is like: "plain", "colloquial", "who" and so on.
        home: Place of the passage that answers; None where none does.
        also: Places of other passages that answer as well.
        answer: Offsets in the home passage's text.
    """

    question: str
    language: str
    form: str
    home: int | None = None
    also: frozenset[int] = frozenset()
    answer: Span | None = None


@dataclass(frozen=True)
class StudyDocument:
    """A document that questions are put to.

    Attributes:
        title: Its title.
        passages: (title, text) of each of its themes: the introduction first, the closing last.
        questions: Those that it answers and those that it leaves open.
    """

    title: str
    passages: tuple[tuple[str, str], ...]
    questions: tuple[DocumentQuestion, ...]

    def read_as(self, place: int) -> tuple[str, int]:
        """A passage as the assistant shows it to the reader, and where its text begins in that."""
        title, text = self.passages[place]
        return f"{title}: {text}", len(title) + len(": ")


def study_documents(*, held_out: bool, path: Path = DOCUMENTS) -> list[StudyDocument]:
    """The documents of a file, one JSON object a line: those that no training sees, or the others."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [_document(row) for row in rows if row["held_out"] is held_out]


class DocumentGroups:
    """Draws groups from documents.

    Args:
        documents: To draw from.
        random_numbers: The generator that everything is drawn with.
        embeddings: Say which passages lie near to a question.
    """

    def __init__(
        self,
        documents: Sequence[StudyDocument],
        random_numbers: random.Random,
        embeddings: ThemeEmbeddings | None = None,
    ) -> None:
        self._random = random_numbers
        embeddings = embeddings or ThemeEmbeddings()
        self._shelf = [_Shelved(document, embeddings) for document in documents]
        self._order: list[tuple[_Shelved, DocumentQuestion]] = []

    def draw(self) -> tuple[Example, ...]:
        """One group; the questions come in a random order, again and again."""
        if not self._order:
            all_of_them = [
                (shelved, asked) for shelved in self._shelf for asked in shelved.document.questions
            ]
            self._order = self._random.sample(all_of_them, len(all_of_them))
        shelved, asked = self._order.pop()
        question = asked.question
        if asked.form not in _OWN_FORM:
            question = vary(question, asked.language, self._random)
        near = shelved.nearest[asked.question]
        wrong = [place for place in near if place != asked.home and place not in asked.also]
        count = self._random.choices([*WRONG], [*WRONG.values()])[0]
        chosen = wrong[:ALWAYS]
        rest = wrong[ALWAYS : count + SPARE]
        chosen += self._random.sample(rest, min(count - len(chosen), len(rest)))
        group = [Example(question, shelved.document.read_as(place)[0], None, "document") for place in chosen]
        if asked.home is not None and asked.answer is not None:
            passage, shift = shelved.document.read_as(asked.home)
            span = (asked.answer[0] + shift, asked.answer[1] + shift)
            group.insert(0, Example(question, passage, span, "document"))
        return tuple(group)


class _Shelved:
    """A document with the vectors of its passages."""

    def __init__(self, document: StudyDocument, embeddings: ThemeEmbeddings) -> None:
        self.document = document
        self._embeddings = embeddings

    @cached_property
    def nearest(self) -> dict[str, list[int]]:
        """Of each question the places of the passages, the nearest first."""
        passages = [self.document.read_as(place)[0] for place in range(len(self.document.passages))]
        questions = [asked.question for asked in self.document.questions]
        vectors = self._embeddings.passage_vectors(passages)
        nearest = np.argsort(-(self._embeddings.query_vectors(questions) @ vectors.T), axis=1)
        return dict(zip(questions, nearest.tolist(), strict=True))


def _document(raw: dict[str, Any]) -> StudyDocument:
    passages = tuple((passage["title"], passage["text"]) for passage in raw["passages"])
    questions = []
    for asked in raw["questions"]:
        home, answer = asked.get("home"), asked.get("answer")
        span = None
        if home is not None:
            start = passages[home][1].index(answer)
            span = (start, start + len(answer))
        also = frozenset(asked.get("also", ()))
        questions.append(
            DocumentQuestion(asked["question"], asked["language"], asked["form"], home, also, span)
        )
    return StudyDocument(raw["title"], passages, tuple(questions))
