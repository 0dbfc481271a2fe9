"""A turn of the conversation as the window keeps it: plain values that survive a stay in the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args

from assistant.answer import Answer, Language, Mode, Outcome, Voice

State = Literal["waiting", "growing", "done", "stopped", "failed"]
Verdict = Literal["", "up", "down"]

_CHOICES = {"state": State, "language": Language, "mode": Mode, "outcome": Outcome, "verdict": Verdict}
"""The fields of a turn that hold one of a few values."""


@dataclass(frozen=True)
class Source:
    """A citation: which span of which theme, and its words.

    Attributes:
        number: The marker's number.
        document: Name of the document.
        document_title: Its title.
        theme: Number of the theme.
        title: Title of the theme.
        start, end: Offsets of the quote in the document.
        emphasis: Offsets in the document of what bears most on the question, or None.
        quote: The cited characters.
    """

    number: int
    document: str
    document_title: str
    theme: int
    title: str
    start: int
    end: int
    emphasis: tuple[int, int] | None
    quote: str


@dataclass(frozen=True)
class Part:
    """A sentence of the answer: its words, whose voice they are, the numbers of its sources."""

    text: str
    voice: Voice
    citations: tuple[int, ...] = ()


@dataclass(frozen=True)
class Score:
    """How one theme scored for the question."""

    document: str
    theme: int
    title: str
    score: float


@dataclass(frozen=True)
class Turn:
    """A question and what became of it.

    Attributes:
        question: As asked.
        state: "waiting" or "growing" while it is answered; "stopped" by the reader; "failed".
        message: What is said where there is no answer.
        text: The answer as plain text with its markers.
        verdict: The reader's thumb.
    """

    question: str
    state: State = "waiting"
    message: str = ""
    language: Language = "nl"
    mode: Mode = "quote"
    outcome: Outcome = "answered"
    text: str = ""
    parts: tuple[Part, ...] = ()
    sources: tuple[Source, ...] = ()
    suggestions: tuple[str, ...] = ()
    notice: str = ""
    scores: tuple[Score, ...] = ()
    verdict: Verdict = ""

    def answered_by(self, answer: Answer, state: State) -> Turn:
        """This turn with ``answer`` in it."""
        return replace(
            self,
            state=state,
            message="",
            language=answer.language,
            mode=answer.mode,
            outcome=answer.outcome,
            text=answer.text,
            parts=tuple(Part(part.text, part.voice, part.citations) for part in answer.sentences),
            sources=tuple(
                Source(
                    citation.number,
                    citation.theme.document.name,
                    citation.theme.document.title,
                    citation.theme.number,
                    citation.theme.title,
                    citation.start,
                    citation.end,
                    citation.emphasis,
                    citation.quote,
                )
                for citation in answer.citations
            ),
            suggestions=answer.suggestions,
            notice=answer.notice,
            scores=tuple(
                Score(hit.theme.document.name, hit.theme.number, hit.theme.title, round(hit.score, 4))
                for hit in answer.hits
            ),
        )


Turns = tuple[Turn, ...]


def history(turns: Sequence[Turn]) -> list[dict[str, str]]:
    """The answered turns as the assistant takes them."""
    messages = []
    for turn in turns:
        if turn.state == "done":
            messages.append({"role": "user", "content": turn.question})
            messages.append({"role": "assistant", "content": turn.text})
    return messages


def dump(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """Turns as JSON values."""
    return [asdict(turn) for turn in turns]


def load(stored: object) -> Turns:
    """Turns from JSON values; none where the browser kept something else (another version, or tampering)."""
    if not isinstance(stored, list):
        return ()
    try:
        return tuple(_turn(entry) for entry in stored)
    except (KeyError, TypeError, ValueError):
        return ()


def _turn(entry: Mapping[str, Any]) -> Turn:
    values = {field.name: entry[field.name] for field in fields(Turn)}
    values["parts"] = tuple(
        Part(**{**part, "citations": tuple(part["citations"])}) for part in entry["parts"]
    )
    values["sources"] = tuple(_source(source) for source in entry["sources"])
    values["suggestions"] = tuple(str(suggestion) for suggestion in entry["suggestions"])
    values["scores"] = tuple(Score(**{**score, "score": float(score["score"])}) for score in entry["scores"])
    for name in ("question", "message", "text", "notice"):
        if not isinstance(values[name], str):
            raise TypeError(name)
    for name, choices in _CHOICES.items():
        if values[name] not in get_args(choices):
            raise ValueError(name)
    if values["state"] in ("waiting", "growing"):
        values["state"] = "stopped"
    return Turn(**values)


def _source(entry: Mapping[str, Any]) -> Source:
    emphasis = entry["emphasis"]
    return Source(**{**entry, "emphasis": (int(emphasis[0]), int(emphasis[1])) if emphasis else None})
