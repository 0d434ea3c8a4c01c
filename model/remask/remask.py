"""Which revealed cells are masked again: what every rule must offer, and the rule that masks none."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from model.families.conventions import Visibility
from model.view import View


class Remask(Protocol):
    """A rule that takes reveals back, by the confidence at which they were made.

    An instance serves one fill. What a rule needs of the fill around it, it declares; `model.pairing`
    refuses what does not go together.
    """

    @property
    def is_final(self) -> bool:
        """Whether a revealed cell stays as it is."""
        return False

    @property
    def reveals_all(self) -> bool:
        """Whether each step reveals every masked cell, whatever the select rule says."""
        return False

    @property
    def revises_draft(self) -> bool:
        """Whether committed blocks are reopened, once all are done, for what `after_draft` takes back."""
        return False

    @property
    def needs_schedule(self) -> bool:
        """Whether the select rule has to spread its reveals over all of the block's steps."""
        return False

    @property
    def visibilities(self) -> frozenset[Visibility]:
        """The families it can decode, by who sees whom; autoregression has nothing to take back."""
        return frozenset(Visibility) - {Visibility.CAUSAL}

    def after_step(self, view: View) -> Tensor:
        """Which open cells of the block to mask again, the view being that after the reveals: indices."""
        return lowest(view.confidence, 0)

    def after_draft(self, confidence: Tensor) -> Tensor:
        """Which open cells of the finished canvas to mask again, once: indices into `confidence` (cells,)."""
        return lowest(confidence, 0)


class KeepAll(Remask):
    """What is revealed stays."""

    is_final = True
    visibilities = frozenset(Visibility)


def lowest(confidence: Tensor, n_cells: int) -> Tensor:
    """The indices of the `n_cells` least sure cells, the leftmost among equals."""
    return confidence.argsort(stable=True)[: max(0, n_cells)]
