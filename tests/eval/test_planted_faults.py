"""Ten faults are planted in a program that was fine; each has to stop the change and be named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from assistant import Answer, Citation, Sentence
from assistant.wording import say
from eval.cases import Case
from eval.checks import ranking
from eval.rivals import bm25_scores
from eval.suites import LoadedSuite
from index.embedding import ThemeEmbeddings, Vectors
from index.search import Hit, ThemeRetriever
from tests.eval.conftest import Faulty, Recorded, Report, refuse

Run = Callable[..., Report]


@dataclass(frozen=True)
class Altered(Citation):
    """A citation whose quote says something else than the document."""

    words: str = ""

    @property
    def quote(self) -> str:
        return self.words


def test_two_citations_swapped(run: Run, recorded: Recorded, suite: LoadedSuite) -> None:
    case = _case(suite, recorded, lambda answer: len(answer.citations) > 1)

    def swap(answer: Answer) -> Answer:
        other = {1: 2, 2: 1}
        sentences = [
            replace(s, citations=tuple(other.get(number, number) for number in s.citations))
            for s in answer.sentences
        ]
        return replace(answer, sentences=tuple(sentences))

    _assert_named(run(answers=Faulty(recorded, swap, [case])), case, "verbatim", "supported")


def test_a_quote_altered_by_one_word(run: Run, recorded: Recorded, suite: LoadedSuite) -> None:
    case = _case(suite, recorded, _quotes)

    def alter(answer: Answer) -> Answer:
        return _with_quote(answer, lambda quote: " ".join(["Geen", *quote.split()[1:]]))

    _assert_named(run(answers=Faulty(recorded, alter, [case])), case, "verbatim", "supported")


def test_a_quote_altered_in_its_source_too(run: Run, recorded: Recorded, suite: LoadedSuite) -> None:
    case = _case(suite, recorded, _quotes)

    def alter(answer: Answer) -> Answer:
        altered = _with_quote(answer, lambda quote: " ".join(["Geen", *quote.split()[1:]]))
        words = next(sentence.text for sentence in altered.sentences if sentence.voice == "quote")
        first, *rest = answer.citations
        source = Altered(first.number, first.theme, first.start, first.end, words=words)
        return replace(altered, citations=(source, *rest))

    _assert_named(run(answers=Faulty(recorded, alter, [case])), case, "verbatim")


@pytest.mark.parametrize("shift", [1, -1])
def test_offsets_shifted_by_one(run: Run, recorded: Recorded, suite: LoadedSuite, shift: int) -> None:
    case = _case(suite, recorded, _quotes)

    def move(answer: Answer) -> Answer:
        sources = tuple(replace(c, start=c.start + shift, end=c.end + shift) for c in answer.citations)
        quotes = {source.number: source.quote for source in sources}
        sentences = [replace(s, text=quotes[s.citations[0]]) if s.citations else s for s in answer.sentences]
        return replace(answer, citations=sources, sentences=tuple(sentences))

    _assert_named(run(answers=Faulty(recorded, move, [case])), case, "verbatim")


def test_refusal_always_off(run: Run, recorded: Recorded, suite: LoadedSuite) -> None:
    case = _case(suite, recorded, lambda answer: answer.refused, kind="out-of-scope")

    def never(answer: Answer) -> Answer:
        if not answer.refused:
            return answer
        theme = answer.hits[0].theme
        source = Citation(1, theme, theme.quote_start, theme.end)
        sentences = (Sentence(say(answer.language, "answered"), "own"), Sentence(source.quote, "quote", (1,)))
        return replace(answer, outcome="answered", sentences=sentences, citations=(source,))

    _assert_named(run(answers=Faulty(recorded, never)), case, "outcome")


def test_refusal_always_on(run: Run, recorded: Recorded, suite: LoadedSuite) -> None:
    case = _case(suite, recorded, _quotes)

    _assert_named(run(answers=Faulty(recorded, refuse)), case, "outcome", "cited")


def test_the_embedding_model_replaced_by_noise(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def noise(self: ThemeEmbeddings, texts: Sequence[str]) -> Vectors:
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) for text in texts]
        drawn = np.stack([np.random.default_rng(seed).normal(size=384) for seed in seeds])
        return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)

    monkeypatch.setattr(ThemeEmbeddings, "query_vectors", noise)
    monkeypatch.setattr(ThemeEmbeddings, "passage_vectors", noise)
    monkeypatch.setenv("TECHNIEKPACT_INDEX", str(tmp_path / "noise"))
    report = run()
    assert report.status == 1
    assert sum("ranking" in checks for checks in report.worse().values()) > 5
    assert "ranking: theme" in report.markdown


def test_bm25_only(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = ThemeRetriever.rank

    def by_words(self: ThemeRetriever, question: str, *rest: object) -> tuple[Hit, ...]:
        hits = sorted(ours(self, question, *rest), key=lambda hit: hit.theme.number)  # type: ignore[arg-type]
        scores = bm25_scores([question], [hit.theme.text for hit in hits], "nl")[0]
        ranked = [replace(hit, score=float(score)) for hit, score in zip(hits, scores, strict=True)]
        return tuple(sorted(ranked, key=lambda hit: -hit.score))

    monkeypatch.setattr(ThemeRetriever, "rank", by_words)
    report = run()
    assert report.status == 1
    assert sum("ranking" in checks for checks in report.worse().values()) > 2
    assert "ranking: theme" in report.markdown


def test_an_answer_in_the_wrong_language(run: Run, recorded: Recorded, suite: LoadedSuite) -> None:
    case = _case(suite, recorded, _quotes, language="nl")

    def translate(answer: Answer) -> Answer:
        opening = Sentence(say("en", "answered"), "own")
        return replace(answer, sentences=(opening, *(s for s in answer.sentences if s.voice != "own")))

    _assert_named(run(answers=Faulty(recorded, translate, [case])), case, "language")


def test_an_uncited_sentence_added(run: Run, recorded: Recorded, suite: LoadedSuite) -> None:
    case = _case(suite, recorded, _quotes)
    words = "Het Techniekpact wordt met tien jaar verlengd."
    for voice in ("prose", "own"):

        def add(answer: Answer, voice: str = voice) -> Answer:
            return replace(answer, sentences=(*answer.sentences, Sentence(words, voice)))  # type: ignore[arg-type]

        _assert_named(run(answers=Faulty(recorded, add, [case])), case, "supported")


def test_the_gold_theme_of_one_case_changed(
    run: Run, recorded: Recorded, suite: LoadedSuite, cases_file: Path
) -> None:
    case = _case(suite, recorded, _quotes, kind="single")
    moved = (case.themes[0] % 10 + 1,)
    lines = [json.loads(line) for line in cases_file.read_text("utf-8").splitlines()]
    for line in lines:
        if line["id"] == case.id:
            line.update(themes=list(moved), may=[])
    cases_file.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    report = run(answers=recorded)
    _assert_named(report, case, "cited", "ranking")
    assert f"ALTERED {case.id}" in report.markdown


def _case(
    suite: LoadedSuite, recorded: Recorded, fits: Callable[[Answer], bool], kind: str = "", language: str = ""
) -> Case:
    """The first case that the program got right and whose answer can carry the fault."""
    return next(
        case
        for case in suite.cases
        if fits(recorded.ask(case.question, case.turns))
        and (not kind or case.kind == kind)
        and (not language or case.language == language)
        and (not case.themes or ranking(recorded.ask(case.question, case.turns))[0] in case.themes)
    )


def _quotes(answer: Answer) -> bool:
    return any(sentence.voice == "quote" for sentence in answer.sentences)


def _with_quote(answer: Answer, change: Callable[[str], str]) -> Answer:
    place = next(place for place, sentence in enumerate(answer.sentences) if sentence.voice == "quote")
    altered = replace(answer.sentences[place], text=change(answer.sentences[place].text))
    return replace(answer, sentences=(*answer.sentences[:place], altered, *answer.sentences[place + 1 :]))


def _assert_named(report: Report, case: Case, *checks: str) -> None:
    assert report.status == 1
    assert set(checks) <= set(report.worse()[case.id])
    line = next(line for line in report.markdown.splitlines() if line.startswith(f"- WORSE {case.id} "))
    assert all(f"{check}: " in line for check in checks)
    assert case.id in (report.folder / "eval.xml").read_text("utf-8")
