"""Serve the window: one page a language, health, safety."""

from __future__ import annotations

import errno
import os
import socket
import sys
import threading

from assistant import Assistant
from assistant.settings import Settings
from index.errors import SetupError

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from assistant.ui.appearance import CSS, ICON, THEME
from assistant.ui.feedback import FeedbackFile
from assistant.ui.head import HeadScript
from assistant.ui.page import build_page
from assistant.ui.security import Guard, credentials, is_loopback
from assistant.ui.texts import LANGUAGES, preferred, say

WAITING_AT_MOST = 64
"""Questions in the queue; an answer takes 0.1 to 0.2 s, so the last waits several seconds."""


def build_app(assistant: Assistant, settings: Settings) -> FastAPI:
    """The web application: ``/nl/`` and ``/en/``, ``/`` which chooses, and ``/health``.

    Raises:
        SetupError: ``settings.auth`` is malformed or weak.
    """
    auth = credentials(settings.auth)
    feedback = FeedbackFile(settings.feedback) if settings.feedback else None
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(HeadScript)
    app.add_middleware(Guard)

    @app.get("/health")
    def health() -> Response:
        return JSONResponse({"status": "ok", "themes": len(assistant.themes)})

    @app.get("/")
    def choose(request: Request) -> Response:
        language = preferred(request.headers.get("accept-language", ""))
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{language}/{query}", headers={"Vary": "Accept-Language"})

    @app.get("/favicon.ico")
    def icon() -> Response:
        return Response(ICON, media_type="image/svg+xml")

    for language in LANGUAGES:
        page = build_page(assistant, language, feedback)
        page.queue(max_size=WAITING_AT_MOST, api_open=False)
        app = gr.mount_gradio_app(
            app,
            page,
            path=f"/{language}",
            auth=auth,
            ssr_mode=False,
            show_error=False,
            footer_links=[],
            run_history=False,
            max_file_size=1,
            theme=THEME,
            css=CSS,
        )
    return app


def serve(assistant: Assistant, settings: Settings) -> None:
    """Serve the window until it is interrupted; says where on standard output.

    Raises:
        SetupError: The port is in use, the address is not this machine's, or the password is weak.
    """
    import uvicorn

    with listen(settings.host, settings.port) as listener:
        app = build_app(assistant, settings)
        if not settings.auth and not is_loopback(settings.host):
            print(say("nl", "warning_open", host=settings.host), file=sys.stderr)
            print(say("en", "warning_open", host=settings.host), file=sys.stderr)
        print(f"http://{_shown(settings.host)}:{listener.getsockname()[1]}", flush=True)
        threading.Thread(target=_warm_up, args=(assistant,), daemon=True).start()
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=5)
        uvicorn.Server(config).run(sockets=[listener])


def _warm_up(assistant: Assistant) -> None:
    """Load what the first answer needs, so that the first reader does not wait for it."""
    assistant.ask(assistant.examples("nl")[0], mode="quote")


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at ``host`` and ``port`` (0: any that is free).

    Raises:
        SetupError: The port is in use, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise SetupError(
                f"Port {port} is in use. Stop what runs there, or choose another "
                "with --port or TECHNIEKPACT_PORT."
            ) from error
        raise SetupError(
            f"Cannot listen on {host}:{port} ({error.strerror}). Choose another --host."
        ) from error
    return listener


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
