"""The server around the page: headers, password, uploads, a full queue, health, ports."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx
import pytest
from playwright.sync_api import expect

from assistant import Answer, Assistant
from assistant.ui import app as window
from assistant.ui import build_app, serve
from assistant.ui.security import credentials, is_loopback
from assistant.ui.texts import preferred, say
from index.errors import SetupError
from tests.browser.conftest import Server, Visitor

PASSWORD = "een-hele-zin-om-in-te-gaan"  # noqa: S105


def test_every_response_carries_the_safety_headers(server: Server) -> None:
    for path in ("/health", "/", "/nl/", "/nl/config", "/nowhere", "/nl/gradio_api/upload"):
        headers = httpx.get(server.url + path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_health_says_how_many_themes_there_are(server: Server) -> None:
    health = httpx.get(f"{server.url}/health")
    assert health.json() == {"status": "ok", "themes": len(server.assistant.themes)}


def test_uploads_are_refused(server: Server) -> None:
    for language in ("nl", "en"):
        sent = httpx.post(f"{server.url}/{language}/gradio_api/upload", files={"files": b"x"})
        assert sent.status_code == 403
        assert sent.json() == {"detail": say(language, "upload_refused")}  # type: ignore[arg-type]


def test_with_a_password_the_page_is_closed_until_it_is_given(
    visit: Callable[..., Visitor], assistant: Assistant
) -> None:
    guarded = Server(assistant, replace(assistant.settings, auth=f"beleid:{PASSWORD}")).start()
    visitor = visit(guarded.url)
    page = visitor.page
    assert httpx.get(f"{guarded.url}/nl/config").status_code == 401
    assert assistant.themes[7].title not in httpx.get(f"{guarded.url}/nl/").text
    page.goto(guarded.url)
    page.get_by_label("Gebruikersnaam").fill("beleid")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Inloggen").click()
    page.wait_for_selector(".thread[data-restored=true]")
    visitor.ask("Wat zijn de kritische geluiden?")
    expect(page.locator("a.marker")).to_have_count(1)
    visitor.wrongs.clear()  # the browser notes the 401 of the page before the password
    page.goto("about:blank")
    guarded.stop()


@pytest.mark.parametrize(
    "auth", ["beleid", ":" + PASSWORD, "beleid:kort", "lange-gebruikersnaam:lange-gebruikersnaam"]
)
def test_a_weak_password_is_refused(assistant: Assistant, auth: str) -> None:
    with pytest.raises(SetupError):
        build_app(assistant, replace(assistant.settings, auth=auth))


def test_a_password_may_hold_a_colon() -> None:
    assert credentials("beleid:een:lange:zin:hier") == ("beleid", "een:lange:zin:hier")


def test_a_port_in_use_is_one_clear_line(assistant: Assistant, server: Server) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    with pytest.raises(SetupError, match=f"Port {port} is in use"):
        serve(assistant, replace(assistant.settings, port=port))


@pytest.mark.parametrize(
    ("host", "own"), [("127.0.0.1", True), ("localhost", True), ("::1", True), ("192.0.2.1", False)]
)
def test_only_addresses_of_this_machine_need_no_warning(host: str, own: bool) -> None:
    assert is_loopback(host) == own


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "nl"),
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("en-GB,en;q=0.9,nl;q=0.8", "en"),
        ("de,fr;q=0.5", "en"),
        ("*", "en"),
    ],
)
def test_the_language_is_chosen_as_the_browser_asks(header: str, language: str) -> None:
    assert preferred(header) == language


def test_a_full_queue_is_said_in_words_and_the_question_stays(
    visit: Callable[..., Visitor], assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def waiting(question: str, *arguments: object) -> Iterator[Answer]:
        go_on.wait(20)
        yield Answer(question, "nl", "quote", "refused")

    monkeypatch.setattr(window, "WAITING_AT_MOST", 1)
    monkeypatch.setattr("assistant.ui.page.ANSWERING_AT_ONCE", 1)
    monkeypatch.setattr(assistant, "stream", waiting)
    small = Server(assistant, assistant.settings).start()
    visitors = [visit(small.url) for _ in range(3)]
    for at, visitor in enumerate(visitors):
        visitor.open()
        visitor.page.fill("#question textarea", f"Vraag {at}?")
        visitor.page.press("#question textarea", "Enter")
        visitor.page.wait_for_timeout(300)
    refused = visitors[-1].page
    expect(refused.get_by_text("te veel vragen tegelijk")).to_be_visible()
    expect(refused.locator("#question textarea")).to_have_value("Vraag 2?")
    go_on.set()
    for visitor in visitors:
        visitor.page.goto("about:blank")
        visitor.wrongs.clear()  # the browser notes the 429, and answers that nobody waits for any more
    small.stop()
