"""The words of an answer as HTML: paragraphs, quotes, markers, sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from assistant.answer import Language
from assistant.ui.document_panel import DocumentPanel
from assistant.ui.texts import say
from assistant.ui.turns import Part, Source, Turn


def answer_words(turn: Turn, panel: DocumentPanel) -> str:
    """Quotes as blocks with their source under them, other sentences as paragraphs.

    Where the answer is prose, the cited words follow as a list.
    """
    sources = {source.number: source for source in turn.sources}
    blocks: list[str] = []
    paragraph: list[str] = []
    for part in turn.parts:
        markers = "".join(
            marker(sources[number], panel, turn.language) for number in part.citations if number in sources
        )
        if part.voice == "quote":
            blocks += [_paragraph(paragraph), _quote(part, markers, sources, panel, turn.language)]
            paragraph = []
        else:
            paragraph.append(f"{escape(part.text)}{markers}")
    blocks.append(_paragraph(paragraph))
    if any(part.voice == "prose" for part in turn.parts):
        blocks.append(_source_list(turn, panel))
    return "".join(blocks)


def marker(source: Source, panel: DocumentPanel, language: Language) -> str:
    """A link to the cited words; plain where the document no longer holds them."""
    place = panel.place(source)
    if place is None:
        return f' <sup class="marker">[{source.number}]</sup>'
    emphasis = f' data-emphasis="{place.emphasis[0]}-{place.emphasis[1]}"' if place.emphasis else ""
    titled = ' data-titled="true"' if place.with_title else ""
    label = say(language, "marker_label", number=source.number, title=panel.name(language, source))
    return (
        f' <a class="marker" href="#{place.anchor}" data-span="{place.span[0]}-{place.span[1]}"{emphasis}{titled} '
        f'title="{escape(source.quote)}" aria-label="{escape(label)}">[{source.number}]</a>'
    )


def copy_text(turn: Turn, panel: DocumentPanel) -> str:
    """Question and answer as plain text, with the sources written out."""
    lines = [turn.question, "", turn.text]
    if turn.sources:
        lines += ["", f"{say(turn.language, 'sources')}:"]
    quoted = {number for part in turn.parts if part.voice == "quote" for number in part.citations}
    for source in turn.sources:
        where = say(
            turn.language,
            "in_document",
            source=panel.name(turn.language, source),
            document=source.document_title,
        )
        words = "" if source.number in quoted else f": “{source.quote}”"
        lines.append(f"[{source.number}] {where}{words}")
    return "\n".join(lines)


def _quote(
    part: Part, markers: str, sources: Mapping[int, Source], panel: DocumentPanel, language: Language
) -> str:
    cited = [sources[number] for number in part.citations if number in sources]
    names = [
        panel.name(language, source, with_title=not source.quote.startswith(source.title)) for source in cited
    ]
    return (
        f'<figure><blockquote dir="auto">{_emphasised(part.text, cited)}{markers}</blockquote>'
        f"<figcaption>{escape(' · '.join(names))}</figcaption></figure>"
    )


def _emphasised(text: str, cited: Sequence[Source]) -> str:
    """The quoted words, the part that bears most on the question in <strong>."""
    source = cited[0] if len(cited) == 1 else None
    if source is None or source.emphasis is None or source.quote != text:
        return escape(text)
    start, end = source.emphasis[0] - source.start, source.emphasis[1] - source.start
    if not 0 <= start < end <= len(text):
        return escape(text)
    return f"{escape(text[:start])}<strong>{escape(text[start:end])}</strong>{escape(text[end:])}"


def _source_list(turn: Turn, panel: DocumentPanel) -> str:
    entries = "".join(
        f"<li>{marker(source, panel, turn.language)} <q>{escape(source.quote)}</q> "
        f"<cite>{escape(panel.name(turn.language, source))}</cite></li>"
        for source in turn.sources
    )
    return (
        f'<ol class="sources" aria-label="{escape(say(turn.language, "sources"))}">{entries}</ol>'
        if entries
        else ""
    )


def _paragraph(sentences: Sequence[str]) -> str:
    return f'<p dir="auto">{" ".join(sentences)}</p>' if sentences else ""
