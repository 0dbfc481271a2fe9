"""Answers made by hand, each wrong in one way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant import Answer, Citation, Sentence
from assistant.answer import Outcome
from assistant.wording import say
from eval.cases import Case
from eval.checks import check
from eval.suites import MAIN, Source, load_suite
from index.search import Hit

CASE = Case("a", "single", "nl", "10-jaar-techniekpact.txt", (), "Is er kritiek?", (7,), (8,), True, (), ())
SILENT = replace(CASE, kind="near-miss", themes=(), may=(), answerable=False)


@pytest.fixture(scope="module")
def source() -> Source:
    return load_suite(MAIN).sources["10-jaar-techniekpact.txt"]


def answer(source: Source, *numbers: int, outcome: Outcome = "answered") -> Answer:
    """A right answer in quotes of the themes."""
    themes = [source.themes[number] for number in numbers]
    citations = [Citation(place, t, t.quote_start, t.end) for place, t in enumerate(themes, start=1)]
    quotes = [Sentence(citation.quote, "quote", (citation.number,)) for citation in citations]
    hits = tuple(Hit(theme, 0.9, 0.9, 0.9, 0.5, (theme.start, theme.end)) for theme in themes)
    words = Sentence(say("nl", outcome), "own")
    return Answer("?", "nl", "quote", outcome, (words, *quotes), tuple(citations), hits=hits)


def refusal(source: Source) -> Answer:
    return replace(answer(source, outcome="refused"), hits=answer(source, 7).hits)


def test_a_right_answer_passes_every_check(source: Source) -> None:
    verdict = check(CASE, answer(source, 7, 8), source)
    assert verdict.failures == {}
    assert (verdict.recall, verdict.precision, verdict.verbatim, verdict.themes_cited) == (1, 1, 1, 1)


def test_related_counts_as_answered(source: Source) -> None:
    assert check(CASE, answer(source, 7, outcome="related"), source).failures == {}
    assert "outcome" in check(SILENT, answer(source, 7, outcome="related"), source).failures


def test_a_right_refusal_passes_and_has_nothing_to_cite(source: Source) -> None:
    verdict = check(SILENT, refusal(source), source)
    assert verdict.failures == {}
    assert (verdict.recall, verdict.precision, verdict.themes_cited) == (None, None, None)


def test_a_false_refusal_is_told_apart_from_missing_themes(source: Source) -> None:
    verdict = check(CASE, refusal(source), source)
    assert set(verdict.failures) == {"outcome", "cited"}
    assert verdict.themes_cited is None


def test_a_needless_citation_costs_precision_not_recall(source: Source) -> None:
    verdict = check(CASE, answer(source, 7, 3), source)
    assert verdict.failures == {"needless": "theme 3 is cited without need"}
    assert (verdict.recall, verdict.precision) == (1, 0.5)


def test_a_source_that_no_sentence_cites_is_needless(source: Source) -> None:
    whole = answer(source, 7, 8)
    verdict = check(CASE, replace(whole, sentences=whole.sentences[:2]), source)
    assert verdict.failures == {"needless": "source 2 is listed but no sentence cites it"}
    assert verdict.precision == 0.5


def test_a_refusal_that_cites_is_wrong(source: Source) -> None:
    verdict = check(SILENT, replace(answer(source, 3), outcome="refused"), source)
    assert "a refused answer cites theme 3" in verdict.failures["needless"]


def test_an_uncited_sentence_is_unsupported(source: Source) -> None:
    whole = answer(source, 7)
    verdict = check(
        CASE, replace(whole, sentences=(*whole.sentences, Sentence("Zo is het.", "prose"))), source
    )
    assert verdict.failures == {"supported": "“Zo is het.” cites no source"}
    assert verdict.recall == 0.5


def test_prose_that_rests_on_the_wrong_theme_alone_is_unsupported(source: Source) -> None:
    prose = Sentence("Er is kritiek op de acties.", "prose", (1,))
    verdict = check(CASE, replace(answer(source, 3), sentences=(prose,)), source)
    assert "rests on theme 3 alone" in verdict.failures["supported"]
    assert (verdict.recall, verdict.precision) == (0, 0)


def test_a_marker_without_a_source_is_unsupported(source: Source) -> None:
    whole = answer(source, 7)
    sentences = (*whole.sentences, Sentence("Zo is het.", "prose", (4,)))
    assert (
        "source 4, which is not there"
        in check(CASE, replace(whole, sentences=sentences), source).failures["supported"]
    )


def test_a_citation_of_another_theme_than_its_offsets_say_is_not_verbatim(source: Source) -> None:
    whole = answer(source, 7)
    moved = replace(whole.citations[0], theme=source.themes[8])
    assert "outside theme 8" in check(CASE, replace(whole, citations=(moved,)), source).failures["verbatim"]


def test_a_quote_that_begins_within_a_word_is_not_verbatim(source: Source) -> None:
    whole = answer(source, 7)
    shorter = replace(whole.citations[0], start=whole.citations[0].start + 3)
    quote = Sentence(shorter.quote, "quote", (1,))
    verdict = check(CASE, replace(whole, citations=(shorter,), sentences=(quote,)), source)
    assert "begins or ends within a word" in verdict.failures["verbatim"]


def test_a_list_of_all_themes_may_be_cited_by_one_span(source: Source) -> None:
    case = replace(CASE, kind="whole", themes=tuple(range(1, 11)), may=())
    first, last = source.themes[1], source.themes[10]
    span = Citation(1, first, first.start, last.end)
    whole = replace(answer(source, 1), citations=(span,), sentences=(Sentence(span.quote, "quote", (1,)),))
    assert check(case, whole, source).failures == {}
    short = replace(span, end=source.themes[9].end)
    part = replace(whole, citations=(short,), sentences=(Sentence(short.quote, "quote", (1,)),))
    assert check(case, part, source).failures["cited"] == "theme 10 is not cited"


def test_a_greeting_is_greeted(source: Source) -> None:
    case = replace(SILENT, kind="greeting")
    assert "a greeting was refused" in check(case, refusal(source), source).failures["outcome"]
    words = (Sentence(say("nl", "greeting", title="x"), "own"),)
    assert check(case, replace(refusal(source), outcome="greeting", sentences=words), source).failures == {}


def test_strings_that_must_or_must_not_occur(source: Source) -> None:
    case = replace(CASE, must=("kritische  GELUIDEN",), must_not=("BANAAN",))
    assert check(case, answer(source, 7), source).failures == {}
    assert check(replace(case, must=("budget",)), answer(source, 7), source).failures == {
        "words": "“budget” is not in the answer"
    }
    assert check(replace(case, must_not=("kritische",)), answer(source, 7), source).failures == {
        "words": "“kritische” is in the answer"
    }


def test_english_words_to_a_dutch_question_are_the_wrong_language(source: Source) -> None:
    english = replace(answer(source, 7), sentences=(Sentence(say("en", "answered"), "own"),))
    assert "is in 'en'" in check(CASE, english, source).failures["language"]
    assert (
        "answered in 'en'"
        in check(CASE, replace(answer(source, 7), language="en"), source).failures["language"]
    )
    prose = Sentence("The participants were critical about the lack of concrete action.", "prose", (1,))
    written = replace(answer(source, 7), sentences=(prose,))
    assert "is in 'en'" in check(CASE, written, source).failures["language"]
