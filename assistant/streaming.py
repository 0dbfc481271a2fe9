"""Read a chat model's reply piece by piece, never longer than a time limit.

A stream that hangs cannot be interrupted from outside, so it runs in a thread of its own, and whoever
reads from it stops waiting at the limit. The thread ends with its next piece, or with the time limit
of the provider's own client.
"""

from __future__ import annotations

import contextvars
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import httpx
from langchain_core.runnables import RunnableConfig

from prompts import Message

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


class ModelFault(Exception):
    """A model did not answer as it should.

    Attributes:
        name: What happened: "timeout", "unreachable", "key", "busy", "server", "refused",
            "broken", "long", "empty", "silent", "language", "unmarked", "dropped" or "other".
        detail: A number or a type's name for the one line that is shown; never a provider's message,
            which may hold a key.
    """

    def __init__(self, name: str, detail: str = "") -> None:
        super().__init__(f"{name} {detail}".strip())
        self.name = name
        self.detail = detail


class ReplyStream:
    """The pieces of one reply.

    Args:
        model: The chat model.
        messages: What it is told.
        seconds: The time limit for the whole reply, counted from here.
        config: LangChain's, so that the call shows up under the chain's in a trace.
    """

    def __init__(
        self,
        model: BaseChatModel,
        messages: Sequence[Message],
        seconds: float,
        config: RunnableConfig | None = None,
    ) -> None:
        self.finish_reason = ""
        self._deadline = time.monotonic() + seconds
        self._limit = seconds
        self._pieces: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        self._left = threading.Event()
        context = contextvars.copy_context()
        arguments = (model, list(messages), config)
        threading.Thread(target=context.run, args=(self._read, *arguments), daemon=True).start()

    def __iter__(self) -> Iterator[str]:
        """The pieces as they come.

        Raises:
            ModelFault: The limit has passed, or the model's client failed.
        """
        begun = False
        while True:
            self.check_time()
            try:
                piece = self._pieces.get(timeout=max(0.0, self._deadline - time.monotonic()))
            except queue.Empty:
                continue  # check_time says so
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise _fault(piece, begun, self._limit) from None
            begun = begun or bool(piece)
            yield piece

    def check_time(self) -> None:
        """Do nothing, as long as there is time left.

        Raises:
            ModelFault: There is none.
        """
        if time.monotonic() >= self._deadline:
            raise ModelFault("timeout", f"{round(self._limit, 1):g}")

    def close(self) -> None:
        """Stop reading; what still comes is thrown away."""
        self._left.set()

    def _read(self, model: BaseChatModel, messages: list[Message], config: RunnableConfig | None) -> None:
        try:
            for chunk in model.stream(messages, config=config):
                if self._left.is_set():
                    return
                self.finish_reason = str(chunk.response_metadata.get("finish_reason") or self.finish_reason)
                self._pieces.put(str(chunk.text))
        except BaseException as error:  # handed over to the reader, which names it
            self._pieces.put(error)
        else:
            self._pieces.put(None)


def _fault(error: BaseException, begun: bool, limit: float) -> ModelFault:
    """What ``error``, of whichever provider's client, comes down to."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    if any(isinstance(link, TimeoutError) or "Timeout" in type(link).__name__ for link in chain):
        return ModelFault("timeout", f"{round(limit, 1):g}")
    status = next((found for link in chain if (found := _status(link))), 0)
    if status:
        return ModelFault(_status_name(status), str(status))
    if begun:
        return ModelFault("broken")
    if any(isinstance(link, OSError | httpx.TransportError) for link in chain):
        return ModelFault("unreachable")
    return ModelFault("other", type(error).__name__)


def _status(error: BaseException) -> int:
    """The HTTP status that an exception carries in one of the usual ways, or 0."""
    for holder in (error, getattr(error, "response", None)):
        for name in ("status_code", "status", "code"):
            value = getattr(holder, name, None)
            if isinstance(value, int) and 400 <= value < 600:
                return value
    return 0


def _status_name(status: int) -> str:
    if status in (401, 403):
        return "key"
    if status == 429:
        return "busy"
    return "server" if status >= 500 else "refused"
