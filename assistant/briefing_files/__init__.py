"""A briefing as a file: Word, PDF, Markdown or JSON, all with the same content."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from assistant.briefing import Briefing
from assistant.briefing_files import markdown, pdf, word
from assistant.briefing_page import page_of
from index.errors import SetupError

_RENDERERS: Mapping[str, Callable[[Briefing], bytes]] = {
    ".docx": lambda briefing: word.render(page_of(briefing), briefing.made),
    ".pdf": lambda briefing: pdf.render(page_of(briefing), briefing.made),
    ".md": lambda briefing: markdown.render(page_of(briefing)).encode("utf-8"),
    ".json": lambda briefing: (json.dumps(briefing.to_json(), ensure_ascii=False, indent=2) + "\n").encode(
        "utf-8", "replace"
    ),
}

SUFFIXES = tuple(_RENDERERS)


def render(briefing: Briefing, suffix: str) -> bytes:
    """The bytes of a file of that kind.

    Args:
        briefing: It must not be declined.
        suffix: One of ``SUFFIXES``.
    """
    return _RENDERERS[suffix](briefing)


def checked_suffix(path: Path) -> str:
    """The kind of file that ``path`` names.

    Raises:
        SetupError: None that is known.
    """
    suffix = path.suffix.lower()
    if suffix not in _RENDERERS:
        raise SetupError(
            f"{path} does not end in a kind of file that a briefing can be; use {', '.join(SUFFIXES)}."
        )
    return suffix


def save(briefing: Briefing, path: Path) -> None:
    """Write ``briefing`` to ``path``; its suffix says as what.

    Raises:
        SetupError: The suffix is unknown or the file cannot be written.
    """
    content = render(briefing, checked_suffix(path))
    try:
        path.write_bytes(content)
    except OSError as error:
        raise SetupError(
            f"{path} cannot be written ({error.strerror}). Choose a folder that exists and is yours."
        ) from error
