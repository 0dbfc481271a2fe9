"""General words of Dutch and English that the checks of a sentence go by; nothing of any document.

In the files a ``*`` stands for any letters and `` ... `` for a stretch within one clause ("neem* ... af").
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


@cache
def load(name: str) -> Mapping[str, Any]:
    """The file called ``name``."""
    loaded: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text("utf-8"))
    return loaded


def pattern(entries: Iterable[str]) -> re.Pattern[str]:
    """One expression, blind to case, that finds any of ``entries`` as whole words."""
    forms = sorted((_form(entry) for entry in entries), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.IGNORECASE)


def _form(entry: str) -> str:
    escaped = re.escape(entry).replace(r"\ \.\.\.\ ", r"\b[^.,;:]{0,60}?\b").replace(r"\ ", r"\s+")
    return escaped.replace(r"\*", r"\w*").replace("'", "['’]")
