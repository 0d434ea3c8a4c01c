"""From a slot's pattern or schema to a grammar that a fill can follow.

A pattern always becomes a regular language, which is followed exactly. So does a schema that can be said as
one; any other goes to llguidance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from model.constraints.automaton import LanguageError, explore
from model.constraints.exact import ExactGrammar
from model.constraints.lexicon import Lexicon, lexicon_for
from model.constraints.lookahead import LookaheadGrammar
from model.constraints.moves import token_moves
from model.constraints.regex import parse
from model.constraints.schema import UnsupportedSchemaError, schema_term
from model.constraints.terms import ALL_BYTES, Terms
from model.constraints.texts import Text, TextRule
from model.constraints.trellis import Trellis
from model.errors import ModelError
from model.tokens import Vocabulary
from model.types import SEPARATOR

_END = SEPARATOR.encode()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the text of some slots must be: a pattern that they match together, or a schema for one.

    `cells` are those of each slot on the canvas; `refused` are whole texts that a slot must not hold.
    """

    cells: Mapping[str, range]
    pattern: str | None
    schema: str | None
    refused: Mapping[str, frozenset[str]]

    @property
    def widths(self) -> tuple[int, ...]:
        """How many cells each slot has."""
        return tuple(len(cells) for cells in self.cells.values())


def compile_text(wanted: Wanted, tokens: Vocabulary, device: torch.device) -> Text:
    """The grammar of some slots; what no slot can hold is refused with their names."""
    names = tuple(wanted.cells)
    cells = np.concatenate([np.arange(cells.start, cells.stop) for cells in wanted.cells.values()])
    try:
        return Text(names, cells, _rule(wanted, lexicon_for(tokens), device))
    except ModelError as error:
        raise type(error)(f"slot {', '.join(map(repr, names))}: {error}") from error


def _rule(wanted: Wanted, lexicon: Lexicon, device: torch.device) -> Callable[[], TextRule]:
    try:
        return _exact(wanted, lexicon, device).rule
    except (UnsupportedSchemaError, LanguageError) as error:
        if wanted.schema is None or any(wanted.refused.values()):
            raise
        return LookaheadGrammar.of(wanted.schema, lexicon, wanted.widths[0], error).rule


def _exact(wanted: Wanted, lexicon: Lexicon, device: torch.device) -> ExactGrammar:
    terms = Terms()
    text = (
        parse(wanted.pattern, terms)
        if wanted.pattern is not None
        else schema_term(wanted.schema or "", terms)
    )
    ended = terms.concat(text, terms.literal(_END))
    language = terms.both((ended, terms.without(_refused(wanted, terms))))
    moves = token_moves(explore(terms, language), lexicon)
    return ExactGrammar.of(moves, Trellis(moves, wanted.widths), device)


def _refused(wanted: Wanted, terms: Terms) -> int:
    """All texts in which a slot holds one of those it must not hold."""
    one = terms.repeat(terms.byte_in(ALL_BYTES & ~(1 << _END[0])))
    end = terms.literal(_END)
    any_text = terms.concat(one, end)
    names = list(wanted.cells)
    return terms.either(
        terms.concat(
            *[any_text] * names.index(name),
            terms.literal(text.encode()),
            end,
            terms.anything,
        )
        for name, texts in wanted.refused.items()
        for text in texts
    )
