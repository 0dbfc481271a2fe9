"""A Briefing laid out: the same headings, paragraphs and runs of text for every kind of file."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.answer import Citation, Language
from assistant.briefing import Briefing
from assistant.wording import say

Kind = Literal["plain", "strong", "quote", "marker"]
Part = Literal["summary", "findings", "critical", "unanswered", "questions", "sources"]

ROOM = 735.0
"""Points of height on an A4 page within margins of 16 and 14 mm, less a line to be sure."""

_CHARACTERS, _SMALL_CHARACTERS, _TITLE_CHARACTERS = 100, 118, 46
"""On a line of the Word page (Arial 10 pt, 174 mm), on the low side; the PDF chooses its size by itself."""

_LINE, _GAP, _HEADING, _TITLE, _FACT, _SMALL = 12.7, 4.5, 29.0, 25.0, 12.0, 11.2


@dataclass(frozen=True)
class Run:
    """Text of one kind; a quote's is verbatim, its quotation marks are part of the runs around it."""

    text: str
    kind: Kind = "plain"


Paragraph = tuple[Run, ...]


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it.

    Attributes:
        part: Which section it is, for its looks.
        heading: Its heading.
        note: A line before its paragraphs; () for none.
        paragraphs: Its paragraphs.
    """

    part: Part
    heading: str
    paragraphs: tuple[Paragraph, ...]
    note: Paragraph = ()


@dataclass(frozen=True)
class Page:
    """What every kind of file shows.

    Attributes:
        title: The page's title.
        language: Of the fixed words.
        quoted_in: Of the quotes.
        facts: Label and value of what stands under the title: document, date, meeting.
        sections: In reading order.
        foot: Small print.
    """

    title: str
    language: Language
    quoted_in: Language
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    foot: tuple[str, ...]


def page_of(briefing: Briefing) -> Page:
    """Lay ``briefing`` out; it must not be declined."""
    language = briefing.language
    sections = (
        _summary(briefing),
        _findings(briefing),
        _critical(briefing),
        _unanswered(briefing),
        _section(
            briefing,
            "questions",
            [(Run(question.text + " "), *_markers(question.citations)) for question in briefing.questions],
        ),
        _section(briefing, "sources", [_source(briefing, source) for source in briefing.sources]),
    )
    foot = [say(language, "briefing_verbatim")]
    if briefing.left_out:
        titles = "; ".join(theme.title for theme in briefing.left_out)
        foot.append(say(language, "briefing_left_out", titles=titles))
    return Page(
        briefing.title,
        language,
        briefing.quoted_in,
        _facts(briefing),
        tuple(section for section in sections if section.paragraphs or section.note),
        tuple(foot),
    )


def height(page: Page) -> float:
    """An estimate, on the high side, of the page's height in points as Word sets it."""
    total = _TITLE * _lines([Run(page.title)], _TITLE_CHARACTERS)
    total += sum(_FACT * _lines([Run("".join(fact))], _SMALL_CHARACTERS) for fact in page.facts)
    for section in page.sections:
        total += _HEADING
        if section.part == "sources":
            total += sum(_SMALL * _lines(paragraph, _SMALL_CHARACTERS) for paragraph in section.paragraphs)
            continue
        paragraphs = [*([section.note] if section.note else []), *section.paragraphs]
        width = _CHARACTERS - (6 if section.part in ("summary", "critical", "questions") else 3)
        total += sum(_LINE * _lines(paragraph, width) + _GAP for paragraph in paragraphs)
    return total + sum(_SMALL * _lines([Run(line)], _SMALL_CHARACTERS) for line in page.foot)


def written_date(briefing: Briefing) -> str:
    """The day of the briefing in words."""
    months = say(briefing.language, "briefing_months").split()
    made = briefing.made
    return say(briefing.language, "briefing_date", day=made.day, month=months[made.month - 1], year=made.year)


