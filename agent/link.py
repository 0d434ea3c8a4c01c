"""Link a question to the facts: which entities, classes, values, periods, numbers and fields it mentions.

Ordinary code, the same for every arm. Mentions become short pointers inside the text; fields keep their
words and get a pointer behind them, because the words decide which of several fields is meant. Words that a
number or a period only follows from (`twice`, `negative`, `the nineties`) stay, with the pointer behind them.
Words that speak for a word of the plan canvas (`over`, `tallest`) get that word as a mark.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from agent.lexicon.marks import Mark, Place, marks
from agent.lexicon.mentioned import Lexicon
from agent.lexicon.ranking import REPORT_WORDS, FieldRanking, Ranked
from agent.lexicon.traditional import simplified
from agent.mentions import Token, tokens
from agent.types import Brief, Language, Pointer
from tools.facts.store import FactStore
from tools.types import FieldRef, Term

__all__ = ["MAX_FIELDS", "MAX_VALUES", "REPORT_WORDS", "Linker"]

MAX_FIELDS = 8
MAX_VALUES = 16
_CJK = re.compile(r"[一-鿿]")
_AMOUNTS = ("period", "number")
_SYMBOL_LIKE = re.compile(r"([@#%<])(?=\w)")
_FULL_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94) if chr(0x21 + i).isalnum() or i in (4, 13)}


class Linker:
    """Links questions against one fact store; building takes seconds, linking milliseconds."""

    def __init__(self, store: FactStore) -> None:
        with _uncollected():
            self._lexicon = Lexicon(store)
            self._ranking = FieldRanking(
                self._lexicon.fields,
                self._lexicon.overlap,
                lambda entity_id, field_id: bool(store.facts(entity_id, field_id)),
            )

    def link(self, question: str) -> Brief:
        """The brief of a question (any length the runner accepts, either language)."""
        read = simplified(question.strip().translate(_FULL_WIDTH))
        text = _SYMBOL_LIKE.sub(r"\1 ", read)
        lang: Language = "zh" if len(_CJK.findall(text)) * 3 > len(text.split()) else "en"
        written = tokens(text)
        words = self._lexicon.spelled(written, text)
        mentioned = self._lexicon.mentioned(text, words)
        found = list(mentioned.found[:MAX_VALUES])
        pointers = [
            Pointer(f"@{n}", f.kind, f.label, f.target, f.start, f.end)
            for n, f in enumerate(found, 1)
        ]
        fields = self._ranking.ranked(text, mentioned.cues, found, MAX_FIELDS)
        pointers += [_field_pointer(n, r, lang) for n, r in enumerate(fields, 1)]
        slips = [new for old, new in zip(written, words, strict=True) if old.text != new.text]
        said = _delexicalised(text, pointers, slips, _marks(words, pointers))
        return Brief(question, lang, said, tuple(pointers))

    def offer(
        self, brief: Brief, terms: Iterable[tuple[str, str, Term]]
    ) -> tuple[Brief, tuple[Pointer, ...]]:
        """The brief with further pointers (kind, label, target); fields take the next free `%`."""
        added: list[Pointer] = []
        for kind, label, target in terms:
            mark = "%" if isinstance(target, FieldRef) else "@"
            n = sum(p.symbol.startswith(mark) for p in (*brief.pointers, *added)) + 1
            if n <= (MAX_FIELDS if mark == "%" else MAX_VALUES):
                added.append(Pointer(f"{mark}{n}", kind, label, target))
        return replace(brief, pointers=(*brief.pointers, *added)), tuple(added)


@contextmanager
def _uncollected() -> Iterator[None]:
    """While a lexicon is built nothing is garbage, and looking for some takes as long as building it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _field_pointer(n: int, found: Ranked, lang: Language) -> Pointer:
    label = found.field.zh if lang == "zh" else found.field.en
    target = FieldRef(found.field.id, label)
    return Pointer(f"%{n}", "field", label, target, end=found.end, is_certain=found.is_certain)


def _marks(words: list[Token], pointers: list[Pointer]) -> list[Mark]:
    """What the words beside and between the pointers speak for."""
    spans = [p for p in pointers if p.start >= 0 and p.symbol.startswith("@")]
    amounts = [Place(p.start, p.end) for p in spans if p.kind.startswith(_AMOUNTS)]
    things = [Place(p.start, p.end) for p in spans if not p.kind.startswith(_AMOUNTS)]
    return marks(words, amounts, [thing for thing in things if thing.start < thing.end])


def _delexicalised(text: str, pointers: list[Pointer], slips: list[Token], said: list[Mark]) -> str:
    """The text with spans replaced by `@k kind`, `%k` behind the words of each field's best cue, marks, slips mended."""
    spans = [p for p in pointers if p.start >= 0]
    fields: dict[int, str] = {}
    for p in reversed([p for p in pointers if p.symbol.startswith("%") and p.end >= 0]):
        inside = next((s for s in spans if s.start < p.end < s.end), None)
        fields[inside.end if inside else p.end] = p.symbol
    put = [*fields.items(), *((mark.at, mark.word) for mark in said)]
    pieces, at = [], 0
    for cut, piece, resume in _cuts(spans, put, slips):
        pieces += [text[at:cut].lower(), piece]
        at = max(at, resume)
    return " ".join(" ".join([*pieces, text[at:].lower()]).split())


def _cuts(
    spans: list[Pointer], put: list[tuple[int, str]], slips: list[Token]
) -> list[tuple[int, str, int]]:
    """Where the text is cut: the place, what comes in, and where the text goes on."""
    cuts = [(s.start, 2, f" {s.symbol} {s.kind} ", s.end) for s in spans]
    cuts += [(at, 1, f" {word} ", at) for at, word in put]
    free = [t for t in slips if not any(s.start < t.end and t.start < s.end for s in spans)]
    cuts += [(t.start, 0, t.text, t.end) for t in free]
    return [(start, piece, resume) for start, _, piece, resume in sorted(cuts)]
