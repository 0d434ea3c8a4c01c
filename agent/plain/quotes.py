"""Names in quotation marks, as a regular expression: words of letters and digits with single spaces between.

Symbols (`#1`, `@2`, `%3`) cannot stand in one, so tools read it as plain words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_RANGES = (
    ("&", "'"), ("-", "."), ("0", "9"), ("A", "Z"), ("a", "z"), ("·", "·"), ("À", "ʯ"), ("Ͱ", "ӿ"),
    ("Ḁ", "ỿ"), ("’", "’"), ("ぁ", "ヿ"), ("一", "鿿"), ("가", "힣"),
)  # fmt: skip


def quoted(refused: Iterable[str] = ()) -> str:
    """The pattern of a quoted name that is none of the refused ones (in their quotation marks)."""
    said = (text.strip('"') for text in refused)
    names = [text for text in said if re.fullmatch(_other([], is_word=False), text)]
    return f'"{_other(names, is_word=False)}"'


def _other(refused: list[str], *, is_word: bool) -> str:
    """What may follow, none of the refused texts; `is_word`: a letter stands before, so that it may end."""
    if not refused:
        return f"{_sign()}*(?: {_sign()}+)*" if is_word else f"{_sign()}+(?: {_sign()}+)*"
    return f"(?:{'|'.join(_branches(refused, is_word=is_word))})"


def _branches(refused: list[str], *, is_word: bool) -> Iterator[str]:
    """The ways on: to end, with a sign that no refused text goes on with, or along with some of them."""
    if is_word and "" not in refused:
        yield ""
    heads = {text[0] for text in refused if text}
    yield f"{_sign(heads)}{_other([], is_word=True)}"
    for head in sorted(heads | {" "} if is_word else heads):
        rest = [text[1:] for text in refused if text and text[0] == head]
        yield f"{_escaped(head)}{_other(rest, is_word=head != ' ')}"


def _sign(without: Iterable[str] = ()) -> str:
    """A sign of a word, less some."""
    holes = sorted(ord(sign) for sign in without)
    ranges = [(ord(low), ord(high)) for low, high in _RANGES]
    for hole in holes:
        ranges = [
            part
            for low, high in ranges
            for part in (
                ((low, hole - 1), (hole + 1, high)) if low <= hole <= high else ((low, high),)
            )
            if part[0] <= part[1]
        ]
    return "[" + "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges) + "]"


def _escaped(sign: str) -> str:
    return f"\\U{ord(sign):08x}"
