"""The whole document beside the conversation, and where in it a source stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import Language
from assistant.ui.markup import Markup, join, tag
from assistant.ui.texts import say
from assistant.ui.turns import Score, Source
from index.themes import Theme


@dataclass(frozen=True)
class Place:
    """Where a span stands on the page.

    Attributes:
        anchor: Id of the passage's element.
        span: Offsets within that element's text, in the browser's units (UTF-16).
        emphasis: Offsets of its stronger part, or None.
        with_title: Whether the title above the passage is part of the span.
    """

    anchor: str
    span: tuple[int, int]
    emphasis: tuple[int, int] | None
    with_title: bool


class DocumentPanel:
    """The documents as HTML, and the names and places of sources in them."""

    def __init__(self, themes: Sequence[Theme]) -> None:
        self._themes = {(theme.document.name, theme.number): theme for theme in themes}
        self._anchors = {key: f"passage-{at}" for at, key in enumerate(self._themes)}
        self._documents = tuple(dict.fromkeys(theme.document for theme in themes))

    def html(self, language: Language) -> Markup:
        """A heading and every document, its themes as headings; each passage can take the focus."""
        sections = []
        for document in self._documents:
            heading = tag("h2", document.title) if len(self._documents) > 1 else ""
            themes = [theme for theme in self._themes.values() if theme.document == document]
            sections.append(tag("section", heading, *(self._passage(theme) for theme in themes)))
        heading = tag("h2", say(language, "document_label"), class_="document-heading")
        panel = tag(
            "div",
            *sections,
            class_="document",
            id="document",
            role="region",
            tabindex=0,
            aria_label=say(language, "document_label"),
            data_back=say(language, "back"),
        )
        return join(heading, panel)

    def place(self, source: Source) -> Place | None:
        """Where ``source`` stands; None where the document no longer has those words there."""
        theme = self._themes.get((source.document, source.theme))
        if theme is None or theme.document.text[source.start : source.end] != source.quote:
            return None
        return Place(
            self._anchors[source.document, source.theme],
            _shown(theme, source.start, source.end),
            _shown(theme, *source.emphasis) if source.emphasis else None,
            with_title=theme.is_titled and source.start < theme.body_start,
        )

    def name(
        self, language: Language, source: Source, *, with_title: bool = True, with_document: bool = False
    ) -> str:
        """What a source is called: its theme's number and title, or its place in the document.

        The document is named too where there are several, or where ``with_document`` asks for it.
        """
        name = self._untitled(language, source.document, source.theme)
        if not name and with_title:
            name = say(language, "source_theme_titled", number=source.theme, title=source.title)
        elif not name:
            name = say(language, "source_theme", number=source.theme)
        if with_document or len(self._documents) > 1:
            return say(language, "in_document", source=name, document=source.document_title)
        return name

    def heading(self, language: Language, score: Score) -> str:
        """What the chart calls a theme: its title, or its place in the document where it has none."""
        name = self._untitled(language, score.document, score.theme)
        theme = self._themes.get((score.document, score.theme))
        if name and theme is not None and len(self._documents) > 1:
            return say(language, "in_document", source=name, document=theme.document.title)
        return name or score.title

    def _untitled(self, language: Language, document: str, number: int) -> str:
        """The name of an introduction or a closing; empty for a theme."""
        theme = self._themes.get((document, number))
        if number == 0:
            return say(language, "source_front")
        if theme is not None and not theme.is_titled and self._has_titles(theme):
            return say(language, "source_closing")
        return ""

    def _has_titles(self, theme: Theme) -> bool:
        return any(other.is_titled for other in self._themes.values() if other.document == theme.document)

    def _passage(self, theme: Theme) -> Markup:
        title = tag("h3", theme.title) if theme.is_titled else ""
        anchor = self._anchors[theme.document.name, theme.number]
        return tag("div", join(title, tag("p", theme.body)), class_="passage", id=anchor, tabindex=-1)


def _shown(theme: Theme, start: int, end: int) -> tuple[int, int]:
    """Offsets in the passage as the browser counts: a line end is one character, the rest is UTF-16."""
    text = theme.document.text
    start, end = (min(max(offset, theme.body_start), theme.end) for offset in (start, end))
    return _units(text[theme.body_start : start]), _units(text[theme.body_start : end])


def _units(text: str) -> int:
    return len(text.replace("\r\n", "\n").encode("utf-16-le", "surrogatepass")) // 2
