"""What kind of question is it, and what does a follow-up refer to?

Kinds are learned from prototype questions (``prototypes.json``), never looked up in a list of sentences. A
follow-up is told by its form: few words of content, and a word that points back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from assistant.answer import Language
from assistant.language import detect
from assistant.prototypes import Prototypes, nearness, words_of
from assistant.wording import say
from index.embedding import ThemeEmbeddings, Vectors

History = Sequence[Mapping[str, str]]
Kind = Literal["theme", "about", "date", "list", "summary", "greeting"]

WHOLE_KINDS: tuple[Kind, ...] = ("about", "date", "list", "summary")

WHOLE_ODDS = 1.75
"""Least log odds of a whole-document kind against a question of content.

9 of the 1,355 questions of content in the tuning cases lie above (11 at 1.5, 14 at 1), and 26 of 32 questions
about a document as a whole that are not among the prototypes (``tests/assistant/whole.jsonl``).
"""

WHOLE_ODDS_OF_FOLLOW_UP = 1.0
"""The same for a question in the form of a follow-up; only a list or a date is then asked of the whole.

"Why?", "since when?" and "for example?" lie near the prototypes too. Of 187 follow-ups and changes of subject
in the tuning cases none comes out as asking for either.
"""

GREETING_MARGIN = 0.02
"""All 5 greetings of the tuning cases lie above .04, all else below .012."""

ONLY_BEFORE = 0.8
"""Weight of the turn before in a search for a question without any word of content."""

_NEAREST = 2

_BACK = re.compile(
    r"^(?:en|and|maar|but|ok[ée]?|oké)\b|\b(?:daar\w*|hier\w*|dat|die|deze|dit|ze|zij|hij|hem|hun|er|dan|"
    r"that|this|these|those|they|them|it|there|he|she|then|else)\b",
    re.IGNORECASE,
)
_PART_END = re.compile(r"(?<=[.!?:;])\s+")
_QUOTED = re.compile(r"[“\"„]([^“”\"„]{20,})[”\"]")
_SHORT = 3


@dataclass(frozen=True)
class Request:
    """A question as the rest of the chain needs it.

    Attributes:
        question: As asked, without white space at its ends.
        language: Of the question.
        kind: "theme" for a question of content; otherwise what it asks about the document as a whole,
            or "greeting".
        text: The words to search with; a follow-up's are joined by those of the question before.
        vector: Unit vector to search with, shape (dimensions,).
        follows: Whether it was read as a follow-up.
        alone: A follow-up with words of content, read by itself; None for anything else.
    """

    question: str
    language: Language
    kind: Kind
    text: str
    vector: Vectors
    follows: bool
    alone: Request | None = None


def understand(
    question: str, history: History, embeddings: ThemeEmbeddings, prototypes: Prototypes, default: Language
) -> Request:
    """Read ``question`` in the light of the turns before it.

    Args:
        question: The question.
        history: The turns so far, oldest first.
        embeddings: The model that the prototypes were embedded with.
        prototypes: The kinds of question.
        default: The language to assume where neither question nor history tells.
    """
    history = _without_greetings(history)
    asked = [
        turn["content"] for turn in history if turn.get("role") == "user" and turn.get("content", "").strip()
    ]
    language = detect(question, detect(asked[-1], default) if asked else default)
    parts = _parts(question)
    texts = [question, *parts[-1:]] if len(parts) > 1 else [question]
    vectors = embeddings.query_vectors(texts)
    weight = _weight_of_before(question) if asked else 0.0
    kind = _kind(
        vectors, prototypes, *_whole_kinds(question, follows=weight > 0 and _has_form_of_follow_up(question))
    )
    # "Go on" has no content of its own, "Thanks" has; and whoever asks something in a conversation goes on.
    if kind == "greeting" and (weight == ONLY_BEFORE or (weight and question.rstrip().endswith("?"))):
        kind = "theme"
    if kind == "greeting":  # too short for the detector
        language = prototypes.language_of(vectors[0], kind)
    if weight and kind == "theme":
        before = _before(asked[-1], history, embeddings)
        text = f"{asked[-1]} {question}"
        vector = _unit((1 - weight) * vectors[0] + weight * before)
        by_itself = Request(question, language, "theme", question, vectors[0], False)
        alone = None if weight == ONLY_BEFORE else by_itself
        return Request(question, language, "theme", text, vector, True, alone)
    return Request(question, language, kind, question, _unit(vectors.sum(axis=0)), False)


def _weight_of_before(question: str) -> float:
    """How much of a search is the turn before; 0 for a question that stands by itself.

    Chosen on 27 follow-ups and 8 changes of subject of the tuning cases: right theme first in 96%
    and 86%, against 48% and 86% without, and 78% and 86% with a fixed .3 of the question before.
    Few words of content tell more than form: with .4 only for what also points back or has three words, 86.2
    instead of 88.8% of 276 other follow-ups (96.6% of 59 changes either way).
    """
    content = len(telling_words(question))
    if content == 0:
        return ONLY_BEFORE
    if content <= 2:
        return 0.4
    return 0.3 if content == 3 and _points_back(question) else 0.0


def _has_form_of_follow_up(question: str) -> bool:
    """A summary may be asked for in few words of content too, but seldom in three or with "that"."""
    return _points_back(question) or len(question.split()) <= _SHORT


def _points_back(question: str) -> bool:
    return _BACK.search(question) is not None


def _before(asked: str, history: History, embeddings: ThemeEmbeddings) -> Vectors:
    """The vector of the turn before: the question, and what was quoted in answer to it."""
    last = history[-1]
    reply = last.get("content", "") if last.get("role") == "assistant" else ""
    refused = any(reply.startswith(say(language, "refused")) for language in ("nl", "en"))
    texts = [asked]
    if reply and not refused:
        texts.append(" ".join(_QUOTED.findall(reply)) or reply)
    return _unit(embeddings.query_vectors(texts).sum(axis=0))


def _without_greetings(history: History) -> History:
    """The turns without greetings and thanks, which a follow-up never refers to."""
    languages: tuple[Language, ...] = ("nl", "en")
    names = ("greeting", "greeting_again")
    replies = tuple(
        say(language, name, title="\n").partition("\n")[0] for language in languages for name in names
    )
    kept: list[Mapping[str, str]] = []
    for turn in history:
        if turn.get("role") == "assistant" and turn.get("content", "").startswith(replies):
            if kept and kept[-1].get("role") == "user":
                kept.pop()
        else:
            kept.append(turn)
    return kept


def _whole_kinds(question: str, *, follows: bool) -> tuple[Sequence[Kind], float]:
    """The kinds of question about the whole document that it may be, and the log odds that this takes."""
    if not follows:
        return WHOLE_KINDS, WHOLE_ODDS
    names_a_date = not words_of(("date",)).isdisjoint(telling_words(question))
    return ("list", "date") if names_a_date else ("list",), WHOLE_ODDS_OF_FOLLOW_UP


def _kind(vectors: Vectors, prototypes: Prototypes, whole: Sequence[Kind], least: float) -> Kind:
    """The kind of the question; one of several sentences counts as a whole and by its last."""
    near = {kind: nearness(vectors[-1], group, _NEAREST) for kind, group in prototypes.kinds.items()}
    if near.pop("greeting") - max(near.values()) >= GREETING_MARGIN:
        return "greeting"
    odds = [prototypes.classifier.log_odds(vector) for vector in vectors]
    means = {kind: sum(each[kind] for each in odds) / len(odds) for kind in whole}
    best = max(means, key=means.__getitem__)
    return best if means[best] >= least else "theme"


def telling_words(question: str) -> list[str]:
    """The words of a question that name a subject: not "can you tell me more about that, please"."""
    return [word for word in re.findall(r"[^\W_]+", question.lower()) if word not in _question_words()]


def _parts(question: str) -> list[str]:
    return [part for part in _PART_END.split(question) if len(part.split()) >= _SHORT]


def _unit(vector: Vectors) -> Vectors:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


@cache
def _question_words() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "question_words.txt").read_text("utf-8").split())
