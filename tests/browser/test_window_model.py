"""The window with a language model: prose that was checked, quotes when the model goes away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from assistant import Assistant
from tests.browser.conftest import Server, Visitor
from tests.endpoint import Endpoint

CRITICAL = "Wat zijn de kritische geluiden over het Techniekpact?"
GOOD = "Er zijn kritische geluiden over de behoefte aan meer concrete actie. [1] "


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    running = Endpoint()
    yield running
    running.close()


@pytest.fixture
def writing(assistant: Assistant, endpoint: Endpoint) -> Iterator[Server]:
    """The window, with a language model at ``endpoint``."""
    settings = replace(assistant.settings, model_url=endpoint.url, model_timeout=10.0)
    opened = Assistant.open(settings)
    running = Server(opened, settings).start()
    yield running
    running.stop()
    opened.close()


def test_a_model_that_is_turned_off_mid_answer_loses_neither_question_nor_conversation(
    visit: Callable[..., Visitor], writing: Server, endpoint: Endpoint
) -> None:
    visitor = visit(writing.url)
    page = visitor.open()
    endpoint.pieces = [GOOD, "En"]
    endpoint.hold.clear()
    page.fill("#question textarea", CRITICAL)
    page.press("#question textarea", "Enter")
    expect(page.locator(".answer.answered")).to_contain_text("behoefte aan meer concrete actie.")
    expect(page.locator(".answer blockquote")).to_have_count(0)
    endpoint.close()
    visitor.answered(1)
    expect(page.locator(".answer blockquote")).to_contain_text("Kritische noten en actiegerichtheid")
    expect(page.locator(".answer .notice")).to_contain_text("brak af")
    visitor.ask("Wat is Techniek Tastbaar?")
    expect(page.locator(".turn .question")).to_have_text([CRITICAL, "Wat is Techniek Tastbaar?"])
    expect(page.locator(".answer .notice").last).to_contain_text("niet bereikbaar")
    expect(page.locator("#turn-1 blockquote").first).to_contain_text("Techniek Tastbaar")
    page.reload()
    page.wait_for_selector(".turn")
    expect(page.locator(".turn .question")).to_have_count(2)


def test_the_reader_sees_who_wrote_an_answer_and_can_switch_to_quotes(
    visit: Callable[..., Visitor], writing: Server, endpoint: Endpoint
) -> None:
    visitor = visit(writing.url)
    page = visitor.open()
    endpoint.pieces, endpoint.breaks_off = [GOOD], False
    visitor.ask(CRITICAL)
    expect(page.locator(".badge")).to_have_class("badge model")
    page.locator("#quotes-only input").check()
    visitor.ask(CRITICAL)
    expect(page.locator(".badge").last).to_have_class("badge quote")
    assert len(endpoint.asked) == 1
