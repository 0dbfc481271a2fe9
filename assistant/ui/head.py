"""The script in the page's <head>, where it runs before Gradio's own."""

from __future__ import annotations

from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.answer import Language
from assistant.ui.texts import LANGUAGES


class HeadScript:
    """ASGI middleware that puts the script into the two pages.

    Gradio's own ``head`` is added when its application has started, and that is too late for the
    language: Gradio then speaks the browser's, whatever page was asked for.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._heads = {f"/{language}/": _head(language).encode() for language in LANGUAGES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; the pages come back with the script in them."""
        head = self._heads.get(scope["path"]) if scope["type"] == "http" else None
        await self._app(scope, receive, send if head is None else _inserting(send, head))


def _inserting(send: Send, head: bytes) -> Send:
    start: Message = {}
    body = b""

    async def sender(message: Message) -> None:
        nonlocal start, body
        if message["type"] == "http.response.start":
            start = message
            return
        if Headers(raw=start["headers"]).get("content-type", "").startswith("text/html"):
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            body = body.replace(b"<head>", b"<head>" + head, 1)
            MutableHeaders(raw=start["headers"])["content-length"] = str(len(body))
            message = {"type": "http.response.body", "body": body}
        if start:
            await send(start)
            start = {}
        await send(message)

    return sender


def _head(language: Language) -> str:
    script = (Path(__file__).parent / "page.js").read_text("utf-8")
    return (
        '<meta name="robots" content="noindex"><script>'
        f'Object.defineProperty(navigator, "language", {{ value: "{language}" }});'
        f'Object.defineProperty(navigator, "languages", {{ value: ["{language}"] }});'
        f'document.documentElement.lang = "{language}";\n{script}</script>'
    )
