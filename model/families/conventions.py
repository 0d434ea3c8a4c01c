"""What a checkpoint family means by a block: the conventions that its weights were trained with.

Getting one of them wrong gives fluent nonsense and no error, so nothing here is guessed: it comes from the
checkpoint's files, from the family's table, or from an option of the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

WHOLE = 2**31
"""A block length that no canvas reaches: the whole canvas, or the whole generation, is one block."""


class Visibility(StrEnum):
    """Who sees whom."""

    CAUSAL = "causal"
    """Every token sees those before it: autoregression."""
    CONTEXT = "context-causal"
    """What is committed is causal; the active block sees all of it and itself both ways."""
    BLOCK = "block-causal"
    """Every block, those of the prompt included, sees earlier blocks and itself both ways."""
    FULL = "full"
    """Every token sees every token, masks included; a cache is then an approximation."""


class Grid(StrEnum):
    """Where blocks begin."""

    ABSOLUTE = "absolute"
    """At multiples of the block length from token 0; the prompt's remainder shares the first block."""
    PROMPT_END = "prompt-end"
    """Right after the prompt."""
    LEFT_PADDED = "left-padded"
    """Right after the prompt, which is padded on its left to whole blocks; padding is never seen."""


class Shift(StrEnum):
    """Which row of logits speaks of a cell."""

    NONE = "none"
    """Its own."""
    BLOCK = "inside block"
    """The row before it; a block's first cell comes from the row that committed the block before."""
    GLOBAL = "global"
    """The row before it, over the whole sequence."""


@dataclass(frozen=True, slots=True)
class Conventions:
    """How a family reads and writes. `mask_id` is None for uniform noise and for autoregression.

    `block_length` counts tokens; 1 is autoregression. `sub_block` is the part of a block that is filled
    before the next one is looked at (the whole block where the family knows none). `decoder` names the
    published way to decode (see docs/decoding.md). Stop and pad ids are token ids.
    """

    family: str
    visibility: Visibility
    grid: Grid
    shift: Shift
    mask_id: int | None
    block_length: int
    sub_block: int
    decoder: str
    stop_ids: tuple[int, ...] = ()
    pad_id: int | None = None
