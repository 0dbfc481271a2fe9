"""Asking, stopping, changing one's mind, coming back: the conversation as its reader handles it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from assistant import Answer, Assistant, Sentence
from tests.browser.conftest import Server, Visitor

CRITICAL = "Wat zijn de kritische geluiden over het Techniekpact?"
YOUNG = "Wat zegt het document over jongeren?"
ABSENT = "Wat is de hoofdstad van Frankrijk?"


def test_an_example_is_asked_at_a_click_and_a_suggestion_after_it(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.open()
    example = page.locator(".greeting .options button").first.inner_text()
    page.locator(".greeting .options button").first.click()
    visitor.answered(1)
    expect(page.locator(".turn .question")).to_have_text(example)
    suggestion = page.locator(".suggestions button").first
    words = suggestion.inner_text()
    suggestion.click()
    visitor.answered(2)
    expect(page.locator(".turn .question").nth(1)).to_have_text(words)
    expect(page.locator(".suggestions")).to_have_count(1)


def test_a_refusal_does_not_look_like_an_answer(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.open()
    visitor.ask(ABSENT)
    refusal = page.locator(".answer.refused")
    expect(refusal.locator(".label")).to_have_text("Niet gevonden in het document")
    expect(refusal.locator("a.marker, blockquote")).to_have_count(0)
    expect(page.locator("#document mark")).to_have_count(0)
    visitor.ask(CRITICAL)
    place = page.locator("#document").evaluate("panel => panel.scrollTop")
    assert place > 0
    visitor.ask(ABSENT)
    assert page.locator("#document").evaluate("panel => panel.scrollTop") == place
    refusal = refusal.last
    shade = "element => getComputedStyle(element).backgroundColor"
    assert refusal.evaluate(shade) != page.locator(".answer.answered").evaluate(shade)


def test_a_changed_question_takes_the_place_of_the_old_one_and_what_followed(
    visit: Callable[..., Visitor],
) -> None:
    visitor = visit()
    page = visitor.open()
    visitor.ask(ABSENT)
    visitor.ask(YOUNG)
    page.locator("#turn-0 .edit summary").click()
    expect(page.locator("#turn-0 textarea")).to_be_focused()
    page.fill("#turn-0 textarea", CRITICAL)
    page.click("#turn-0 .edit button")
    visitor.answered(1)
    expect(page.locator(".turn .question")).to_have_text(CRITICAL)
    page.locator("#turn-0 .actions button", has_text="Opnieuw").click()
    page.wait_for_timeout(100)
    visitor.answered(1)
    expect(page.locator("#document mark").first).to_contain_text("kritische geluiden")


def test_copying_takes_the_answer_with_its_sources_written_out(
    visit: Callable[..., Visitor], server: Server
) -> None:
    visitor = visit(permissions=["clipboard-read", "clipboard-write"])
    page = visitor.open()
    visitor.ask(CRITICAL)
    page.locator("[data-copy]").click()
    expect(page.locator("[data-copy]")).to_have_text("Gekopieerd")
    copied = page.evaluate("navigator.clipboard.readText()")
    theme = server.assistant.themes[7]
    assert copied.startswith(f"{CRITICAL}\n\n")
    assert f"“{theme.quote}” [1]" in copied
    assert f"[1] Thema 7 · {theme.title}, “{theme.document.title}”" in copied


def test_copying_works_over_plain_http_on_another_host(visit: Callable[..., Visitor]) -> None:
    visitor = visit(permissions=["clipboard-read", "clipboard-write"])
    visitor.page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page = visitor.open()
    visitor.ask(CRITICAL)
    page.locator("[data-copy]").click()
    expect(page.locator("[data-copy]")).to_have_text("Gekopieerd")
    page.focus("#question textarea")
    page.keyboard.press("Control+V")
    assert page.input_value("#question textarea").startswith(f"{CRITICAL}\n\n")


def test_a_thumb_is_written_down_as_a_line_that_can_become_a_case(
    visit: Callable[..., Visitor], server: Server
) -> None:
    visitor = visit()
    page = visitor.open()
    visitor.ask(ABSENT)
    visitor.ask(CRITICAL)
    page.locator("#turn-1 .thumb.down").click()
    expect(page.locator("#turn-1 .thumb.down")).to_have_attribute("aria-pressed", "true")
    assert isinstance(server.settings.feedback, Path)
    line = json.loads(server.settings.feedback.read_text("utf-8").splitlines()[-1])
    assert line["question"] == CRITICAL
    assert [turn["role"] for turn in line["history"]] == ["user", "assistant"]
    assert (line["verdict"], line["language"], line["outcome"]) == ("down", "nl", "answered")
    assert (line["themes"], line["document"]) == ([7], server.assistant.themes[7].document.name)


def test_two_people_do_not_see_each_other_and_a_reload_keeps_ones_own(visit: Callable[..., Visitor]) -> None:
    one, other = visit(), visit()
    one.open()
    other.open()
    one.ask(CRITICAL)
    other.ask(YOUNG)
    one.open()
    other.open()
    expect(one.page.locator(".turn .question")).to_have_text([CRITICAL])
    expect(other.page.locator(".turn .question")).to_have_text([YOUNG])
    expect(one.page.locator("#document mark").first).to_contain_text("kritische geluiden")


def test_a_restart_of_the_server_keeps_the_conversation(
    visit: Callable[..., Visitor], assistant: Assistant
) -> None:
    first = Server(assistant, assistant.settings).start()
    visitor = visit(first.url)
    page = visitor.open()
    visitor.ask(CRITICAL)
    page.goto("about:blank")
    first.stop()
    again = Server(assistant, assistant.settings).start(int(first.url.rsplit(":", 1)[1]))
    visitor.open()
    expect(page.locator(".turn .question")).to_have_text([CRITICAL])
    visitor.ask(YOUNG)
    expect(page.locator(".turn")).to_have_count(2)
    page.goto("about:blank")
    again.stop()


def test_earlier_conversations_can_be_opened_and_removed(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.open()
    visitor.ask(CRITICAL)
    page.get_by_role("button", name="Nieuw gesprek").click()
    expect(page.locator(".greeting")).to_be_visible()
    visitor.ask(YOUNG)
    page.locator(".shelf summary").click()
    page.get_by_role("button", name=CRITICAL, exact=True).click()
    expect(page.locator(".turn .question")).to_have_text([CRITICAL])
    page.locator(".shelf summary").click()
    page.get_by_role("button", name=f"Verwijder “{YOUNG}”").click()
    expect(page.locator(".shelf summary")).to_have_count(0)


def test_a_linked_question_is_asked_once_in_a_conversation_of_its_own(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.open()
    visitor.ask(ABSENT)
    page.goto(f"{visitor.url}/?vraag=Wat%20zijn%20de%20kritische%20geluiden%3F")
    visitor.answered(1)
    expect(page.locator(".turn .question")).to_have_text(["Wat zijn de kritische geluiden?"])
    assert "vraag" not in page.url
    page.reload()
    page.wait_for_selector(".turn")
    expect(page.locator(".turn")).to_have_count(1)


@pytest.fixture
def slow(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The assistant says one sentence and waits with the rest until the event is set."""
    go_on = threading.Event()
    stream = server.assistant.stream

    def hesitating(question: str, *arguments: object) -> Iterator[Answer]:
        *_, answer = stream(question, *arguments)
        yield replace(answer, sentences=(Sentence("Een eerste zin.", "own"),), citations=())
        go_on.wait(20)
        yield answer

    monkeypatch.setattr(server.assistant, "stream", hesitating)
    yield go_on
    go_on.set()


