"""Hidden states to proposals without ever writing the logits: on CUDA in Triton, elsewhere in plain torch.

Both read the output layer a tile of the vocabulary at a time and keep running sums (online softmax, Milakov
and Gimelshein, arXiv 1805.02867), so memory has no term rows × vocabulary.

Guarantees: a token is proposed only where it is allowed, and never the banned one; equal seeds draw equal
samples whatever the tiling; both implementations agree up to rounding, ties going to the lowest word. Does not
guarantee anything for a row without an allowed word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, reduce
from types import ModuleType

import torch
from torch import Tensor
from torch.nn.functional import linear

from model.kernels.confidence import HAS_TRITON
from model.kernels.noise import Draw, gumbel
from model.kernels.scores import Scores

__all__ = ["Draw", "Head", "pack", "propose", "propose_reference", "unpack"]

FORBIDDEN = -1e30  # finite, so that no difference of two of them is NaN
BITS = 32
TILE_ELEMENTS = 1 << 19  # 2 MiB of float32: what a core's caches hold beside the weights
MIN_TILE = 1024


@dataclass(frozen=True, slots=True)
class Head:
    """The output layer: `weight` (words, width), and a word that is never proposed (-1: none)."""

    weight: Tensor
    banned: int = -1


def propose(
    hidden: Tensor, head: Head, allowed: Tensor | None = None, draw: Draw | None = None
) -> Scores:
    """Propose a token for each row of `hidden` (rows, width) and say how sure the network is.

    `allowed` (rows, words / 32) int32 has a bit for each word, the lowest first; the distribution is taken
    over those words, and `favourite` tells the best of all. `draw` makes tokens samples.
    """
    if hidden.is_cuda and HAS_TRITON:
        scores: Scores = _kernels().propose(hidden, head, allowed, draw)
        return scores
    return propose_reference(hidden, head, allowed, draw)


def propose_reference(
    hidden: Tensor, head: Head, allowed: Tensor | None = None, draw: Draw | None = None
) -> Scores:
    """`propose` in plain torch: what the kernel is tested against, and the way a CPU does it."""
    n_words = head.weight.shape[0]
    width = tile_width(hidden.shape[0], n_words)
    tiles = (
        _score_tile(hidden, head, slice(first, min(first + width, n_words)), allowed, draw)
        for first in range(0, n_words, width)
    )
    running = reduce(_Running.joined, tiles)
    scores = running.scores()
    return scores if allowed is None else replace(scores, favourite=running.top_word.squeeze(1))


def pack(mask: Tensor) -> Tensor:
    """A bool mask (rows, words) as bits (rows, ⌈words / 32⌉) int32, the lowest word in the lowest bit."""
    n_rows, n_words = mask.shape
    padded = mask.new_zeros(n_rows, -(-n_words // BITS) * BITS)
    padded[:, :n_words] = mask
    weights = 1 << torch.arange(BITS, device=mask.device)
    return (padded.view(n_rows, -1, BITS) * weights).sum(-1).to(torch.int32)


def unpack(bits: Tensor, words: slice) -> Tensor:
    """The bool mask (rows, words) of a range of words that begins at a multiple of 32."""
    some = bits[:, words.start // BITS : -(-words.stop // BITS)].contiguous()
    eights = _eights(bits.device).take(some.view(torch.uint8).long())  # a byte becomes eight
    return eights.view(torch.bool)[:, : words.stop - words.start]


@cache
def _eights(device: torch.device) -> Tensor:
    """For each byte its bits as eight bools in one int64, the lowest first."""
    bits = torch.arange(256, dtype=torch.uint8)[:, None] >> torch.arange(8, dtype=torch.uint8) & 1
    return bits.view(torch.int64).squeeze(1).to(device)


def tile_width(n_rows: int, n_words: int) -> int:
    """How many words a tile has; a multiple of 32."""
    fitting = max(MIN_TILE, TILE_ELEMENTS // max(1, n_rows))
    return min(fitting, n_words) // BITS * BITS or BITS


@dataclass(slots=True)
class _Running:
    """What is known of some rows after part of the vocabulary, each (rows, 1).

    `total` and `weighted` are the sums of e^d and d·e^d, where d is a logit less `best`.
    """

    best: Tensor
    word: Tensor
    second: Tensor
    total: Tensor
    weighted: Tensor
    picked: Tensor  # the highest rank: logit, and noise if there is any
    picked_logit: Tensor
    picked_word: Tensor
    top: Tensor  # the highest logit of all words, allowed or not
    top_word: Tensor

    def joined(self, other: _Running) -> _Running:
        """Of both parts; the other's words come after these."""
        best = torch.maximum(self.best, other.best)
        mine, theirs = self._moved_to(best), other._moved_to(best)
        is_better, is_picked = other.best > self.best, other.picked > self.picked
        is_top = other.top > self.top
        return _Running(
            best,
            torch.where(is_better, other.word, self.word),
            torch.maximum(
                torch.minimum(self.best, other.best), torch.maximum(self.second, other.second)
            ),
            mine[0] + theirs[0],
            mine[1] + theirs[1],
            torch.maximum(self.picked, other.picked),
            torch.where(is_picked, other.picked_logit, self.picked_logit),
            torch.where(is_picked, other.picked_word, self.picked_word),
            torch.maximum(self.top, other.top),
            torch.where(is_top, other.top_word, self.top_word),
        )

    def _moved_to(self, best: Tensor) -> tuple[Tensor, Tensor]:
        fall = self.best - best
        shrink = fall.exp()
        return self.total * shrink, (self.weighted + fall * self.total) * shrink

    def scores(self) -> Scores:
        """The proposals once the whole vocabulary has been seen."""
        confidence = (self.picked_logit - self.best).exp() / self.total
        rival = torch.where(self.picked_word == self.word, self.second, self.best)
        margin = confidence - (rival - self.best).exp() / self.total
        entropy = self.total.log() - self.weighted / self.total
        columns = (self.picked_word, confidence, margin, entropy)
        return Scores(*(column.squeeze(1) for column in columns))


def _score_tile(
    hidden: Tensor, head: Head, words: slice, allowed: Tensor | None, draw: Draw | None
) -> _Running:
    logits = linear(hidden, head.weight[words]).float()
    if words.start <= head.banned < words.stop:
        logits[:, head.banned - words.start] = FORBIDDEN
    if draw is not None and draw.is_tempered:
        logits *= draw.scale[:, None]
    top, top_word = logits.max(-1, keepdim=True)
    if allowed is not None:
        logits.masked_fill_(~unpack(allowed, words), FORBIDDEN)
    best, word = (top, top_word) if allowed is None else logits.max(-1, keepdim=True)
    picked, picked_word, picked_logit = best, word, best
    if draw is not None:
        ranked = torch.addcmul(logits, draw.weight[:, None], gumbel(draw, words))
        picked, picked_word = ranked.max(-1, keepdim=True)
        picked_logit = logits.gather(-1, picked_word)
    second = logits.scatter_(-1, word, FORBIDDEN).amax(-1, keepdim=True)
    fall = logits.scatter_(-1, word, best).sub_(best)
    share = fall.exp()
    return _Running(
        best,
        word + words.start,
        second,
        share.sum(-1, keepdim=True),
        torch.linalg.vecdot(share, fall).unsqueeze(1),
        picked,
        picked_logit,
        picked_word + words.start,
        top,
        top_word + words.start,
    )


def _kernels() -> ModuleType:
    from model.kernels import head_triton

    return head_triton
