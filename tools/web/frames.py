"""How the reader and its process talk: a length of four bytes, most significant first, then as many bytes."""

from __future__ import annotations

import struct
from typing import IO

MAX_TEXT_CHARS = 500_000
_LENGTH = struct.Struct(">I")


def read_frame(stream: IO[bytes]) -> bytes:
    """The next frame; EOFError where the stream ends before it does."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError("no frame")
    (length,) = _LENGTH.unpack(head)
    frame = stream.read(length)
    if len(frame) < length:
        raise EOFError("half a frame")
    return frame


def write_frame(stream: IO[bytes], frame: bytes) -> None:
    """One frame, at once."""
    stream.write(_LENGTH.pack(len(frame)) + frame)
    stream.flush()
