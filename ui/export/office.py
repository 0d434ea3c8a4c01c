"""The report as a Word document, with real headings, header rows that repeat, and set languages."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from agent.report.types import Report
from ui.export.outline import Heading, Paragraph, Part, outline
from ui.export.palette import PALETTE
from ui.export.tables import Grid

_LATIN, _CHINESE = "Georgia", "Noto Serif CJK SC"


def to_docx(report: Report) -> bytes:
    """The document's bytes."""
    document = Document()
    _set_up(document, report)
    for part in outline(report):
        _add(document, part)
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def _set_up(document: Any, report: Report) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.subject = (
        report.title,
        "Palimpsest",
        report.question,
    )
    properties.language = "zh-CN" if report.lang == "zh" else "en"
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.4)
    names = ["Normal", *(f"Heading {level}" for level in (1, 2, 3))]
    for name in names:
        _set_font(document.styles[name])
    document.styles["Normal"].font.size = Pt(10.5)
    _number_pages(section)


def _set_font(style: Any) -> None:
    style.font.name = _LATIN
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), _CHINESE)
    if style.name.startswith("Heading"):
        style.font.color.rgb = _colour("ink" if style.name.endswith("1") else "teal")


def _colour(name: str) -> RGBColor:
    return RGBColor.from_string(PALETTE[name].lstrip("#").upper())


def _number_pages(section: Any) -> None:
    """A page number in the footer: Word fills the field in."""
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _add(document: Any, part: Part) -> None:
    match part:
        case Heading(level, text):
            document.add_heading(text, level)
        case Paragraph():
            _add_paragraph(document, part)
        case Grid():
            _add_table(document, part)


def _add_paragraph(document: Any, part: Paragraph) -> None:
    paragraph = document.add_paragraph(style="List Bullet" if part.is_item else None)
    if part.lead:
        paragraph.add_run(f"{part.lead}  ").bold = True
    paragraph.add_run(part.text)
    if part.marks:
        marks = paragraph.add_run(f" {part.marks}")
        marks.font.size, marks.font.color.rgb = Pt(7.5), _colour("teal")


def _add_table(document: Any, grid: Grid) -> None:
    table = document.add_table(rows=1, cols=len(grid.columns), style="Light List")
    _fill(table.rows[0], grid.columns, grid)
    _repeat(table.rows[0])
    for row in grid.rows:
        _fill(table.add_row(), row, grid)
    document.add_paragraph()


def _fill(row: Any, texts: tuple[str, ...], grid: Grid) -> None:
    for cell, text, numeric in zip(row.cells, texts, grid.numeric, strict=True):
        paragraph = cell.paragraphs[0]
        paragraph.add_run(text).font.size = Pt(9)
        if numeric:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _repeat(row: Any) -> None:
    """Show this row again at the top of each page, and keep rows whole."""
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:tblHeader"))
    properties.append(OxmlElement("w:cantSplit"))
