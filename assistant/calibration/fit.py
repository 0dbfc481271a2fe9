"""Fit the numbers of ``grounding.json`` on tuning cases.

    python -m assistant.calibration.fit CASES.jsonl=DOCUMENTS ...

Each argument names a file of cases and the folder of their documents. Besides the cases as they are,
questions of every document are put to the others, where they are out of scope, and so are everyday
requests from ``foreign.txt``. The two regressions
are fitted apart: topic on in-scope against out-of-scope questions, detail on answered against
unanswered questions in scope. The thresholds come from out-of-fold probabilities, whole documents
left out, so that they hold on a document that was not fitted on.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant import Assistant, Settings
from assistant.grounding import Regression

TOPIC = ("score", "spread", "overlap", "off_topic", "request")
DETAIL = ("unstated", "unstated_mean", "overlap")
FALSE_REFUSALS = 0.03
FALSE_RELATED = 0.15
FOREIGN_QUESTIONS = 10
_KINDS_LEFT_OUT = {"greeting", "whole"}
_IN_SCOPE = {"near-miss", "false-premise"}
_FOREIGN = Path(__file__).parent / "foreign.txt"
OUTPUT = Path(__file__).parent / "grounding.json"

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """One question put to one document: its signals and what is right."""

    document: str
    in_scope: bool
    answerable: bool
    signals: Mapping[str, float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit with and without the reader and write ``grounding.json``."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="+", metavar="CASES=DOCUMENTS")
    options = parser.parse_args(arguments)
    pairs = [pair.partition("=")[::2] for pair in options.cases]
    fitted = json.loads(OUTPUT.read_text("utf-8"))
    for name, reader in (("without_reader", False), ("with_reader", True)):
        examples = [
            example for cases, folder in pairs for example in _examples(Path(cases), Path(folder), reader)
        ]
        fitted[name].update(_fit(examples, [*DETAIL, "reader"] if reader else list(DETAIL)))
        print(name, json.dumps(fitted[name]["out_of_fold"]), file=sys.stderr)
    OUTPUT.write_text(json.dumps(fitted, indent=2) + "\n", "utf-8")
    return 0


def _examples(cases: Path, folder: Path, reader: bool) -> Iterator[Example]:
    """The cases of one file, each put to its document, and strangers' questions put to it as well."""
    rows = [json.loads(line) for line in cases.read_text("utf-8").splitlines() if line.strip()]
    rows = [row for row in rows if row["kind"] not in _KINDS_LEFT_OUT]
    draw = random.Random(0)
    for name in sorted({row["document"] for row in rows}):
        with tempfile.TemporaryDirectory() as seeds:
            copy(folder / name, seeds)
            settings = Settings(
                seeds=Path(seeds), index=Path(tempfile.gettempdir()) / "calibration", reader=reader
            )
            assistant = Assistant.open(settings)
            own = [row for row in rows if row["document"] == name]
            strangers = [
                row for row in rows if row["document"] != name and row["answerable"] and not row["history"]
            ]
            foreign = [
                row["question"] for row in draw.sample(strangers, min(FOREIGN_QUESTIONS, len(strangers)))
            ]
            foreign += draw.sample(_FOREIGN.read_text("utf-8").splitlines(), 2 * FOREIGN_QUESTIONS)
            stand_in = {"kind": "foreign", "history": [], "answerable": False}
            for row in [*own, *({**stand_in, "question": question} for question in foreign)]:
                signals = assistant.chain.examine(row["question"], row["history"])[2]
                in_scope = row["answerable"] or row["kind"] in _IN_SCOPE or bool(row["history"])
                yield Example(name, in_scope, row["answerable"], signals)
            assistant.close()


def _fit(examples: Sequence[Example], detail: Sequence[str]) -> dict[str, Any]:
    """Both regressions on all examples; thresholds from folds that leave whole documents out."""
    probabilities = np.zeros(len(examples))
    documents = np.array([example.document for example in examples])
    for document in sorted(set(documents)):
        train = [example for example in examples if example.document != document]
        topic, about = _regressions(train, detail)
        for row in np.flatnonzero(documents == document).tolist():
            probabilities[row] = _apply(topic, examples[row]) * _apply(about, examples[row])
    answerable = np.array([example.answerable for example in examples])
    topic, about = _regressions(examples, detail)
    return {
        "topic": topic,
        "detail": about,
        "refused_below": round(float(np.quantile(probabilities[answerable], FALSE_REFUSALS)), 4),
        "answered_from": round(float(np.quantile(probabilities[answerable], FALSE_RELATED)), 4),
        "out_of_fold": _summary(probabilities, examples),
    }


def _regressions(examples: Sequence[Example], detail: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    topic = _regression(examples, TOPIC, [example.in_scope for example in examples])
    in_scope = [example for example in examples if example.in_scope]
    return topic, _regression(in_scope, detail, [example.answerable for example in in_scope])


def _regression(examples: Sequence[Example], names: Sequence[str], right: Sequence[bool]) -> dict[str, Any]:
    """A logistic regression with balanced classes; the standardisation is folded into the weights."""
    values = np.array([[example.signals[name] for name in names] for example in examples])
    mean, scale = values.mean(axis=0), values.std(axis=0) + 1e-9
    model = LogisticRegression(class_weight="balanced", max_iter=1_000).fit((values - mean) / scale, right)
    weights = model.coef_[0] / scale
    intercept = float(model.intercept_[0] - (weights * mean).sum())
    return {
        "weights": {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)},
        "intercept": round(intercept, 4),
    }


def _apply(regression: Mapping[str, Any], example: Example) -> float:
    return Regression(**regression).probability(example.signals)


def _summary(probabilities: Floats, examples: Sequence[Example]) -> dict[str, float]:
    """AUC and refusals at the set's own false refusals, documents left out of the fit."""
    answerable = np.array([example.answerable for example in examples])
    in_scope = np.array([example.in_scope for example in examples]) & ~answerable
    out = ~np.array([example.in_scope for example in examples])
    limit = np.quantile(probabilities[answerable], FALSE_REFUSALS)
    right = probabilities[answerable]
    return {
        "answerable": int(answerable.sum()),
        "unanswerable_in_scope": int(in_scope.sum()),
        "out_of_scope": int(out.sum()),
        "auc_in_scope": round(_auc(right, probabilities[in_scope]), 3),
        "auc_out_of_scope": round(_auc(right, probabilities[out]), 3),
        "refused_in_scope": round(float((probabilities[in_scope] < limit).mean()), 3),
        "refused_out_of_scope": round(float((probabilities[out] < limit).mean()), 3),
        "false_refusals": FALSE_REFUSALS,
    }


def _auc(right: Floats, wrong: Floats) -> float:
    return float(roc_auc_score([1] * len(right) + [0] * len(wrong), [*right, *wrong]))


if __name__ == "__main__":
    raise SystemExit(main())
