"""Learn2PD (arXiv 2509.25188): a small network learns which proposals are final already."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import linear

from model.decode.rank import best
from model.decode.select import Select
from model.kernels.confidence import Scores
from model.spec import RuleError, Share
from model.view import View

WEIGHTS = Path(__file__).parents[1] / "weights" / "planner" / "filter.safetensors"
SHAPES = {"inner.weight": 2, "inner.bias": 1, "outer.weight": 2, "outer.bias": 1}


@dataclass(frozen=True, slots=True)
class Filter:
    """Two layers from a block's confidences to each cell's chance of being final."""

    inner_weight: Tensor  # (hidden, cells)
    inner_bias: Tensor
    outer_weight: Tensor  # (cells, hidden)
    outer_bias: Tensor

    @classmethod
    def load(cls, path: Path) -> Filter:
        """Read the file that `python -m model.train.filter` wrote."""
        try:
            stored = load_file(path)
        except (OSError, SafetensorError) as error:
            raise RuleError(f"no filter in {str(path)!r} ({error}); {REMEDY}") from error
        if {name: tensor.dim() for name, tensor in stored.items()} != SHAPES:
            raise RuleError(f"{str(path)!r} is not a filter; {REMEDY}")
        return cls(*(stored[name].float() for name in SHAPES))

    @property
    def n_cells(self) -> int:
        """The block length it was trained for."""
        return self.outer_weight.shape[0]

    def logits(self, confidence: Tensor) -> Tensor:
        """How likely each cell's proposal is final, in log odds: (..., cells) → (..., cells)."""
        inner = linear(confidence, self.inner_weight, self.inner_bias).relu()
        return linear(inner, self.outer_weight, self.outer_bias)


REMEDY = "train one with `python -m model.train.filter`"
read_filter = lru_cache(8)(Filter.load)


class LearnedFilter(Select):
    """Reveal the cells that the filter accepts, and the surest one.

    The filter sees the confidence of every cell of the block: that at the reveal where it is revealed, that
    of the proposal where it is masked. It belongs to one model and one block length.
    """

    def __init__(self, accept: Share = 0.9, path: Path = WEIGHTS) -> None:
        self.accept = accept
        self._filter = read_filter(path)

    @property
    def n_cells(self) -> int:
        """The block length that the filter was trained for."""
        return self._filter.n_cells

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """What the filter accepts; never none."""
        seen = whole_block(view.confidence, eligible, scores.confidence)
        chance = self._filter.logits(seen.cpu()).sigmoid().to(seen.device)
        return (chance[eligible] > self.accept) | best(scores.confidence, 1)


def whole_block(revealed: Tensor, eligible: Tensor, proposed: Tensor) -> Tensor:
    """The confidence of every cell of a block: of the reveal, or of the proposal, (cells,)."""
    return revealed.float().index_copy(0, eligible, proposed.float())