def test_an_answer_grows_on_the_page(visit: Callable[..., Visitor], slow: threading.Event) -> None:
    visitor = visit()
    page = visitor.open()
    page.fill("#question textarea", CRITICAL)
    page.press("#question textarea", "Enter")
    expect(page.locator(".answer")).to_contain_text("Een eerste zin.")
    expect(page.locator("a.marker")).to_have_count(0)
    slow.set()
    expect(page.locator("a.marker")).to_have_count(1)


def test_an_answer_can_be_stopped_and_asked_again(
    visit: Callable[..., Visitor], slow: threading.Event
) -> None:
    visitor = visit()
    page = visitor.open()
    page.fill("#question textarea", CRITICAL)
    page.press("#question textarea", "Enter")
    expect(page.locator(".answer")).to_contain_text("Een eerste zin.")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".answer")).to_contain_text("Gestopt.")
    slow.set()
    page.get_by_role("button", name="Opnieuw").click()
    expect(page.locator("a.marker")).to_have_count(1)


def test_a_failure_is_said_in_one_sentence_and_logged(
    visit: Callable[..., Visitor],
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*arguments: object) -> Iterator[Answer]:
        raise RuntimeError("out of order")

    monkeypatch.setattr(server.assistant, "stream", broken)
    visitor = visit()
    page = visitor.open()
    visitor.ask(CRITICAL)
    expect(page.locator(".answer.failed > p")).to_contain_text("Het antwoorden is misgegaan.")
    assert "out of order" in caplog.text


def test_a_question_of_20_000_characters_is_answered_with_what_to_do(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.open()
    visitor.ask("waarom " * 2_857)
    expect(page.locator(".answer.failed > p")).to_contain_text("het maximum is 4000")


def test_the_chart_shows_how_the_themes_scored(visit: Callable[..., Visitor], server: Server) -> None:
    visitor = visit()
    page = visitor.open()
    visitor.ask(CRITICAL)
    page.locator(".why summary").click()
    cited = page.locator(".why tr.cited")
    expect(cited).to_have_count(1)
    expect(cited).to_contain_text(server.assistant.themes[7].title)
    widths = page.locator(".why .bar").evaluate_all("bars => bars.map(bar => bar.offsetWidth)")
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 100
    expect(page.locator(".why tbody th", has_text=re.compile("^Inleiding$"))).to_have_count(1)
    scores = page.locator(".why tbody td:last-child").all_inner_texts()
    assert all(re.fullmatch(r"-?\d,\d\d", score) for score in scores)


def test_a_theme_is_asked_about_from_its_text_and_from_the_picture(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.open()
    page.get_by_role("tab", name="Thema's").click()
    page.get_by_role("button", name="Vraag naar “Bewustwording en trots”").click()
    visitor.answered(1)
    expect(page.locator(".turn .question")).to_contain_text("Bewustwording en trots")
    page.get_by_role("tab", name="Thema's").click()
    page.wait_for_selector("#theme-map .heatmaplayer image, #theme-map .heatmaplayer path")
    page.wait_for_timeout(500)
    plot = page.locator("#theme-map .nsewdrag").bounding_box()
    assert plot
    page.mouse.click(plot["x"] + plot["width"] * 0.05, plot["y"] + plot["height"] * 0.95)
    visitor.answered(2)
    expect(page.locator(".turn .question").nth(1)).to_contain_text("Netwerkverbreding")
