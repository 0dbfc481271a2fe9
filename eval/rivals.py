"""Simpler ways to rank the themes, scored beside ours on the same questions in the same run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
import snowballstemmer
from numpy.typing import NDArray

from assistant.language import detect
from eval import intervals
from eval.cases import Case
from eval.metrics import Figure, Metric
from eval.ranking import score_rankings
from eval.results import Result
from eval.suites import LoadedSuite, Source
from index.embedding import ThemeEmbeddings

OURS = "this assistant"
_RANK_CONSTANT = 60
"""Cormack, Clarke & Büttcher 2009, "Reciprocal rank fusion outperforms Condorcet"."""

_STEMMERS = {"nl": "dutch", "en": "english"}

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Compared:
    """One way of ranking over the questions of a group.

    Attributes:
        name: Which way.
        figures: Its measures.
        difference: Our share with the right theme first minus its share: value, low and high of the 95%
            interval over the same questions; None for ourselves.
    """

    name: str
    figures: Sequence[Figure]
    difference: tuple[float, float, float] | None


def compare_rivals(
    results: Sequence[Result], suites: Sequence[LoadedSuite], embeddings: ThemeEmbeddings
) -> dict[str, list[Compared]]:
    """Every way of ranking, by group.

    Only questions without turns before them count, for us too: what a follow-up refers to is no
    matter of ranking.
    """
    compared = {}
    for suite in suites:
        chosen = [r for r in results if r.group == suite.group and r.case.is_ranked and not r.case.history]
        if not chosen:
            continue
        cases = [result.case for result in chosen]
        rankings: dict[str, dict[str, list[int]]] = {OURS: {r.case.id: list(r.ranking) for r in chosen}}
        for name, source in suite.sources.items():
            asked = [case for case in cases if case.document == name]
            for rival, ranking in _rank(asked, source, embeddings).items():
                rankings.setdefault(rival, {}).update(ranking)
        compared[suite.group] = _figures(cases, rankings)
    return compared


def _figures(cases: Sequence[Case], rankings: Mapping[str, Mapping[str, Sequence[int]]]) -> list[Compared]:
    titles = {"right_first": "Success@1", "among_three": "Success@3", "rr5": "RR@5", "ndcg5": "nDCG@5"}
    scores = {name: score_rankings(cases, ranking) for name, ranking in rankings.items()}
    compared = []
    for name, values in scores.items():
        figures = []
        for key, title in titles.items():
            shares = [values[key][case.id] for case in cases]
            mean = sum(shares) / len(shares)
            figures.append(Figure(Metric(key, title), mean, *intervals.of_mean(shares), n=len(shares)))
        ours = scores[OURS]["right_first"]
        gaps = [ours[case.id] - values["right_first"][case.id] for case in cases]
        difference = None if name == OURS else (sum(gaps) / len(gaps), *intervals.of_difference(gaps))
        compared.append(Compared(name, figures, difference))
    return compared


def _rank(
    cases: Sequence[Case], source: Source, embeddings: ThemeEmbeddings
) -> dict[str, dict[str, list[int]]]:
    if not cases:
        return {}
    numbers = sorted(source.themes)
    texts = [source.themes[number].text for number in numbers]
    questions = [case.question for case in cases]
    dense = np.asarray(
        embeddings.query_vectors(questions) @ embeddings.passage_vectors(texts).T, dtype=np.float64
    )
    words = bm25_scores(questions, texts, detect(source.document.text, "nl"))
    return {
        name: {
            case.id: [numbers[row] for row in _order(scores)]
            for case, scores in zip(cases, matrix, strict=True)
        }
        for name, matrix in (
            ("dense only", dense),
            ("BM25 only, stemmed", words),
            ("reciprocal rank fusion of both", _fuse(dense) + _fuse(words)),
        )
    }


def bm25_scores(questions: Sequence[str], texts: Sequence[str], language: str) -> Scores:
    """BM25 over Snowball stems, shape (questions, texts)."""
    stem: Callable[[list[str]], list[str]] = snowballstemmer.stemmer(_STEMMERS[language]).stemWords
    retriever = bm25s.BM25()
    retriever.index(_stemmed(texts, stem), show_progress=False)
    rows = []
    for words in _stemmed(questions, stem):
        known = [word for word in words if word in retriever.vocab_dict]
        rows.append(retriever.get_scores(known) if known else np.zeros(len(texts)))
    return np.asarray(rows, dtype=np.float64)


def _stemmed(texts: Sequence[str], stem: Callable[[list[str]], list[str]]) -> list[list[str]]:
    tokens = bm25s.tokenize(list(texts), stopwords=[], return_ids=False, show_progress=False)
    return [stem(list(words)) for words in tokens]


def _fuse(scores: Scores) -> Scores:
    return np.asarray([1 / (_RANK_CONSTANT + 1 + np.argsort(_order(row))) for row in scores])


def _order(scores: Scores) -> list[int]:
    """Rows by falling score, equal ones in the order of the document."""
    return [int(row) for row in np.argsort(-scores, kind="stable")]
