"""A page as a Word document: real headings and lists, A4, properties, the language of every word."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

from assistant.briefing_page import Page, Paragraph, Section
from assistant.briefing_topic import clean_line

_ACCENT, _WARM, _MUTED, _INK = "1F5192", "8A4B08", "55606C", "1C2530"
_TINTS = {"summary": (_ACCENT, "EDF2F8"), "critical": (_WARM, "FBF4EA")}
_FONT = "Arial"
"""On every system, or with a twin of the same widths (Liberation Sans), so that a page stays a page."""

_BODY, _SMALL = 10, 8
_BOX_INDENT, _LIST_INDENT = 8, 16
_TAGS = {"nl": "nl-NL", "en": "en-GB"}


def render(page: Page, made: date) -> bytes:
    """The page as the bytes of a .docx file."""
    from docx import Document

    document = Document()
    _set_up(document, page, made)
    document.add_paragraph(clean_line(page.title), style="Title")
    for label, value in page.facts:
        paragraph = document.add_paragraph(style="Subtitle")
        paragraph.add_run(f"{label}: ").bold = True
        paragraph.add_run(clean_line(value))
    for section in page.sections:
        _add(document, section, page)
    for line in page.foot:
        paragraph = document.add_paragraph(style="Caption")
        paragraph.add_run(clean_line(line)).italic = True
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _add(document: Any, section: Section, page: Page) -> None:
    document.add_heading(clean_line(section.heading), level=1)
    if section.note:
        _fill(_boxed(document.add_paragraph(), section), section.note, page)
    styles = {"findings": "List Bullet", "critical": "List Bullet", "questions": "List Number"}
    style = "Caption" if section.part == "sources" else styles.get(section.part, "Normal")
    for runs in section.paragraphs:
        _fill(_boxed(document.add_paragraph(style=style), section), runs, page)


def _fill(paragraph: Any, runs: Paragraph, page: Page) -> None:
    from docx.shared import RGBColor

    for run in runs:
        text = clean_line(run.text)
        before = " " if run.text[:1].isspace() and text else ""
        after = " " if run.text[-1:].isspace() else ""
        added = paragraph.add_run(f"{before}{text}{after}")
        added.bold = run.kind in ("strong", "marker") or None
        if run.kind == "marker":
            added.font.color.rgb = RGBColor.from_string(_ACCENT)
        if run.kind == "quote":
            _set_language(added._element.get_or_add_rPr(), _TAGS[page.quoted_in])


def _boxed(paragraph: Any, section: Section) -> Any:
    """A tint behind the paragraph and a bar before it, for the sections that have these."""
    from docx.shared import Pt

    if section.part in _TINTS:
        colour, tint = _TINTS[section.part]
        properties = paragraph._element.get_or_add_pPr()
        bar = _element("w:pBdr", _element("w:left", val="single", sz="18", space="6", color=colour))
        properties.insert_element_before(bar, "w:shd", "w:spacing", "w:ind", "w:jc", "w:rPr")
        shade = _element("w:shd", val="clear", color="auto", fill=tint)
        properties.insert_element_before(shade, "w:spacing", "w:ind", "w:jc", "w:rPr")
        if not paragraph.style.name.startswith("List"):
            paragraph.paragraph_format.left_indent = Pt(_BOX_INDENT)
    return paragraph


def _set_up(document: Any, page: Page, made: date) -> None:
    from docx.shared import Mm, Pt

    sheet = document.sections[0]
    sheet.page_width, sheet.page_height = Mm(210), Mm(297)
    sheet.left_margin = sheet.right_margin = Mm(18)
    sheet.top_margin, sheet.bottom_margin = Mm(16), Mm(14)
    sheet.header_distance = sheet.footer_distance = Mm(8)
    properties = document.core_properties
    properties.title = clean_line(page.title)[:255]
    properties.subject = clean_line(page.facts[0][1])[:255]
    properties.language = _TAGS[page.language]
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.created = properties.modified = datetime(made.year, made.month, made.day, tzinfo=UTC)
    defaults = document.styles.element.find(_name("w:docDefaults")).find(_name("w:rPrDefault"))
    _set_language(defaults.find(_name("w:rPr")), _TAGS[page.language])
    styles = document.styles
    _style(styles["Normal"], _BODY, _INK, after=4)
    _style(styles["Title"], 18, _ACCENT, bold=True, after=4)
    _style(styles["Subtitle"], 8.5, _MUTED, after=1)
    _style(styles["Heading 1"], 11.5, _ACCENT, bold=True, before=10, after=4)
    for name in ("List Bullet", "List Number"):
        _style(styles[name], _BODY, _INK, after=4)
        styles[name].paragraph_format.left_indent = Pt(_LIST_INDENT)
        styles[name].paragraph_format.first_line_indent = Pt(_BOX_INDENT - _LIST_INDENT)
        for contextual in list(styles[name].element.iter(_name("w:contextualSpacing"))):
            contextual.getparent().remove(contextual)
    _style(styles["Caption"], _SMALL, _MUTED, after=1)
    for border in list(styles["Title"].element.iter(_name("w:pBdr"))):
        border.getparent().remove(border)


def _style(
    style: Any, size: float, colour: str, *, bold: bool = False, before: float = 0, after: float = 0
) -> None:
    from docx.enum.text import WD_LINE_SPACING
    from docx.shared import Pt, RGBColor

    font, layout = style.font, style.paragraph_format
    font.name, font.size, font.bold, font.italic = _FONT, Pt(size), bold, False
    font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(_name(f"w:{theme}"), None)
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(_name(f"w:{script}"), _FONT)
    layout.space_before, layout.space_after = Pt(before), Pt(after)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(round(size * 1.27, 1))
    for kerning in list(style.element.iter(_name("w:spacing"))):
        if kerning.getparent().tag == _name("w:rPr"):
            kerning.getparent().remove(kerning)


def _set_language(properties: Any, tag: str) -> None:
    for language in properties.findall(_name("w:lang")):
        properties.remove(language)
    properties.append(_element("w:lang", val=tag, eastAsia=tag))


def _element(name: str, *children: Any, **attributes: str) -> Any:
    from docx.oxml import OxmlElement

    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(_name(f"w:{key}"), value)
    for child in children:
        element.append(child)
    return element


def _name(tag: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(tag))
