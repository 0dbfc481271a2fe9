"""The statements of a briefing that are fixed forms of words: the one sentence, and what to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Citation, Sentence
from assistant.briefing import Briefing, Summary
from assistant.excerpts import sentence_around
from assistant.wording import say
from index.themes import Theme

LONGEST_SENTENCE = 320


def summary_of(briefing: Briefing, themes: Sequence[Theme]) -> Briefing:
    """``briefing`` with its one sentence; of the whole document that is its closing one, if it has one."""
    language = briefing.language
    closing = None if briefing.topic else _closing(briefing, themes)
    after = ""
    after_numbers: tuple[int, ...] = ()
    if briefing.critical and (closing or briefing.findings):
        point = briefing.critical[0]
        after = say(language, "briefing_against", title=point.theme.title)
        after_numbers = (point.number,)
    if closing:
        before = say(language, "briefing_above_all_whole")
        summary = Summary(before, (), closing, after, after_numbers)
        return replace(briefing, summary=summary, sources=(*briefing.sources, closing))
    best = (briefing.findings or briefing.critical)[0]
    summary = Summary(_lead_in(briefing, best), (), _telling(best), after, after_numbers)
    return replace(briefing, summary=summary)


def questions_to_ask(briefing: Briefing, most: int) -> Briefing:
    """``briefing`` with questions for the meeting: on criticism, on the best finding, on what is open."""
    language = briefing.language
    against = (*briefing.critical, *briefing.critical_general)
    asked = [_tied(briefing, "briefing_ask_critical", point) for point in against[:2]]
    name = "briefing_ask_partner" if briefing.meeting_with else "briefing_ask_finding"
    best = briefing.findings or against
    asked.append(_tied(briefing, name, best[0], who=briefing.meeting_with))
    for gap, finding in zip(briefing.unanswered, (*best[1:], best[0]), strict=False):
        question = say(language, f"briefing_expected_{gap.name}_meet")
        asked.append(_tied(briefing, "briefing_ask_open", finding, question=question))
    return replace(briefing, questions=tuple(asked[:most]))


def _tied(briefing: Briefing, form: str, citation: Citation, **values: str) -> Sentence:
    text = say(briefing.language, form, title=citation.theme.title, **values)
    return Sentence(text, "own", (citation.number,))


def _lead_in(briefing: Briefing, best: Citation) -> str:
    """What the one sentence says: of a theme that was ticked for the topic, only that it is its finding."""
    if not briefing.topic:
        return say(briefing.language, "briefing_above_all_whole")
    if briefing.ticked:
        return say(briefing.language, "briefing_above_all", topic=f"“{best.theme.title}”")
    name = "briefing_nearest" if briefing.outcome == "related" else "briefing_above_all"
    return say(briefing.language, name, topic=briefing.quoted_topic)


def _telling(finding: Citation) -> Citation:
    """The sentence of a finding that bears most on the topic."""
    around = finding.emphasis or (finding.start, finding.end)
    start, end = sentence_around(finding.theme, around, LONGEST_SENTENCE)
    if start < finding.start or end > finding.end:
        start, end = finding.start, finding.end
    return Citation(finding.number, finding.theme, start, end)


def _closing(briefing: Briefing, themes: Sequence[Theme]) -> Citation | None:
    """The first sentence of the one document's closing summary, None where there is no such thing."""
    if len(briefing.documents) > 1:
        return None
    own = [theme for theme in themes if theme.document == briefing.documents[0]]
    last = own[-1]
    if last.is_titled or not any(theme.is_titled for theme in own):
        return None
    if any(source.theme == last for source in briefing.sources):
        return None
    start, end = sentence_around(last, (last.start, last.end), LONGEST_SENTENCE)
    return Citation(len(briefing.sources) + 1, last, start, end)
