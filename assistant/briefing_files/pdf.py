"""A page as PDF, by Typst.

Typst's package brings its compiler and fonts in one wheel for every system: no TeX, no browser, no
office suite. It embeds fonts, tags headings, lists and language for screen readers, and takes the
page's words as data (``sys.inputs``), so that nothing in them can be markup.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, Literal

from assistant.briefing_page import Page, Paragraph

_TEMPLATE = Path(__file__).parent / "briefing.typ"

_ACCESSIBLE: Literal["ua-1"] = "ua-1"
"""The PDF/UA-1 standard. Typst checks it, and writes no such page with a character that no font here
can show; that page is then made without the label, its tags the same."""


def render(page: Page, made: date) -> bytes:
    """The page as the bytes of a PDF."""
    import typst

    fields = {
        "title": page.title,
        "language": page.language,
        "quoted_in": page.quoted_in,
        "made": [made.year, made.month, made.day],
        "facts": [list(fact) for fact in page.facts],
        "sections": [
            {
                "part": section.part,
                "heading": section.heading,
                "note": _runs(section.note),
                "paragraphs": [_runs(paragraph) for paragraph in section.paragraphs],
            }
            for section in page.sections
        ],
        "foot": list(page.foot),
    }
    template, words = _TEMPLATE.read_bytes(), {"page": json.dumps(fields)}
    try:
        return typst.compile(template, format="pdf", sys_inputs=words, pdf_standards=_ACCESSIBLE)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        return typst.compile(template, format="pdf", sys_inputs=words)


def _runs(paragraph: Paragraph) -> list[dict[str, Any]]:
    return [{"text": run.text, "kind": run.kind} for run in paragraph]
