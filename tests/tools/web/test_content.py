"""What bytes are taken for."""

from __future__ import annotations

import codecs
import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.web.content import charset_of, media_type_of, unpacked
from tools.web.refusals import Refusal


@pytest.mark.parametrize(
    ("declared", "body", "media_type"),
    [
        ("text/html; charset=utf-8", b"<p>hello", "text/html"),
        ("Text/HTML", b"", "text/html"),
        ("text/html", b"%PDF-1.7 ...", "application/pdf"),
        ("application/octet-stream", b"\n%PDF-1.4", "application/pdf"),
        ("", b"<!DOCTYPE html><html>", "text/html"),
        ("text/plain", b"  <html><body>", "text/html"),
        ("", b'{"a": 1}', "application/json"),
        ("", b"<?xml version='1.0'?><feed/>", "application/xml"),
        (
            "application/atom+xml; type=feed",
            b"<?xml version='1.0'?><feed/>",
            "application/atom+xml",
        ),
        ("", b"a,b\n1,2", "text/plain"),
        ("text/csv", b"a,b\n1,2", "text/csv"),
        ("text/html", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("text/html", b"PK\x03\x04", "application/zip"),
        ("text/plain", b"\x00\x01\x02", "application/octet-stream"),
        ("text/plain", codecs.BOM_UTF16_LE + "a,b".encode("utf-16-le"), "text/plain"),
    ],
)
def test_the_media_type_follows_the_bytes(declared: str, body: bytes, media_type: str) -> None:
    assert media_type_of(declared, body) == media_type


@pytest.mark.parametrize(
    ("declared", "body", "text"),
    [
        ("text/html; charset=gb2312", "长江".encode("gb18030"), "长江"),
        ('text/html; charset="windows-1251"', "Волга".encode("cp1251"), "Волга"),
        ("text/html", b"<meta charset=big5>" + "長江".encode("big5"), "<meta charset=big5>長江"),
        ("text/html", "Øresund".encode(), "Øresund"),
        ("text/html; charset=utf-7", "Øresund".encode(), "Øresund"),
        ("text/html; charset=rot13", b"hello", "hello"),
        ("text/html; charset=unicode_escape", b"\\u0041", "\\u0041"),
        ("text/html; charset=nonsense", b"hello", "hello"),
        ("text/html; charset=latin-1", b"\x93quoted\x94", "“quoted”"),
        ("text/html; charset=latin-1", codecs.BOM_UTF8 + "Ø".encode(), "Ø"),
        ("application/xml", b"<?xml version='1.0' encoding='shift_jis'?>" + b"\x93\xfa", None),
    ],
)
def test_the_charset_is_one_that_browsers_know(
    declared: str, body: bytes, text: str | None
) -> None:
    found = body.decode(charset_of(declared, declared.partition(";")[0], body), errors="replace")
    assert found == text if text else found.endswith("日")


@settings(max_examples=25)
@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_bytes_can_be_read_with_the_charset_found(body: bytes, declared: str) -> None:
    body.decode(charset_of(declared, media_type_of(declared, body), body), errors="replace")


@given(st.binary(max_size=3000), st.integers(0, 3000))
def test_no_more_than_the_limit_is_unpacked(body: bytes, limit: int) -> None:
    packed = gzip.compress(body)
    if len(body) > limit:
        with pytest.raises(Refusal):
            unpacked(packed, "gzip", limit)
    else:
        assert unpacked(packed, "gzip", limit) == body


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "", "br"]))
def test_any_bytes_unpack_or_are_refused(body: bytes, packing: str) -> None:
    try:
        assert len(unpacked(body, packing, 1000)) <= 1000
    except Refusal:
        assert packing
