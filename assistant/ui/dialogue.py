"""The steps of a conversation: a question gets its answer, an answer gets its thumb."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from assistant import Assistant
from assistant.answer import Language, Mode
from assistant.settings import LONGEST_QUESTION
from assistant.ui.conversations import MOST_TURNS, Conversations
from assistant.ui.feedback import FeedbackFile
from assistant.ui.texts import say
from assistant.ui.turns import Turn, Turns, Verdict, history
from index.errors import QuestionError

_SHOWN_OF_TOO_LONG = 200

_LOG = logging.getLogger(__name__)


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
        """From what the page sent."""
        at = sent.get("at")
        question = _whole(str(sent.get("question") or "")).strip()
        return cls(question, at if isinstance(at, int) and at >= 0 else None, bool(sent.get("fresh")), mode)


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
        asked = Turn(wish.question, language=self._language)
        yield replace(kept, turns=(*before, asked))
        for turn in self._answers(asked, before, wish.mode):
            yield replace(kept, turns=(*before, turn))

    def judge(self, kept: Conversations, at: int, verdict: Verdict) -> Conversations:
        """The conversation with a thumb on turn ``at``; the same thumb again takes it back.

        Raises:
            OSError: The file of verdicts cannot be written.
        """
        turn = kept.turns[at]
        verdict = "" if turn.verdict == verdict else verdict
        if self._feedback is not None:
            self._feedback.add(kept.turns[:at], turn, verdict)
        return kept.changed(at, replace(turn, verdict=verdict))

    def _answers(self, asked: Turn, before: Turns, mode: Mode | None) -> Iterator[Turn]:
        length = len(asked.question)
        if length > LONGEST_QUESTION:
            shortened = replace(asked, question=f"{asked.question[:_SHOWN_OF_TOO_LONG]}…")
            yield _failed(shortened, say(self._language, "too_long", length=length, limit=LONGEST_QUESTION))
            return
        growing = asked
        try:
            for answer in self._assistant.stream(asked.question, history(before), mode):
                growing = asked.answered_by(answer, "growing")
                yield growing
            yield replace(growing, state="done")
        except QuestionError as error:
            yield _failed(asked, str(error))
        except Exception:
            _LOG.exception("A question could not be answered")
            yield _failed(asked, say(self._language, "failed"))


def _whole(text: str) -> str:
    """``text`` with a replacement for each half of a surrogate pair: no encoder takes those."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _failed(turn: Turn, message: str) -> Turn:
    return replace(turn, state="failed", message=message)
