"""A Document becomes Themes, each a span of its text, by the document's form alone.

Three forms are known, tried in this order:

1. Markdown headings: every heading of the shallowest level that occurs at least twice opens a theme.
2. Paragraphs that open with a heading-like prefix before a colon ("Costs: They rose.").
3. Plain paragraphs: each is a theme.

What stands before the first theme (title, date, introduction) is theme 0. In the second form the
closing paragraphs without a prefix are theme n+1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt

from index.documents import Document, front_matter, plain, title_in

VERSION = 2
"""Part of the index's fingerprint: raise it when the cutting changes."""

_MAX_PREFIX_CHARACTERS = 90
_MAX_PREFIX_WORDS = 12
_MAX_TITLE_WORDS = 7

_PARAGRAPH = re.compile(r"\S(?:.|\r?\n(?![ \t]*\r?\n))*", re.MULTILINE)
_PREFIX = re.compile(r"(?P<title>[^\s:][^:\r\n]*?)[ \t]*:(?:[ \t]+|[ \t]*\r?\n[ \t]*)(?=\S)")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*(?=\s|$)")
_SENTENCE = re.compile(r"\S.*?(?:[.!?…][\"'”’»)\]]*(?=\s+[^\sa-z]|\s*$)|(?=\r?\n[ \t]*\r?\n)|$)", re.DOTALL)
_CLAUSE_END = re.compile(r"[.!?,;](?=\s|$)|\r?\n")


@dataclass(frozen=True)
class Theme:
    """A span of a document about one thing.

    Attributes:
        document: The document it is part of.
        number: 0 for what stands before the first theme, 1 to n, n+1 for a closing.
        title: The title that the document gives it; its first words where the document gives none.
        start, end: Character offsets of the whole theme, its title included.
        body_start: Where its own words begin, after the title.
        quote_start: Where a quote of it begins: at a title that opens the paragraph, else at the body
            (the Markdown heading that opens a theme is no part of a quote). Of what stands before the first
            theme, at the introduction: behind the document's title and date.
    """

    document: Document
    number: int
    title: str
    start: int
    end: int
    body_start: int
    quote_start: int

    @property
    def id(self) -> str:
        """``document#number``: stable, so that building an index twice changes nothing."""
        return f"{self.document.name}#{self.number}"

    @property
    def is_titled(self) -> bool:
        """Whether the document itself gives it a title; introduction and closing have none."""
        return self.body_start > self.start

    @property
    def text(self) -> str:
        """Title and words together, as they stand in the document."""
        return self.document.text[self.start : self.end]

    @property
    def quote(self) -> str:
        """The passage as it is quoted."""
        return self.document.text[self.quote_start : self.end]

    @property
    def body(self) -> str:
        """The words without the title."""
        return self.document.text[self.body_start : self.end]


@dataclass(frozen=True)
class _Span:
    start: int
    end: int


def cut(document: Document) -> list[Theme]:
    """Cut ``document`` into themes in the order of its text. Every offset is exact."""
    return _by_headings(document) or _by_prefixes(document) or _by_paragraphs(document)


def cut_all(documents: Iterable[Document]) -> list[Theme]:
    """The themes of all documents, in order."""
    return [theme for document in documents for theme in cut(document)]


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Offsets of the sentences between ``start`` and ``end``; a blank line ends one as well.

    A full stop followed by a small letter ("o.a. scholen") does not end a sentence.
    """
    return [match.span() for match in _SENTENCE.finditer(text, start, end) if match.group().strip()]


def clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Offsets of the clauses between ``start`` and ``end``: cut after ``. ! ? , ;`` and at line ends."""
    spans = []
    begin = start
    for match in _CLAUSE_END.finditer(text, start, end):
        spans.append(_trim(text, begin, match.end()))
        begin = match.end()
    spans.append(_trim(text, begin, end))
    return [(span.start, span.end) for span in spans if re.search(r"\w", text[span.start : span.end])]


def pieces(theme: Theme, longest: int) -> list[tuple[int, int]]:
    """Spans of at most about ``longest`` characters that cover ``theme``, cut at sentence ends.

    A theme that is short enough is one piece. A single sentence longer than ``longest`` is cut at
    a space, or where there is none at the limit itself.
    """
    if theme.end - theme.start <= longest:
        return [(theme.start, theme.end)]
    text, spans, begin, last = theme.document.text, [], theme.start, theme.start
    for _, stop in sentences(text, theme.start, theme.end):
        if stop - begin > longest and last > begin:
            spans.append((begin, last))
            begin = last
        while stop - begin > longest:
            space = text.rfind(" ", begin + longest // 2, begin + longest)
            middle = space if space > 0 else begin + longest
            spans.append((begin, middle))
            begin = middle
        last = stop
    spans.append((begin, theme.end))
    trimmed = [_trim(text, *span) for span in spans]
    return [(span.start, span.end) for span in trimmed if span.end > span.start]


def _by_headings(document: Document) -> list[Theme]:
    """Cut at Markdown headings, or [] where there are fewer than two of one level."""
    text = document.text
    if not re.search(r"^(?:#{1,6}[ \t]|[=-]{3,}[ \t]*$)", text, re.MULTILINE):
        return []
    line_starts = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text)), len(text)]
    hidden = front_matter(text)
    tokens = MarkdownIt("commonmark").parse(re.sub(r"[^\r\n]", " ", hidden) + text[len(hidden) :])
    headings = [
        (token.tag, title, token.map)
        for position, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0 and token.map
        if (title := plain(tokens[position + 1]))
    ]
    levels = sorted({tag for tag, _, _ in headings})
    level = next((tag for tag in levels if sum(h[0] == tag for h in headings) > 1), None)
    if level is None:
        return []
    openings = [
        (line_starts[lines[0]], line_starts[min(lines[1], len(line_starts) - 1)], title)
        for tag, title, lines in headings
        if tag == level
    ]
    themes = []
    front = _trim(text, len(hidden), openings[0][0])
    if front.end > front.start:
        themes.append(_front(document, front))
    for number, (start, body, title) in enumerate(openings, start=1):
        stop = openings[number][0] if number < len(openings) else len(text)
        span, words = _trim(text, start, stop), _trim(text, body, stop)
        if words.end > words.start:
            themes.append(Theme(document, number, title, span.start, span.end, words.start, words.start))
        else:
            themes.append(Theme(document, number, title, span.start, span.end, span.end, span.start))
    return themes


