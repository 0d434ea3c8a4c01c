"""What typing does to a question: case, typos, dropped words and marks, widths; and what is said around it.

Names and numbers come marked (`speech.spoken`); they are mostly left alone, so that noise stays linkable most of
the time. Every choice comes from the caller's `random.Random`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from agent.curriculum.phrasebook import Phrasebook
from agent.curriculum.speech import CLOSE, OPEN
from agent.types import Language

_MARKED = re.compile(f"({OPEN}[^{CLOSE}]*{CLOSE})")
_MARKS = re.compile(f"[{OPEN}{CLOSE}]")
_WORD = re.compile(r"[A-Za-z']{4,}")
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_FUNCTION_WORDS = re.compile(
    r"\b(?:the|a|an|is|are|was|were|of|do|does|did|me|to|that|there)\b ?", re.IGNORECASE
)
_QUESTION_HEADS = re.compile(
    r"^(?:what(?:'s| is| are| was)|tell me|give me|can you tell me)\s+", re.IGNORECASE
)
_ZH_FILLERS = re.compile(r"的(?=[^的])|请问|是(?=多少|什么)|一下|呢|吗")
_FULL = {ord(c): ord(c) + 0xFEE0 for c in "0123456789"}
_HALF_MARKS = str.maketrans("，。？！：；（）", ",.?!:;()")
_TWICE = re.compile(r"([在于的])\1|\b(the|in|of|at|by|a) \2\b", re.IGNORECASE)
_MISHEARD = (
    ("的", "得"), ("哪", "那"), ("在", "再"), ("多少", "多小"), ("是", "事"), ("做", "作"), ("请问", "情问"), ("吗", "嘛"), ("什么", "神马"),
)  # fmt: skip
Change = Callable[[random.Random, str], str]


def plain(text: str) -> str:
    """The text without marks."""
    return _MARKS.sub("", text)


class Surface:
    """Turns a marked question of one language into what somebody typed."""

    def __init__(self, book: Phrasebook) -> None:
        self._book = book
        changes = _CHANGES[book.lang]
        self._changes = [(change, share) for change, share in changes if share > 0]

    def typed(self, rng: random.Random, question: str, *, is_alone: bool = False) -> str:
        """The question as typed; `is_alone` where no sentences come around it."""
        said = _capital(rng, _TWICE.sub(r"\1\2", question))
        said = said if is_alone else self._surrounded(rng, said)
        if rng.random() < 0.45:
            for change, share in self._changes:
                if rng.random() < share:
                    said = change(rng, said)
        return " ".join(plain(said).split())

    def _surrounded(self, rng: random.Random, question: str) -> str:
        """The question with an opener, sentences before or behind, or a few words at the end."""
        said = question
        if rng.random() < 0.14 and (lead := self._book.frame(rng, "lead")):
            said = self._joined(lead, _lowered(said))
        if rng.random() < 0.10 and (before := self._book.frame(rng, "before")):
            said = self._joined(before, said)
        if rng.random() < 0.06 and (after := self._book.frame(rng, "after")):
            said = self._joined(_ended(said, self._book.lang), after)
        if rng.random() < 0.07 and (tail := self._book.frame(rng, "tail")):
            said = self._joined(said, tail)
        return said

    def _joined(self, left: str, right: str) -> str:
        return left + ("" if self._book.lang == "zh" else " ") + right


def _ended(text: str, lang: Language) -> str:
    if plain(text)[-1:] in "?.!…？。！":
        return text
    return text + ("。" if lang == "zh" else ".")


def _capital(rng: random.Random, text: str) -> str:
    """Mostly with a capital at the start."""
    return text[:1].upper() + text[1:] if rng.random() < 0.8 else text


def _lowered(text: str) -> str:
    """The first letter small, unless it belongs to a name or the word I."""
    if text[:1] == OPEN or re.match(r"I\b|I'|[A-Z0-9]{2}", text):
        return text
    return text[:1].lower() + text[1:]


def _outside(text: str, change: Callable[[str], str]) -> str:
    """The change, made only to what is not marked."""
    parts = _MARKED.split(text)
    return "".join(part if part.startswith(OPEN) else change(part) for part in parts)


def _lower(_: random.Random, text: str) -> str:
    return text.lower()


def _upper(_: random.Random, text: str) -> str:
    return text.upper()


def _unmarked(_: random.Random, text: str) -> str:
    return text.rstrip("?.!？。！ ")


def _doubled_mark(rng: random.Random, text: str) -> str:
    return text + rng.choice(("?", "??", "!", "...")) if text[-1:] in "?!？！" else text


def _without_apostrophes(_: random.Random, text: str) -> str:
    return text.replace("'", "").replace("’", "")


def _without_commas(_: random.Random, text: str) -> str:
    return _outside(text, lambda part: part.replace(", ", " "))


def _telegraph(rng: random.Random, text: str) -> str:
    """Function words left out, each with some chance."""
    text = _QUESTION_HEADS.sub("", text) if rng.random() < 0.5 else text
    return _outside(
        text, lambda part: _FUNCTION_WORDS.sub(lambda m: "" if rng.random() < 0.6 else m[0], part)
    )


def _zh_telegraph(rng: random.Random, text: str) -> str:
    return _outside(
        text, lambda part: _ZH_FILLERS.sub(lambda m: "" if rng.random() < 0.5 else m[0], part)
    )


def _typos(rng: random.Random, text: str) -> str:
    """One or two slips, seldom inside a name."""
    for _ in range(rng.choice((1, 1, 2))):
        words = [m for m in _WORD.finditer(text) if rng.random() < 0.25 or not _is_marked(text, m)]
        if words:
            word = rng.choice(words)
            text = text[: word.start()] + _slip(rng, word[0]) + text[word.end() :]
    return text


def _is_marked(text: str, found: re.Match[str]) -> bool:
    before = text[: found.start()]
    return before.rfind(OPEN) > before.rfind(CLOSE)


def _slip(rng: random.Random, word: str) -> str:
    """One letter swapped, missing, doubled, or replaced by its neighbour on the keyboard."""
    at = rng.randrange(1, len(word) - 1)
    match rng.randrange(4):
        case 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case 1:
            return word[:at] + word[at + 1 :]
        case 2:
            return word[:at] + word[at] + word[at:]
    return word[:at] + _neighbour(rng, word[at]) + word[at + 1 :]


def _neighbour(rng: random.Random, letter: str) -> str:
    for row in _KEYS:
        if letter in row:
            at = row.index(letter)
            return rng.choice(row[max(0, at - 1) : at] + row[at + 1 : at + 2])
    return letter


def _misheard(rng: random.Random, text: str) -> str:
    """One wrong character that sounds alike."""
    wrong, right = rng.choice(_MISHEARD)
    return _outside(text, lambda part: part.replace(wrong, right, 1))


def _half_marks(_: random.Random, text: str) -> str:
    return text.translate(_HALF_MARKS)


def _full_digits(_: random.Random, text: str) -> str:
    return text.translate(_FULL)


def _spaced(rng: random.Random, text: str) -> str:
    """Gaps around names, or instead of marks, as chat has them."""
    if rng.random() < 0.5:
        return text.replace("，", " ").replace("？", " ")
    return text.replace(OPEN, f" {OPEN}").replace(CLOSE, f"{CLOSE} ")


_CHANGES: dict[Language, tuple[tuple[Change, float], ...]] = {
    "en": (
        (_telegraph, 0.16), (_typos, 0.24), (_without_apostrophes, 0.18), (_without_commas, 0.12), (_unmarked, 0.32),
        (_doubled_mark, 0.06), (_lower, 0.36), (_upper, 0.015),
    ),
    "zh": (
        (_zh_telegraph, 0.2), (_misheard, 0.14), (_half_marks, 0.18), (_spaced, 0.14), (_full_digits, 0.05), (_unmarked, 0.4),
        (_doubled_mark, 0.06), (_lower, 0.1),
    ),
}  # fmt: skip
