"""The page in one language: what stands where, and which event does what."""

from __future__ import annotations

from typing import Any

import gradio as gr

from assistant import Assistant
from assistant.answer import Language
from assistant.ui.briefing_tab import CLEARED_EVERY, KEPT_SECONDS, briefing_tab
from assistant.ui.dialogue import Dialogue
from assistant.ui.document_panel import DocumentPanel
from assistant.ui.events import Events
from assistant.ui.feedback import FeedbackFile
from assistant.ui.markup import Markup, tag
from assistant.ui.rendering import Rendering
from assistant.ui.texts import say
from assistant.ui.themes_tab import themes_tab

ANSWERING_AT_ONCE = 8
"""50 clients at once had no errors at this limit, and a p95 of 0.8 s."""

_STORAGE = "conversation-1"
"""Name in the browser's storage: count it up when a turn's fields change."""

_SECRET = "kept-in-this-browser"  # noqa: S105
"""Fixed, so that a restarted server can read what the browser kept; it hides nothing from anyone."""


def build_page(assistant: Assistant, language: Language, feedback: FeedbackFile | None) -> gr.Blocks:
    """The Blocks of the page in ``language``."""
    documents = list(dict.fromkeys(theme.document for theme in assistant.themes))
    title = documents[0].title
    if len(documents) > 1:
        title = say(language, "and_more", title=title, count=len(documents) - 1)
    date = documents[0].date if len(documents) == 1 else ""
    panel = DocumentPanel(assistant.themes)
    examples = assistant.examples(language)
    rendering = Rendering(language, panel, f"“{title}”", examples, thumbs=feedback is not None)
    events = Events(Dialogue(assistant, language, feedback), rendering)

    page = gr.Blocks(
        title=title, analytics_enabled=False, fill_width=True, delete_cache=(CLEARED_EVERY, KEPT_SECONDS)
    )
    with page:
        _html(_header(title, date, language), "header")
        with gr.Tabs(selected="chat") as tabs:
            with gr.Tab(say(language, "tab_chat"), id="chat"), gr.Row(elem_id="columns"):
                with gr.Column(elem_id="conversation"):
                    shelf = _html(rendering.shelf((), ()), "shelf", "wire")
                    thread = _html(rendering.thread((), restored=False), "thread", "wireThread")
                    with gr.Column(elem_id="composer"):
                        question = _question(language)
                        quotes_only = gr.Checkbox(
                            label=say(language, "quotes_only"),
                            visible=assistant.has_model,
                            container=False,
                            elem_id="quotes-only",
                        )
                with gr.Column(elem_id="beside"):
                    _html(panel.html(language), "panel")
            themes = themes_tab(assistant, language)
            briefing_tab(assistant, language)
        turns = gr.BrowserState([], storage_key=_STORAGE, secret=_SECRET)
        earlier = gr.BrowserState([], storage_key=f"{_STORAGE}-earlier", secret=_SECRET)

        kept = [turns, earlier]
        shown = [thread, shelf, *kept]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asking = gr.on(
            [question.submit, thread.submit, themes.submit],
            events.ask,
            [question, quotes_only, *kept],
            [*shown, question, tabs],
            concurrency_limit=ANSWERING_AT_ONCE,
            trigger_mode="multiple",  # "once" would ignore the question after one that was stopped
            **quiet,
        )
        asking.failure(events.fail, kept, [*shown, question], queue=False, **quiet)
        question.stop(events.stop, kept, [*shown, question], cancels=[asking], queue=False, **quiet)
        gr.on([thread.select, shelf.select], events.arrange, kept, shown, queue=False, **quiet)
        page.load(events.restore, kept, shown, queue=False, **quiet)
    return page


def _header(title: str, date: str, language: Language) -> Markup:
    other = "en" if language == "nl" else "nl"
    switch = tag("a", say(language, "switch_label"), href=f"../{other}/", hreflang=other, lang=other)
    return tag("header", tag("h1", title), tag("span", date) if date else "", switch)


def _html(value: Markup, name: str, script: str = "") -> gr.HTML:
    """HTML of our own making; ``script`` is the function in page.js that brings it to life."""
    return gr.HTML(
        value,
        elem_id=name,
        apply_default_css=False,
        js_on_load=f"{script}(element, trigger)" if script else None,
    )


def _question(language: Language) -> gr.Textbox:
    return gr.Textbox(
        label=say(language, "question_label"),
        placeholder=say(language, "question_placeholder"),
        show_label=False,
        container=False,
        lines=1,
        max_lines=6,
        submit_btn=say(language, "send"),
        elem_id="question",
    )
