"""What keeps the window safe where others can reach it: headers, a password, no uploads, a bounded queue."""

from __future__ import annotations

import ipaddress
import socket

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.answer import Language
from assistant.ui.texts import say
from index.errors import SetupError

SHORTEST_PASSWORD = 12
"""Characters; guessing one of twelve over a network is hopeless, and the framework adds no delay."""

_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # Gradio compiles its templates in the page
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """ASGI middleware: security headers on every response, uploads refused, a full queue said in words."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        language: Language = "en" if path.startswith("/en") else "nl"
        if path.rstrip("/").endswith("/upload"):
            refusal = JSONResponse({"detail": say(language, "upload_refused")}, status_code=403)
            await refusal(scope, receive, _with_headers(send))
        elif path.endswith("/queue/join"):
            await self._app(
                scope, receive, _in_words(_with_headers(send), scope, receive, say(language, "busy"))
            )
        else:
            await self._app(scope, receive, _with_headers(send))


def credentials(auth: str) -> tuple[str, str] | None:
    """User and password of ``user:password``; None for "".

    Raises:
        SetupError: It has no such form, or the password is weak.
    """
    if not auth:
        return None
    user, colon, password = auth.partition(":")
    if not colon or not user:
        raise SetupError(
            "TECHNIEKPACT_AUTH must be user:password, for example beleid:een-lange-zin-als-wachtwoord."
        )
    if len(password) < SHORTEST_PASSWORD or password == user:
        raise SetupError(
            f"The password in TECHNIEKPACT_AUTH is too weak ({len(password)} characters): "
            f"use at least {SHORTEST_PASSWORD}, other than the user's name."
        )
    return user, password


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``."""
    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return False
    return all(ipaddress.ip_address(str(address[4][0])).is_loopback for address in found)


def _with_headers(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(_HEADERS)
        await send(message)

    return sender


def _in_words(send: Send, scope: Scope, receive: Receive, words: str) -> Send:
    """A 503, which Gradio's page shows in fixed English, becomes a 429 with ``words``, which it shows."""
    full = False

    async def sender(message: Message) -> None:
        nonlocal full
        if message["type"] == "http.response.start" and message["status"] == 503:
            full = True
            await JSONResponse({"detail": words}, status_code=429)(scope, receive, send)
        elif not full:
            await send(message)

    return sender
