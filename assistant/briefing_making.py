"""Make a Briefing: choose what bears on the topic, what counts against, and what is left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from assistant.answer import Citation, Language
from assistant.briefing import Briefing, OpenQuestion
from assistant.briefing_page import ROOM, height, page_of
from assistant.briefing_statements import questions_to_ask, summary_of
from assistant.briefing_topic import checked_name, checked_topic
from assistant.conversation import WHOLE_KINDS
from assistant.criticism import critical_themes
from assistant.excerpts import excerpt
from assistant.language import detect
from assistant.wording import listed, say
from index.themes import Theme

if TYPE_CHECKING:
    from assistant.chain import AnswerChain

EXPECTED = ("cost", "number", "leader", "start", "place", "figures", "next", "elsewhere")
"""Questions that one would ask about any topic; their words are among the texts."""

BEARS_FROM = 0.6
"""A theme bears on a topic when it is not refused and scores at least this share of the best one. On
the main document this keeps one to five themes a topic, those left out merely sharing the subject."""

MOST_FINDINGS = 10
MOST_GENERAL = 2
LONGEST_QUOTE, SHORT_QUOTE = 420, 170

_NEAREST = 2


@dataclass(frozen=True)
class Passage:
    """A theme that may go on the page, and the offsets of what matters most in it."""

    theme: Theme
    around: tuple[int, int]


@dataclass(frozen=True)
class _Choice:
    """What there is to put on the page, before room is counted."""

    findings: list[Passage]
    critical: list[Passage]
    general: list[Passage]


@dataclass(frozen=True)
class _Room:
    """How much of the choice goes on the page."""

    findings: int
    questions: int
    quote: int
    critical: int
    general: int


def make_briefing(
    chain: AnswerChain,
    asking: AnswerChain,
    topic: str,
    themes: Sequence[Theme] | None = None,
    meeting_with: str = "",
    today: date | None = None,
    language: Language | None = None,
) -> Briefing:
    """A briefing of one page.

    Args:
        chain: Ranks the themes for a topic: without the reader, which looks for an answer.
        asking: Answers questions in the chat; decides which expected ones the document leaves open.
        topic: What the meeting is about; "" for the whole document, or for the themes alone.
        themes: The findings to brief on; None to choose those that bear on the topic.
        meeting_with: Whom the meeting is with; "" where not said.
        today: The briefing's date; today where None.
        language: Of the fixed words; the topic's own where None.

    Raises:
        QuestionError: The topic or the name is too long.
    """
    topic, meeting_with = checked_topic(topic), checked_name(meeting_with)
    store = chain.retriever.store
    quoted_in = chain.default_language
    language = language or (detect(topic, quoted_in) if topic else quoted_in)
    if themes and not topic:
        topic = listed_plainly(language, themes)
    documents = tuple(dict.fromkeys(theme.document for theme in themes or store.themes))
    briefing = Briefing(
        topic,
        meeting_with,
        language,
        quoted_in,
        "quote",
        "answered",
        today or date.today(),
        documents,
        ticked=bool(themes),
    )
    if topic:
        chosen = _on_topic(chain, briefing, themes)
        if isinstance(chosen, Briefing):
            return chosen
        briefing, choice = chosen
    else:
        choice = _on_whole(chain)
    return _fitted(chain, replace(briefing, unanswered=_unanswered(asking, briefing)), choice)


def listed_plainly(language: Language, themes: Sequence[Theme]) -> str:
    """The titles of ``themes`` in one line, as a topic; of many, the first ones."""
    titles = [theme.title for theme in themes]
    while len(titles) > 1 and len(listed(language, titles)) > 200:
        titles.pop()
    return titles[0] if len(titles) == 1 else listed(language, titles)


def _on_topic(
    chain: AnswerChain, briefing: Briefing, themes: Sequence[Theme] | None
) -> Briefing | tuple[Briefing, _Choice]:
    """What bears on the topic; a Briefing where it is declined."""
    request, bearing = chain.bearing(briefing.topic)
    if request.kind in WHOLE_KINDS and not themes:
        return replace(briefing, topic=""), _on_whole(chain)
    likely = {hit.theme.id: probability for hit, probability in bearing}
    titled = [(hit, odds) for hit, odds in bearing if hit.theme.is_titled] or list(bearing)
    outcome = chain.calibration.outcome(bearing[0][1])
    if not themes and (outcome == "refused" or request.kind == "greeting"):
        nearest = tuple(hit.theme for hit, _ in titled[:_NEAREST])
        return replace(briefing, outcome="refused", nearest=nearest)
    points = [
        point
        for point in critical_themes(chain.retriever.store)
        if point.theme.document in briefing.documents
    ]
    points.sort(key=lambda point: -likely.get(point.theme.id, 0.0))
    ticked = {theme.id for theme in themes or ()}
    passages = [Passage(point.theme, point.clause) for point in points]
    counted = [
        passage
        for passage in passages
        if passage.theme.id in ticked
        or chain.calibration.outcome(likely.get(passage.theme.id, 0.0)) != "refused"
    ]
    if themes:
        clauses = {hit.theme.id: hit.clause for hit, _ in bearing}
        found = [Passage(theme, clauses.get(theme.id, (theme.start, theme.end))) for theme in themes]
    else:
        least = BEARS_FROM * titled[0][1]
        found = [
            Passage(hit.theme, hit.clause)
            for hit, odds in titled
            if odds >= least and chain.calibration.outcome(odds) != "refused"
        ]
        if not found and not counted:  # only what stands before the themes or after them bears on it
            found = [Passage(bearing[0][0].theme, bearing[0][0].clause)]
    against = {passage.theme.id for passage in passages}
    general = [passage for passage in passages if passage not in counted]
    findings = [passage for passage in found if passage.theme.id not in against]
    answered = replace(briefing, outcome="answered" if themes else outcome)
    return answered, _Choice(findings[:MOST_FINDINGS], counted, general[:MOST_GENERAL])


def _on_whole(chain: AnswerChain) -> _Choice:
    """The whole document: its themes, those first that say most of what the others say as well."""
    store = chain.retriever.store
    points = [Passage(point.theme, point.clause) for point in critical_themes(store)]
    against = {point.theme.id for point in points}
    themes = [theme for theme in store.themes if theme.is_titled] or list(store.themes)
    vectors = store.vectors(themes)
    central = vectors @ vectors.mean(axis=0)
    order = sorted(range(len(themes)), key=lambda at: -float(central[at]))
    findings = [Passage(themes[at], (themes[at].body_start, themes[at].end)) for at in order]
    kept = [passage for passage in findings if passage.theme.id not in against][:MOST_FINDINGS]
    return _Choice(kept, points, [])


def _unanswered(asking: AnswerChain, briefing: Briefing) -> tuple[OpenQuestion, ...]:
    """The expected questions that the score turns down by which the chat refuses."""
    language = briefing.language
    topic = briefing.topic or briefing.documents[0].title.partition(":")[0]
    asked = [say(language, f"briefing_expected_{name}_ask", topic=topic) for name in EXPECTED]
    return tuple(
        OpenQuestion(name, question, say(language, f"briefing_expected_{name}_show"), probability)
        for name, question, probability in zip(EXPECTED, asked, asking.groundings(asked), strict=True)
        if asking.calibration.outcome(probability) == "refused"
    )


def _fitted(chain: AnswerChain, briefing: Briefing, choice: _Choice) -> Briefing:
    """As much as one page holds: findings give way first, a critical point only its length."""
    room = _Room(len(choice.findings), 4, LONGEST_QUOTE, len(choice.critical), len(choice.general))
    while height(page_of(fitted := _assembled(chain, briefing, choice, room))) > ROOM:
        if room.findings > 1:
            room = replace(room, findings=room.findings - 1)
        elif room.quote > SHORT_QUOTE:
            room = replace(room, quote=SHORT_QUOTE)
        elif room.general:
            room = replace(room, general=room.general - 1)
        elif room.questions > 2:
            room = replace(room, questions=2)
        elif room.critical > 1:
            room = replace(room, critical=room.critical - 1)
        else:
            break
    return fitted


def _assembled(chain: AnswerChain, briefing: Briefing, choice: _Choice, room: _Room) -> Briefing:
    parts = (
        choice.findings[: room.findings],
        choice.critical[: room.critical],
        choice.general[: room.general],
        choice.critical[room.critical :],
    )
    sources: list[Citation] = []
    cited: list[tuple[Citation, ...]] = []
    for part in parts:
        before = len(sources)
        for passage in part:
            start, end = excerpt(passage.theme, passage.around, room.quote)
            sources.append(Citation(len(sources) + 1, passage.theme, start, end, passage.around))
        cited.append(tuple(sources[before:]))
    page = replace(
        briefing,
        findings=cited[0],
        critical=cited[1],
        critical_general=cited[2],
        critical_titles=cited[3],
        left_out=tuple(passage.theme for passage in choice.findings[room.findings :]),
        sources=tuple(sources),
    )
    page = summary_of(page, chain.retriever.store.themes)
    return questions_to_ask(page, room.questions)
