"""The whole document beside the conversation, and where in it a source stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from assistant.answer import Language
from assistant.ui.texts import say
from assistant.ui.turns import Source
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
    """The documents as HTML, and the places of sources in it."""

    def __init__(self, themes: Sequence[Theme]) -> None:
        self._themes = tuple(themes)
        self._anchors = {
            (theme.document.name, theme.number): (f"passage-{position}", theme)
            for position, theme in enumerate(themes)
        }

    def html(self, language: Language) -> str:
        """Every document, its themes as headings; each passage can take the focus."""
        documents = dict.fromkeys(theme.document for theme in self._themes)
        sections = []
        for document in documents:
            heading = f"<h2>{escape(document.title)}</h2>" if len(documents) > 1 else ""
            passages = "".join(self._passage(theme) for theme in self._themes if theme.document == document)
            sections.append(f"<section>{heading}{passages}</section>")
        return (
            f'<div class="document" id="document" role="region" tabindex="0" '
            f'aria-label="{escape(say(language, "document_label"))}" data-back="{escape(say(language, "back"))}">'
            f"{''.join(sections)}</div>"
        )

    def anchor(self, theme: Theme) -> str:
        """Id of the element that holds ``theme``."""
        return self._anchors[theme.document.name, theme.number][0]

    def place(self, source: Source) -> Place | None:
        """Where ``source`` stands; None where the document no longer has those words there."""
        anchor, theme = self._anchors.get((source.document, source.theme), ("", None))
        if (
            theme is None
            or theme.document.text[source.start : source.end] != source.quote
            or not source.quote
        ):
            return None
        span = _shown(theme, source.start, source.end)
        emphasis = _shown(theme, *source.emphasis) if source.emphasis else None
        return Place(anchor, span, emphasis, with_title=source.start < theme.body_start)

    def name(self, language: Language, source: Source, *, with_title: bool = True) -> str:
        """What a source is called: its theme's number and title, or its place in the document."""
        _, theme = self._anchors.get((source.document, source.theme), ("", None))
        if source.theme == 0:
            name = say(language, "source_front")
        elif theme is not None and not is_titled(theme) and self._has_titles(theme):
            name = say(language, "source_closing")
        elif with_title:
            name = say(language, "source_theme_titled", number=source.theme, title=source.title)
        else:
            name = say(language, "source_theme", number=source.theme)
        if len({document for document, _ in self._anchors}) > 1:
            return say(language, "in_document", source=name, document=source.document_title)
        return name

    def _has_titles(self, theme: Theme) -> bool:
        return any(is_titled(other) for other in self._themes if other.document == theme.document)

    def _passage(self, theme: Theme) -> str:
        title = f"<h3>{escape(theme.title)}</h3>" if is_titled(theme) else ""
        anchor = self.anchor(theme)
        return f'<div class="passage" id="{anchor}" tabindex="-1">{title}<p>{escape(theme.body)}</p></div>'


def is_titled(theme: Theme) -> bool:
    """Whether the document itself gives ``theme`` a title, as against what stands before or after the themes."""
    return theme.body_start != theme.start


def _shown(theme: Theme, start: int, end: int) -> tuple[int, int]:
    """Offsets in the passage as the browser holds it: a line end is one character, others count in UTF-16."""
    text = theme.document.text
    start, end = (min(max(offset, theme.body_start), theme.end) for offset in (start, end))
    return _units(text[theme.body_start : start]), _units(text[theme.body_start : end])


def _units(text: str) -> int:
    return len(text.replace("\r\n", "\n").encode("utf-16-le", "surrogatepass")) // 2
