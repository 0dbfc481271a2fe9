"""The assistant's own words, in Dutch and English, from the files in ``texts``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.answer import Language


class Wording:
    """The texts of a folder, one JSON file a language: called with a language and a text's name.

    Args:
        folder: Holds ``nl.json`` and ``en.json``; each is read when it is first needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts: dict[Language, Mapping[str, str]] = {}

    def __call__(self, language: Language, name: str, /, **values: object) -> str:
        """The text called ``name`` in ``language`` with ``values`` filled in."""
        if language not in self._texts:
            self._texts[language] = json.loads((self._folder / f"{language}.json").read_text("utf-8"))
        return self._texts[language][name].format(**values)


say = Wording(Path(__file__).parent / "texts")


def listed(language: Language, titles: Sequence[str]) -> str:
    """Titles between quotation marks: “a”, “b” and “c”."""
    quoted = [f"“{title}”" for title in titles]
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} {say(language, 'and')} {quoted[-1]}"
