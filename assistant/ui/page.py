"""The page in one language: what stands where, and which event does what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.answer import Language
from assistant.chain import Assistant
from assistant.settings import Settings
from assistant.ui.dialogue import Conversations, Dialogue, Wish
from assistant.ui.document_panel import DocumentPanel
from assistant.ui.feedback import FeedbackFile
from assistant.ui.rendering import Rendering
from assistant.ui.texts import say
from assistant.ui.themes_tab import themes_tab

ANSWERING_AT_ONCE = 8
"""50 clients at once had no errors at this limit, and a p95 of 0.8 s."""

_STORAGE = "conversation-1"
"""Name in the browser's storage: count it up when a turn's fields change."""

_SECRET = "kept-in-this-browser"  # noqa: S105
"""Fixed, so that a restart can read what the browser keeps; the reader's own words need no hiding from them."""


def build_page(
    assistant: Assistant, settings: Settings, language: Language, feedback: FeedbackFile | None
) -> gr.Blocks:
    """The Blocks of the page in ``language``."""
    documents = list(dict.fromkeys(theme.document for theme in assistant.themes))
    title = documents[0].title
    if len(documents) > 1:
        title = say(language, "and_more", title=title, count=len(documents) - 1)
    panel = DocumentPanel(assistant.themes)
    rendering = Rendering(
        language, panel, f"“{title}”", assistant.examples(language), thumbs=feedback is not None
    )
    events = _Events(Dialogue(assistant, language, feedback), rendering)

    with gr.Blocks(title=title, analytics_enabled=False, fill_width=True) as page:
        gr.HTML(
            _header(title, documents[0].date if len(documents) == 1 else "", language),
            elem_id="header",
            apply_default_css=False,
        )
        with gr.Tabs(selected="chat") as tabs:
            with gr.Tab(say(language, "tab_chat"), id="chat"), gr.Row(elem_id="columns"):
                with gr.Column(elem_id="conversation"):
                    shelf = gr.HTML(
                        rendering.shelf((), ()),
                        elem_id="shelf",
                        apply_default_css=False,
                        js_on_load="wire(element, trigger)",
                    )
                    thread = gr.HTML(
                        rendering.thread((), restored=False),
                        elem_id="thread",
                        apply_default_css=False,
                        js_on_load="wireThread(element, trigger)",
                    )
                    with gr.Column(elem_id="composer"):
                        question = gr.Textbox(
                            label=say(language, "question_label"),
                            placeholder=say(language, "question_placeholder"),
                            show_label=False,
                            container=False,
                            lines=1,
                            max_lines=6,
                            submit_btn=say(language, "send"),
                            autofocus=True,
                            elem_id="question",
                        )
                        quotes_only = gr.Checkbox(
                            label=say(language, "quotes_only"),
                            info=say(language, "quotes_only_info"),
                            visible=assistant.has_model,
                            container=False,
                            elem_id="quotes-only",
                        )
                with gr.Column(elem_id="beside"):
                    gr.HTML(panel.html(language), elem_id="panel", apply_default_css=False)
            themes = themes_tab(assistant, language)
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
            trigger_mode="once",
            **quiet,
        )
        question.stop(events.stop, kept, [*shown, question], cancels=[asking], queue=False, **quiet)
        gr.on([thread.select, shelf.select], events.arrange, kept, shown, queue=False, **quiet)
        page.load(events.restore, kept, shown, queue=False, **quiet)
    return page


class _Events:
    """Gradio's values in, Gradio's values out, around the steps of the dialogue."""

    def __init__(self, dialogue: Dialogue, rendering: Rendering) -> None:
        self._dialogue = dialogue
        self._rendering = rendering
        self._language = rendering.language

    def ask(
        self, typed: str, quotes_only: bool, turns: object, earlier: object, event: gr.EventData
    ) -> Iterator[tuple[Any, ...]]:
        sent = event._data if isinstance(event._data, Mapping) and "question" in event._data else None
        wish = Wish.read(sent or {"question": typed}, "quote" if quotes_only else None)
        if not wish.question:
            yield tuple(gr.skip() for _ in range(6))
            return
        running = {"submit_btn": False, "stop_btn": say(self._language, "stop")}
        if sent is None:
            running["value"] = ""
        first = True
        for kept in self._dialogue.ask(Conversations.load(turns, earlier), wish):
            question = gr.update(**running) if first else gr.skip()
            tabs = gr.Tabs(selected="chat") if first else gr.skip()
            first = False
            if kept.turns[-1].state in ("done", "failed"):
                question = self._idle()
            yield (*self._shown(kept), question, tabs)

    def stop(self, turns: object, earlier: object) -> tuple[Any, ...]:
        return (*self._shown(Conversations.load(turns, earlier)), self._idle())

    def arrange(self, turns: object, earlier: object, event: gr.EventData) -> tuple[Any, ...]:
        kept = Conversations.load(turns, earlier)
        deed, at = event.deed, event.at
        if deed == "new":
            kept = kept.anew()
        elif deed == "open":
            kept = kept.opened(at)
        elif deed == "forget":
            kept = kept.forgotten(at)
        elif deed in ("up", "down"):
            kept = self._dialogue.judge(kept, at, deed)
        return self._shown(kept)

    def restore(self, turns: object, earlier: object) -> tuple[Any, ...]:
        return self._shown(Conversations.load(turns, earlier))

    def _shown(self, kept: Conversations) -> tuple[Any, ...]:
        thread = self._rendering.thread(kept.turns)
        return thread, self._rendering.shelf(kept.turns, kept.earlier), *kept.dump()

    def _idle(self) -> Any:
        return gr.update(submit_btn=say(self._language, "send"), stop_btn=False)


def _header(title: str, date: str, language: Language) -> str:
    other = "en" if language == "nl" else "nl"
    dated = f"<span>{escape(date)}</span>" if date else ""
    return (
        f"<header><h1>{escape(title)}</h1>{dated}"
        f'<a href="../{other}/" hreflang="{other}" lang="{other}">{escape(say(language, "switch_label"))}</a></header>'
    )


def page_head(language: Language) -> str:
    """Script for the page's <head>: the page's language is Gradio's too, whatever the browser's is."""
    script = (Path(__file__).parent / "page.js").read_text("utf-8")
    return (
        '<meta name="robots" content="noindex"><script>'
        f'Object.defineProperty(navigator, "language", {{ value: "{language}" }});'
        f'Object.defineProperty(navigator, "languages", {{ value: ["{language}"] }});'
        f'document.documentElement.lang = "{language}";\n{script}</script>'
    )
