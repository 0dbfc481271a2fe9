"""A follow-up becomes a question that stands on its own, by a language model."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from assistant import particulars
from assistant.answer import Language
from assistant.conversation import History
from assistant.language import detect
from assistant.streaming import ModelFault, ReplyStream
from prompts import as_data, messages

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import RunnableConfig

LONGEST_REWRITING = 300
"""Characters. A longer one is no longer the question that was asked."""

_TURNS = 4
_LONGEST_TURN = 600
_SPEAKERS: dict[Language, dict[str, str]] = {
    "nl": {"user": "Vraag", "assistant": "Antwoord"},
    "en": {"user": "Question", "assistant": "Answer"},
}
_LOG = logging.getLogger(__name__)


def rewrite(
    question: str,
    history: History,
    model: BaseChatModel,
    language: Language,
    timeout: float = 10.0,
    config: RunnableConfig | None = None,
) -> str | None:
    """``question`` with what it refers back to filled in, or None where the model gives nothing usable.

    Usable is one line in the question's language whose names and numbers come from the conversation.
    Without history there is nothing to fill in: None.
    """
    turns = [turn for turn in history if turn.get("content", "").strip()][-_TURNS:]
    if not turns:
        return None
    speakers = _SPEAKERS[language]
    spoken = "\n".join(
        f"{speakers.get(turn['role'], turn['role'])}: {as_data(turn['content'])[:_LONGEST_TURN]}"
        for turn in turns
    )
    stream = ReplyStream(
        model, messages("rewrite", language, history=spoken, question=as_data(question)), timeout, config
    )
    reply = ""
    try:
        for piece in stream:
            reply += piece
            if len(reply) > LONGEST_REWRITING:
                break
    except ModelFault as fault:
        _LOG.info("The question is not rewritten: %s", fault)
        return None
    finally:
        stream.close()
    said = [question, *(turn["content"] for turn in turns)]
    return reply.strip() if _is_usable(reply.strip(), said, language) else None


def _is_usable(reply: str, said: list[str], language: Language) -> bool:
    if not reply or len(reply) > LONGEST_REWRITING or "\n" in reply or detect(reply, language) != language:
        return False
    return not particulars.missing_values(reply, said) and not particulars.missing_names(reply, said)
