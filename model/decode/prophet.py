"""Prophet (arXiv 2508.19982): the answer is often known long before the last step, and says so."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from torch import Tensor

from model.decode.around import Around
from model.decode.select import Select
from model.kernels.confidence import Scores
from model.spec import Count, Within
from model.view import View

Nats = Annotated[float, Within(0)]


class Prophet(Around):
    """Reveal everything at once when the answer's cells lead their rivals far enough.

    The lead is log p₁ - log p₂, the gap of the logits, averaged over the answer's masked cells; it has to
    reach `early` in the first third of the block's steps, `middle` in the second, `late` in the last. The
    answer is the block's last region, or the whole block (`answer=all`), of which the first `watched` masked
    cells count; the source estimates where it starts. The gaps are those published for LLaDA: other models
    have other scales.
    """

    ends_early = True

    def __init__(
        self,
        inner: Select,
        early: Nats = 7.5,
        middle: Nats = 5.0,
        late: Nats = 2.5,
        watched: Count = 5,
        answer: Literal["last", "all"] = "last",
    ) -> None:
        super().__init__(inner)
        self.gaps = (early, middle, late)
        self.watched = watched
        self.answer = answer

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """All that is scored once the answer is settled; until then what the inner rule reveals."""
        taken = self.inner.reveal(view, eligible, scores)
        return torch.ones_like(taken) if self.is_settled(view, eligible, scores) else taken

    def is_settled(self, view: View, eligible: Tensor, scores: Scores) -> bool:
        """Whether the answer is revealed, or its cells lead by enough for this step."""
        answer = view.masked & self._is_answer(view)
        if not bool(answer.any()):
            return True
        gaps = lead(scores)[answer[eligible]][: self.watched]
        third = min(2, 3 * (view.step - 1) // view.n_steps)
        return bool(len(gaps)) and float(gaps.mean()) >= self.gaps[third]

    def _is_answer(self, view: View) -> Tensor:
        return view.open if self.answer == "all" else view.region == view.region.max()


def lead(scores: Scores) -> Tensor:
    """How far each proposal leads the best other word, in nats (scored,); a lone word leads by infinity."""
    confidence = scores.confidence.double()
    rival = (confidence - scores.margin).clamp(min=0)
    return confidence.log() - rival.log()
