from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from eval.cases import load_cases
from eval.cli import main
from eval.suites import MAIN, ROOT, SETS, load_suite
from index.errors import SetupError

SOUND: Mapping[str, object] = {
    "id": "a-1",
    "kind": "single",
    "language": "nl",
    "document": "10-jaar-techniekpact.txt",
    "history": [],
    "question": "Is er kritiek?",
    "themes": [7],
    "may": [],
    "answerable": True,
    "must": [],
    "must_not": [],
}


def test_every_committed_case_is_sound_and_its_id_its_own() -> None:
    cases = [case for suite in SETS["all"] for case in load_suite(suite).cases]
    assert len({case.id for case in cases}) == len(cases)


def test_no_question_that_is_scored_by_default_is_tuned_on() -> None:
    tuned = {
        (case.document, case.question.casefold())
        for folder in ("cases", "tuning")
        for path in (ROOT / folder).glob("*.jsonl")
        if folder == "tuning" or path.name.startswith("tune")
        for case in load_cases(path)
        if not case.history and case.kind != "greeting"  # there are only so many ways to say hello
    }
    scored = [case for suite in SETS["test"] for case in load_cases(suite.cases) if not case.history]
    assert len(tuned) > 1_000
    assert [case.id for case in scored if (case.document, case.question.casefold()) in tuned] == []


def test_a_case_survives_its_file(tmp_path: Path) -> None:
    path = _file(tmp_path, SOUND)
    (case,) = load_cases(path)
    assert case.to_json() == SOUND


def test_a_line_separator_in_a_question_does_not_end_the_line(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps({**SOUND, "question": "Is er\u2028kritiek?"}, ensure_ascii=False), "utf-8")
    assert load_cases(path)[0].question == "Is er\u2028kritiek?"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "sngle"}, "'kind' is one of single, several"),
        ({"language": "de"}, "'language' is one of nl, en, not 'de'"),
        ({"question": " "}, "'question' is a text that is not empty"),
        ({"themes": ["7"]}, "'themes' is a list of theme numbers, not ['7']"),
        ({"themes": [True]}, "'themes' is a list of theme numbers"),
        ({"answerable": "yes"}, "'answerable' is true or false, not 'yes'"),
        ({"must": "kritiek"}, "'must' is a list of texts"),
        ({"history": [{"role": "system", "content": ""}]}, "'history' is a list of"),
        ({"themes": []}, "an answerable case names at least one theme"),
        ({"answerable": False}, "a case that is not answerable names no themes"),
        ({"may": [7]}, "theme 7 stands in both"),
        ({"kind": "near-miss"}, "a case of kind 'near-miss' is not answerable"),
        ({"kind": "follow-up"}, "a case of kind 'follow-up' has a history"),
        ({"kind": "english"}, "a case of kind 'english' has language 'en'"),
        ({"theme": [7]}, "unknown field 'theme'"),
        ({"id": "a-1"}, "id 'a-1' was used before, in line 1"),
    ],
)
def test_a_malformed_case_is_told_by_its_line_and_reason(
    tmp_path: Path, change: Mapping[str, object], reason: str
) -> None:
    path = _file(tmp_path, SOUND, {**SOUND, "id": "a-2", **change})
    with pytest.raises(SetupError) as told:
        load_cases(path)
    assert str(told.value).startswith(f"{path}, line 2: ")
    assert reason in str(told.value)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "a-2",', "line 2: this is not JSON"),
        ("[]", "line 2: a case is a JSON object"),
        ("[" * 100_000, "line 2: this cannot be read"),
        (json.dumps({**SOUND, "id": "a-2", "question": "Is er \ud800?"}), "line 2: half of a character"),
        ('{"id": "a-2"}', "line 2: field 'answerable' is missing"),
        (
            json.dumps({**SOUND, "id": "a-2", "themes": [12]}),
            "case a-2: 10-jaar-techniekpact.txt has no theme 12",
        ),
        (json.dumps({**SOUND, "id": "a-2", "document": "x.txt"}), "case a-2: there is no document 'x.txt'"),
    ],
)
def test_the_command_ends_with_the_line_the_reason_and_status_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, reason: str
) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps(SOUND) + "\n" + line + "\n", "utf-8")
    assert main(["--cases", str(path), "--documents", str(MAIN.documents)]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"eval: {path}, ")
    assert reason in told
    assert told.count("\n") == 1


def test_an_empty_case_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").touch()
    with pytest.raises(SetupError, match="holds no case"):
        load_cases(tmp_path / "cases.jsonl")


def _file(folder: Path, *cases: Mapping[str, object]) -> Path:
    path = folder / "cases.jsonl"
    path.write_text("".join(json.dumps(case) + "\n" for case in cases), "utf-8")
    return path
