"""A file becomes a Document: its name, title, date and text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.errors import SetupError

SUFFIXES = (".txt", ".md")

_MONTHS = (
    "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december|"
    "january|february|march|may|june|july|august|october"
)
_DATE = re.compile(
    rf"\b(?:\d{{1,2}}\s+(?:{_MONTHS})|(?:{_MONTHS})\s+\d{{1,2}},?)\s+\d{{4}}\b"
    rf"|\b(?:{_MONTHS})\s+\d{{4}}\b|\b\d{{1,2}}[-/]\d{{1,2}}[-/]\d{{4}}\b|\b\d{{4}}-\d{{2}}-\d{{2}}\b",
    re.IGNORECASE,
)
_HEADING_MARK = re.compile(r"^#{1,6}\s+")
_CLOSED_HEADING = re.compile(r"^(#{1,6}\s.*?)\s+#+$")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(?=[\w-]+:)(?:[^\n]*\n)*?---[ \t]*(?:\r?\n|\Z)")
_BEFORE_DATE = re.compile(r"(?:[^\W\d_]+\s*:|(?:[\w'’-]+\s+){0,2}[\w'’-]+,)?\s*")
"""A label ("Date:") or a place ("The Hague,")."""
_FRONT_LINES = 8
_LONGEST_TITLE = 150
"""Characters; a first line that is longer is a paragraph."""


@dataclass(frozen=True)
class Document:
    """One seed file.

    Attributes:
        name: The file's name, unique within the seeds folder.
        title: The first line that is not only a date, without Markdown's marks; its first words and "…"
            where it is long.
        date: The date that stands in the opening lines, as written there; "" where none does.
        text: The file's characters as stored; all offsets count into it.
    """

    name: str
    title: str
    date: str
    text: str


def read_documents(folder: Path) -> list[Document]:
    """Read every document in ``folder``, in the order of their names.

    Raises:
        SetupError: The folder is missing, cannot be read, holds no document, or a file in it cannot be read.
    """
    try:
        if not folder.is_dir():
            raise SetupError(
                f"The seeds folder {folder} does not exist. Make it and put a .txt or .md file in it, "
                "or name another with --seeds or TECHNIEKPACT_SEEDS."
            )
        paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
    except OSError as error:
        raise SetupError(
            f"The seeds folder {folder} cannot be read ({error.strerror}). Check its permissions, "
            "or name another with --seeds or TECHNIEKPACT_SEEDS."
        ) from error
    documents = [read_document(path) for path in paths]
    documents = [document for document in documents if document.text.strip()]
    if not documents:
        raise SetupError(
            f"The seeds folder {folder} holds no document with text. Put a .txt or .md file in it."
        )
    return documents


def read_document(path: Path) -> Document:
    """Read one UTF-8 file; line ends are kept as they are, a byte order mark is left out.

    Raises:
        SetupError: The file cannot be read or is not UTF-8.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SetupError(f"{path} cannot be read ({error.strerror}). Check its permissions.") from error
    except UnicodeDecodeError as error:
        raise SetupError(
            f"{path} is not UTF-8 text (byte {error.start}). Save it as UTF-8 and try again."
        ) from error
    return parse_document(path.name, text)


def front_matter(text: str) -> str:
    """The block between lines of three hyphens that a Markdown file may open with, "" where it has none."""
    found = _FRONT_MATTER.match(text)
    return found.group() if found else ""


def parse_document(name: str, text: str) -> Document:
    """Find title and date in the opening lines of ``text``."""
    lines = [line.strip() for line in text[len(front_matter(text)) :].splitlines() if line.strip()]
    title, date = "", ""
    for line in lines[:_FRONT_LINES]:
        match = _DATE.search(line)
        if match and not date and len(line) <= len(match.group()) + 25:
            date = match.group()
            if not title and _is_only_date(line, match):
                continue
        if not title:
            title = title_in(name, line)
    if len(title) > _LONGEST_TITLE:
        title = (title[:_LONGEST_TITLE].rpartition(" ")[0] or title[:_LONGEST_TITLE]) + "…"
    return Document(name, title or name, date, text)


def title_in(name: str, line: str) -> str:
    """The title that ``line`` gives to the document ``name``: in Markdown, without the marks."""
    line = line.strip()
    if not name.lower().endswith(".md"):
        return _HEADING_MARK.sub("", line)
    inline = _HEADING_MARK.sub("", _CLOSED_HEADING.sub(r"\1", line))
    return plain(MarkdownIt("commonmark").parseInline(inline)[0])


def plain(inline: Token) -> str:
    """The words of a line of Markdown, without the marks of emphasis, code and links."""
    parts = (" " if child.type == "softbreak" else child.content for child in inline.children or ())
    return " ".join("".join(parts).split())


def _is_only_date(line: str, date: re.Match[str]) -> bool:
    """Whether a line holds a date and no more than a label or a place before it ("The Hague, 3 May 2024")."""
    before = _HEADING_MARK.sub("", line[: date.start()])
    names_a_day = date.group()[0].isdecimal()  # "Annual report, May 2024" is a title
    says_no_more = _BEFORE_DATE.fullmatch(before) if names_a_day else not before.strip(" :")
    return bool(says_no_more) and re.search(r"\w", line[date.end() :]) is None
