"""A page before a meeting: a topic or themes, a preview, and the same as Word, PDF and Markdown."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from assistant import Assistant
from assistant.answer import Language
from assistant.briefing import Briefing
from assistant.briefing_files import save
from assistant.briefing_page import Page, Paragraph, Run, Section, page_of
from assistant.briefing_topic import file_stem
from assistant.ui.markup import Markup, join, tag
from assistant.ui.texts import say
from index.errors import UserError
from index.themes import Theme

DOWNLOADS = (".docx", ".pdf", ".md")

KEPT_SECONDS = 4 * 3600
"""How long a briefing can be downloaded; its files are removed after that, and when the server stops."""

CLEARED_EVERY = 900
"""Seconds between looks at how old the files are."""

_MAKING_AT_ONCE = 2
_LOG = logging.getLogger(__name__)


def briefing_tab(assistant: Assistant, language: Language) -> None:
    """Add the tab."""
    desk = _Desk(assistant, language)
    with gr.Tab(say(language, "tab_briefing"), id="briefing"), gr.Row(elem_id="briefing"):
        with gr.Column(elem_id="briefing-wish"):
            gr.HTML(tag("p", say(language, "briefing_intro")), apply_default_css=False)
            topic = gr.Textbox(label=say(language, "briefing_topic"), max_lines=3, elem_id="briefing-topic")
            themes = gr.CheckboxGroup(
                choices=[(theme.title, at) for at, theme in enumerate(desk.themes)],
                label=say(language, "briefing_themes"),
                elem_id="briefing-themes",
            )
            partner = gr.Textbox(
                label=say(language, "briefing_partner"), max_lines=1, elem_id="briefing-partner"
            )
            make = gr.Button(say(language, "briefing_make"), variant="primary", elem_id="briefing-make")
        with gr.Column(elem_id="briefing-page"):
            with gr.Row(elem_id="briefing-files"):
                buttons = [
                    gr.DownloadButton(
                        say(language, f"briefing_download_{suffix[1:]}"),
                        visible=False,
                        elem_id=f"briefing-{suffix[1:]}",
                    )
                    for suffix in DOWNLOADS
                ]
            preview = gr.HTML(desk.empty(), apply_default_css=False, elem_id="briefing-preview")
    making = gr.on(
        [make.click, topic.submit, partner.submit],
        partial(desk.make, buttons),
        [topic, themes, partner],
        [preview, *buttons],
        concurrency_limit=_MAKING_AT_ONCE,
        show_progress="minimal",
        show_progress_on=preview,
        api_visibility="private",
    )
    making.then(None, js="() => window.showBriefing()", queue=False, api_visibility="private")


class _Desk:
    """Makes briefings for one page.

    Their files lie where Gradio serves them from, each in a folder named by a hash of what is in it. The page
    removes them by age and when the server stops, for they are noted as the buttons' own.

    Attributes:
        themes: Those that can be ticked.
    """

    def __init__(self, assistant: Assistant, language: Language) -> None:
        self._assistant = assistant
        self._language = language
        self.themes = [theme for theme in assistant.themes if theme.is_titled] or list(assistant.themes)

    def empty(self) -> Markup:
        """What stands where the page will be."""
        return tag("p", say(self._language, "briefing_empty"), class_="briefing-empty")

    def make(
        self, buttons: Sequence[gr.DownloadButton], topic: str, ticked: Sequence[int], partner: str
    ) -> tuple[Any, ...]:
        """The preview and the three downloads."""
        try:
            briefing = self._assistant.brief(
                topic or "", self._ticked(ticked), partner or "", language=self._language
            )
            if briefing.declined:
                return self._without_files(briefing.refusal)
            return preview(page_of(briefing)), *_files(briefing, buttons)
        except UserError as error:
            return self._without_files(str(error))
        except Exception:
            _LOG.exception("A briefing could not be made")
            return self._without_files(say(self._language, "briefing_failed"))

    def _ticked(self, ticked: Sequence[int] | None) -> list[Theme] | None:
        places = range(len(self.themes))
        return [self.themes[at] for at in ticked or () if at in places] or None

    def _without_files(self, message: str) -> tuple[Any, ...]:
        hidden = [gr.update(value=None, visible=False) for _ in DOWNLOADS]
        return tag("p", message, class_="briefing-message", role="status"), *hidden


def preview(page: Page) -> Markup:
    """The page as it will be, in HTML."""
    facts = [
        tag("p", tag("strong", f"{label}: "), value, class_="briefing-fact") for label, value in page.facts
    ]
    return tag(
        "article",
        tag("h2", page.title),
        *facts,
        *(_section(section, page) for section in page.sections),
        *(tag("p", line, class_="briefing-foot") for line in page.foot),
        class_="briefing",
        lang=page.language,
    )


def _files(briefing: Briefing, buttons: Sequence[gr.DownloadButton]) -> list[Any]:
    updates = []
    with tempfile.TemporaryDirectory() as folder:
        for suffix, button in zip(DOWNLOADS, buttons, strict=True):
            path = Path(folder) / f"{file_stem(briefing.topic)}{suffix}"
            save(briefing, path)
            updates.append(gr.update(value=button.move_resource_to_block_cache(path), visible=True))
    return updates


def _section(section: Section, page: Page) -> Markup:
    note = tag("p", _runs(section.note, page), class_="briefing-note") if section.note else ""
    listed = {"findings": "ul", "critical": "ul", "questions": "ol"}.get(section.part)
    rows = [tag("li" if listed else "p", _runs(paragraph, page)) for paragraph in section.paragraphs]
    body = tag(listed, *rows) if listed and rows else join(*rows)
    return tag("section", tag("h3", section.heading), note, body, class_=f"briefing-{section.part}")


def _runs(paragraph: Paragraph, page: Page) -> Markup:
    return join(*(_run(run, page) for run in paragraph))


def _run(run: Run, page: Page) -> str:
    if run.kind == "quote":
        return tag("q", run.text, lang=page.quoted_in)
    if run.kind in ("strong", "marker"):
        return tag("strong", run.text, class_="briefing-marker" if run.kind == "marker" else None)
    return run.text
