"""Does the passage that a sentence cites carry it? Nothing that a language model writes is shown unchecked.

The checks go from cheap to dear and stop at the first that fails. They lean to dropping: a good
sentence lost costs less than a wrong one shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assistant import particulars, polarity
from assistant.answer import Language
from assistant.cutting import split_markers
from assistant.language import detect
from assistant.lexicon import load, pattern
from assistant.vocabulary import SAME_WORD, WordVectors, content_words, support
from index.embedding import ThemeEmbeddings, Vectors
from index.themes import Theme, clauses, sentences

NEAR = 0.86
CROSS_NEAR = 0.84
ELSEWHERE = 0.02
SUPPORTED = 0.90
CROSS_SUPPORTED = 0.87
UNSUPPORTED_SHARE = 0.34

_MARKUP = re.compile(r"https?:|www\.|\]\(|!\[|<[/!a-z]|`|\bmailto:|\S@\S+\.\w", re.IGNORECASE)
_FEWEST_LETTERS = 2


@dataclass(frozen=True)
class Verdict:
    """What was found in one sentence.

    Attributes:
        text: The words without markers.
        passages: The numbers (from 1) of the passages it cites.
        reason: Why it must not be shown; "" where it holds.
        detail: What set that off, for the trace.
    """

    text: str
    passages: tuple[int, ...]
    reason: str = ""
    detail: str = ""


class SentenceChecker:
    """The checks, over one embedding model; keeps the vectors of words it has met.

    Args:
        embeddings: The model that the index was made with.
    """

    def __init__(self, embeddings: ThemeEmbeddings) -> None:
        self.embeddings = embeddings
        self.words = WordVectors(embeddings)

    def against(self, passages: Sequence[Theme], language: Language) -> PassageChecks:
        """The checks of sentences in ``language`` that cite ``passages``, numbered from 1."""
        return PassageChecks(self, [_Passage(theme, self) for theme in passages], language)


class PassageChecks:
    """The checks of one answer."""

    def __init__(self, checker: SentenceChecker, passages: Sequence[_Passage], language: Language) -> None:
        self._checker = checker
        self._passages = passages
        self._language = language

    def prepare(self) -> None:
        """Embed the passages ahead of the first sentence, while the model is still thinking."""
        for passage in self._passages:
            _ = passage.vectors, self._checker.words(passage.words or ["-"])

    def check(self, sentence: str) -> Verdict:
        """Hold one sentence, with its markers, against what it cites."""
        text, numbers = split_markers(sentence)
        if not numbers:
            return Verdict(text, (), "unmarked")
        if any(not 1 <= number <= len(self._passages) for number in numbers):
            return Verdict(text, numbers, "no such passage", str(numbers))
        cited = [self._passages[number - 1] for number in numbers]
        reason, detail = (
            self._form_fault(text) or self._fact_fault(text, cited) or self._meaning_fault(text, cited)
        )
        return Verdict(text, numbers, reason, detail)

    def _form_fault(self, text: str) -> tuple[str, str] | None:
        if sum(char.isalpha() for char in text) < _FEWEST_LETTERS:
            return "no words", text
        if text.endswith("?"):
            return "question", ""
        if found := _MARKUP.search(text):
            return "markup", found.group()
        if detect(text, self._language) != self._language:
            return "language", ""
        return None

    def _fact_fault(self, text: str, cited: Sequence[_Passage]) -> tuple[str, str] | None:
        sources = [source for passage in cited for source in passage.sentences]
        titles = [passage.theme.document.title for passage in cited]
        for quotation in particulars.quotations(text):
            if not particulars.is_verbatim(quotation, [passage.carrying for passage in cited]):
                return "quotation", quotation
        if missing := particulars.missing_values(text, sources):
            return "number", str(missing[0])
        if unknown := particulars.missing_names(text, [*sources, *titles]):
            return "name", unknown[0]
        return None

    def _meaning_fault(self, text: str, cited: Sequence[_Passage]) -> tuple[str, str]:
        vector = self._checker.embeddings.passage_vectors([text])[0]
        nearness = [passage.nearness(vector) for passage in cited]
        others = [passage.nearness(vector) for passage in self._passages if passage not in cited]
        crossing = any(passage.language != self._language for passage in cited)
        if min(nearness) < (CROSS_NEAR if crossing else NEAR):
            return "far from the source", f"{min(nearness):.3f}"
        if others and max(others) > max(nearness) + ELSEWHERE:
            return "carried elsewhere", f"{max(others):.3f} > {max(nearness):.3f}"
        words = content_words(text)
        known = [word for passage in cited for word in passage.words]
        scores = support(words, known, self._checker.words)
        least = CROSS_SUPPORTED if crossing else SUPPORTED
        weak = [word for word, score in zip(words, scores, strict=True) if score < least]
        if len(weak) > UNSUPPORTED_SHARE * len(words):
            return "words the source lacks", ", ".join(weak)
        sources = [source for passage in cited for source in passage.sentences]
        if turned := polarity.turned_around(text, sources, self._overlap):
            return "opposite", turned
        if overstated := polarity.overstated(text, sources, self._overlap):
            return "claims more", overstated
        return "", ""

    def _overlap(self, stretch: str, text: str) -> float:
        words, others = content_words(stretch), content_words(text)
        if not words or not others:
            return 0.0
        scores = support(words, others, self._checker.words)
        return float(np.mean([score >= SAME_WORD for score in scores]))


class _Passage:
    """A passage as the checks need it: without sentences that address the assistant."""

    def __init__(self, theme: Theme, checker: SentenceChecker) -> None:
        self.theme = theme
        self._checker = checker
        text = theme.document.text
        spans = sentences(text, theme.start, theme.end)
        self.spans = [span for span in spans if not is_order(text[slice(*span)])]
        self.sentences = [text[slice(*span)] for span in self.spans]

    @cached_property
    def carrying(self) -> str:
        """The text that may carry a sentence."""
        return " ".join(self.sentences)

    @cached_property
    def language(self) -> Language:
        return detect(self.carrying, "nl")

    @cached_property
    def words(self) -> list[str]:
        return list(dict.fromkeys(content_words(self.carrying)))

    @cached_property
    def vectors(self) -> Vectors:
        """Of the whole, each sentence and each clause, shape (n, dimensions)."""
        text = self.theme.document.text
        parts = [text[slice(*part)] for span in self.spans for part in clauses(text, *span)]
        return self._checker.embeddings.passage_vectors(
            list(dict.fromkeys([self.carrying, *self.sentences, *parts]))
        )

    def nearness(self, vector: Vectors) -> float:
        """The best cosine over the whole, its sentences and its clauses."""
        return float((self.vectors @ vector).max())


def is_order(sentence: str) -> bool:
    """Whether a sentence of a document tells its reader, or an assistant, what to answer.

    Such a sentence carries nothing: what it orders to be said is no finding of the document.
    """
    terms = load("terms")
    orders = pattern([*terms["orders"]["nl"], *terms["orders"]["en"]])
    addressees = pattern([*terms["addressees"]["nl"], *terms["addressees"]["en"]])
    return orders.search(sentence) is not None and addressees.search(sentence) is not None
