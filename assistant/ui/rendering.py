"""The conversation as HTML. Everything from outside is escaped; nothing of it is read as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assistant.answer import Language
from assistant.ui.answer_view import answer_words, copy_text
from assistant.ui.document_panel import DocumentPanel
from assistant.ui.scores import score_chart
from assistant.ui.texts import say
from assistant.ui.turns import Turn, Turns

LONGEST_TITLE = 60
"""Characters of a question that name an earlier conversation."""

_THUMB = (
    '<svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true"><path fill="none" stroke="currentColor" '
    'stroke-width="1.8" stroke-linejoin="round" d="M7 11v9H4v-9h3zm0 0 4-8c1.6 0 2.5 1 2.5 2.6V9H19c1.2 0 2 1 '
    '1.8 2.2l-1.3 7A2.2 2.2 0 0 1 17.3 20H7"/></svg>'
)


class Rendering:
    """Renders for a page in one language; what belongs to an answer is in the answer's own.

    Attributes:
        language: Of the page.
        panel: The documents beside the conversation.
    """

    def __init__(
        self, language: Language, panel: DocumentPanel, titles: str, examples: Sequence[str], *, thumbs: bool
    ) -> None:
        self.language = language
        self.panel = panel
        self._titles = titles
        self._examples = tuple(examples)
        self._thumbs = thumbs

    def thread(self, turns: Turns, *, restored: bool = True) -> str:
        """The conversation, or the greeting where there is none yet."""
        busy = bool(turns) and turns[-1].state in ("waiting", "growing")
        content = "".join(self._turn(turn, at, last=turn is turns[-1]) for at, turn in enumerate(turns))
        return (
            f'<div class="thread" role="log" tabindex="0" aria-label="{self._say("thread_label")}" '
            f'aria-busy="{str(busy).lower()}" data-restored="{str(restored).lower()}" '
            f'data-copied="{self._say("copied")}">{content or self._greeting()}</div>'
        )

    def shelf(self, turns: Turns, earlier: Sequence[Turns]) -> str:
        """A new conversation, and the earlier ones."""
        new = f'<button type="button" data-do="new">{self._say("new")}</button>' if turns else ""
        if not earlier:
            return f'<div class="shelf">{new}</div>'
        entries = "".join(self._shelved(conversation, at) for at, conversation in enumerate(earlier))
        return (
            f'<div class="shelf"><details><summary>{self._say("earlier", count=len(earlier))}</summary>'
            f'<div class="earlier"><ul>{entries}</ul><p class="notice">{self._say("earlier_note")}</p></div></details>'
            f"{new}</div>"
        )

    def _shelved(self, conversation: Turns, at: int) -> str:
        title = conversation[0].question
        title = title if len(title) <= LONGEST_TITLE else f"{title[:LONGEST_TITLE]}…"
        forget = self._say("forget", title=title)
        return (
            f'<li><button type="button" data-do="open" data-at="{at}" dir="auto">{escape(title)}</button>'
            f'<button type="button" data-do="forget" data-at="{at}" aria-label="{forget}" title="{forget}">×</button></li>'
        )

    def _greeting(self) -> str:
        return (
            f'<div class="greeting"><h2>{self._say("greeting_title")}</h2>'
            f"<p>{self._say('greeting', titles=self._titles)}</p>"
            f'<p class="label">{self._say("examples_label")}</p>{_options(self._examples)}</div>'
        )

    def _turn(self, turn: Turn, at: int, *, last: bool) -> str:
        waiting = turn.state in ("waiting", "growing")
        return (
            f'<section class="turn" id="turn-{at}"><div class="asked">'
            f'<h2 class="question" dir="auto">{escape(turn.question)}</h2>'
            f"{'' if waiting else self._edit(turn, at)}</div>{self._answer(turn, at)}"
            f"{self._suggestions(turn) if last and turn.state == 'done' else ''}</section>"
        )

    def _edit(self, turn: Turn, at: int) -> str:
        return (
            f'<details class="edit"><summary>{self._say("edit")}</summary><form data-at="{at}">'
            f'<textarea name="question" rows="2" aria-label="{self._say("edit_label")}" dir="auto">'
            f'{escape(turn.question)}</textarea><button type="submit">{self._say("edit_send")}</button></form></details>'
        )

    def _answer(self, turn: Turn, at: int) -> str:
        if turn.state == "waiting":
            return f'<div class="answer waiting"><p>{self._say("waiting")}</p></div>'
        if not turn.parts:
            message = escape(turn.message) if turn.state == "failed" else self._say("stopped")
            return (
                f'<div class="answer {turn.state}"><p>{message}</p>'
                f'<div class="actions">{self._retry(turn, at)}</div></div>'
            )
        label = ""
        if turn.outcome in ("related", "refused"):
            label = f'<p class="label">{escape(say(turn.language, f"{turn.outcome}_label"))}</p>'
        notice = f'<p class="notice">{escape(turn.notice)}</p>' if turn.notice else ""
        end = "" if turn.state == "growing" else self._end(turn, at)
        return (
            f'<div class="answer {turn.outcome}" lang="{turn.language}">{label}{answer_words(turn, self.panel)}'
            f"{notice}{end}</div>"
        )

    def _end(self, turn: Turn, at: int) -> str:
        """What stands under a finished or stopped answer."""
        stopped = f'<p class="notice">{self._say("stopped")}</p>' if turn.state == "stopped" else ""
        badge = ""
        if turn.sources:
            badge = (
                f'<span class="badge {turn.mode}">{escape(say(turn.language, f"badge_{turn.mode}"))}</span>'
            )
        copy = (
            f'<button type="button" data-copy="{escape(copy_text(turn, self.panel))}">'
            f"{self._say('copy')}</button>"
        )
        return (
            f'{stopped}{score_chart(turn)}<div class="actions" lang="{self.language}">{badge}{copy}'
            f"{self._retry(turn, at)}{self._feedback(turn, at)}</div>"
        )

    def _retry(self, turn: Turn, at: int) -> str:
        return f'<button type="button" data-ask="{escape(turn.question)}" data-at="{at}">{self._say("retry")}</button>'

    def _feedback(self, turn: Turn, at: int) -> str:
        if not self._thumbs or turn.state != "done":
            return ""
        return "".join(
            f'<button type="button" class="thumb {verdict}" data-do="{verdict}" data-at="{at}" '
            f'aria-pressed="{str(turn.verdict == verdict).lower()}" aria-label="{self._say(name)}" '
            f'title="{self._say(name)}">{_THUMB}</button>'
            for verdict, name in (("up", "useful"), ("down", "not_useful"))
        )

    def _suggestions(self, turn: Turn) -> str:
        if not turn.suggestions:
            return ""
        label = escape(say(turn.language, "suggestions"))
        return (
            f'<div class="suggestions" lang="{turn.language}"><p class="label">{label}</p>'
            f"{_options(turn.suggestions)}</div>"
        )

    def _say(self, name: str, **values: object) -> str:
        return escape(say(self.language, name, **values))


def _options(questions: Sequence[str]) -> str:
    buttons = "".join(
        f'<button type="button" data-ask="{escape(question)}">{escape(question)}</button>'
        for question in questions
    )
    return f'<div class="options">{buttons}</div>'