def _facts(briefing: Briefing) -> tuple[tuple[str, str], ...]:
    language = briefing.language
    undated = say(language, "briefing_undated")
    named = [f"{document.title} ({document.date or undated})" for document in briefing.documents]
    label = say(language, "briefing_document" if len(named) == 1 else "briefing_documents")
    facts = [(label, "; ".join(named)), (say(language, "briefing_made"), written_date(briefing))]
    if briefing.meeting_with:
        facts.append((say(language, "briefing_meeting"), briefing.meeting_with))
    return tuple(facts)


def _section(
    briefing: Briefing, part: Part, paragraphs: Sequence[Paragraph], note: Paragraph = (), name: str = ""
) -> Section:
    heading = say(briefing.language, f"briefing_{name or part}")
    return Section(part, heading, tuple(paragraphs), note)


def _summary(briefing: Briefing) -> Section:
    summary = briefing.summary
    assert summary is not None
    runs: list[Run] = [Run(summary.before + " "), *_markers(summary.before_numbers)]
    if summary.citation:
        runs += [Run("“"), _quote(summary.citation), Run("” "), *_markers((summary.citation.number,))]
    if summary.after:
        runs += [Run(" " + summary.after + " "), *_markers(summary.after_numbers)]
    note = (Run(say(briefing.language, "briefing_related")),) if briefing.outcome == "related" else ()
    return _section(briefing, "summary", [tuple(runs)], note)


def _findings(briefing: Briefing) -> Section:
    listed = briefing.listed_findings
    name = "findings" if len(listed) == len(briefing.findings) else "findings_more"
    return _section(briefing, "findings", [_quoted(citation) for citation in listed], name=name)


def _critical(briefing: Briefing) -> Section:
    language = briefing.language
    paragraphs = [_quoted(citation) for citation in briefing.critical]
    if briefing.critical_titles:
        also = [Run(say(language, "briefing_critical_also"))]
        for citation in briefing.critical_titles:
            also += [Run(f" {citation.theme.title} "), *_markers((citation.number,))]
        paragraphs.append(tuple(also))
    general = [_quoted(citation) for citation in briefing.critical_general]
    if briefing.critical and general:
        general[0] = (Run(say(language, "briefing_critical_further") + " "), *general[0])
    note = ""
    if not briefing.critical:
        note = say(language, "briefing_critical_general" if general else "briefing_critical_none")
    return _section(briefing, "critical", [*paragraphs, *general], (Run(note),) if note else ())


def _unanswered(briefing: Briefing) -> Section:
    """Nothing, where a passage was found for every expected question: it may answer it or not."""
    if not briefing.unanswered:
        return _section(briefing, "unanswered", [])
    name = "briefing_unanswered_lead" if briefing.topic else "briefing_unanswered_lead_whole"
    lead = say(briefing.language, name, topic=briefing.quoted_topic)
    return _section(
        briefing, "unanswered", [(Run(f"{lead} {'; '.join(gap.text for gap in briefing.unanswered)}."),)]
    )


def _quoted(citation: Citation) -> Paragraph:
    title = (Run(citation.theme.title, "strong"), Run(": ")) if citation.theme.is_titled else ()
    return (*title, Run("“"), _quote(citation), Run("” "), *_markers((citation.number,)))


def _source(briefing: Briefing, source: Citation) -> Paragraph:
    theme, language = source.theme, briefing.language
    if theme.is_titled or not any(other.theme.is_titled for other in briefing.sources):
        name = "briefing_place"
    else:
        name = "briefing_place_front" if theme.number == 0 else "briefing_place_closing"
    place = say(language, name, number=theme.number, start=source.start, end=source.end)
    document = f"{theme.document.name}, " if len(briefing.documents) > 1 else ""
    return (*_markers((source.number,)), Run(f" {theme.title}, {document}{place}"))


def _quote(citation: Citation) -> Run:
    return Run(" ".join(citation.quote.split()), "quote")


def _markers(numbers: Sequence[int]) -> Paragraph:
    return tuple(Run(f"[{number}]", "marker") for number in numbers)


def _lines(paragraph: Sequence[Run], characters: int) -> int:
    text = "".join(run.text for run in paragraph)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return max(1, math.ceil((len(text) + wide) / characters))
