from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.cases import load_cases
from eval.cli import main
from eval.suites import MAIN

DOWN = {
    "time": "2026-01-01T12:00:00+00:00",
    "question": "Wie dan?",
    "history": [{"role": "user", "content": "Is er kritiek?"}, {"role": "assistant", "content": "Ja."}],
    "language": "nl",
    "outcome": "refused",
    "themes": [],
    "document": "10-jaar-techniekpact.txt",
    "verdict": "down",
}


def test_a_question_becomes_a_case(tmp_path: Path) -> None:
    path = tmp_path / "test.jsonl"
    assert main(["add", "Is er kritiek?", "--themes", "7", "--may", "8", "--cases", str(path)]) == 0
    assert main(["add", "What does it cost?", "--cases", str(path)]) == 0
    first, second = load_cases(path)
    assert (first.id, first.kind, first.language, first.themes, first.may) == (
        "test-001",
        "single",
        "nl",
        (7,),
        (8,),
    )
    assert (second.id, second.kind, second.language, second.answerable) == (
        "test-002",
        "near-miss",
        "en",
        False,
    )


def test_a_case_is_added_behind_a_file_without_a_last_line_end(tmp_path: Path) -> None:
    path = tmp_path / "test.jsonl"
    path.write_text(MAIN.cases.read_text("utf-8").strip(), "utf-8")
    before = load_cases(path)
    assert main(["add", "Een geheel nieuwe vraag?", "--themes", "7", "--cases", str(path)]) == 0
    assert [case.id for case in load_cases(path)] == [
        *(case.id for case in before),
        f"test-{len(before) + 1:03d}",
    ]


def test_a_thumbs_down_becomes_a_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, feedback = tmp_path / "test.jsonl", tmp_path / "feedback.jsonl"
    up = {**DOWN, "verdict": "up", "question": "Goed zo?"}
    regretted = {**DOWN, "question": "Toch goed?"}
    lines = [up, regretted, {**regretted, "verdict": ""}, DOWN]
    feedback.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    options = ["--feedback-file", str(feedback), "--cases", str(path)]
    assert main(["add", "--feedback", *options]) == 0
    listed = capsys.readouterr().out
    assert "1  Wie dan?  (refused, themes cited: none, after 2 turns)" in listed
    assert "Goed zo?" not in listed and "Toch goed?" not in listed
    assert main(["add", "--feedback", "1", "--themes", "7", *options]) == 0
    (case,) = load_cases(path)
    assert (case.kind, case.question, case.turns) == ("follow-up", "Wie dan?", DOWN["history"])


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["Is er kritiek?", "--themes", "12"], "has no theme 12"),
        (["Is er kritiek?", "--themes", "7", "--kind", "near-miss"], "is not answerable"),
        ([], "Give the question"),
        (["--feedback", "9"], "9 is none of them"),
        (["Wat zijn de kritische geluiden?", "--document", "x.txt"], "no document 'x.txt'"),
    ],
)
def test_what_is_no_case_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    feedback = tmp_path / "feedback.jsonl"
    feedback.write_text(json.dumps(DOWN), "utf-8")
    options = ["--cases", str(tmp_path / "test.jsonl"), "--feedback-file", str(feedback)]
    assert main(["add", *arguments, *options]) == 2
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "test.jsonl").exists()


def test_a_question_that_is_a_case_already_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["add", "Is er kritiek?", "--themes", "7", "--cases", str(tmp_path / "test.jsonl")]
    assert main(options) == 0
    assert main(options) == 2
    assert "asks this already: test-001" in capsys.readouterr().err
