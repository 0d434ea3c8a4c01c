"""What bytes are: unpacked within a limit, their media type by their looks, their charset.

Guarantees: never more than the limit is unpacked, whatever the packed bytes promise; a charset is one that
browsers know. The rules for sniffing are a small part of WHATWG's MIME Sniffing and Encoding standards.
"""

from __future__ import annotations

import codecs
import re
import zlib

from charset_normalizer import from_bytes

from tools.types import Reason
from tools.web.refusals import lasting

_MAX_MEMBERS = 16
_PLAIN_ENCODINGS = ("", "identity")
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_MAGIC = (
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
)
_VAGUE = ("", "text/plain", "application/octet-stream", "application/x-unknown", "*/*")
_HTML = re.compile(rb"<(!doctype html|html|head|body|title|script|table|p|div|h1)[\s>]", re.I)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.I)
_XML_CHARSET = re.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([\w-]{2,30})", re.I)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*\"?([\w-]{2,30})", re.I)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHARSETS = frozenset(
    (
        *(
            "ascii",
            "utf-8",
            "utf-16",
            "utf-16-le",
            "utf-16-be",
            "gb18030",
            "gbk",
            "big5",
            "big5hkscs",
        ),
        *("shift_jis", "cp932", "euc_jp", "iso2022_jp", "euc_kr", "cp949"),
        *("koi8-r", "koi8-u", "mac-roman", "cp866", "cp874"),
        *(f"cp125{n}" for n in range(9)),
        *(f"iso8859-{n}" for n in range(1, 17)),
    )
)
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "ascii": "utf-8", "iso8859-1": "cp1252"}
_DETECTED_BYTES = 8192


def unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    """The body without its content encoding; Refusal past `limit` bytes or for an encoding not asked for."""
    name = encoding.strip().lower()
    if name not in (*_PLAIN_ENCODINGS, "gzip", "x-gzip", "deflate"):
        raise lasting(
            Reason.MALFORMED, f"the body is packed as {encoding[:40]!r}; gzip was asked for"
        )
    try:
        found = body if name in _PLAIN_ENCODINGS else _inflated(body, limit)
    except zlib.error as error:
        raise lasting(Reason.MALFORMED, f"the body is not the {name} that it says it is") from error
    if len(found) > limit:
        raise too_large(limit)
    return found


def too_large(limit: int) -> Exception:
    """The refusal for a body over the limit."""
    return lasting(Reason.TOO_LARGE, f"the body is larger than {limit} bytes")


def media_type_of(declared: str, body: bytes) -> str:
    """What the bytes are; the server's word stands unless they contradict it."""
    named = declared.partition(";")[0].strip().lower()
    head = body[:1024]
    if b"%PDF-" in head:
        return "application/pdf"
    if magic := next((kind for start, kind in _MAGIC if head.startswith(start)), ""):
        return magic
    if b"\x00" in head and not _bom(body):
        return "application/octet-stream"
    return _of_text(head) or named or "text/plain" if named in _VAGUE else named


def charset_of(declared: str, media_type: str, body: bytes) -> str:
    """The charset to read the bytes with: byte order mark, header, the document's own word, then a guess."""
    if bom := _bom(body):
        return bom
    stated = _HEADER_CHARSET.search(declared)
    if stated and (known := _known(stated[1])):
        return known
    pattern = _XML_CHARSET if media_type.endswith("xml") else _META_CHARSET
    written = pattern.search(body[:4096])
    if written and (known := _known(written[1].decode("ascii"))):
        return known
    return _guessed(body)


def _inflated(body: bytes, limit: int) -> bytes:
    """One byte more than the limit at most; several gzip members in a row are one body."""
    found = b""
    for _ in range(_MAX_MEMBERS):
        unpacker = _unpacker(body)
        found += unpacker.decompress(body, limit + 1 - len(found))
        if len(found) > limit or not unpacker.eof or not unpacker.unused_data:
            return found
        body = unpacker.unused_data
    return found


def _unpacker(body: bytes) -> zlib._Decompress:
    """`deflate` comes with and without zlib's header (RFC 9110, 8.4.1.2)."""
    try:
        zlib.decompressobj(_GZIP_OR_ZLIB).decompress(body[:64], 1)
    except zlib.error:
        return zlib.decompressobj(-zlib.MAX_WBITS)
    return zlib.decompressobj(_GZIP_OR_ZLIB)


def _of_text(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<?xml"):
        return "application/xml"
    if start.startswith(b"<") and _HTML.search(head):
        return "text/html"
    return "application/json" if start.startswith((b"{", b"[{", b'["')) else ""


def _bom(body: bytes) -> str:
    return next((charset for bom, charset in _BOMS if body.startswith(bom)), "")


def _known(name: str) -> str:
    """Python's name of a charset that browsers know, widened as they widen it; empty for any other codec."""
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return ""
    found = _SUPERSETS.get(found, found)
    return found if found in _CHARSETS else ""


def _guessed(body: bytes) -> str:
    head = body[:_DETECTED_BYTES]
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        best = from_bytes(head).best()
        return (_known(best.encoding) if best else "") or "utf-8"
    return "utf-8"
