"""What a language model is told: one Markdown file for each prompt and language.

A file is a conversation. A line ``## system``, ``## user`` or ``## assistant`` opens a message; the
turns before the last are worked examples on invented subjects. ``{name}`` is a place to fill in.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

Message = tuple[str, str]
"""Role ("system", "human" or "ai", as LangChain names them) and text."""

SILENT = {"nl": "ONBEKEND", "en": "UNKNOWN"}
"""The one word that a model replies with when the passages do not answer, by language."""

_FOLDER = Path(__file__).parent
_ROLES = {"system": "system", "user": "human", "assistant": "ai"}
_OPENING = re.compile(r"^## (system|user|assistant)[ \t]*\n", re.MULTILINE)


def messages(name: str, language: str, **values: str) -> list[Message]:
    """The prompt called ``name`` in ``language`` with ``values`` filled in, ready for a chat model.

    Raises:
        FileNotFoundError: There is no such prompt.
        KeyError: The prompt has a place that ``values`` does not fill.
    """
    return [(role, text.format(silent=SILENT[language], **values)) for role, text in _load(name, language)]


def as_data(text: str) -> str:
    """``text`` in a form that cannot close the tags that delimit it in a prompt."""
    return text.replace("<", "‹").replace(">", "›")


@cache
def _load(name: str, language: str) -> tuple[Message, ...]:
    _, *parts = _OPENING.split((_FOLDER / f"{name}.{language}.md").read_text("utf-8"))
    return tuple((_ROLES[role], text.strip()) for role, text in zip(parts[::2], parts[1::2], strict=True))
