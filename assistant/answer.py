"""The values that an answer is made of. Nothing here computes; every face reads these."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from index.search import Hit
from index.themes import Theme

Language = Literal["nl", "en"]
Mode = Literal["quote", "model"]
Outcome = Literal["answered", "related", "refused", "greeting"]
Voice = Literal["own", "quote", "prose"]


@dataclass(frozen=True)
class Citation:
    """A verbatim span of a theme; ``theme.document.text[start:end] == quote`` always holds.

    Attributes:
        number: The marker's number in the answer's text, from 1.
        theme: The theme that is cited.
        start, end: Character offsets into the document's text.
        emphasis: Offsets (into the document's text) of the part of the quote that bears most on
            the question; None where the whole of it does.
    """

    number: int
    theme: Theme
    start: int
    end: int
    emphasis: tuple[int, int] | None = None

    @property
    def quote(self) -> str:
        """The cited characters."""
        return self.theme.document.text[self.start : self.end]


@dataclass(frozen=True)
class Sentence:
    """One unit of an answer.

    Attributes:
        text: The words, without markers.
        voice: "own": a fixed form of words of the assistant; "quote": verbatim from the document;
            "prose": written by a language model and checked.
        citations: The numbers of the citations that carry it.
    """

    text: str
    voice: Voice
    citations: tuple[int, ...] = ()

    @property
    def marked(self) -> str:
        """The words with their markers; quotes stand between quotation marks."""
        text = f"“{self.text}”" if self.voice == "quote" else self.text
        markers = "".join(f"[{number}]" for number in self.citations)
        return f"{text} {markers}" if markers else text


@dataclass(frozen=True)
class Answer:
    """What the assistant says to one question.

    Attributes:
        question: The question as asked.
        language: The language of the assistant's own words.
        mode: Who wrote it: "quote" (the document's words) or "model".
        outcome: "answered", "related" (the passage bears on it but may not answer it), "refused"
            or "greeting".
        sentences: The answer in order.
        citations: Exactly the sources that the sentences cite, numbered from 1.
        suggestions: Questions that the document does answer.
        notice: One line on something that happened on the way (a model that did not answer); "".
        hits: How the themes scored for this question, best first; empty where none were ranked.
        grounding: How surely the document answers the question, 0 to 1, calibrated: under 0.5 is refused.
        elapsed_ms: Time from question to answer in milliseconds.
    """

    question: str
    language: Language
    mode: Mode
    outcome: Outcome
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[str, ...] = ()
    notice: str = ""
    hits: tuple[Hit, ...] = field(default=(), repr=False)
    grounding: float = 0.0
    elapsed_ms: float = 0.0

    @property
    def refused(self) -> bool:
        """Whether the document does not answer the question."""
        return self.outcome == "refused"

    @property
    def text(self) -> str:
        """The answer as plain text with markers such as ``[1]``; quotes in paragraphs of their own."""
        parts: list[str] = []
        for before, sentence in zip((None, *self.sentences), self.sentences, strict=False):
            if before is not None:
                parts.append("\n\n" if "quote" in (before.voice, sentence.voice) else " ")
            parts.append(sentence.marked)
        return "".join(parts)

    def to_json(self) -> dict[str, Any]:
        """The answer as JSON values: the same names, a theme as number and title, a document by name."""
        return {
            "question": self.question,
            "language": self.language,
            "mode": self.mode,
            "outcome": self.outcome,
            "refused": self.refused,
            "text": self.text,
            "citations": [
                {
                    "number": citation.number,
                    "theme": {"number": citation.theme.number, "title": citation.theme.title},
                    "document": citation.theme.document.name,
                    "start": citation.start,
                    "end": citation.end,
                    "quote": citation.quote,
                }
                for citation in self.citations
            ],
            "suggestions": list(self.suggestions),
            "notice": self.notice,
            "elapsed_ms": round(self.elapsed_ms, 1),
        }
