"""Which masked cells a denoise step reveals: what every rule sees and must offer."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from model.families.conventions import Visibility
from model.kernels.confidence import Scores
from model.view import View

ANYWHERE = frozenset(Visibility)


class Select(Protocol):
    """A rule that decides, step by step, which masked cells of a block to reveal.

    An instance serves one fill, so it may remember what it saw; `view.step` is 1 where a block begins, and
    a step that leaves no choice (the last one, or a single cell) is not put to it. What a rule needs of
    the fill around it, it declares; `model.pairing` refuses what does not go together.
    """

    @property
    def needs_logits(self) -> bool:
        """Whether `Scores.logits` must be given; costs the full rows of the vocabulary."""
        return False

    @property
    def visibilities(self) -> frozenset[Visibility]:
        """The families it can decode, by who sees whom."""
        return ANYWHERE

    @property
    def n_cells(self) -> int | None:
        """The block length it was made for; None is any."""
        return None

    @property
    def follows_schedule(self) -> bool:
        """Whether it spreads its reveals over all of the block's steps."""
        return False

    @property
    def ends_early(self) -> bool:
        """Whether it may reveal all that is left before the schedule says so."""
        return False

    @property
    def relies_on_reveals(self) -> bool:
        """Whether what it revealed has to stay: it builds on that."""
        return False

    @property
    def may_wait(self) -> bool:
        """Whether a step may reveal nothing."""
        return False

    def eligible(self, view: View) -> Tensor:
        """The masked cells that this step may reveal, bool (cells,); only these are scored."""
        return view.masked

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """Which of the scored cells to reveal now, at least one unless it may wait: bool (scored,).

        `eligible` (scored,) are the cells, as places in the block, that `scores` speaks of.
        """
        ...

    def extends(self, view: View, eligible: Tensor, scores: Scores) -> int:
        """By how many cells to enlarge the block instead of revealing now; asked before `reveal`.

        The step counts. It is not put to the rule where the canvas ends with the block, or at the last step.
        """
        return 0
