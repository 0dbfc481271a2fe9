"""Two reports held against each other, case by case."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.cli import main
from tests.eval.conftest import Report

Run = Callable[..., Report]


def _changed(report: Report, path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    content = report.json
    for row in content["results"]:
        change(row)
    path.write_text(json.dumps(content), "utf-8")
    return path


def test_what_one_run_did_better_shows_with_its_interval(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = run()
    near = [row for row in report.json["results"] if row["kind"] == "near-miss"]
    refused = sum(row["answer"]["outcome"] == "refused" for row in near)
    assert refused

    def answer_all(row: dict[str, Any]) -> None:
        row["answer"] |= {"outcome": "answered", "grounding": 0.9}
        row["failures"] |= {"ranking": "another theme ranks first"}

    before = _changed(report, tmp_path / "before.json", answer_all)
    assert main(["compare", str(before), str(report.folder / "eval.json")]) == 0
    rows = {line.strip()[:36].strip(): line[38:].split() for line in capsys.readouterr().out.splitlines()}
    assert rows["In-domain unanswerable refused"][0] == "0.0%"
    assert float(rows["In-domain unanswerable refused"][2].rstrip("%")) > 0
    assert rows["Right theme first (Success@1)"][0] == "0.0%"
    assert rows["Right theme first (Success@1)"][3].startswith("+")  # the interval leaves zero out
    assert rows["ROC area, in-domain unanswerable"][0] == "50.0%"


def test_a_run_against_itself_did_not_change(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(run().folder / "eval.json")
    capsys.readouterr()
    assert main(["compare", file, file]) == 0
    rises = [line.split()[-5] for line in capsys.readouterr().out.splitlines() if "–" in line]
    assert rises
    assert set(rises) == {"+0.0%"}


@pytest.mark.parametrize("content", ["", "[]", '{"results": [{}]}', '{"results": []}'])
def test_what_is_no_report_is_named(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "eval.json"
    file.write_text(content, "utf-8")
    assert main(["compare", str(file), str(file)]) == 2
    assert str(file) in capsys.readouterr().err
