"""Cases: questions whose answers are known, one JSON object a line."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import SetupError

KINDS = (
    "single",
    "several",
    "whole",
    "follow-up",
    "change",
    "paraphrase",
    "keywords",
    "typo",
    "english",
    "near-miss",
    "false-premise",
    "out-of-scope",
    "injection",
    "greeting",
)
"""What a question is like; README.md beside this file says what each stands for."""

LANGUAGES = ("nl", "en")
_ROLES = ("user", "assistant")


@dataclass(frozen=True)
class Case:
    """One question and what a right answer to it looks like.

    Attributes:
        id: Unique over all case files.
        kind: One of KINDS.
        language: The question's, and so the answer's: "nl" or "en".
        document: File name of the document it is asked about.
        history: The turns before it, oldest first, as (role, content).
        question: The question's words.
        themes: Numbers of the themes that must all be cited; the right ones for ranking.
        may: Numbers of the themes that may be cited besides.
        answerable: Whether the document answers it.
        must, must_not: Strings that the answer has to, or may not, contain.
    """

    id: str
    kind: str
    language: str
    document: str
    history: tuple[tuple[str, str], ...]
    question: str
    themes: tuple[int, ...]
    may: tuple[int, ...]
    answerable: bool
    must: tuple[str, ...]
    must_not: tuple[str, ...]

    @property
    def turns(self) -> list[dict[str, str]]:
        """The history as the assistant takes it."""
        return [{"role": role, "content": content} for role, content in self.history]

    @property
    def allowed(self) -> frozenset[int]:
        """Themes that may be cited without being wrong."""
        return frozenset(self.themes) | frozenset(self.may)

    @property
    def is_ranked(self) -> bool:
        """Whether the order of themes is scored; not where the question is about no theme in particular."""
        return self.answerable and self.kind not in ("whole", "greeting")

    @property
    def is_near(self) -> bool:
        """Whether it is in the document's domain and yet left unanswered."""
        return not self.answerable and self.kind in ("near-miss", "false-premise")

    @property
    def fingerprint(self) -> str:
        """Changes when anything about the case changes."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()[:12]

    def to_json(self) -> dict[str, Any]:
        """The case as it stands in its file."""
        return {
            "id": self.id,
            "kind": self.kind,
            "language": self.language,
            "document": self.document,
            "history": self.turns,
            "question": self.question,
            "themes": list(self.themes),
            "may": list(self.may),
            "answerable": self.answerable,
            "must": list(self.must),
            "must_not": list(self.must_not),
        }


class _Malformed(Exception):
    """Why a line is no case."""


def load_cases(path: Path) -> list[Case]:
    """Read a case file; empty lines are skipped.

    Raises:
        SetupError: The file cannot be read, or a line is no case; the message names line and reason.
    """
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(
            f"The cases {path} cannot be read ({error}). Name an existing file of JSON lines."
        ) from error
    cases: list[Case] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        case = parse_case(line, f"{path}, line {number}")
        if case.id in seen:
            raise SetupError(
                f"{path}, line {number}: id {case.id!r} was used before, in line {seen[case.id]}."
            )
        seen[case.id] = number
        cases.append(case)
    if not cases:
        raise SetupError(f"{path} holds no case. Add one with python -m eval add.")
    return cases


def parse_case(line: str, where: str) -> Case:
    """One line as a Case.

    Raises:
        SetupError: It is none; the message begins with ``where`` and gives the reason.
    """
    try:
        return _parse(line)
    except _Malformed as reason:
        raise SetupError(f"{where}: {reason}.") from reason


def _parse(line: str) -> Case:
    try:
        raw = json.loads(line)
    except json.JSONDecodeError as error:
        raise _Malformed(f"this is not JSON ({error.msg} at column {error.colno})") from error
    except (ValueError, RecursionError) as error:
        raise _Malformed(f"this cannot be read ({error})") from error
    if re.search(r"[\ud800-\udfff]", json.dumps(raw, ensure_ascii=False)):
        raise _Malformed("half of a character stands in it (\\ud800 to \\udfff)")
    if not isinstance(raw, dict):
        raise _Malformed("a case is a JSON object")
    fields = set(Case.__dataclass_fields__)
    if unknown := sorted(set(raw) - fields):
        raise _Malformed(f"unknown field {unknown[0]!r}")
    if missing := sorted(fields - set(raw)):
        raise _Malformed(f"field {missing[0]!r} is missing")
    case = Case(
        id=_text(raw, "id"),
        kind=_one_of(raw, "kind", KINDS),
        language=_one_of(raw, "language", LANGUAGES),
        document=_text(raw, "document"),
        history=_history(raw["history"]),
        question=_text(raw, "question"),
        themes=_numbers(raw, "themes"),
        may=_numbers(raw, "may"),
        answerable=_truth(raw, "answerable"),
        must=_strings(raw, "must"),
        must_not=_strings(raw, "must_not"),
    )
    _check_sense(case)
    return case


def check_themes(cases: Sequence[Case], numbers: Mapping[str, Sequence[int]], path: Path) -> None:
    """Check that every document and theme that the cases name exists.

    Args:
        cases: From ``path``.
        numbers: Theme numbers by document name.
        path: Named in the message.

    Raises:
        SetupError: One does not.
    """
    for case in cases:
        if case.document not in numbers:
            raise SetupError(
                f"{path}, case {case.id}: there is no document {case.document!r} "
                f"(there is: {', '.join(sorted(numbers))})."
            )
        known = numbers[case.document]
        for theme in (*case.themes, *case.may):
            if theme not in known:
                raise SetupError(
                    f"{path}, case {case.id}: {case.document} has no theme {theme} "
                    f"(it has {min(known)} to {max(known)})."
                )


def _check_sense(case: Case) -> None:
    if case.answerable and not case.themes:
        raise _Malformed("an answerable case names at least one theme")
    if not case.answerable and (case.themes or case.may):
        raise _Malformed("a case that is not answerable names no themes")
    if both := sorted(set(case.themes) & set(case.may)):
        raise _Malformed(f"theme {both[0]} stands in both 'themes' and 'may'")
    if case.answerable and case.kind in ("near-miss", "out-of-scope", "greeting"):
        raise _Malformed(f"a case of kind {case.kind!r} is not answerable")
    if case.kind == "english" and case.language != "en":
        raise _Malformed("a case of kind 'english' has language 'en'")
    if case.kind in ("follow-up", "change") and not case.history:
        raise _Malformed(f"a case of kind {case.kind!r} has a history")


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw[name]
    if not isinstance(value, str) or not value.strip():
        raise _Malformed(f"{name!r} is a text that is not empty, not {value!r}")
    return value


def _one_of(raw: Mapping[str, Any], name: str, known: Sequence[str]) -> str:
    value = raw[name]
    if value not in known:
        raise _Malformed(f"{name!r} is one of {', '.join(known)}, not {value!r}")
    return str(value)


def _truth(raw: Mapping[str, Any], name: str) -> bool:
    value = raw[name]
    if not isinstance(value, bool):
        raise _Malformed(f"{name!r} is true or false, not {value!r}")
    return value


def _numbers(raw: Mapping[str, Any], name: str) -> tuple[int, ...]:
    value = raw[name]
    if not isinstance(value, list) or any(type(item) is not int or item < 0 for item in value):
        raise _Malformed(f"{name!r} is a list of theme numbers, not {value!r}")
    return tuple(sorted(set(value)))


def _strings(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = raw[name]
    if not isinstance(value, list) or any(not isinstance(item, str) or not item for item in value):
        raise _Malformed(f"{name!r} is a list of texts, not {value!r}")
    return tuple(value)


def _history(value: Any) -> tuple[tuple[str, str], ...]:
    turns = []
    for turn in value if isinstance(value, list) else [None]:
        if (
            not isinstance(turn, dict)
            or set(turn) != {"role", "content"}
            or turn["role"] not in _ROLES
            or not isinstance(turn["content"], str)
        ):
            raise _Malformed('\'history\' is a list of {"role": "user" or "assistant", "content": text}')
        turns.append((turn["role"], turn["content"]))
    return tuple(turns)
