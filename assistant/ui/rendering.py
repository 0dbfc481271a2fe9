"""The conversation as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Language
from assistant.ui.answer_view import answer_words, copy_text
from assistant.ui.document_panel import DocumentPanel
from assistant.ui.markup import Markup, join, tag
from assistant.ui.scores import score_chart
from assistant.ui.texts import say
from assistant.ui.turns import Turn, Turns

LONGEST_TITLE = 60
"""Characters of a question that name an earlier conversation."""

_THUMB = tag(
    "svg",
    tag(
        "path",
        d="M7 11v9H4v-9h3zm0 0 4-8c1.6 0 2.5 1 2.5 2.6V9H19c1.2 0 2 1 1.8 2.2l-1.3 7A2.2 2.2 0 0 1 17.3 20H7",
    ),
    viewBox="0 0 24 24",
    width=18,
    height=18,
    aria_hidden="true",
)


class Rendering:
    """Renders for a page in one language; what belongs to an answer is in the answer's own.

    Attributes:
        language: Of the page.
    """

    def __init__(
        self, language: Language, panel: DocumentPanel, titles: str, examples: Sequence[str], *, thumbs: bool
    ) -> None:
        self.language = language
        self._panel = panel
        self._titles = titles
        self._examples = tuple(examples)
        self._thumbs = thumbs

    def thread(self, turns: Turns, *, restored: bool = True) -> Markup:
        """The conversation, or the greeting where there is none yet.

        Args:
            turns: The conversation.
            restored: Whether what the browser kept is in it already.
        """
        busy = bool(turns) and turns[-1].state in ("waiting", "growing")
        content = [self._turn(turn, at, last=at == len(turns) - 1) for at, turn in enumerate(turns)]
        return tag(
            "div",
            *(content or [self._greeting()]),
            class_="thread",
            role="log",
            tabindex=0,
            aria_label=self._say("thread_label"),
            aria_busy=str(busy).lower(),
            data_restored=str(restored).lower(),
            data_copied=self._say("copied"),
        )

    def shelf(self, turns: Turns, earlier: Sequence[Turns]) -> Markup:
        """The way to a new conversation, and to the earlier ones."""
        new = tag("button", self._say("new"), type="button", data_do="new") if turns else ""
        shelved = ""
        if earlier:
            entries = [self._shelved(conversation, at) for at, conversation in enumerate(earlier)]
            note = tag("p", self._say("earlier_note"), class_="notice")
            shelved = tag(
                "details",
                tag("summary", self._say("earlier", count=len(earlier))),
                tag("div", tag("ul", *entries), note, class_="earlier"),
            )
        return tag("div", shelved, new, class_="shelf")

    def _shelved(self, conversation: Turns, at: int) -> Markup:
        title = conversation[0].question
        title = title if len(title) <= LONGEST_TITLE else f"{title[:LONGEST_TITLE]}…"
        forget = self._say("forget", title=title)
        return tag(
            "li",
            tag("button", title, type="button", data_do="open", data_at=at, dir="auto"),
            tag("button", "×", type="button", data_do="forget", data_at=at, aria_label=forget, title=forget),
        )

    def _greeting(self) -> Markup:
        return tag(
            "div",
            tag("h2", self._say("greeting_title")),
            tag("p", self._say("greeting", titles=self._titles)),
            tag("p", self._say("examples_label"), class_="label"),
            _options(self._examples),
            class_="greeting",
        )

    def _turn(self, turn: Turn, at: int, *, last: bool) -> Markup:
        waiting = turn.state in ("waiting", "growing")
        question = tag("h2", turn.question, class_="question", dir="auto")
        return tag(
            "section",
            tag("div", question, "" if waiting else self._edit(turn, at), class_="asked"),
            self._answer(turn, at),
            _suggestions(turn) if last and turn.state == "done" else "",
            class_="turn",
            id=f"turn-{at}",
        )

    def _edit(self, turn: Turn, at: int) -> Markup:
        field = tag(
            "textarea", turn.question, name="question", rows=2, aria_label=self._say("edit_label"), dir="auto"
        )
        send = tag("button", self._say("edit_send"), type="submit")
        return tag(
            "details", tag("summary", self._say("edit")), tag("form", field, send, data_at=at), class_="edit"
        )

    def _answer(self, turn: Turn, at: int) -> Markup:
        if turn.state == "waiting":
            return tag("div", tag("p", self._say("waiting")), class_="answer waiting")
        if turn.state == "failed" or not turn.parts:
            message = turn.message if turn.state == "failed" else self._say("stopped")
            actions = tag("div", self._retry(turn, at), class_="actions")
            return tag("div", tag("p", message), actions, class_=f"answer {turn.state}")
        label = ""
        if turn.outcome in ("related", "refused"):
            label = tag("p", say(turn.language, f"{turn.outcome}_label"), class_="label")
        return tag(
            "div",
            label,
            answer_words(turn, self._panel),
            tag("p", turn.notice, class_="notice") if turn.notice else "",
            "" if turn.state == "growing" else self._end(turn, at),
            class_=f"answer {turn.outcome}",
            lang=turn.language,
        )

    def _end(self, turn: Turn, at: int) -> Markup:
        """What stands under a finished or stopped answer."""
        stopped = tag("p", self._say("stopped"), class_="notice") if turn.state == "stopped" else ""
        badge = (
            tag("span", self._say(f"badge_{turn.mode}"), class_=f"badge {turn.mode}") if turn.sources else ""
        )
        copy = tag("button", self._say("copy"), type="button", data_copy=copy_text(turn, self._panel))
        feedback = self._feedback(turn, at) if self._thumbs and turn.state == "done" else ""
        actions = tag(
            "div", badge, copy, self._retry(turn, at), feedback, class_="actions", lang=self.language
        )
        return join(stopped, score_chart(turn, self._panel), actions)

    def _retry(self, turn: Turn, at: int) -> Markup:
        return tag("button", self._say("retry"), type="button", data_ask=turn.question, data_at=at)

    def _feedback(self, turn: Turn, at: int) -> Markup:
        return join(
            *(
                tag(
                    "button",
                    _THUMB,
                    type="button",
                    class_=f"thumb {verdict}",
                    data_do=verdict,
                    data_at=at,
                    aria_pressed=str(turn.verdict == verdict).lower(),
                    aria_label=self._say(name),
                    title=self._say(name),
                )
                for verdict, name in (("up", "useful"), ("down", "not_useful"))
            )
        )

    def _say(self, name: str, **values: object) -> str:
        return say(self.language, name, **values)


def _suggestions(turn: Turn) -> Markup:
    if not turn.suggestions:
        return join()
    label = tag("p", say(turn.language, "suggestions"), class_="label")
    return tag("div", label, _options(turn.suggestions), class_="suggestions", lang=turn.language)


def _options(questions: Sequence[str]) -> Markup:
    buttons = (tag("button", question, type="button", data_ask=question) for question in questions)
    return tag("div", *buttons, class_="options")
