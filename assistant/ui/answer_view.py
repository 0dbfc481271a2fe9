"""The words of an answer as HTML: paragraphs, quotes, markers, sources."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Language
from assistant.ui.document_panel import DocumentPanel
from assistant.ui.markup import Markup, join, tag
from assistant.ui.texts import say
from assistant.ui.turns import Part, Source, Turn


def answer_words(turn: Turn, panel: DocumentPanel) -> Markup:
    """Quotes as blocks with their source under them, other sentences as paragraphs.

    Where the answer is prose, the cited words follow as a list.
    """
    sources = {source.number: source for source in turn.sources}
    blocks: list[Markup] = []
    paragraph: list[Markup] = []
    for part in turn.parts:
        cited = [sources[number] for number in part.citations if number in sources]
        markers = join(*(marker(source, panel, turn.language) for source in cited))
        if part.voice == "quote":
            blocks += [_paragraph(paragraph), _quote(part, markers, cited, panel, turn.language)]
            paragraph = []
        else:
            paragraph.append(join(part.text, markers))
    blocks.append(_paragraph(paragraph))
    if turn.sources and any(part.voice == "prose" for part in turn.parts):
        blocks.append(_source_list(turn, panel))
    return join(*blocks)


def marker(source: Source, panel: DocumentPanel, language: Language) -> Markup:
    """A link to the cited words; plain where the document no longer holds them."""
    number = f"[{source.number}]"
    place = panel.place(source)
    if place is None:
        return join(" ", tag("span", number, class_="marker"))
    return join(
        " ",
        tag(
            "a",
            number,
            class_="marker",
            href=f"#{place.anchor}",
            data_span="{}-{}".format(*place.span),
            data_emphasis="{}-{}".format(*place.emphasis) if place.emphasis else None,
            data_titled=place.with_title,
            title=source.quote,
            aria_label=say(
                language, "marker_label", number=source.number, title=panel.name(language, source)
            ),
        ),
    )


def copy_text(turn: Turn, panel: DocumentPanel) -> str:
    """Question and answer as plain text, with the sources written out."""
    language = turn.language
    lines = [turn.question, "", turn.text]
    if turn.sources:
        lines += ["", f"{say(language, 'sources')}:"]
    quoted = {number for part in turn.parts if part.voice == "quote" for number in part.citations}
    for source in turn.sources:
        place = panel.name(language, source, with_document=True)
        words = "" if source.number in quoted else f": “{source.quote}”"
        lines.append(f"[{source.number}] {place}{words}")
    return "\n".join(lines)


def _quote(
    part: Part, markers: Markup, cited: Sequence[Source], panel: DocumentPanel, language: Language
) -> Markup:
    """A quote with its source's name under it, without the title where the quote opens with that."""
    names = [
        panel.name(language, source, with_title=not source.quote.startswith(source.title)) for source in cited
    ]
    return tag(
        "figure",
        tag("blockquote", _emphasised(part.text, cited), markers, dir="auto"),
        tag("figcaption", " · ".join(names)),
    )


def _emphasised(text: str, cited: Sequence[Source]) -> Markup:
    """The quoted words, what bears most on the question among them stronger."""
    source = cited[0] if len(cited) == 1 else None
    if source is None or source.emphasis is None or source.quote != text:
        return join(text)
    start, end = (offset - source.start for offset in source.emphasis)
    if not 0 <= start < end <= len(text):
        return join(text)
    return join(text[:start], tag("strong", text[start:end]), text[end:])


def _source_list(turn: Turn, panel: DocumentPanel) -> Markup:
    entries = [
        tag(
            "li",
            marker(source, panel, turn.language),
            " ",
            tag("q", source.quote),
            tag("cite", panel.name(turn.language, source)),
        )
        for source in turn.sources
    ]
    return (
        tag("ul", *entries, class_="sources", aria_label=say(turn.language, "sources")) if entries else join()
    )


def _paragraph(sentences: Sequence[Markup]) -> Markup:
    spaced = (piece for sentence in sentences for piece in (" ", sentence))
    return tag("p", *list(spaced)[1:], dir="auto") if sentences else join()
