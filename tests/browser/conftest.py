"""A real server with the real assistant, and a real browser that is watched for what it must not do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from assistant import Assistant, Settings
from assistant.ui import build_app
from assistant.ui.app import listen
from tests.browser_setup import find_browser

WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}

PATIENCE_MS = 20_000
"""For a machine that does other things as well; what must be fast is timed by its own test."""

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Server:
    """The window, served from a thread."""

    assistant: Assistant
    settings: Settings
    url: str = ""
    _uvicorn: uvicorn.Server | None = None
    _thread: threading.Thread | None = None

    def start(self, port: int = 0) -> Server:
        listener = listen("127.0.0.1", port)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(build_app(self.assistant, self.settings), log_level="error")
        self._uvicorn = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._uvicorn.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        while not self._uvicorn.started:
            time.sleep(0.02)
        return self

    def stop(self, *, force: bool = True) -> None:
        """Stop; without ``force`` as at Ctrl-C, which waits for the page to let go and then cleans up."""
        assert self._uvicorn and self._thread
        self._uvicorn.should_exit, self._uvicorn.force_exit = True, force
        self._thread.join(timeout=10)


@dataclass
class Visitor:
    """A browser window, with all that it did wrong: errors on its console, requests to another host."""

    page: Page
    url: str
    wrongs: list[str] = field(default_factory=list)

    def open(self, address: str = "/") -> Page:
        self.page.goto(self.url + address)
        self.page.wait_for_selector(".thread[data-restored=true]")
        return self.page

    def ask(self, question: str) -> None:
        """Type a question, press Enter and wait for its answer to be complete."""
        before = self.page.locator(".turn").count()
        self.page.fill("#question textarea", question)
        self.page.press("#question textarea", "Enter")
        self.answered(before + 1)

    def answered(self, turns: int) -> None:
        """Wait until the conversation has this many turns and the last is complete."""
        self.page.wait_for_function(
            "turns => document.querySelectorAll('.turn').length === turns"
            " && document.querySelector('.thread').getAttribute('aria-busy') === 'false'",
            arg=turns,
        )


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("window")
    settings = replace(Settings(), index=folder / "index", feedback=folder / "feedback.jsonl")
    opened = Assistant.open(settings)
    opened.ask(opened.examples("nl")[0])
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def server(assistant: Assistant) -> Iterator[Server]:
    running = Server(assistant, assistant.settings).start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find_browser()
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, server: Server) -> Iterator[Callable[..., Visitor]]:
    """Opens windows for people who share nothing; at the end none of them may have done anything wrong."""
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def new(url: str = "", **options: Any) -> Visitor:
        context = chromium.new_context(**{"locale": "nl-NL", "viewport": WIDE, **options})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        visitor = Visitor(context.new_page(), url or server.url)
        watch(visitor)
        visitors.append(visitor)
        return visitor

    yield new
    for context in contexts:
        context.close()
    assert [wrong for visitor in visitors for wrong in visitor.wrongs] == []


def watch(visitor: Visitor) -> None:
    """Note console errors, exceptions and requests beyond the visitor's own server."""

    def requested(address: str) -> None:
        if not address.startswith((visitor.url, "data:", "blob:")):
            visitor.wrongs.append(f"asked {address}")

    def said(kind: str, text: str) -> None:
        # Gradio notes the connection that it breaks off itself when its page is left.
        if kind == "error" and "AbortError" not in text and "errored out" not in text:
            visitor.wrongs.append(f"console: {text}")

    visitor.page.on("request", lambda request: requested(request.url))
    visitor.page.on("pageerror", lambda error: visitor.wrongs.append(f"exception: {error}"))
    visitor.page.on("console", lambda message: said(message.type, message.text))
