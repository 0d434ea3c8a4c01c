"""Text out of pages and PDFs, whatever the bytes are."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from tools.types import Failed, Reason
from tools.web import reading
from tools.web.extraction import serve
from tools.web.frames import MAX_TEXT_CHARS, read_frame, write_frame
from tools.web.reading import Document, Part, Reader
from tools.web.scripted import page

ARTICLE = """<html><head><title>Rivers</title><meta name="date" content="2024-05-06"></head><body>
<nav><a href="/">Home</a> <a href="/news">News</a></nav><article><h1>Rivers of Europe</h1>
<p>The Volga is the longest river in Europe. It rises north-west of Moscow and reaches the Caspian Sea after some
3,530 kilometres, through forests and steppes and past eleven of the largest cities of the country.</p>
<p>长江是亚洲最长的河流，全长约六千三百公里，流经十一个省市，最后注入东海。</p>
<p>The Danube passes through ten countries, more than any other river, and four capitals lie on its banks.</p>
</article><script>alert('no')</script><footer>Imprint</footer></body></html>"""


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    running = Reader()
    yield running
    running.close()


def pdf(*texts: str, password: str = "") -> bytes:
    """A PDF with a line on each sheet."""
    writer = pypdf.PdfWriter()
    for text in texts:
        sheet = writer.add_blank_page(200, 200)
        font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
        named = DictionaryObject({NameObject(k): NameObject(v) for k, v in font.items()})
        sheet[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): named})}
        )
        content = DecodedStreamObject()
        content.set_data(f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode())
        sheet[NameObject("/Contents")] = content
    if password:
        writer.encrypt(password)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def document(found: Document | Failed) -> Document:
    assert isinstance(found, Document), found
    return found


def test_a_page_gives_its_main_text(reader: Reader) -> None:
    found = document(reader.read_page(page("https://example.org/", ARTICLE)))
    assert "3,530 kilometres" in found.text
    assert found.text.startswith("# Rivers of Europe\n\nThe Volga")
    assert "长江是亚洲最长的河流" in found.text
    assert (found.title, found.date, found.is_cut) == ("Rivers of Europe", "2024-05-06", False)
    assert not {"alert", "Imprint", "News"} & set(found.text.replace("(", " ").split())


def test_a_short_page_gives_all_of_its_text(reader: Reader) -> None:
    found = document(reader.read(b"<title>A</title><p>Volga: 3,530 km", "text/html"))
    assert "3,530 km" in found.text


def test_a_pdf_gives_its_sheets(reader: Reader) -> None:
    found = document(reader.read(pdf("Volga 3530", "", "Danube 2850"), "application/pdf"))
    assert found.parts == (Part("p. 1", "Volga 3530"), Part("p. 3", "Danube 2850"))


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7 and then nothing of the kind", "application/pdf"),
        (pdf("secret", password="swordfish"), "application/pdf"),
        (pdf("whole")[:200], "application/pdf"),
        (b"\x89PNG", "image/png"),
        (b"", "application/zip"),
    ],
)
def test_what_cannot_be_read_is_a_failure_and_the_next_page_is_read(
    reader: Reader, content: bytes, media_type: str
) -> None:
    found = reader.read(content, media_type)
    assert isinstance(found, Failed)
    assert found.reason is Reason.MALFORMED
    assert "Volga" in document(reader.read(b"<p>The Volga", "text/html")).text


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"<script>1</script>"])
def test_a_page_without_text_is_empty(reader: Reader, content: bytes) -> None:
    found = reader.read(content, "text/html")
    assert isinstance(found, Failed)
    assert found.reason is Reason.EMPTY


@pytest.mark.parametrize(
    "content",
    [
        b"<div>" * 100_000 + b"deep",
        b"<a " * 100_000,
        b"<table>" * 3000 + b"text",
        b"&" * 200_000,
        b"<p>" + b"\xff\xfe\x00" * 10_000,
    ],
    ids=["deep", "half a tag", "tables", "ampersands", "not UTF-8"],
)
def test_hostile_markup_ends(reader: Reader, content: bytes) -> None:
    assert isinstance(reader.read(content, "text/html"), Document | Failed)


def test_plain_text_is_taken_as_it_is_and_cut(reader: Reader) -> None:
    assert document(reader.read(b"a,b\n1,2", "text/csv")).text == "a,b\n1,2"
    cut = document(reader.read(b"a" * (MAX_TEXT_CHARS + 5), "text/plain"))
    assert (len(cut.text), cut.is_cut) == (MAX_TEXT_CHARS, True)


def test_more_bytes_than_the_limit_are_not_read(reader: Reader) -> None:
    found = reader.read(bytes(reading.MAX_BYTES + 1), "text/html")
    assert isinstance(found, Failed)
    assert found.reason is Reason.TOO_LARGE


def test_a_library_that_is_not_installed_is_named(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_LIBRARIES", ("nowhere_to_be_found",))
    found = reader.read(b"<p>a", "text/html")
    assert isinstance(found, Failed)
    assert "palimpsest[online]" in found.detail


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            "print('\\0\\0\\0\\2{}', end='', flush=True); import time; time.sleep(60)",
            Reason.TIMED_OUT,
        ),
        ("print('\\0\\0\\0\\2{}', end='', flush=True)", Reason.MALFORMED),
        ("", Reason.MALFORMED),
        ("print('\\0\\0\\0\\2{}' * 2 + 'x' * 100)", Reason.MALFORMED),
    ],
    ids=["hangs", "dies", "never starts", "says nonsense"],
)
def test_a_process_that_fails_is_replaced(
    monkeypatch: pytest.MonkeyPatch, code: str, reason: Reason
) -> None:
    failing = Reader(max_seconds=0.3)
    monkeypatch.setattr(reading, "_COMMAND", (sys.executable, "-c", code))
    for _ in range(2):
        found = failing.read(b"<p>a" * 50_000, "text/html")
        assert isinstance(found, Failed)
        assert found.reason is reason
        assert failing._process is None
    failing.close()


def test_a_reader_that_grows_without_end_dies_alone() -> None:
    code = (
        "from tools.web.extraction import _limit_memory; _limit_memory(); "
        "x = bytearray(1_600_000_000); print('grew')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "grew" in done.stdout) == (1, False)


def test_the_reading_process_is_told_nothing_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PALIMPSEST_SECRET", "swordfish")
    code = (
        "import os, json; told = json.dumps({'error': repr(dict(os.environ))}); "
        "print('\\0\\0\\0\\2{}\\0\\0\\0' + chr(len(told)) + told, flush=True); input()"
    )
    monkeypatch.setattr(reading, "_COMMAND", (sys.executable, "-c", code))
    curious = Reader()
    found = curious.read(b"<p>a", "text/html")
    curious.close()
    assert isinstance(found, Failed)
    assert "could not be read ({" in found.detail
    assert "swordfish" not in found.detail


def test_frames_are_whole_or_an_error() -> None:
    stream = io.BytesIO()
    write_frame(stream, b"one")
    write_frame(stream, b"")
    whole = stream.getvalue()
    stream.seek(0)
    assert [read_frame(stream), read_frame(stream)] == [b"one", b""]
    with pytest.raises(EOFError):
        read_frame(stream)
    with pytest.raises(EOFError):
        read_frame(io.BytesIO(whole[:5]))


def test_the_process_answers_until_the_requests_end() -> None:
    requests, answers = io.BytesIO(), io.BytesIO()
    write_frame(requests, b'{"media_type": "text/html", "charset": "utf-8", "url": ""}')
    write_frame(requests, ARTICLE.encode())
    requests.seek(0)
    serve(requests, answers)
    answers.seek(0)
    assert read_frame(answers) == b"{}"
    assert b"Danube" in read_frame(answers)
    assert answers.read() == b""
