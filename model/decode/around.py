"""A rule around another: what it does not say itself, the inner rule says."""

from __future__ import annotations

from torch import Tensor

from model.decode.select import Select
from model.families.conventions import Visibility
from model.kernels.confidence import Scores
from model.view import View


class Around(Select):
    """Passes everything on to the inner rule."""

    def __init__(self, inner: Select) -> None:
        self.inner = inner

    @property
    def needs_logits(self) -> bool:
        """As the inner rule."""
        return self.inner.needs_logits

    @property
    def visibilities(self) -> frozenset[Visibility]:
        """As the inner rule."""
        return self.inner.visibilities

    @property
    def n_cells(self) -> int | None:
        """As the inner rule."""
        return self.inner.n_cells

    @property
    def follows_schedule(self) -> bool:
        """As the inner rule."""
        return self.inner.follows_schedule

    @property
    def ends_early(self) -> bool:
        """As the inner rule."""
        return self.inner.ends_early

    @property
    def relies_on_reveals(self) -> bool:
        """As the inner rule."""
        return self.inner.relies_on_reveals

    @property
    def may_wait(self) -> bool:
        """As the inner rule."""
        return self.inner.may_wait

    def eligible(self, view: View) -> Tensor:
        """As the inner rule."""
        return self.inner.eligible(view)

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """As the inner rule."""
        return self.inner.reveal(view, eligible, scores)

    def extends(self, view: View, eligible: Tensor, scores: Scores) -> int:
        """As the inner rule."""
        return self.inner.extends(view, eligible, scores)
