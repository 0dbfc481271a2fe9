"""Scores the reader on what it was not trained on: python -m reader.evaluate [--data FOLDER].

Four parts: the documents and the own pairs of the held-out subjects; with ``--data`` the held-out articles of
the public data sets; and the tuning cases. Of a document the passages that lie nearest to a question are
read, and it counts by the best of them; the embedding model's cosine is scored beside the reader.
"""

from __future__ import annotations

import argparse
import logging
import random
import statistics
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from assistant.reading import READ, asked_of_reader, read_as
from eval.cases import Case, load_cases
from index.documents import read_document
from index.embedding import ThemeEmbeddings
from index.search import ThemeRetriever
from index.store import open_store
from reader.documents import DETAILS, study_documents
from reader.examples import Examples
from reader.model import Reader
from reader.sources import HELD_OUT_SUBJECTS, own_pairs
from reader.weights import WEIGHTS

ROOT = Path(__file__).resolve().parents[1]
TUNING = (
    (ROOT / "eval" / "cases" / "tune.jsonl", ROOT / "seeds"),
    (ROOT / "eval" / "tuning" / "cases.jsonl", ROOT / "eval" / "tuning" / "documents"),
)
PUBLIC_EXAMPLES = 1500
_RESAMPLES = 1000

_log = logging.getLogger("reader.evaluate")

_NOT_OF_A_THEME = ("whole", "follow-up", "change", "greeting", "injection")


def documents(reader: Reader) -> None:
    """The held-out documents: questions that they answer against those that they leave open."""
    embeddings = ThemeEmbeddings()
    truths, scores, cosines, right, nearest, details = [], [], [], [], [], []
    for document in study_documents(held_out=True):
        passages = [document.read_as(place)[0] for place in range(len(document.passages))]
        vectors = embeddings.passage_vectors(passages)
        for asked in document.questions:
            cosine = vectors @ embeddings.query_vectors([asked.question])[0]
            near = [int(place) for place in np.argsort(-cosine)[:READ]]
            readings = [
                reading.score for reading in reader.read(asked.question, [passages[at] for at in near])
            ]
            truths.append(asked.home is not None)
            details.append(asked.form in DETAILS)
            scores.append(max(readings))
            cosines.append(float(cosine.max()))
            if asked.home is not None:
                homes = {asked.home, *asked.also}
                right.append(near[int(np.argmax(readings))] in homes)
                nearest.append(near[0] in homes)
    for name, wanted in (("for details", True), ("others", False)):
        kept = [at for at, is_detail in enumerate(details) if is_detail is wanted]
        _report(f"held-out documents, {name}", [truths[at] for at in kept], [scores[at] for at in kept])
    _report("held-out documents, all", truths, scores)
    _report("  cosine", truths, cosines)
    _log.info(
        "  the best reading is of a right passage in %.3f, the best cosine in %.3f (n=%d)",
        np.mean(right),
        np.mean(nearest),
        len(right),
    )


def own(reader: Reader) -> None:
    """The own pairs of subjects that were held out: whole passages under their titles."""
    truths, scores, overlaps, firsts = [], [], [], []
    for pair in (pair for pair in own_pairs() if pair.paragraph.group in HELD_OUT_SUBJECTS):
        shift = len(pair.paragraph.title) + 2
        reading = reader.read(pair.question, [f"{pair.paragraph.title}: {pair.paragraph.text}"])[0]
        truths.append(pair.answer is not None)
        scores.append(reading.score)
        if pair.answer is not None:
            start, end = reading.start - shift, reading.end - shift
            overlaps.append(start < pair.answer[1] and end > pair.answer[0])
            firsts.append(_f1((start, end), pair.answer))
    _report("own pairs, held-out subjects", truths, scores)
    _log.info("  the span overlaps the answer in %.3f (n=%d)", np.mean(overlaps), len(overlaps))
    _log.info("  its characters agree with the answer's to F1 %.3f", np.mean(firsts))


