"""The documents of every kind of report, in both languages."""

from __future__ import annotations

import json
import logging
import re
import sys
import zlib
from contextlib import suppress
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from agent.report.types import Report
from tests.support.reports import CASES, composed
from ui.export import pdf
from ui.export.errors import (
    ExportError,
    FormatError,
    GlyphsMissingError,
    OutputError,
    PangoMissingError,
)
from ui.export.html import to_html
from ui.export.markdown import to_markdown
from ui.export.marks import bracketed, marks
from ui.export.notes import notes
from ui.export.office import to_docx
from ui.export.write import WRITERS, file_name, formats, ready, write

EVERY = [(case, lang) for case in CASES for lang in ("en", "zh")]


class Page(HTMLParser):
    """Collects ids, links, headings and what a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [given["href"] or ""] if tag == "a" and "href" in given else []
        self.fetched += [str(v) for k, v in attrs if k == "src" or (tag == "link" and k == "href")]


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    return page


@pytest.mark.parametrize(("case", "lang"), EVERY)
def test_every_citation_of_the_page_leads_to_its_fact(case: str, lang: str) -> None:
    report = composed(case, lang)  # type: ignore[arg-type]
    page = read(to_html(report))
    inside = [link.removeprefix("#") for link in page.links if link.startswith("#c")]
    assert inside
    assert set(inside) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert {f"c{citation.id}" for citation in report.citations} <= set(page.ids)


@pytest.mark.parametrize(("case", "lang"), EVERY)
def test_the_page_fetches_nothing(case: str, lang: str) -> None:
    html = to_html(composed(case, lang))  # type: ignore[arg-type]
    assert read(html).fetched == []
    assert not re.search(r"url\(|@import|<script", html)


def test_what_a_question_says_is_shown_and_not_obeyed() -> None:
    report = composed("company").model_copy(update={"question": "<img src=x> & {{ 1 }} **b**"})
    assert "&lt;img src=x&gt; &amp; {{ 1 }}" in to_html(report)
    assert r"\<img src=x\> & \{\{ 1 \}\} \*\*b\*\*" in to_markdown(report)


def test_a_company_report_has_at_least_two_charts() -> None:
    assert to_html(composed("company")).count("<svg") >= 2


@pytest.mark.parametrize(("case", "lang"), EVERY)
def test_markdown_holds_every_sentence_and_every_fact(case: str, lang: str) -> None:
    report = composed(case, lang)  # type: ignore[arg-type]
    text = to_markdown(report).replace("\\", "")
    for sentence in report.summary:
        assert sentence.text in text
    for note in notes(report):
        assert all(f"[{entry.id}]" in text and entry.value in text for entry in note.entries)


def test_markdown_tables_have_as_many_cells_in_every_line() -> None:
    text = to_markdown(composed("laureates"))
    found = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert found
    for table in found:
        assert len({line.count("|") for line in table.splitlines()}) == 1


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_word_document_has_headings_tables_and_a_language(lang: str) -> None:
    report = composed("company", lang)  # type: ignore[arg-type]
    document = Document(BytesIO(to_docx(report)))
    headings = [p.text for p in document.paragraphs if p.style and p.style.name == "Heading 1"]
    assert headings == [report.title]
    assert len(document.tables) >= 4
    assert document.core_properties.title == report.title
    assert document.core_properties.language == ("zh-CN" if lang == "zh" else "en")


def has_pango() -> bool:
    try:
        import weasyprint  # noqa: F401
    except OSError:
        return False
    return True


needs_pango = pytest.mark.skipif(not has_pango(), reason="Pango is not installed")


def opened(content: bytes) -> bytes:
    """A PDF with its compressed streams laid open."""
    parts = [content]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        with suppress(zlib.error):
            parts.append(zlib.decompress(stream))
    return b"\n".join(parts)


@needs_pango
def test_a_pdf_is_tagged_named_outlined_and_carries_its_evidence() -> None:
    report = composed("company")
    content = opened(pdf.to_pdf(report))
    assert content.startswith(b"%PDF-")
    for part in (
        b"/StructTreeRoot",
        b"/MarkInfo",
        b"/Lang",
        b"/Outlines",
        b"pdfuaid",
        b"/EmbeddedFile",
    ):
        assert part in content
    assert report.model_dump_json(indent=1).encode()[:200] in content
    assert len(re.findall(rb"/Type /Page\b", content)) >= 3


@needs_pango
def test_characters_without_a_glyph_are_an_error_with_a_remedy() -> None:
    report = composed("claim").model_copy(update={"question": "a \U00013000 b", "title": "x"})
    with pytest.raises(GlyphsMissingError, match="fonts-noto-cjk"):
        pdf.to_pdf(report)


def test_a_report_fetches_nothing_even_when_asked_to() -> None:
    with pytest.raises(ExportError, match="fetches nothing"):
        pdf._refuse("http://169.254.169.254/")


def test_missing_pango_is_one_line_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoPango:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    for name in [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])
    with pytest.raises(PangoMissingError) as caught:
        pdf.to_pdf(composed("claim"))
    assert "apt-get install libpango-1.0-0" in str(caught.value)
    assert "md, docx and json work" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_format_is_written_whole_and_alone(tmp_path: Path) -> None:
    report = composed("claim")
    asked = [name for name in WRITERS if name != "pdf" or has_pango()]
    paths = write(report, tmp_path / "new" / "folder", asked)
    assert [path.suffix.lstrip(".") for path in paths] == asked
    assert sorted(tmp_path.joinpath("new/folder").iterdir()) == sorted(paths)
    stored = json.loads(next(p for p in paths if p.suffix == ".json").read_text("utf-8"))
    assert Report.model_validate(stored) == report


def test_a_failed_write_leaves_the_old_file_alone(tmp_path: Path) -> None:
    old = write(composed("claim"), tmp_path, ["md"])[0]
    before = old.read_text("utf-8")
    old.unlink()
    old.mkdir()
    with pytest.raises(OutputError):
        write(composed("claim"), tmp_path, ["md"])
    assert before
    assert [path.name for path in tmp_path.iterdir()] == [old.name]


def test_a_folder_that_is_a_file_cannot_be_written(tmp_path: Path) -> None:
    place = tmp_path / "taken"
    place.write_text("x")
    with pytest.raises(OutputError, match="choose another folder with --out"):
        ready(place)


def test_unknown_formats_are_named() -> None:
    assert formats("PDF, md,md") == ("pdf", "md")
    with pytest.raises(FormatError, match="'odt'"):
        formats("pdf,odt")
    with pytest.raises(FormatError):
        formats(" , ")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Tesla, third quarter of 2025", "tesla-third-quarter-of-2025"),
        ("特斯拉 · 2025年第三季度", "特斯拉-2025年第三季度"),
        ("../../etc/passwd", "etc-passwd"),
        ("?!", "report"),
    ],
)
def test_file_names_come_from_titles(title: str, name: str) -> None:
    assert file_name(title) == name


def test_neighbouring_citations_become_a_range() -> None:
    assert bracketed(["3", "1", "2", "9", "8"]) == "[1–3, 8, 9]"
    assert [mark.target for mark in marks(["1", "2", "3", "7"])] == ["1", "7"]
    assert bracketed([]) == ""


def test_warnings_of_the_layout_do_not_reach_the_terminal(caplog: pytest.LogCaptureFixture) -> None:
    if not has_pango():
        pytest.skip("Pango is not installed")
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        pdf.to_pdf(composed("claim"))
    assert [record.getMessage() for record in caplog.records] == []
