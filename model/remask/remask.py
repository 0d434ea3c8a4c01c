"""Which revealed cells are masked again: what every rule must offer, and the rule that masks none."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from model.view import View


class Remask(Protocol):
    """A rule that takes reveals back, by the confidence at which they were made.

    `is_final`: a revealed cell stays as it is. `reveals_all`: each step reveals every masked cell,
    whatever the select rule says. `revises_draft`: committed blocks are reopened once all are done.
    An instance serves one fill.
    """

    @property
    def is_final(self) -> bool:
        """Whether what is revealed stays."""
        ...

    @property
    def reveals_all(self) -> bool:
        """Whether this rule alone decides what stays."""
        ...

    @property
    def revises_draft(self) -> bool:
        """Whether `after_draft` may take something back."""
        ...

    def after_step(self, view: View) -> Tensor:
        """Which open cells of the block to mask again, the view being that after the reveals: indices."""
        ...

    def after_draft(self, confidence: Tensor) -> Tensor:
        """Which open cells of the finished canvas to mask again, once: indices into `confidence` (cells,)."""
        ...


class KeepAll:
    """What is revealed stays."""

    is_final = True
    reveals_all = False
    revises_draft = False

    def after_step(self, view: View) -> Tensor:
        """None."""
        return lowest(view.confidence, 0)

    def after_draft(self, confidence: Tensor) -> Tensor:
        """None."""
        return lowest(confidence, 0)


def lowest(confidence: Tensor, n_cells: int) -> Tensor:
    """The indices of the `n_cells` least sure cells, the leftmost among equals."""
    return confidence.argsort(stable=True)[: max(0, n_cells)]
