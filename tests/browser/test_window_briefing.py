"""A page before a meeting, made and downloaded in the window."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import expect
from pypdf import PdfReader

from assistant import Assistant
from tests.browser.conftest import Server, Visitor

WORDS = "Successen in robotica-onderwijs, zoals het Fieldlab Industrial Robotics, tonen tastbare resultaten."


def downloaded(visitor: Visitor, kind: str) -> tuple[str, bytes]:
    with visitor.page.expect_download() as waiting:
        visitor.page.click(f"#briefing-{kind}")
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def test_a_briefing_is_made_previewed_and_downloaded_in_three_kinds(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.open("/nl/")
    page.get_by_role("tab", name="Briefing").click()
    page.fill("#briefing-topic textarea", "robotica-onderwijs")
    page.fill("#briefing-partner input, #briefing-partner textarea", "<b>de directie</b>")
    page.click("#briefing-make")
    expect(page.locator(".briefing")).to_contain_text(WORDS)
    expect(page.locator(".briefing")).to_contain_text("<b>de directie</b>")
    expect(page.locator(".briefing-critical")).to_contain_text("kritische geluiden")
    name, content = downloaded(visitor, "docx")
    assert name == "briefing-robotica-onderwijs.docx"
    assert WORDS in "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)
    name, content = downloaded(visitor, "pdf")
    assert name == "briefing-robotica-onderwijs.pdf"
    reader = PdfReader(io.BytesIO(content))
    assert len(reader.pages) == 1 and WORDS in " ".join(reader.pages[0].extract_text().split())
    name, content = downloaded(visitor, "md")
    assert name == "briefing-robotica-onderwijs.md" and WORDS in content.decode("utf-8")


def test_ticked_themes_make_a_briefing_and_a_topic_outside_the_document_is_declined(
    visit: Callable[..., Visitor],
) -> None:
    visitor = visit()
    page = visitor.open("/en/")
    page.get_by_role("tab", name="Briefing").click()
    page.get_by_label("Van praten naar doen", exact=True).check()
    page.click("#briefing-make")
    expect(page.locator(".briefing h2")).to_contain_text("Van praten naar doen")
    expect(page.locator("#briefing-pdf")).to_be_visible()
    page.get_by_label("Van praten naar doen", exact=True).uncheck()
    page.fill("#briefing-topic textarea", "the football world cup")
    page.click("#briefing-make")
    expect(page.locator(".briefing-message")).to_contain_text("Nothing on")
    expect(page.locator("#briefing-pdf")).to_be_hidden()


def test_on_a_narrow_page_a_briefing_comes_into_view(visit: Callable[..., Visitor]) -> None:
    page = visit(viewport={"width": 390, "height": 844}).open("/nl/")
    page.get_by_role("tab", name="Briefing").click()
    page.fill("#briefing-topic textarea", "robotica-onderwijs")
    page.click("#briefing-make")
    expect(page.locator(".briefing h2")).to_be_in_viewport(ratio=1)
    expect(page.locator("#briefing-pdf")).to_be_in_viewport(ratio=1)


def test_no_briefing_stays_on_disk_when_the_server_stops(
    visit: Callable[..., Visitor], assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    own = Server(assistant, assistant.settings).start()
    page = visit(own.url).open("/nl/")
    page.get_by_role("tab", name="Briefing").click()
    page.fill("#briefing-topic textarea", "robotica-onderwijs")
    page.click("#briefing-make")
    expect(page.locator("#briefing-pdf")).to_be_visible()
    assert len(_files(tmp_path)) == 3
    page.goto("about:blank")
    own.stop(force=False)
    assert _files(tmp_path) == []


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*briefing*") if path.is_file()]
