"""The window's own words, in Dutch and English, from the files in ``texts``."""

from __future__ import annotations

from pathlib import Path

from assistant.answer import Language
from assistant.wording import Wording

LANGUAGES: tuple[Language, ...] = ("nl", "en")

say = Wording(Path(__file__).parent / "texts")


def preferred(accept_language: str) -> Language:
    """The language of a browser's ``Accept-Language``: Dutch where it is wanted most, or nothing is said.

    Every other language gets English, as the one that more readers will have.
    """
    wanted: list[tuple[float, str]] = []
    for entry in accept_language.split(","):
        tag, _, weight = entry.strip().partition(";q=")
        if tag:
            wanted.append((_weight(weight), tag.lower().split("-")[0]))
    known = [entry for entry in wanted if entry[1] in LANGUAGES]
    if not known:
        return "en" if wanted else "nl"
    return "nl" if max(known, key=lambda entry: entry[0])[1] == "nl" else "en"


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0
