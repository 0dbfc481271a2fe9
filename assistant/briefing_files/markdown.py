"""A page as Markdown that any renderer takes: CommonMark, no HTML, every character of it escaped."""

from __future__ import annotations

import re

from assistant.briefing_page import Page, Paragraph, Run

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&$])")
_LINE_OPENING = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))")
_LINK = re.compile(r"(?<=[a-zA-Z])(:)(?=//)|(?<=\w)(@)(?=\w)|(?<=www)(\.)", re.IGNORECASE)


def render(page: Page) -> str:
    """The page as Markdown text."""
    lines = [f"# {escaped(page.title)}", ""]
    lines += [f"- **{escaped(label)}:** {escaped(value)}" for label, value in page.facts]
    for section in page.sections:
        lines += ["", f"## {escaped(section.heading)}", ""]
        if section.note:
            lines += [_paragraph(section.note), ""]
        if section.part in ("summary", "unanswered"):
            mark = "> " if section.part == "summary" else ""
            lines += [mark + _paragraph(paragraph) for paragraph in section.paragraphs]
        else:
            lines += [f"- {_paragraph(paragraph)}" for paragraph in section.paragraphs]
    lines += ["", "---", ""]
    lines += ["  \n".join(escaped(line) for line in page.foot), ""]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """``text`` so that it shows as it is: no markup, no links of its own."""
    text = _SPECIAL.sub(r"\\\1", text)
    text = _LINK.sub(lambda match: f"\\{match.group()}", text)
    return _LINE_OPENING.sub(lambda match: _opening(match.group(1), match.group(2)), text)


def _opening(space: str, mark: str) -> str:
    return f"{space}{mark}\u200b" if mark.isdigit() else f"{space}\\{mark}"


def _paragraph(paragraph: Paragraph) -> str:
    return "".join(map(_run, paragraph)).strip()


def _run(run: Run) -> str:
    text = run.text if run.kind == "marker" else escaped(run.text)
    if run.kind == "strong":
        return f"**{text.strip()}**"
    return text
