"""What the page's events do: ask, stop, start anew, open an earlier conversation, judge an answer.

The conversation lives in the reader's browser: every event brings it along and gets it back, and the
server keeps nothing of it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.answer import Language, Mode
from assistant.chain import Assistant
from assistant.settings import LONGEST_QUESTION
from assistant.ui.feedback import FeedbackFile
from assistant.ui.texts import say
from assistant.ui.turns import Turn, Turns, Verdict, dump, history, load
from index.errors import QuestionError

MOST_EARLIER = 15
"""Earlier conversations that a browser keeps: with the current one a few hundred kB."""

MOST_TURNS = 40
"""Turns of a conversation that are kept; the oldest go first."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Conversations:
    """What a browser keeps.

    Attributes:
        turns: The conversation that is shown.
        earlier: Those before it, the latest first.
    """

    turns: Turns = ()
    earlier: tuple[Turns, ...] = ()

    @classmethod
    def load(cls, turns: object, earlier: object) -> Conversations:
        """From the JSON values of the browser; what cannot be read is left out."""
        conversations = [load(entry) for entry in earlier] if isinstance(earlier, list) else []
        return cls(load(turns), tuple(entry for entry in conversations if entry))

    def dump(self) -> tuple[list[Any], list[Any]]:
        """As JSON values."""
        return dump(self.turns), [dump(entry) for entry in self.earlier]

    def anew(self, turns: Turns = ()) -> Conversations:
        """With ``turns`` shown and what was shown put before the earlier ones."""
        kept = (self.turns, *self.earlier) if self.turns else self.earlier
        return Conversations(turns, kept[:MOST_EARLIER])

    def opened(self, at: int) -> Conversations:
        """With the earlier conversation at ``at`` shown."""
        chosen = self.earlier[at]
        return replace(self, earlier=_without(self.earlier, at)).anew(chosen)

    def forgotten(self, at: int) -> Conversations:
        """Without the earlier conversation at ``at``."""
        return replace(self, earlier=_without(self.earlier, at))


@dataclass(frozen=True)
class Wish:
    """A question that the page wants answered.

    Attributes:
        question: Its words.
        at: The turn that it takes the place of, with all after it; None to add one.
        fresh: Whether it opens a new conversation.
        mode: "quote" where the reader wants no language model.
    """

    question: str
    at: int | None = None
    fresh: bool = False
    mode: Mode | None = None

    @classmethod
    def read(cls, sent: Mapping[str, Any], mode: Mode | None) -> Wish:
        """From what a button of the page sent."""
        at = sent.get("at")
        return cls(
            str(sent.get("question") or "").strip(),
            at if isinstance(at, int) and at >= 0 else None,
            bool(sent.get("fresh")),
            mode,
        )


class Dialogue:
    """The steps of a conversation with ``assistant`` on a page in ``language``."""

    def __init__(self, assistant: Assistant, language: Language, feedback: FeedbackFile | None) -> None:
        self._assistant = assistant
        self._language = language
        self._feedback = feedback

    def ask(self, kept: Conversations, wish: Wish) -> Iterator[Conversations]:
        """The conversation with the question in it, again and again while its answer grows.

        A failure ends in a turn that says so in one sentence, and in the log.
        """
        if wish.fresh:
            kept = kept.anew()
        before = (kept.turns if wish.at is None else kept.turns[: wish.at])[-MOST_TURNS + 1 :]
        turn = Turn(wish.question, language=self._language)
        yield replace(kept, turns=(*before, turn))
        for turn in self._answers(turn, before, wish.mode):
            yield replace(kept, turns=(*before, turn))

    def judge(self, kept: Conversations, at: int, verdict: Verdict) -> Conversations:
        """The conversation with a thumb on turn ``at``; the same thumb again takes it back."""
        turn = kept.turns[at]
        verdict = "" if turn.verdict == verdict else verdict
        if self._feedback is not None:
            self._feedback.add(kept.turns[:at], turn, verdict)
        judged = replace(turn, verdict=verdict)
        return replace(kept, turns=(*kept.turns[:at], judged, *kept.turns[at + 1 :]))

    def _answers(self, turn: Turn, before: Turns, mode: Mode | None) -> Iterator[Turn]:
        if len(turn.question) > LONGEST_QUESTION:
            values = {"length": len(turn.question), "limit": LONGEST_QUESTION}
            yield _failed(
                replace(turn, question=f"{turn.question[:200]}…"), say(self._language, "too_long", **values)
            )
            return
        try:
            growing = None
            for answer in self._assistant.stream(turn.question, history(before), mode):
                if growing is not None:
                    yield growing
                growing = turn.answered_by(answer, "growing")
            if growing is not None:
                yield replace(growing, state="done")
        except QuestionError as error:
            yield _failed(turn, str(error))
        except Exception:
            _LOG.exception("Answering failed")
            yield _failed(turn, say(self._language, "failed"))


def _failed(turn: Turn, message: str) -> Turn:
    return replace(turn, state="failed", message=message)


def _without(conversations: Sequence[Turns], at: int) -> tuple[Turns, ...]:
    return (*conversations[:at], *conversations[at + 1 :])
