"""Where a text ends: models that see every mask like to end it early, and sure of it.

These rules go around another one: `threshold+eos-ban`, `cad+eos-cut`. A canvas without stop tokens, such as
a template's, is left to the inner rule.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from model.decode.around import Around
from model.decode.select import Select
from model.kernels.confidence import Scores
from model.spec import Share
from model.view import View


class StopBan(Around):
    """No stop token is sure until the share `until` of the canvas is revealed (CAD; yihao-liang/CDLM).

    The ban is on confidence: a cell whose proposal is a stop token is revealed only where the inner rule
    finds none better. The default is that of CAD's function; its scripts set 0.3.
    """

    def __init__(self, inner: Select, until: Share = 0.5) -> None:
        super().__init__(inner)
        self.until = until

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """What the inner rule reveals when early stop tokens are the least sure of all."""
        return self.inner.reveal(view, eligible, without_early_stops(view, scores, self.until))


class StopCut(Around):
    """What stands behind a revealed stop token is not worth a step (DCD; EoTP of Learn2PD, arXiv 2509.25188).

    The sources write padding there. Here the cells behind it are revealed at once with what was proposed:
    the completion is cut at the stop token, so nobody reads them.
    """

    relies_on_reveals = True

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """What the inner rule reveals, and everything behind the first stop token."""
        taken = self.inner.reveal(view, eligible, scores)
        ids = view.ids.index_copy(0, eligible[taken], scores.token[taken])
        masked = view.masked.index_fill(0, eligible[taken], False)
        ends = (is_stop(ids, view) & ~masked & view.open).nonzero().squeeze(1)
        return taken | (eligible > ends[0]) if len(ends) else taken


def without_early_stops(view: View, scores: Scores, until: float) -> Scores:
    """The scores, with stop tokens the least sure while less than `until` of the canvas is revealed."""
    if not view.stop_ids or view.progress >= until:
        return scores
    early = is_stop(scores.token, view)
    return replace(
        scores,
        confidence=scores.confidence.masked_fill(early, -1.0),
        margin=scores.margin.masked_fill(early, -2.0),
        entropy=scores.entropy.masked_fill(early, torch.inf),
    )


def is_stop(ids: Tensor, view: View) -> Tensor:
    """Which ids end a text: bool, of their shape."""
    return torch.isin(ids, ids.new_tensor(view.stop_ids))
