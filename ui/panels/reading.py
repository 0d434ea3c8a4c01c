"""Texts made readable: arguments with their pointers resolved, answers with their citations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.events import PointerView
from agent.report.labels import Namer
from agent.report.periods import said
from agent.report.sources import source
from agent.types import NIL, Citation, Language

MAX_CITATIONS = 8
_SYMBOL = re.compile(r"([#@%]\d+)")
_MARK = re.compile(r"\[([\w./-]+)\]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: plain, a reference to a row, or a pointer with the symbol it stands for."""

    text: str
    symbol: str = ""
    row: str = ""


@dataclass(frozen=True, slots=True)
class Cited:
    """A numbered citation."""

    number: int
    citation: Citation


@dataclass(frozen=True, slots=True)
class FactWords:
    """A cited fact in the page's language."""

    entity: str
    field: str
    period: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer as people read it: text and citations in turn, and how many are left out."""

    parts: tuple[str | Cited, ...]
    n_more: int


def pieces(text: str, pointers: Iterable[PointerView]) -> tuple[Piece, ...]:
    """An argument in words: `@1` becomes what it points to, `#2` a reference to row 2."""
    labels = {pointer.symbol: pointer.label for pointer in pointers}
    return tuple(_piece(part, labels) for part in _SYMBOL.split(text) if part)


def arguments(words: Sequence[str]) -> tuple[str, ...]:
    """The arguments that say something."""
    return tuple(word for word in words if word and word != NIL)


def reading(answer: str, citations: Sequence[Citation]) -> Reading:
    """The answer with each `[id]` that names a citation numbered; the unnamed ones follow the text."""
    by_id = {
        citation.id: Cited(number, citation) for number, citation in enumerate(citations, start=1)
    }
    inline = [by_id.get(part, f"[{part}]") if i % 2 else part for i, part in _split(answer)]
    named = {part.number for part in inline if isinstance(part, Cited)}
    unnamed = [cited for cited in by_id.values() if cited.number not in named]
    shown = unnamed[: max(0, MAX_CITATIONS - len(named))]
    return Reading(tuple(part for part in (*inline, *shown) if part), len(unnamed) - len(shown))


def fact_words(citation: Citation, lang: Language) -> FactWords:
    """A citation with field and source by their names, and its value as people write it."""
    namer = Namer(lang)
    return FactWords(
        entity=citation.entity,
        field=namer.field(citation.field),
        period=said(citation.period, lang) if citation.period else "",
        value=namer.cited(citation),
        source=source(citation.source, lang).label,
    )


def _split(answer: str) -> Iterable[tuple[int, str]]:
    return enumerate(_MARK.split(answer))


def _piece(part: str, labels: dict[str, str]) -> Piece:
    if part.startswith("#") and part[1:].isdigit():
        return Piece(part, row=part[1:])
    if part in labels:
        return Piece(labels[part], symbol=part)
    return Piece(part)
