"""How one fill reads: its family's conventions, and what the caller chose of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from model.cache import CAUSAL, Grain
from model.families.conventions import WHOLE, Conventions, Grid, Shift, Visibility

PLANNER = Conventions(
    family="planner",
    visibility=Visibility.CONTEXT,
    grid=Grid.PROMPT_END,
    shift=Shift.NONE,
    mask_id=None,
    block_length=WHOLE,
    sub_block=WHOLE,
    decoder="planner",
)
"""The embedded planner's: its tokenizer says which id is the mask."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Who sees whom, where blocks begin, which row speaks of which cell, and what is kept of a forward.

    `is_folded`: what is final but not kept is read in front of the next block, not in a forward of its own.
    `commits_last`: the last block, too, is read once more. A block costs `least_steps` forwards or more.
    """

    conventions: Conventions = PLANNER
    block_length: int = WHOLE
    sub_block: int = WHOLE
    caching: str = "exact"
    is_folded: bool = True
    commits_last: bool = False
    least_steps: int = 1

    @classmethod
    def of(cls, conventions: Conventions, block_length: int | None = None) -> Reading:
        """The conventions of a family, in its own block length or another."""
        is_free = conventions.visibility is not Visibility.CAUSAL
        length = conventions.block_length if block_length is None or not is_free else block_length
        return cls(conventions, length, min(conventions.sub_block, length))

    @property
    def visibility(self) -> Visibility:
        """Who sees whom; the one cell of a block has nothing else to see."""
        own = self.conventions.visibility
        is_alone = own is Visibility.CONTEXT and self.block_length == 1
        return Visibility.CAUSAL if is_alone else own

    @property
    def is_causal(self) -> bool:
        """Whether this is autoregression."""
        return self.visibility is Visibility.CAUSAL

    @property
    def is_full(self) -> bool:
        """Whether a token's keys and values depend on all others, so that none are ever final."""
        return self.visibility is Visibility.FULL

    @property
    def is_shifted(self) -> bool:
        """Whether a cell is predicted by the row before it."""
        return self.is_causal or self.conventions.shift is not Shift.NONE

    @property
    def leads(self) -> bool:
        """Whether a block's first cell is predicted by the forward that reads what is before the block."""
        return self.is_causal or self.conventions.shift is Shift.BLOCK

    @property
    def grid(self) -> int:
        """A canvas begins at a multiple of so many tokens."""
        return self.block_length if self.conventions.grid is Grid.ABSOLUTE else 1

    def grain(self, n_prompt: int) -> Grain:
        """How the tokens are read that are kept, where `n_prompt` stand before the canvas."""
        if self.visibility is not Visibility.BLOCK:
            return CAUSAL
        return Grain(self.block_length, n_prompt % self.block_length)

    def whole(self) -> Reading:
        """The same with all of the canvas in one block."""
        return replace(self, block_length=WHOLE, sub_block=WHOLE)
