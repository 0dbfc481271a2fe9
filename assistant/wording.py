"""The assistant's own words, in Dutch and English, from the files in ``texts``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from assistant.answer import Language

_FOLDER = Path(__file__).parent / "texts"


@cache
def _texts(language: Language) -> Mapping[str, str]:
    loaded: dict[str, str] = json.loads((_FOLDER / f"{language}.json").read_text("utf-8"))
    return loaded


def say(language: Language, name: str, **values: object) -> str:
    """The text called ``name`` in ``language`` with ``values`` filled in."""
    return _texts(language)[name].format(**values)


def listed(language: Language, titles: Sequence[str]) -> str:
    """Titles between quotation marks: “a”, “b” and “c”."""
    quoted = [f"“{title}”" for title in titles]
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} {say(language, 'and')} {quoted[-1]}"
