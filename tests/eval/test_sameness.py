"""The same program gives the same report: twice, shuffled, and where a processor rounds differently."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.embedding import ThemeEmbeddings, Vectors
from tests.eval.conftest import Report

Run = Callable[..., Report]


def test_run_twice_with_shuffled_cases_the_report_is_the_same(run: Run, cases_file: Path) -> None:
    first = run("--workers", "2")
    lines = cases_file.read_text("utf-8").splitlines()
    random.Random(0).shuffle(lines)
    cases_file.write_text("\n".join(lines), "utf-8")
    second = run("--workers", "1")
    assert _without_times(first) == _without_times(second)


def test_another_processors_rounding_keeps_it_green(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = ThemeEmbeddings.query_vectors

    def rounded(self: ThemeEmbeddings, texts: Sequence[str]) -> Vectors:
        vectors = exact(self, texts)
        noise = np.random.default_rng(len(texts[0])).normal(scale=1e-6, size=vectors.shape)
        return np.asarray(vectors + noise, dtype=np.float32)

    monkeypatch.setattr(ThemeEmbeddings, "query_vectors", rounded)
    report = run()
    assert report.status == 0, report.worse()


def _without_times(report: Report) -> str:
    return report.text[: report.text.rindex('"times"')]
