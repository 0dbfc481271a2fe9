"""Questions with the paragraphs they are asked about: the project's own pairs and the public data sets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OWN_PAIRS = Path(__file__).with_name("pairs.jsonl")

HELD_OUT_SUBJECTS = frozenset(
    {
        "orkest",
        "bloeddonatie",
        "parkeerbeleid",
        "schuldhulp",
        "archeologie",
        "thuiswerken",
        "havenloodsen",
        "ferry service",
        "start-up incubators",
    }
)
"""Subjects of the project's own pairs that no training sees."""

HELD_OUT_ARTICLES = frozenset({"Warsaw", "Huguenot", "Immune_system", "Doctor_Who", "Kenya", "Construction"})
"""Articles of the public data sets that no training sees, in any language."""

XQUAD_LANGUAGES = {
    "de": 0.36,
    "en": 0.30,
    "es": 0.12,
    "ro": 0.10,
    "tr": 0.03,
    "vi": 0.03,
    "ru": 0.03,
    "el": 0.03,
}
"""Share of each in what is drawn; German is the nearest to Dutch."""

Span = tuple[int, int]


@dataclass(frozen=True)
class Paragraph:
    """A text that questions are asked about.

    Attributes:
        group: The article or subject it belongs to; other paragraphs of it are near misses.
        title: What stands before it in the form "Title: text".
        text: Its words.
    """

    group: str
    title: str
    text: str


@dataclass(frozen=True)
class Asked:
    """A question about a paragraph.

    Attributes:
        question: Its words.
        paragraph: What it is asked about.
        answer: Where the paragraph answers it; None where it does not.
        decoy: What looks like an answer and is none (SQuAD 2.0's "plausible answer").
        language: Of the question.
    """

    question: str
    paragraph: Paragraph
    answer: Span | None
    decoy: Span | None
    language: str


@dataclass(frozen=True)
class Parallel:
    """One XQuAD question in every language that is there."""

    by_language: dict[str, Asked]


def own_pairs(path: Path = OWN_PAIRS) -> list[Asked]:
    """The project's own pairs, each passage a Paragraph."""
    asked = []
    for line in path.read_text("utf-8").splitlines():
        pair = json.loads(line)
        passage, answer = pair["passage"], pair["answer"]
        start = passage.index(answer) if answer is not None else 0
        span = None if answer is None else (start, start + len(answer))
        paragraph = Paragraph(pair["subject"], pair["title"], passage)
        asked.append(Asked(pair["question"], paragraph, span, None, pair["language"]))
    return asked


def squad(folder: Path) -> list[Asked]:
    """The half of SQuAD 2.0's development set, unanswerable questions included."""
    asked = []
    for title, context, question in _questions(folder / "squad2-half-dev.json"):
        paragraph = Paragraph(title, title.replace("_", " "), context)
        answer = _first_span(question["answers"])
        decoy = _first_span(question.get("plausible_answers", []))
        asked.append(Asked(question["question"], paragraph, answer, decoy, "en"))
    return asked


def xquad(folder: Path) -> list[Parallel]:
    """XQuAD, the same questions side by side in eight languages."""
    found: dict[str, dict[str, Asked]] = {}
    groups = [article["title"] for article in _articles(folder / "xquad.en.json")]
    for language in XQUAD_LANGUAGES:
        path = folder / f"xquad.{language}.json"
        for group, article in zip(groups, _articles(path), strict=True):
            for title, context, question in _questions_of([article]):
                paragraph = Paragraph(group, title.replace("_", " "), context)
                answer = _first_span(question["answers"])
                asked = Asked(question["question"], paragraph, answer, None, language)
                found.setdefault(question["id"], {})[language] = asked
    return [Parallel(by_language) for by_language in found.values()]


def _first_span(answers: Sequence[dict[str, Any]]) -> Span | None:
    if not answers:
        return None
    start = int(answers[0]["answer_start"])
    return start, start + len(answers[0]["text"])


def _articles(path: Path) -> list[dict[str, Any]]:
    articles: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["data"]
    return articles


def _questions(path: Path) -> list[tuple[str, str, dict[str, Any]]]:
    return _questions_of(_articles(path))


def _questions_of(articles: Sequence[dict[str, Any]]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (article["title"], paragraph["context"], question)
        for article in articles
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
    ]