def _by_prefixes(document: Document) -> list[Theme]:
    """Cut at paragraphs that open with a title and a colon, or [] where fewer than two do."""
    text = document.text
    paragraphs = _paragraphs(text)
    prefixes = [_prefix(text, span) for span in paragraphs]
    titled = [position for position, prefix in enumerate(prefixes) if prefix]
    if len(titled) < 2:
        return []
    first, last = titled[0], titled[-1]
    themes = []
    if first:
        themes.append(_front(document, _join(paragraphs[:first])))
    closing_from = last + 1
    if last - first + 1 > len(titled) and closing_from < len(paragraphs):
        closing_from = len(paragraphs) - 1
    for number, position in enumerate(titled, start=1):
        stop = titled[number] if number < len(titled) else closing_from
        span, prefix = _join(paragraphs[position:stop]), prefixes[position]
        assert prefix is not None
        title, body = prefix
        themes.append(Theme(document, number, title, span.start, span.end, body, span.start))
    if closing_from < len(paragraphs):
        themes.append(_untitled(document, len(titled) + 1, _join(paragraphs[closing_from:])))
    return themes


def _by_paragraphs(document: Document) -> list[Theme]:
    """Each paragraph a theme; opening paragraphs without a sentence (title, date) are theme 0."""
    text = document.text
    paragraphs = _paragraphs(text)
    front = 0
    while front < len(paragraphs) - 1 and not _is_prose(
        text[paragraphs[front].start : paragraphs[front].end]
    ):
        front += 1
    themes = [_front(document, _join(paragraphs[:front]))] if front else []
    for number, span in enumerate(paragraphs[front:], start=1):
        themes.append(_untitled(document, number, span))
    return themes


def _prefix(text: str, span: _Span) -> tuple[str, int] | None:
    """Title and body offset of a paragraph that opens with a heading-like prefix, else None.

    The prefix is short, is no sentence, begins with a capital, a digit or a quotation mark, and
    prose follows it: "Title: A subtitle" without a full stop is a title, not a theme.
    """
    match = _PREFIX.match(text, span.start, span.end)
    if not match:
        return None
    title = match.group("title")
    fits = len(title) <= _MAX_PREFIX_CHARACTERS and len(title.split()) <= _MAX_PREFIX_WORDS
    opens = title[0].isupper() or title[0].isdigit() or title[0] in "\"'“‘«*_"
    if not fits or not opens or _SENTENCE_END.search(title):
        return None
    if not _is_prose(text[match.end() : span.end]):
        return None
    return title.strip("*_ \t"), match.end()


def _is_prose(words: str) -> bool:
    return _SENTENCE_END.search(words.rstrip()) is not None


def _front(document: Document, span: _Span) -> Theme:
    """What stands before the first theme."""
    theme = _untitled(document, 0, span, document.title)
    text = document.text
    lines = text[span.start : span.end].splitlines()
    titled = (line for line in lines if title_in(document.name, line) == document.title)
    title = next(titled, document.title)  # its line, marks included
    found = text.find(title, span.start, span.end)
    behind_title = found + len(title) if found >= 0 else span.start
    for start, end in (match.span() for match in _PARAGRAPH.finditer(text, behind_title, span.end)):
        if _is_prose(text[start:end]):
            starts_anew = start == 0 or found < 0 or "\n" in text[behind_title:start]
            return replace(theme, quote_start=start) if starts_anew else theme
    return theme


def _untitled(document: Document, number: int, span: _Span, title: str = "") -> Theme:
    """A theme to which the document gives no title of its own: named by its first words."""
    if not title:
        words = document.text[span.start : span.end].split()
        title = " ".join(words[:_MAX_TITLE_WORDS]) + ("…" if len(words) > _MAX_TITLE_WORDS else "")
    return Theme(document, number, title, span.start, span.end, span.start, span.start)


def _paragraphs(text: str) -> list[_Span]:
    """The paragraphs behind front matter; where a file is nothing but front matter, those of that."""
    behind = len(front_matter(text))
    begin = behind if text[behind:].strip() else 0
    return [_trim(text, *match.span()) for match in _PARAGRAPH.finditer(text, begin)]


def _join(spans: Sequence[_Span]) -> _Span:
    return _Span(spans[0].start, spans[-1].end)


def _trim(text: str, start: int, end: int) -> _Span:
    """The span without white space at either end."""
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return _Span(start, max(start, start + len(words.strip())))
