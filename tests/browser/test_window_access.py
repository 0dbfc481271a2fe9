"""The window for everyone: by keyboard, by screen reader, light and dark, small and large, nl and en."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, WIDE, Visitor

ROOT = Path(__file__).parents[2]
CRITICAL = "Wat zijn de kritische geluiden over het Techniekpact?"
ABSENT = "Wat is de hoofdstad van Frankrijk?"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_no_violation_in_any_state(
    visit: Callable[..., Visitor], viewport: dict[str, int], scheme: str
) -> None:
    visitor = visit(viewport=viewport, color_scheme=scheme)
    page = visitor.open()
    assert _violations(page) == []
    visitor.ask(ABSENT)
    visitor.ask(CRITICAL)
    page.locator(".why summary").last.click()
    page.locator("a.marker").first.click()
    assert _violations(page) == []
    page.get_by_role("button", name="Nieuw gesprek").click()
    page.locator(".shelf summary").click()
    assert _violations(page) == []
    page.get_by_role("tab", name="Thema's").click()
    page.wait_for_selector("#theme-map .heatmaplayer")
    assert _violations(page) == []
    page.get_by_role("tab", name="Briefing").click()
    page.fill("#briefing-topic textarea", "robotica")
    page.click("#briefing-make")
    page.wait_for_selector(".briefing-critical")
    assert _violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_light_or_dark_as_the_browser_is(visit: Callable[..., Visitor], scheme: str) -> None:
    page = visit(color_scheme=scheme).open()
    lightness = (
        "/[0-9]+/.exec(getComputedStyle(document.querySelector('.gradio-container')).backgroundColor)[0]"
    )
    assert (int(page.evaluate(lightness)) > 128) == (scheme == "light")


def test_everything_can_be_done_by_keyboard_alone(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.open()
    expect(page.locator("#question textarea")).to_be_focused()
    page.keyboard.type(CRITICAL)
    page.keyboard.press("Enter")
    visitor.answered(1)
    _walk(page, "a.marker", backwards=True)
    page.keyboard.press("Enter")
    expect(page.locator(".passage:focus mark").first).to_be_in_viewport()
    _walk(page, "a.back")
    page.keyboard.press("Enter")
    expect(page.locator("a.marker").first).to_be_focused()
    _walk(page, ".why summary")
    page.keyboard.press("Enter")
    expect(page.locator(".why table")).to_be_visible()
    _walk(page, ".thumb.up")
    page.keyboard.press("Space")
    expect(page.locator(".thumb.up")).to_have_attribute("aria-pressed", "true")
    _walk(page, ".suggestions button")
    page.keyboard.press("Enter")
    visitor.answered(2)
    _walk(page, "#turn-1 .edit summary", backwards=True)
    page.keyboard.press("Enter")
    expect(page.locator("#turn-1 textarea")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type(ABSENT)
    page.keyboard.press("Enter")
    visitor.answered(2)
    expect(page.locator("#turn-1 .answer.refused")).to_be_visible()
    _walk(page, "[data-do=new]", backwards=True)
    page.keyboard.press("Enter")
    expect(page.locator(".greeting")).to_be_visible()
    _walk(page, "[role=tab]", backwards=True, text="Thema's")
    page.keyboard.press("Enter")
    _walk(page, ".themes button")
    page.keyboard.press("Enter")
    visitor.answered(1)


@pytest.mark.parametrize(
    ("locale", "language", "tab", "foreign"),
    [
        ("nl-BE", "nl", "Gesprek", "Conversation"),
        ("en-GB", "en", "Conversation", "Gesprek"),
        ("de-DE", "en", "", "Gesprek"),
    ],
)
def test_the_page_speaks_the_browsers_language(
    visit: Callable[..., Visitor], locale: str, language: str, tab: str, foreign: str
) -> None:
    page = visit(locale=locale).open()
    assert page.get_attribute("html", "lang") == language
    named = page.evaluate(
        "[...document.querySelectorAll('[aria-label], [title], [placeholder], button, summary, label')]"
        ".flatMap(e => [e.ariaLabel, e.title, e.placeholder, e.innerText]).filter(Boolean).join(' | ')"
    )
    assert tab in named
    assert foreign not in named


@pytest.mark.parametrize("folder", ["assistant/texts", "assistant/ui/texts"])
def test_every_text_is_there_in_both_languages_with_the_same_places_to_fill(folder: str) -> None:
    dutch, english = (
        json.loads((ROOT / folder / f"{language}.json").read_text("utf-8")) for language in ("nl", "en")
    )
    assert {name: set(re.findall(r"{\w+}", text)) for name, text in dutch.items()} == {
        name: set(re.findall(r"{\w+}", text)) for name, text in english.items()
    }


def test_the_page_is_usable_in_two_seconds_and_answers_in_one(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.open()
    began = time.perf_counter()
    page = visitor.open()
    expect(page.locator("#question textarea")).to_be_editable()
    usable = time.perf_counter() - began
    began = time.perf_counter()
    visitor.ask(CRITICAL)
    answered = time.perf_counter() - began
    print(f"usable after {usable:.2f} s, answered after {answered:.2f} s")
    assert usable < 2 * _slack()
    assert answered < 1 * _slack()


def test_print_shows_the_answer_with_its_source_and_nothing_to_click(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.open()
    visitor.ask(CRITICAL)
    page.emulate_media(media="print")
    expect(page.locator(".answer figcaption")).to_be_visible()
    expect(page.locator(".answer blockquote")).to_be_visible()
    for hidden in ("#composer", "#beside", "#shelf", ".suggestions", ".actions button"):
        expect(page.locator(hidden).first).to_be_hidden()


def _violations(page: Page) -> list[tuple[Any, ...]]:
    """What axe finds, in light and in dark."""
    violations = []
    for scheme in ("light", "dark"):
        page.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
        page.wait_for_timeout(300)  # colours change over a moment
        for rule in Axe().run(page, options=RULES).response["violations"]:
            violations.append((scheme, rule["id"], [node["html"][:200] for node in rule["nodes"]]))
    return violations


def _walk(page: Page, selector: str, *, backwards: bool = False, text: str = "") -> None:
    """Press Tab until an element that ``selector`` matches and that has ``text`` has the focus."""
    focused = """([selector, text]) =>
        document.activeElement.matches(selector) && document.activeElement.textContent.includes(text)"""
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if page.evaluate(focused, [selector, text]):
            return
    raise AssertionError(f"{selector} cannot be reached by keyboard")


def _slack() -> float:
    """How much slower this machine is just now than an idle one: a loop that takes 50 ms there."""
    began = time.perf_counter()
    sum(range(3_000_000))
    return max(1.0, (time.perf_counter() - began) / 0.05)
