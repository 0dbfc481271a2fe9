"""What people type as a topic becomes one clean line, and a safe name for a file."""

from __future__ import annotations

import re
import unicodedata

from assistant.answer import Language
from assistant.wording import say
from index.errors import QuestionError

LONGEST_TOPIC = 300
"""Characters; it is the title of a page."""

LONGEST_NAME = 120
"""Characters of whom the meeting is with."""

_LONGEST_SLUG = 60
_JOINER = "\u200d"  # holds emoji together


def clean_line(text: str) -> str:
    """``text`` on one line, without characters that control something or are none."""
    kept = (" " if char.isspace() else char for char in text if char.isspace() or _is_visible(char))
    return " ".join("".join(kept).split())


def checked_topic(topic: str) -> str:
    """The topic as one clean line; "" where nothing is left.

    Raises:
        QuestionError: It is longer than ``LONGEST_TOPIC``.
    """
    return _checked("briefing_topic_long", topic, LONGEST_TOPIC)


def checked_name(name: str) -> str:
    """Whom the meeting is with, as one clean line.

    Raises:
        QuestionError: It is longer than ``LONGEST_NAME``.
    """
    return _checked("briefing_name_long", name, LONGEST_NAME)


def file_stem(topic: str) -> str:
    """A file name without suffix for any topic: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", topic).encode("ascii", "ignore").decode("ascii").lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST_SLUG].strip("-")
    return f"briefing-{slug}" if slug else "briefing"


def _checked(message: str, text: str, limit: int) -> str:
    line = clean_line(text)
    if len(line) > limit:
        languages: tuple[Language, ...] = ("nl", "en")
        raise QuestionError(
            " / ".join(say(language, message, length=len(line), limit=limit) for language in languages)
        )
    return line


def _is_visible(char: str) -> bool:
    category = unicodedata.category(char)
    is_noncharacter = (ord(char) & 0xFFFE) == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF
    return char == _JOINER or not (category in ("Cc", "Cf", "Cs", "Co") or is_noncharacter)
