"""Hidden states to proposals without ever writing the logits: on CUDA in Triton, elsewhere in plain torch.

Both read the output layer a tile of the vocabulary at a time and keep running sums (online softmax, Milakov
and Gimelshein, arXiv 1805.02867), so memory has no term rows × vocabulary.

Guarantees: a token is proposed only where it is allowed, and never the banned one; equal seeds draw equal
samples whatever the tiling; both implementations agree up to rounding, ties going to the lowest word. Does not
guarantee anything for a row without an allowed word.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from types import ModuleType

import torch
from torch import Tensor

from model.kernels.bits import BITS, unpack
from model.kernels.confidence import HAS_TRITON
from model.kernels.noise import Draw, gumbel
from model.kernels.output import FORBIDDEN, Head
from model.kernels.scores import Scores

__all__ = ["Draw", "Head", "propose", "propose_reference"]

TILE_ELEMENTS = 1 << 19  # 2 MiB of float32: what a core's caches hold beside the weights
MIN_TILE = 1024
MAX_ROWS = 256


def propose(
    hidden: Tensor, head: Head, allowed: Tensor | None = None, draw: Draw | None = None
) -> Scores:
    """Propose a token for each row of `hidden` (rows, width) and say how sure the network is.

    `allowed` (rows, words / 32) int32 has a bit for each word, the lowest first; the distribution is taken
    over those words; `favourite` is the best of all. `draw` makes tokens samples.
    """
    if hidden.is_cuda and HAS_TRITON:
        scores: Scores = _kernels().propose(hidden, head, allowed, draw)
        return scores
    return propose_reference(hidden, head, allowed, draw)


def propose_reference(
    hidden: Tensor, head: Head, allowed: Tensor | None = None, draw: Draw | None = None
) -> Scores:
    """`propose` in plain torch: what the kernel is tested against, and the way a CPU does it."""
    if len(hidden) > MAX_ROWS:
        return _in_parts(hidden, head, allowed, draw)
    width = tile_width(len(hidden), head.n_words)
    known = (
        _score_tile(logits.float(), words, head.banned, allowed, draw)
        for words, logits in head.tiles(hidden, width)
    )
    return reduce(_Running.joined, known).scores()


def _in_parts(hidden: Tensor, head: Head, allowed: Tensor | None, draw: Draw | None) -> Scores:
    """Part of the rows after the other, so that a tile stays small."""
    starts = range(0, len(hidden), MAX_ROWS)
    masks = [None if allowed is None else allowed[at : at + MAX_ROWS] for at in starts]
    draws = [None if draw is None else draw.of_rows(slice(at, at + MAX_ROWS)) for at in starts]
    parts = zip(hidden.split(MAX_ROWS), masks, draws, strict=True)
    return Scores.joined([propose_reference(rows, head, mask, some) for rows, mask, some in parts])


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
        columns = (self.picked_word, confidence, margin, entropy, self.top_word)
        token, confidence, margin, entropy, favourite = (part.squeeze(1) for part in columns)
        return Scores(token, confidence, margin, entropy, favourite=favourite)


def _score_tile(
    logits: Tensor, words: slice, banned: int, allowed: Tensor | None, draw: Draw | None
) -> _Running:
    """What one tile of logits, which it changes, tells."""
    if words.start <= banned < words.stop:
        logits[:, banned - words.start] = FORBIDDEN
    if draw is not None:
        logits *= draw.scale[:, None]
    top, top_word = logits.max(-1, keepdim=True)
    if allowed is not None:
        logits.masked_fill_(~unpack(allowed, words), FORBIDDEN)
    best, word = (top, top_word) if allowed is None else logits.max(-1, keepdim=True)
    picked, picked_word, picked_logit = best, word, best
    if draw is not None and bool(draw.weight.any()):
        ranked = torch.addcmul(logits, draw.weight[:, None], gumbel(draw, words))
        picked, picked_word = ranked.max(-1, keepdim=True)
        picked_logit = logits.gather(-1, picked_word)
    second = logits.scatter_(-1, word, FORBIDDEN).amax(-1, keepdim=True)
    fall = logits.scatter_(-1, word, best).sub_(best)
    share = fall.softmax(-1)  # several times faster than exp
    total = share.gather(-1, word).reciprocal_()
    return _Running(
        best,
        word + words.start,
        second,
        total,
        torch.linalg.vecdot(share, fall).unsqueeze(1) * total,
        picked,
        picked_logit,
        picked_word + words.start,
        top,
        top_word + words.start,
    )


def _kernels() -> ModuleType:
    from model.kernels import head_triton

    return head_triton