def public(reader: Reader, data: Path) -> None:
    """Examples drawn from held-out articles and subjects as training draws them, by origin."""
    drawn = Examples(data, held_out=True, random_numbers=random.Random(7)).draw(PUBLIC_EXAMPLES)
    scored = [(reader.read(example.question, [example.passage])[0].score, example) for example in drawn]
    _report("drawn as in training", [e.answer is not None for _, e in scored], [score for score, _ in scored])
    for source in ("own", "xquad", "squad"):
        mine = [(score, example) for score, example in scored if example.origin.startswith(source)]
        for origin in sorted({example.origin for _, example in mine if example.answer is None}):
            kept = [(score, e) for score, e in mine if e.answer is not None or e.origin == origin]
            _report(origin, [e.answer is not None for _, e in kept], [score for score, _ in kept])


def tuning(reader: Reader) -> None:
    """The tuning cases: answerable ones against those in the document's domain that it leaves open."""
    embeddings = ThemeEmbeddings()
    for cases_path, folder in TUNING:
        cases = [case for case in load_cases(cases_path) if _counts(case)]
        truths, reader_scores, cosines, right, near = [], [], [], [], []
        for name in sorted({case.document for case in cases}):
            with tempfile.TemporaryDirectory() as index:
                store = open_store([read_document(folder / name)], embeddings, index)
                retriever = ThemeRetriever(store=store)
                for case in (case for case in cases if case.document == name):
                    hits = retriever.rank(case.question)[:READ]
                    shown = [read_as(hit.theme)[0] for hit in hits]
                    readings = reader.read(asked_of_reader(case.question), shown)
                    best = max(readings, key=lambda reading: reading.score)
                    truths.append(case.answerable)
                    near.append(case.is_near)
                    reader_scores.append(best.score)
                    cosines.append(max(hit.cosine for hit in hits))
                    if case.answerable:
                        right.append(hits[readings.index(best)].theme.number in case.allowed)
                store.close()
        inside = [at for at, truth in enumerate(truths) if truth or near[at]]
        _log.info("%s", cases_path.relative_to(ROOT))
        for name, scores in (("reader", reader_scores), ("cosine", cosines)):
            _report(f"  {name}, in the domain", [truths[at] for at in inside], [scores[at] for at in inside])
            _report(f"  {name}, all left open", truths, scores)
        _log.info(
            "  the theme with the best reading is a right one in %.3f (n=%d)", np.mean(right), len(right)
        )


def _counts(case: Case) -> bool:
    return case.kind not in _NOT_OF_A_THEME and not case.history


def _report(name: str, truths: Sequence[bool], scores: Sequence[float]) -> None:
    """AUC with its bootstrap interval of 95%."""
    truth, score = np.asarray(truths), np.asarray(scores)
    generator = np.random.default_rng(0)
    resampled = (generator.integers(0, len(truth), len(truth)) for _ in range(_RESAMPLES))
    values = sorted(_aucs(truth, score, resampled))
    low, high = values[round(0.025 * len(values))], values[round(0.975 * len(values)) - 1]
    counts = f"{int(truth.sum())} answered, {int((~truth).sum())} not"
    _log.info("%s: AUC %.3f [%.3f, %.3f] (%s)", name, roc_auc_score(truth, score), low, high, counts)


def _aucs(truth: NDArray[Any], score: NDArray[Any], resampled: Iterable[NDArray[Any]]) -> Iterable[float]:
    return (
        float(roc_auc_score(truth[rows], score[rows])) for rows in resampled if len(set(truth[rows])) == 2
    )


def _f1(mine: tuple[int, int], labelled: tuple[int, int]) -> float:
    common = max(0, min(mine[1], labelled[1]) - max(mine[0], labelled[0]))
    lengths = (mine[1] - mine[0], labelled[1] - labelled[0])
    return 0.0 if not common else statistics.harmonic_mean([common / lengths[0], common / lengths[1]])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, help="folder of the public data sets; without it they are left out"
    )
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    reader = Reader.load(arguments.weights)
    documents(reader)
    own(reader)
    if arguments.data is not None:
        public(reader, arguments.data)
    tuning(reader)


if __name__ == "__main__":
    main()
