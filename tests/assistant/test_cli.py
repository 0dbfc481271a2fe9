"""The command, run as a user runs it: in a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "import sys; from assistant.cli import main; sys.exit(main())"]


def run(
    *arguments: str, index: Path, stdin: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    settings = {"TECHNIEKPACT_INDEX": str(index), **environment}
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, **settings},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def assert_one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Status 2 and one sentence that says what is wrong; no traceback."""
    lines = done.stderr.strip().splitlines()
    assert done.returncode == 2 and len(lines) == 1, done.stderr
    assert lines[0].startswith("techniekpact: ") and all(word in lines[0] for word in words), lines[0]


def test_json_has_the_names_that_others_rely_on(built_index: Path, assistant: object) -> None:
    done = run("ask", "--json", "Wat zijn de kritische geluiden over het Techniekpact?", index=built_index)
    answer = json.loads(done.stdout)
    citation = answer["citations"][0]
    text = (ROOT / "seeds" / citation["document"]).read_bytes().decode()
    assert done.returncode == 0 and not done.stderr
    assert citation["theme"] == {"number": 7, "title": "Kritische noten en actiegerichtheid"}
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert (answer["mode"], answer["outcome"], answer["refused"]) == ("quote", "answered", False)


def test_a_refusal_is_status_3(built_index: Path, assistant: object) -> None:
    done = run("ask", "Wat is de hoofdstad van Frankrijk?", index=built_index)
    assert done.returncode == 3 and "vind ik niet in het document" in done.stdout


def test_standard_input_gives_a_json_line_for_each_question(built_index: Path, assistant: object) -> None:
    questions = "Wat is de kritiek?\n\n" + "x" * 20_000 + "\nHoe oud is dit?\n"
    done = run("ask", "-", index=built_index, stdin=questions)
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 2 and first["question"] == "Wat is de kritiek?"
    assert first["citations"][0]["theme"]["number"] == 7
    assert "4000" in second["error"] and third["citations"][0]["quote"] == "30 november 2023"


def test_standard_input_that_is_not_utf8_is_answered_as_well_as_it_can_be(
    built_index: Path, assistant: object
) -> None:
    questions = b"Wat is de kritiek?\nZijn er idee\xebn over kritiek?\n"
    done = subprocess.run(
        [*COMMAND, "ask", "-"],
        cwd=ROOT,
        env={**os.environ, "TECHNIEKPACT_INDEX": str(built_index)},
        input=questions,
        capture_output=True,
        timeout=120,
        check=False,
    )
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 0 and not done.stderr
    assert first["citations"] and second["question"] == "Zijn er idee\ufffdn over kritiek?"


def test_themes_lists_them_without_a_model(tmp_path: Path) -> None:
    done = run("themes", index=tmp_path)
    assert done.returncode == 0 and "   7  Kritische noten en actiegerichtheid" in done.stdout


def test_setup_errors_are_one_line(tmp_path: Path, built_index: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert_one_line(run("ask", "x", "--seeds", str(empty), index=tmp_path), str(empty), "no document")
    (empty / "a.txt").write_bytes(b"\xff\xfe\x00")
    assert_one_line(run("ask", "x", "--seeds", str(empty), index=tmp_path), "a.txt", "UTF-8")
    assert_one_line(run("ask", " ", index=built_index), "empty")
    assert_one_line(run("ask", "x" * 20_000, index=built_index), "20000", "4000")
    (tmp_path / "file").touch()
    assert_one_line(run("index", index=tmp_path / "file" / "index"), "cannot be written")
    unknown = run("ask", "x", "--embedding", "no/such-model", index=tmp_path, HF_HUB_OFFLINE="1")
    assert_one_line(unknown, "no/such-model")


def test_a_port_in_use_is_one_line(built_index: Path, assistant: object) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert_one_line(run("chat", "--port", port, index=built_index), port)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root to cut the network off")
def test_it_answers_with_the_network_cut_off(built_index: Path, assistant: object) -> None:
    environment = {**os.environ, "TECHNIEKPACT_INDEX": str(built_index)}
    done = subprocess.run(
        ["unshare", "-n", *COMMAND, "ask", "Wat is de kritiek?"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "unshare failed" in done.stderr or "Operation not permitted" in done.stderr:
        pytest.skip("network namespaces are not to be had here")
    assert done.returncode == 0 and "Kritische noten" in done.stdout
