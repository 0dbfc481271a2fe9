"""Is one answer right? Each check that fails says why, in words that a report can show.

The checks read the document from its file and cut it themselves, so that an answer cannot vouch for
its own quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import assistant.language
from assistant import Answer, Citation, Sentence
from assistant.answer import Language
from eval.cases import LANGUAGES, Case
from eval.suites import Source

CHECKS: Mapping[str, str] = {
    "ranking": "a theme that must be cited ranks first",
    "outcome": "answered where the document answers, refused where it is silent, a greeting greeted",
    "cited": "every theme that must be cited is",
    "needless": "no other theme is cited, and nothing by a refusal",
    "verbatim": "quotes are the document's characters at their offsets, within the theme, whole words",
    "supported": "every sentence cites a source that is there; the assistant's own words are its fixed ones",
    "language": "the answer is in the question's language",
    "words": "the strings that must occur do, those that must not do not",
}

_TEXTS = Path(assistant.language.__file__).parent / "texts"
_FEWEST_LETTERS = 2


@dataclass(frozen=True)
class Verdict:
    """What the checks found in one answer.

    Attributes:
        failures: Reasons by name of the check; empty where all is right.
        recall: Share of the sentences that need a source and have one (ALCE); None where there are none.
        precision: Share of the citation marks that are right and needed (ALCE); None without marks.
        verbatim: Share of the quotes that are verbatim; None where nothing is quoted.
        themes_cited: Share of the themes that must be cited that are; None where nothing must be, or the
            answer is a refusal (which counts as one, apart).
    """

    failures: Mapping[str, str]
    recall: float | None
    precision: float | None
    verbatim: float | None
    themes_cited: float | None


def check(case: Case, answer: Answer, source: Source) -> Verdict:
    """Hold ``answer`` against ``case`` and the document."""
    cited = _themes_cited(answer, source)
    spans = [_span_fault(case, citation, source) for citation in answer.citations]
    quotes = [
        _quote_fault(sentence, answer, source) for sentence in answer.sentences if sentence.voice == "quote"
    ]
    claims = [(sentence, _support_fault(case, sentence, answer)) for sentence in _claims(case, answer)]
    failures = {
        "ranking": _ranking_failure(case, answer),
        "outcome": _outcome_failure(case, answer),
        "cited": _cited_failure(case, cited),
        "needless": _needless_failure(case, answer, cited),
        "verbatim": next((fault for fault in (*spans, *quotes) if fault), ""),
        "supported": next((fault for _, fault in claims if fault), ""),
        "language": _language_failure(case, answer),
        "words": _words_failure(case, answer),
    }
    must_cite = case.answerable and not answer.refused and bool(case.themes)
    return Verdict(
        failures={name: reason for name, reason in failures.items() if reason},
        recall=_share([not fault for _, fault in claims]) if case.answerable else None,
        precision=_precision(case, answer, claims, cited) if case.answerable else None,
        verbatim=_share([not fault for fault in (*spans, *quotes)]),
        themes_cited=_share([theme in cited for theme in case.themes]) if must_cite else None,
    )


def ranking(answer: Answer) -> tuple[int, ...]:
    """Numbers of the themes, best first.

    An answer about the document as a whole ranks none: there the citations stand in their order.
    """
    return tuple(found.theme.number for found in answer.hits or answer.citations)


def _ranking_failure(case: Case, answer: Answer) -> str:
    if not case.is_ranked:
        return ""
    ranked = ranking(answer)
    if not ranked:
        return "no themes were ranked"
    first = ranked[0]
    return "" if first in case.themes else f"theme {first} ranks first, not {_either(case.themes)}"


def _outcome_failure(case: Case, answer: Answer) -> str:
    if case.kind == "greeting":
        return "" if answer.outcome == "greeting" else f"a greeting was {answer.outcome}"
    if case.answerable:
        return (
            ""
            if answer.outcome in ("answered", "related")
            else f"{answer.outcome}, though the document answers it"
        )
    return "" if answer.refused else f"{answer.outcome}, though the document is silent"


def _cited_failure(case: Case, cited: frozenset[int]) -> str:
    missing = [theme for theme in case.themes if theme not in cited]
    return f"theme {_numbers(missing)} is not cited" if missing else ""


def _needless_failure(case: Case, answer: Answer, cited: frozenset[int]) -> str:
    unused = {c.number for c in answer.citations} - {n for s in answer.sentences for n in s.citations}
    if unused:
        return f"source {_numbers(sorted(unused))} is listed but no sentence cites it"
    if answer.outcome in ("refused", "greeting"):
        return f"a {answer.outcome} answer cites theme {_numbers(sorted(cited))}" if cited else ""
    if not case.answerable:
        return ""  # that it was answered at all is the outcome's failure
    named = frozenset(citation.theme.number for citation in answer.citations)
    needless = sorted(named - case.allowed - (_listed(case, answer, cited)))
    return f"theme {_numbers(needless)} is cited without need" if needless else ""


def _listed(case: Case, answer: Answer, cited: frozenset[int]) -> frozenset[int]:
    """Themes of which a citation reaches over others, as a list of all does: none of them needless."""
    if case.kind != "whole" or not set(case.themes) <= cited:
        return frozenset()
    return frozenset(
        c.theme.number for c in answer.citations if (c.end > c.theme.end or c.start < c.theme.start)
    )


def _span_fault(case: Case, citation: Citation, source: Source) -> str:
    text, start, end = source.document.text, citation.start, citation.end
    theme = source.themes.get(citation.theme.number)
    name = f"source [{citation.number}] ({start} to {end})"
    if citation.theme.document.name != source.document.name or theme is None:
        return f"{name} is of no theme of {source.document.name}"
    if not 0 <= start < end <= len(text) or citation.quote != text[start:end]:
        return f"{name} is not what {source.document.name} has there"
    if case.kind != "whole" and not (theme.start <= start and end <= theme.end):
        return f"{name} is outside theme {theme.number} ({theme.start} to {theme.end})"
    if text[start:end] != text[start:end].strip() or _cuts_word(text, start) or _cuts_word(text, end):
        return f"{name} begins or ends within a word or in white space"
    return ""


def _quote_fault(sentence: Sentence, answer: Answer, source: Source) -> str:
    spans = [
        source.document.text[citation.start : citation.end]
        for citation in answer.citations
        if citation.number in sentence.citations
    ]
    if any(_fold(sentence.text) in _fold(span) for span in spans):
        return ""
    return f"“{_short(sentence.text)}” is not in the passage it cites"


def _claims(case: Case, answer: Answer) -> list[Sentence]:
    """The sentences that need a source: all but the assistant's own fixed forms of words."""
    return [
        sentence
        for sentence in answer.sentences
        if sentence.voice != "own"
        or sentence.citations
        or not any(_is_own(sentence, way) for way in LANGUAGES)
    ]


