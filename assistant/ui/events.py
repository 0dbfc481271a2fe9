"""Between Gradio's events and the steps of the dialogue: component values in, component values out.

The conversation lives in the reader's browser. Every event brings it along and gives it back; the
server keeps nothing of it but what a thumb writes to the feedback file.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import gradio as gr

from assistant.ui.conversations import Conversations
from assistant.ui.dialogue import Dialogue, Wish
from assistant.ui.rendering import Rendering
from assistant.ui.texts import say

_LOG = logging.getLogger(__name__)

Shown = tuple[Any, ...]
"""Values of the thread, the shelf, the conversation and the earlier ones."""


class Events:
    """The functions behind the events of one page."""

    def __init__(self, dialogue: Dialogue, rendering: Rendering) -> None:
        self._dialogue = dialogue
        self._rendering = rendering
        self._language = rendering.language

    def restore(self, turns: object, earlier: object) -> Shown:
        """Show what the browser kept."""
        return self._shown(Conversations.load(turns, earlier))

    def ask(
        self, typed: str, quotes_only: bool, turns: object, earlier: object, event: gr.EventData
    ) -> Iterator[tuple[Any, ...]]:
        """Answer what was typed or, where a button was pressed, what that asks.

        Yields:
            ``Shown``, then the text box and the tabs.
        """
        sent = event._data if isinstance(event._data, Mapping) and "question" in event._data else None
        wish = Wish.read(sent or {"question": typed}, "quote" if quotes_only else None)
        if not wish.question:
            yield tuple(gr.skip() for _ in range(6))
            return
        box: Any = gr.update(submit_btn=False, stop_btn=say(self._language, "stop"))
        if sent is None:
            box["value"] = ""
        tabs: Any = gr.Tabs(selected="chat")
        for kept in self._dialogue.ask(Conversations.load(turns, earlier), wish):
            if kept.turns[-1].state in ("done", "failed"):
                box = self._idle()
            yield (*self._shown(kept), box, tabs)
            box, tabs = gr.skip(), gr.skip()

    def stop(self, turns: object, earlier: object) -> tuple[Any, ...]:
        """Show what there is of an answer that the reader stopped."""
        return (*self.restore(turns, earlier), self._idle())

    def fail(self, turns: object, earlier: object) -> tuple[Any, ...]:
        """Say in the conversation that something beyond the answering itself went wrong."""
        kept = Conversations.load(turns, earlier)
        if kept.turns:
            message = say(self._language, "failed")
            kept = kept.changed(len(kept.turns) - 1, replace(kept.turns[-1], state="failed", message=message))
        return (*self._shown(kept), self._idle())

    def arrange(self, turns: object, earlier: object, event: gr.EventData) -> Shown:
        """Do what a button wants that asks nothing: another conversation, or a thumb."""
        kept = Conversations.load(turns, earlier)
        deed, at = event.deed, event.at
        if deed == "new":
            kept = kept.anew()
        elif deed in ("open", "forget") and at in range(len(kept.earlier)):
            kept = kept.opened(at) if deed == "open" else kept.forgotten(at)
        elif deed in ("up", "down") and at in range(len(kept.turns)):
            try:
                kept = self._dialogue.judge(kept, at, deed)
            except OSError:
                _LOG.exception("A verdict could not be written")
                gr.Warning(say(self._language, "verdict_failed"), title="")
        return self._shown(kept)

    def _shown(self, kept: Conversations) -> Shown:
        thread = self._rendering.thread(kept.turns)
        return thread, self._rendering.shelf(kept.turns, kept.earlier), *kept.dump()

    def _idle(self) -> Any:
        return gr.update(submit_btn=say(self._language, "send"), stop_btn=False)
