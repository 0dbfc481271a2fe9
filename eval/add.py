"""``python -m eval add``: a question, or a thumbs-down from the chat window, becomes a case.

The window writes each thumb as a JSON line: time, question, history, language, outcome, themes (cited),
document and verdict ("up" or "down"). What the right answer would have been, a human says here.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant import Settings
from assistant.language import detect
from eval.cases import KINDS, LANGUAGES, Case, check_themes, load_cases, parse_case
from eval.suites import MAIN
from index.documents import read_documents
from index.errors import SetupError
from index.themes import cut


def main(arguments: Sequence[str]) -> int:
    """Add one case, or list what the window was told; returns 0.

    Raises:
        SetupError: What was given is no case; the message says why.
    """
    options = _parser().parse_args(arguments)
    if options.feedback is None:
        if not options.question:
            raise SetupError("Give the question, or --feedback for the thumbs-down of the chat window.")
        _add(options, {"question": options.question})
        return 0
    complaints = _complaints(_feedback_file(options))
    if options.feedback == 0:
        _list(complaints)
        return 0
    if not 0 < options.feedback <= len(complaints):
        raise SetupError(f"There are {len(complaints)} thumbs-down; {options.feedback} is none of them.")
    _add(options, complaints[options.feedback - 1])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval add",
        description="Make a case of a question, or of a thumbs-down in the chat window.",
        epilog='Examples: python -m eval add "Is er kritiek?" --themes 7 · '
        'python -m eval add "Wat kost het?" · python -m eval add --feedback 2 --themes 4',
    )
    parser.add_argument("question", nargs="?", help="the question's words")
    parser.add_argument(
        "--themes",
        type=int,
        nargs="+",
        default=[],
        metavar="N",
        help="themes that a right answer cites; without any, a right answer is a refusal",
    )
    parser.add_argument(
        "--may", type=int, nargs="+", default=[], metavar="N", help="themes that it may cite besides"
    )
    parser.add_argument(
        "--kind", choices=KINDS, help="what the question is like (default: told from the rest)"
    )
    parser.add_argument("--language", choices=LANGUAGES, help="of the question (default: detected)")
    parser.add_argument(
        "--document", metavar="NAME", help="the document asked about, where there are several"
    )
    parser.add_argument(
        "--must", nargs="+", default=[], metavar="TEXT", help="strings that the answer has to contain"
    )
    parser.add_argument(
        "--must-not", nargs="+", default=[], metavar="TEXT", help="strings that it may not contain"
    )
    parser.add_argument("--id", help="of the case (default: the file's name and the next number)")
    parser.add_argument(
        "--cases", type=Path, default=MAIN.cases, metavar="FILE", help="the case file (default %(default)s)"
    )
    parser.add_argument(
        "--documents",
        type=Path,
        default=MAIN.documents,
        metavar="FOLDER",
        help="the documents that it is about (default %(default)s)",
    )
    parser.add_argument(
        "--feedback",
        type=int,
        nargs="?",
        const=0,
        metavar="NUMBER",
        help="list the thumbs-down of the chat window, or make a case of one",
    )
    parser.add_argument(
        "--feedback-file",
        type=Path,
        metavar="FILE",
        help="where the window writes them (default: the assistant's setting)",
    )
    return parser


def _add(options: argparse.Namespace, said: Mapping[str, Any]) -> None:
    numbers = {doc.name: [theme.number for theme in cut(doc)] for doc in read_documents(options.documents)}
    existing = load_cases(options.cases) if options.cases.exists() else []
    case = _case(options, said, numbers, existing)
    check_themes([case], numbers, options.cases)
    if any(other.id == case.id for other in existing):
        raise SetupError(f"{options.cases} has a case {case.id!r} already. Give another --id.")
    same = next(
        (other for other in existing if _asked(other) == _asked(case)),
        None,
    )
    if same is not None:
        raise SetupError(f"{options.cases} asks this already: {same.id}.")
    try:
        before = options.cases.read_text("utf-8") if options.cases.exists() else ""
        join = "" if not before or before.endswith("\n") else "\n"
        with options.cases.open("a", encoding="utf-8") as file:
            file.write(join + json.dumps(case.to_json(), ensure_ascii=False) + "\n")
    except OSError as error:
        raise SetupError(f"The case cannot be written to {options.cases} ({error.strerror}).") from error
    is_own = options.cases != MAIN.cases
    scored_by = f" --documents {options.documents} --cases {options.cases}" if is_own else ""
    expected = f"themes {', '.join(map(str, case.themes))}" if case.answerable else "no theme: a refusal"
    print(
        f"{case.id} ({case.kind}, {case.language}, {expected}) is in {options.cases}. "
        f"Run python -m eval{scored_by} to see how it is answered, "
        "and with --update-baseline to have it guarded."
    )


def _asked(case: Case) -> tuple[object, ...]:
    return case.document, case.question, case.history


def _case(
    options: argparse.Namespace,
    said: Mapping[str, Any],
    numbers: Mapping[str, Sequence[int]],
    existing: Sequence[Case],
) -> Case:
    history = said.get("history") or []
    language = options.language or said.get("language") or detect(str(said["question"]), "nl")
    document = options.document or said.get("document") or (next(iter(numbers)) if len(numbers) == 1 else "")
    if not document:
        raise SetupError(
            f"There are several documents; name one with --document: {', '.join(sorted(numbers))}."
        )
    raw = {
        "id": options.id or _next_id(options.cases.stem, existing),
        "kind": options.kind or _kind(options.themes, history, str(language)),
        "language": language,
        "document": document,
        "history": [{"role": turn["role"], "content": turn["content"]} for turn in history],
        "question": said["question"],
        "themes": options.themes,
        "may": options.may,
        "answerable": bool(options.themes),
        "must": options.must,
        "must_not": options.must_not,
    }
    return parse_case(json.dumps(raw), "This is no case")


def _kind(themes: Sequence[int], history: Sequence[Any], language: str) -> str:
    if history:
        return "follow-up"
    if not themes:
        return "near-miss"
    if len(themes) > 1:
        return "several"
    return "english" if language == "en" else "single"


def _next_id(stem: str, existing: Sequence[Case]) -> str:
    numbers = [
        int(found.group(1))
        for case in existing
        if (found := re.fullmatch(rf"{re.escape(stem)}-(\d+)", case.id))
    ]
    return f"{stem}-{max(numbers, default=0) + 1:03d}"


def _feedback_file(options: argparse.Namespace) -> Path:
    file: Path | None = options.feedback_file or Settings.from_environment().feedback
    if file is None:
        raise SetupError(
            "Feedback is switched off (TECHNIEKPACT_FEEDBACK). Name a file with --feedback-file."
        )
    return file


def _complaints(file: Path) -> list[dict[str, Any]]:
    """The thumbs-down in ``file``, oldest first; of several verdicts on one question the last counts."""
    if not file.exists():
        raise SetupError(f"There is no feedback yet: {file} does not exist.")
    verdicts: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(file.read_text("utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            asked = json.dumps([said["question"], said.get("history")])
            verdicts.pop(asked, None)
            verdicts[asked] = {**said, "question": str(said["question"]), "verdict": said["verdict"]}
        except (ValueError, KeyError, TypeError) as error:
            raise SetupError(f"{file}, line {number} is no feedback ({error!r}).") from error
    return [said for said in verdicts.values() if said["verdict"] == "down"]


def _list(complaints: Sequence[Mapping[str, Any]]) -> None:
    for number, said in enumerate(complaints, start=1):
        cited = ", ".join(map(str, said.get("themes") or [])) or "none"
        turns = f", after {len(said['history'])} turns" if said.get("history") else ""
        print(f"{number:>3}  {said['question']}  ({said.get('outcome', '?')}, themes cited: {cited}{turns})")
    if not complaints:
        print("No thumbs-down.")
