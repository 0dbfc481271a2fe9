"""Draws training examples: a question, a passage of a few sentences, and the answer in it or None.

Positives are windows that hold the answer. Negatives are windows of the same paragraph without it (half of
them the one that shares most with the question), other paragraphs of the same article or subject, and
questions that were written to have no answer. Windows and forms are drawn afresh each time.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.search import four_grams
from index.themes import sentences
from reader.sources import (
    HELD_OUT_ARTICLES,
    HELD_OUT_SUBJECTS,
    XQUAD_LANGUAGES,
    Asked,
    Paragraph,
    Span,
    own_pairs,
    squad,
    xquad,
)
from reader.variants import vary

SHARES = {"own": 0.45, "xquad": 0.33, "squad": 0.22}
"""Of what is drawn. The own pairs are the nearest to use."""

LONGEST_WINDOW = 220  # characters; a theme of a short policy document has 150 to 400
MOST_SENTENCES = 3
LONGEST_PASSAGE = 480  # characters; what is longer is drawn again
TITLED = 0.40  # share of windows with the title before them
WHOLE_OWN_PASSAGE = 0.65
CROSSED = 0.45  # share of XQuAD's pairs whose question and passage differ in language
NEGATIVE = {"own": 0.2, "xquad": 0.45, "squad": 0.15}  # share of answered questions put to another passage


@dataclass(frozen=True)
class Example:
    """A question, a passage, and where the passage answers it.

    Attributes:
        question, passage: Their words.
        answer: Offsets in ``passage``; None where it does not answer.
        origin: The data set, and for a negative what it was made of.
    """

    question: str
    passage: str
    answer: Span | None
    origin: str


class Examples:
    """Draws examples from the public data sets and the own pairs.

    Args:
        data: Folder of the public data sets; None draws from the own pairs alone.
        held_out: Draw from what no training sees, rather than from the rest.
        random_numbers: The generator that everything is drawn with.
    """

    def __init__(self, data: Path | None, held_out: bool, random_numbers: random.Random) -> None:
        self._random = random_numbers
        self._sources: dict[str, list[dict[str, Asked]]] = {
            "own": _kept(({pair.language: pair} for pair in own_pairs()), HELD_OUT_SUBJECTS, held_out)
        }
        if data is not None:
            parallels = (parallel.by_language for parallel in xquad(data))
            self._sources["xquad"] = _kept(parallels, HELD_OUT_ARTICLES, held_out)
            self._sources["squad"] = _kept(
                ({"en": asked} for asked in squad(data)), HELD_OUT_ARTICLES, held_out
            )
        self._neighbours: dict[tuple[str, str, str], list[Paragraph]] = defaultdict(list)
        for source, items in self._sources.items():
            for asked in (asked for item in items for asked in item.values()):
                known = self._neighbours[source, asked.paragraph.group, asked.language]
                if asked.paragraph not in known:
                    known.append(asked.paragraph)

    def draw(self, count: int) -> list[Example]:
        """``count`` examples; each source is gone through in a random order, again and again."""
        shares = {source: SHARES[source] for source in self._sources}
        orders: dict[str, list[dict[str, Asked]]] = {source: [] for source in shares}
        drawn: list[Example] = []
        while len(drawn) < count:
            source = self._random.choices(list(shares), list(shares.values()))[0]
            if not orders[source]:
                orders[source] = self._random.sample(self._sources[source], len(self._sources[source]))
            example = self._example(source, orders[source].pop())
            if len(example.passage) <= LONGEST_PASSAGE:
                drawn.append(example)
        return drawn

    def _example(self, source: str, item: dict[str, Asked]) -> Example:
        asked, about = self._languages(item)
        question = vary(asked.question, asked.language, self._random)
        if about.answer is None:
            return self._framed(
                question, about.paragraph, self._window(source, about, about.decoy), None, f"{source} none"
            )
        if self._random.random() >= NEGATIVE[source]:
            window = self._window(source, about, about.answer)
            return self._framed(question, about.paragraph, window, about.answer, f"{source} answers")
        others = [
            paragraph
            for paragraph in self._neighbours[source, about.paragraph.group, about.language]
            if paragraph.text != about.paragraph.text
        ]
        without = self._windows_without(about)
        if without and (not others or self._random.random() < 0.7):
            if self._random.random() < 0.5:
                window = max(
                    without, key=lambda span: _shared(asked.question, about.paragraph.text[slice(*span)])
                )
            else:
                window = self._random.choice(without)
            return self._framed(question, about.paragraph, window, None, f"{source} beside")
        if others:
            other = self._random.choice(others)
            spans = _windows(other.text)
            return self._framed(question, other, self._random.choice(spans), None, f"{source} other")
        window = self._window(source, about, about.answer)
        return self._framed(question, about.paragraph, window, about.answer, f"{source} answers")

    def _languages(self, item: dict[str, Asked]) -> tuple[Asked, Asked]:
        if len(item) == 1:
            only = next(iter(item.values()))
            return only, only
        names, weights = list(XQUAD_LANGUAGES), list(XQUAD_LANGUAGES.values())
        asked = item[self._random.choices(names, weights)[0]]
        crossed = self._random.random() < CROSSED
        return asked, item[self._random.choices(names, weights)[0]] if crossed else asked

    def _window(self, source: str, asked: Asked, holding: Span | None) -> Span:
        text = asked.paragraph.text
        if source == "own" and self._random.random() < WHOLE_OWN_PASSAGE:
            return 0, len(text)
        spans = _windows(text)
        if holding is not None:
            spans = [span for span in spans if span[0] <= holding[0] and holding[1] <= span[1]] or [
                (0, len(text))
            ]
        return self._random.choice(spans)

    def _windows_without(self, asked: Asked) -> list[Span]:
        text, answer = asked.paragraph.text, asked.answer
        assert answer is not None
        words = text[slice(*answer)].casefold()
        return [
            (start, end)
            for start, end in _windows(text)
            if (end <= answer[0] or start >= answer[1]) and words not in text[start:end].casefold()
        ]

    def _framed(
        self, question: str, paragraph: Paragraph, window: Span, answer: Span | None, origin: str
    ) -> Example:
        passage, shift = paragraph.text[slice(*window)], -window[0]
        if self._random.random() < TITLED:
            passage, shift = f"{paragraph.title}: {passage}", shift + len(paragraph.title) + 2
        span = None if answer is None else (answer[0] + shift, answer[1] + shift)
        return Example(question, passage, span, origin)


def _kept(
    items: Iterable[dict[str, Asked]], groups: frozenset[str], held_out: bool
) -> list[dict[str, Asked]]:
    return [item for item in items if (next(iter(item.values())).paragraph.group in groups) == held_out]


def _windows(text: str) -> Sequence[Span]:
    """Runs of one to three whole sentences that are short enough; a single sentence may be longer."""
    spans = sentences(text, 0, len(text))
    return [
        (first[0], last[1])
        for at, first in enumerate(spans)
        for last in spans[at : at + MOST_SENTENCES]
        if last is first or last[1] - first[0] <= LONGEST_WINDOW
    ]


def _shared(question: str, passage: str) -> int:
    return len(four_grams(question) & four_grams(passage))
