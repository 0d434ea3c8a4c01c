"""The output layer of a network, apart from how it is scored."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy

import torch
from torch import Tensor
from torch.nn.functional import linear

from model.kernels.product import Product, can_lay_out

FORBIDDEN = -1e30  # finite, so that no difference of two of them is NaN
LAID_OUT_TILE = 8192


class Head:
    """The output layer, read a tile of the vocabulary at a time.

    `weight` is (words, width). Only the first `n_words` words count, and of them `banned` (-1: none) does not.
    """

    def __init__(self, weight: Tensor, banned: int = -1) -> None:
        self.weight: Tensor | None = weight
        self.n_words, self.banned = weight.shape[0], banned
        self._tiles: tuple[Product, ...] = ()

    @classmethod
    def laid_out(cls, weight: Tensor) -> Head:
        """A layer whose weights are laid out for the processor, where there is such a layout."""
        head = cls(weight)
        if can_lay_out(weight):
            head._tiles = tuple(Product(part) for part in weight.split(LAID_OUT_TILE))
            head.weight = None
        return head

    def limited(self, n_words: int, banned: int = -1) -> Head:
        """The same layer for a vocabulary without the words behind, and one in it that is never proposed."""
        head = copy(self)
        head.n_words, head.banned = min(n_words, self.n_words), banned
        return head

    def logits(self, hidden: Tensor) -> Tensor:
        """The scores of every word that counts (rows, words); the banned one's is -inf."""
        logits = torch.cat([part for _, part in self.tiles(hidden, self.n_words)], -1)
        if self.banned >= 0:
            logits[..., self.banned] = -torch.inf
        return logits

    def tiles(self, hidden: Tensor, width: int) -> Iterator[tuple[slice, Tensor]]:
        """The logits of one tile after the other; of `width` words each, or as they were laid out."""
        if self.weight is None:
            width = LAID_OUT_TILE
        for first in range(0, self.n_words, width):
            words = slice(first, min(first + width, self.n_words))
            if self.weight is None:
                yield words, self._tiles[first // width](hidden)[..., : words.stop - first]
            else:
                yield words, linear(hidden, self.weight[words])
