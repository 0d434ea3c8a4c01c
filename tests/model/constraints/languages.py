"""Small vocabularies and languages, and what they mean by plain enumeration."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from model.constraints.automaton import Automaton, explore
from model.constraints.lexicon import Lexicon, build_lexicon
from model.constraints.moves import Moves, token_moves
from model.constraints.regex import parse
from model.constraints.terms import Terms
from model.types import SEPARATOR

FILLER = 99
LETTERS = {3: b"a", 4: b"b", 5: b"c", 7: b"ab", 8: b"ca", 11: b"b,"}
"""A vocabulary with gaps in its numbers, tokens of several letters and ambiguous spellings."""

PATTERNS = (
    "a*", "(ab|c)*", "a?b?c?", "[abc]{2,3}", "ab|ca|abca", "(a|b)*c", "c(a|ab){1,2}", "(a|b,)+",
    "[^a]*", "(ab){2}|c", "",
)  # fmt: skip


def small_lexicon(written: dict[int, bytes] | None = None) -> Lexicon:
    return build_lexicon(LETTERS if written is None else written, FILLER)


def automaton_of(pattern: str) -> Automaton:
    """The automaton of the pattern's texts, each ended by a separator."""
    terms = Terms()
    return explore(terms, terms.concat(parse(pattern, terms), terms.literal(SEPARATOR.encode())))


def moves_of(pattern: str, lexicon: Lexicon | None = None) -> Moves:
    return token_moves(automaton_of(pattern), lexicon or small_lexicon())


def text_of(ids: Sequence[int]) -> str | None:
    """What the ids of one slot write, or None where a filler stands before a word."""
    n_text = sum(i != FILLER for i in ids)
    if FILLER in ids[:n_text]:
        return None
    return b"".join(LETTERS[i] for i in ids[:n_text]).decode()


def all_texts(pattern: str, widths: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every way to fill slots of these widths so that their texts, joined, match the pattern."""
    for ids in itertools.product((*LETTERS, FILLER), repeat=sum(widths)):
        rest = iter(ids)
        texts = [text_of(list(itertools.islice(rest, width))) for width in widths]
        if None not in texts and re.fullmatch(pattern, SEPARATOR.join(map(str, texts))):
            yield ids
