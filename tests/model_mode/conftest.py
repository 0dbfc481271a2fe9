"""One embedding model for all tests here, the passages of the planted sentences, and scripted models."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field

from assistant.answer import Language
from assistant.checking import SentenceChecker
from assistant.writing import Draft, write
from index.documents import parse_document, read_documents
from index.embedding import ThemeEmbeddings
from index.themes import Theme, cut

HERE = Path(__file__).parent
SEEDS = HERE.parent.parent / "seeds"


class ScriptedModel(BaseChatModel):
    """Streams the given pieces; a number is a pause in seconds, an exception is raised.

    Attributes:
        script: The pieces.
        before: Those of earlier calls, one list each.
        finish_reason: As a provider gives it with the last piece.
        seen: What it was told, one entry a call.
    """

    script: list[Any]
    before: list[list[Any]] = Field(default_factory=list)
    finish_reason: str = ""
    seen: list[Any] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        raise NotImplementedError("the assistant streams")

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> Iterator[ChatGenerationChunk]:
        self.seen.append(messages)
        for piece in self.before.pop(0) if self.before else self.script:
            if isinstance(piece, BaseException):
                raise piece
            if isinstance(piece, float):
                time.sleep(piece)
            else:
                yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
        metadata = {"finish_reason": self.finish_reason} if self.finish_reason else {}
        yield ChatGenerationChunk(message=AIMessageChunk(content="", response_metadata=metadata))


@pytest.fixture
def scripted() -> Callable[..., ScriptedModel]:
    """A model that streams the pieces it is made with."""
    return lambda *script: ScriptedModel(script=list(script))


@pytest.fixture(scope="session")
def checker() -> SentenceChecker:
    return SentenceChecker(ThemeEmbeddings())


@pytest.fixture(scope="session")
def themes() -> dict[str, Theme]:
    """The themes of the main document by number, and the invented passages by name."""
    found = {str(theme.number): theme for document in read_documents(SEEDS) for theme in cut(document)}
    invented = json.loads((HERE / "passages.json").read_text("utf-8"))
    return found | {name: cut(parse_document(f"{name}.txt", text))[0] for name, text in invented.items()}


@pytest.fixture
def draft(checker: SentenceChecker, themes: dict[str, Theme]) -> Callable[..., Draft]:
    """The last draft that a model with this script ends in."""

    def last(
        *script: Any,
        passages: Sequence[str] = ("1", "7"),
        language: Language = "nl",
        timeout: float = 30.0,
        finish_reason: str = "",
    ) -> Draft:
        model = ScriptedModel(script=list(script), finish_reason=finish_reason)
        given = [themes[name] for name in passages]
        *_, final = write("Wat leverde het op?", language, given, model, checker, timeout)
        return final

    return last


@pytest.fixture(scope="session")
def rows() -> Callable[[str], list[dict[str, Any]]]:
    def read(name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]

    return read