def _support_fault(case: Case, sentence: Sentence, answer: Answer) -> str:
    sources = {citation.number: citation for citation in answer.citations}
    said = f"“{_short(sentence.text)}”"
    if not sentence.citations:
        return f"{said} cites no source"
    if dangling := [number for number in sentence.citations if number not in sources]:
        return f"{said} cites source {_numbers(dangling)}, which is not there"
    themes = {sources[number].theme.number for number in sentence.citations}
    if sentence.voice == "quote":
        quoted = [_fold(sources[number].quote) for number in sentence.citations]
        return (
            "" if any(_fold(sentence.text) in quote for quote in quoted) else f"{said} is not in its source"
        )
    if case.answerable and not themes & case.allowed:
        return f"{said} rests on theme {_numbers(sorted(themes))} alone"
    return ""


def _precision(
    case: Case, answer: Answer, claims: Sequence[tuple[Sentence, str]], cited: frozenset[int]
) -> float | None:
    sources = {citation.number: citation.theme.number for citation in answer.citations}
    allowed = case.allowed | _listed(case, answer, cited)
    marks = [
        not fault and sources.get(number) in allowed and sentence.citations.count(number) == 1
        for sentence, fault in claims
        for number in sentence.citations
    ]
    used = {number for sentence in answer.sentences for number in sentence.citations}
    return _share([*marks, *(False for number in sources if number not in used)])


def _themes_cited(answer: Answer, source: Source) -> frozenset[int]:
    """Themes that are cited, or whose title stands within a cited span."""
    named = {citation.theme.number for citation in answer.citations}
    for theme in source.themes.values():
        end = theme.body_start if theme.body_start > theme.start else theme.end
        if any(citation.start <= theme.start and end <= citation.end for citation in answer.citations):
            named.add(theme.number)
    return frozenset(named)


def _language_failure(case: Case, answer: Answer) -> str:
    if answer.language != case.language:
        return f"answered in {answer.language!r}, asked in {case.language!r}"
    other = "en" if case.language == "nl" else "nl"
    for sentence in answer.sentences:
        if sentence.voice == "own" and _is_own(sentence, other) and not _is_own(sentence, case.language):
            return f"“{_short(sentence.text)}” is in {other!r}, asked in {case.language!r}"
        if sentence.voice == "prose" and assistant.language.detect(sentence.text, _language(case)) == other:
            return f"“{_short(sentence.text)}” is in {other!r}, asked in {case.language!r}"
    return ""


def _words_failure(case: Case, answer: Answer) -> str:
    text = _fold(answer.text).casefold()
    for words in case.must:
        if _fold(words).casefold() not in text:
            return f"“{words}” is not in the answer"
    for words in case.must_not:
        if _fold(words).casefold() in text:
            return f"“{words}” is in the answer"
    return ""


def _is_own(sentence: Sentence, language: str) -> bool:
    return any(form.fullmatch(sentence.text) for form in _own_words(language))


@cache
def _own_words(language: str) -> tuple[re.Pattern[str], ...]:
    """The assistant's fixed forms of words, each with its gaps open."""
    forms: dict[str, str] = json.loads((_TEXTS / f"{language}.json").read_text("utf-8"))
    patterns = []
    for form in forms.values():
        fixed = re.split(r"\{\w*\}", form)
        if sum(char.isalpha() for part in fixed for char in part) >= _FEWEST_LETTERS:
            patterns.append(re.compile(".+".join(re.escape(part) for part in fixed), re.DOTALL))
    return tuple(patterns)


def _language(case: Case) -> Language:
    return "en" if case.language == "en" else "nl"


def _cuts_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def _share(values: list[bool]) -> float | None:
    return sum(values) / len(values) if values else None


def _fold(text: str) -> str:
    return " ".join(text.split())


def _short(text: str, longest: int = 60) -> str:
    folded = _fold(text)
    return folded if len(folded) <= longest else folded[: longest - 1] + "…"


def _numbers(numbers: list[int] | tuple[int, ...]) -> str:
    return ", ".join(str(number) for number in numbers)


def _either(numbers: tuple[int, ...]) -> str:
    return " or ".join(str(number) for number in numbers)
