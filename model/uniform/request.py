"""What every request asks of the next forward: final tokens to be kept, and a canvas to be denoised."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor

from model.backbone.gemma_layers import Reading
from model.backbone.gemma_prefix import Prefix
from model.types import Usage
from model.uniform.canvas import NoisyCanvas


class Request(ABC):
    """The state of one request between forwards.

    `final` are the tokens that no forward has read yet: the prompt's at first, then those of the canvas
    before `active`. With `is_folded` they are read in the forward of the next denoise step, and not in one of
    their own.
    """

    active: NoisyCanvas

    def __init__(
        self, prompt: Sequence[int], prefix: Prefix, device: torch.device, *, is_folded: bool
    ) -> None:
        self.prefix, self.device, self.is_folded = prefix, device, is_folded
        self.final = list(prompt[len(prefix.tokens) :])
        self.is_done = False
        self.usage = Usage(prompt_tokens=len(prompt), cached_tokens=len(prefix.tokens))

    def must_read_ahead(self, n_rows: int) -> bool:
        """Whether final tokens need a forward of their own: those beyond `n_rows`, or all of them."""
        return len(self.final) > (n_rows if self.is_folded else 0)

    def cost_of_reading(self) -> Usage:
        """A forward that revealed nothing."""
        is_prompt = len(self.prefix.tokens) < self.usage.prompt_tokens
        return Usage(forwards=1, prefills=int(is_prompt), commits=int(not is_prompt))

    def read_final(self, n_rows: int) -> tuple[Tensor, Reading]:
        """The next final tokens, at most `n_rows`."""
        ids = torch.tensor(self.final[:n_rows], device=self.device)
        return ids, Reading(self.prefix, len(self.prefix.tokens), len(ids), is_final=True)

    def look(self) -> tuple[Tensor, Reading]:
        """The canvas, behind what is final."""
        start = len(self.prefix.tokens) + len(self.final)
        return self.active.ids, Reading(self.prefix, start, len(self.active.ids), is_final=False)

    def keep(self, n_rows: int) -> None:
        """The next final tokens have been read."""
        self.prefix.tokens += self.final[:n_rows]
        del self.final[:n_rows]

    @abstractmethod
    def update(self, hidden: Tensor) -> None:
        """One denoise step; `hidden` (open cells, d_model) is what the forward gave."""
