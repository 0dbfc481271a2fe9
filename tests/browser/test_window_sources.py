"""Question, answer, source: the way from a marker to the words that it cites."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Visitor

CRITICAL = "Wat zijn de kritische geluiden over het Techniekpact?"
WORDS = "Er zijn kritische geluiden over de behoefte aan meer concrete actie"


def test_a_marker_brings_the_cited_passage_into_view_and_highlights_it(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.open()
    visitor.ask(CRITICAL)
    page.click("a.marker")
    mark = page.locator("#document mark").first
    expect(mark).to_be_in_viewport()
    expect(mark).to_contain_text(WORDS)
    passage = page.locator(".passage:focus")
    expect(passage).to_contain_text(WORDS)
    expect(page.locator("a.marker").first).to_have_attribute("title", re.compile(WORDS))


def test_on_a_phone_a_marker_scrolls_to_the_passage_and_a_link_leads_back(
    visit: Callable[..., Visitor],
) -> None:
    visitor = visit(viewport=PHONE, has_touch=True)
    page = visitor.open()
    visitor.ask(CRITICAL)
    page.tap("a.marker")
    expect(page.locator("#document mark").first).to_be_in_viewport()
    page.tap("a.back")
    expect(page.locator("a.marker").first).to_be_in_viewport()
    expect(page.locator("a.marker").first).to_be_focused()


def test_a_marker_of_an_older_answer_still_leads_to_its_own_passage(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.open()
    visitor.ask(CRITICAL)
    visitor.ask("Wat zegt het document over robotica-onderwijs?")
    expect(page.locator("#document mark").first).to_contain_text("Successen in robotica-onderwijs")
    page.locator("#turn-0 a.marker").first.click()
    expect(page.locator("#document mark").first).to_contain_text(WORDS)
