"""The values that a briefing is made of: one page on a topic, each statement with its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from assistant.answer import Citation, Language, Mode, Outcome, Sentence
from assistant.wording import listed, say
from index.documents import Document
from index.themes import Theme


@dataclass(frozen=True)
class OpenQuestion:
    """A question that one would expect and that the document leaves open.

    Attributes:
        name: Which of the expected questions it is.
        asked: The question as it was put to the refusal score.
        text: The same in a few words, for the page.
        grounding: The probability, 0 to 1, that the document answers it.
    """

    name: str
    asked: str
    text: str
    grounding: float


@dataclass(frozen=True)
class Summary:
    """The one sentence: fixed words, most often around a verbatim one.

    Attributes:
        before: Fixed words that lead in.
        before_numbers: What the words of ``before`` rest on.
        citation: The verbatim sentence; its number is that of the source that holds it.
        after: Fixed words on what stands against it; "" for nothing.
        after_numbers: What the words of ``after`` rest on.
    """

    before: str
    before_numbers: tuple[int, ...] = ()
    citation: Citation | None = None
    after: str = ""
    after_numbers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Briefing:
    """One page before a meeting.

    Attributes:
        topic: In the reader's words; "" for the whole document.
        meeting_with: Whom the meeting is with; "" where not said.
        language: Of the fixed words.
        quoted_in: Of the document's words.
        mode: "quote": a briefing is never written by a model.
        outcome: "answered", "related" (the passages come near, but may not treat it) or "refused".
        ticked: Whether the themes were chosen by the reader, and not for the topic.
        made: The day of the briefing.
        documents: What it is drawn from.
        summary: The one sentence; None where declined.
        findings: What bears on the topic, most relevant first, critical themes apart.
        critical: What counts against, on this topic.
        critical_titles: More of these, named by their title only for want of room.
        critical_general: What counts against on the whole, beyond the topic.
        unanswered: Expected questions that the document leaves open.
        questions: To be asked in the meeting, each with the number of the finding it is tied to.
        left_out: Findings that had no room.
        nearest: Themes near to a topic that was declined.
        sources: Every source once, numbered from 1.
    """

    topic: str
    meeting_with: str
    language: Language
    quoted_in: Language
    mode: Mode
    outcome: Outcome
    made: date
    documents: tuple[Document, ...]
    ticked: bool = False
    summary: Summary | None = None
    findings: tuple[Citation, ...] = ()
    critical: tuple[Citation, ...] = ()
    critical_titles: tuple[Citation, ...] = ()
    critical_general: tuple[Citation, ...] = ()
    unanswered: tuple[OpenQuestion, ...] = ()
    questions: tuple[Sentence, ...] = ()
    left_out: tuple[Theme, ...] = ()
    nearest: tuple[Theme, ...] = ()
    sources: tuple[Citation, ...] = ()

    @property
    def declined(self) -> bool:
        """Whether the document does not touch the topic; there is then no page."""
        return self.outcome == "refused"

    @property
    def title(self) -> str:
        """The page's title."""
        if self.topic:
            return say(self.language, "briefing_title", topic=self.topic)
        titles = "; ".join(document.title for document in self.documents)
        return say(self.language, "briefing_title_whole", title=titles)

    @property
    def quoted_topic(self) -> str:
        """The topic between quotation marks; titles of themes that stand for one have theirs."""
        return self.topic if self.topic.startswith("“") else f"“{self.topic}”"

    @property
    def refusal(self) -> str:
        """Why there is no page, with the nearest themes."""
        titles = [theme.title for theme in self.nearest]
        name = "nearest" if len(titles) > 1 else "nearest_one"
        near = listed(self.language, titles) if len(titles) > 1 else "".join(titles)
        declined = say(self.language, "briefing_declined", topic=self.quoted_topic)
        return f"{declined} {say(self.language, name, titles=near)}"

    @property
    def listed_findings(self) -> tuple[Citation, ...]:
        """The findings without one that the summary quotes in full, so that nothing is said twice."""
        quoted = self.summary.citation if self.summary else None
        return tuple(
            finding
            for finding in self.findings
            if quoted is None or (finding.start, finding.end) != (quoted.start, quoted.end)
        )

    def to_json(self) -> dict[str, Any]:
        """The briefing as JSON values."""
        summary = self.summary
        return {
            "title": self.title,
            "topic": self.topic,
            "meeting_with": self.meeting_with,
            "language": self.language,
            "mode": self.mode,
            "outcome": self.outcome,
            "declined": self.declined,
            "refusal": self.refusal if self.declined else "",
            "date": self.made.isoformat(),
            "documents": [
                {"name": document.name, "title": document.title, "date": document.date}
                for document in self.documents
            ],
            "summary": None
            if summary is None
            else {
                "before": summary.before,
                "before_citations": list(summary.before_numbers),
                "quote": _citation(summary.citation) if summary.citation else None,
                "after": summary.after,
                "after_citations": list(summary.after_numbers),
            },
            "findings": [_citation(finding) for finding in self.findings],
            "critical_points": [_citation(point) for point in (*self.critical, *self.critical_titles)],
            "critical_points_on_the_whole": [_citation(point) for point in self.critical_general],
            "unanswered": [
                {"question": gap.asked, "text": gap.text, "grounding": round(gap.grounding, 4)}
                for gap in self.unanswered
            ],
            "questions": [
                {"text": question.text, "citations": list(question.citations)} for question in self.questions
            ],
            "left_out": [theme.title for theme in self.left_out],
            "nearest": [theme.title for theme in self.nearest],
            "sources": [_citation(source) for source in self.sources],
        }


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "theme": {"number": citation.theme.number, "title": citation.theme.title},
        "document": citation.theme.document.name,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
    }
