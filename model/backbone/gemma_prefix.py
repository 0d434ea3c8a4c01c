"""Kept keys and values of one sequence, where layers differ in width and in how far they look back.

Guarantees: a layer with a window keeps only what a later row can still see, so its memory does not grow
with the text. Rows that are only shown stand behind the kept ones and are overwritten by the next call.
Not covered: rewinding. A window has forgotten what lay before it, so a prefix can only be continued.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from torch import Tensor


class KeptRows:
    """Rows (heads, rows, width), of which at most the last `limit` are kept; None keeps all."""

    def __init__(self, limit: int | None) -> None:
        self.limit, self.n_kept = limit, 0
        self._places: Tensor | None = None

    def show(self, new: Tensor) -> Tensor:
        """What is kept, with the new rows (heads, rows, width) behind it."""
        n_all = self.n_kept + new.shape[1]
        places = self._room(n_all, new)
        places[:, self.n_kept : n_all] = new
        return places[:, :n_all]

    def keep(self, n_new: int) -> None:
        """Keep the rows shown last."""
        self.n_kept += n_new
        if self._places is None or self.limit is None or self.n_kept <= self.limit:
            return
        last = self._places[:, self.n_kept - self.limit : self.n_kept]
        self._places[:, : self.limit] = last.clone()  # the two may overlap
        self.n_kept = self.limit

    @property
    def n_bytes(self) -> int:
        """The memory taken, room for further rows included."""
        return 0 if self._places is None else self._places.nbytes

    def _room(self, n_places: int, like: Tensor) -> Tensor:
        places = self._places
        if places is not None and places.shape[1] >= n_places:
            return places
        spare = 0 if self.limit is not None else n_places // 2
        self._places = like.new_empty(like.shape[0], n_places + spare, like.shape[2])
        if places is not None:
            self._places[:, : self.n_kept] = places[:, : self.n_kept]
        return self._places


@dataclass(frozen=True, slots=True)
class LayerPrefix:
    """What one layer keeps of a sequence."""

    keys: KeptRows
    values: KeptRows

    def show(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """All keys and values that may be attended to, these (heads, rows, d_head) the last."""
        return self.keys.show(k), self.values.show(v)

    def keep(self, n_new: int) -> None:
        """Keep the rows shown last."""
        self.keys.keep(n_new)
        self.values.keep(n_new)


class Prefix:
    """The keys and values of the first tokens of one sequence, each read causally after those before it.

    `windows` says for each layer how many tokens a row sees, itself included; None means all.
    """

    def __init__(self, windows: Iterable[int | None]) -> None:
        self.tokens: list[int] = []
        self.layers = tuple(_layer(window) for window in windows)

    @property
    def n_bytes(self) -> int:
        """The memory taken, room for further rows included."""
        kept = (rows for layer in self.layers for rows in (layer.keys, layer.values))
        return sum(rows.n_bytes for rows in kept)


def _layer(window: int | None) -> LayerPrefix:
    limit = None if window is None else window - 1
    return LayerPrefix(KeptRows(limit), KeptRows(limit))
