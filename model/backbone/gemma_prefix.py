"""Kept keys and values of one sequence, where layers differ in width and in how far they look back.

Guarantees: a layer with a window keeps only what a later row can still see, and `SPARE` rows before that, so
its memory does not grow with the text. Rows that are only shown stand behind the kept ones and are
overwritten by the next call. A prefix can be rewound as long as its windows still hold what was seen there:
over `SPARE` tokens at least.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from torch import Tensor

SPARE = 512


class KeptRows:
    """Rows (heads, rows, width), of which the last `limit` are shown; None shows all."""

    def __init__(self, limit: int | None, spare: int = SPARE) -> None:
        self.limit, self.spare = limit, spare
        self.n_kept = self._n_stored = 0
        self._places: Tensor | None = None

    def show(self, new: Tensor) -> Tensor:
        """The last kept rows, with the new ones (heads, rows, width) behind them."""
        n_all = self._n_stored + new.shape[1]
        places = self._room(n_all, new)
        places[:, self._n_stored : n_all] = new
        return places[:, self._n_stored - self._n_seen(self.n_kept) : n_all]

    def keep(self, n_new: int) -> None:
        """Keep the rows shown last."""
        self.n_kept += n_new
        self._n_stored += n_new
        if self._places is None or self.limit is None:
            return
        n_over = self._n_stored - self.limit - self.spare
        if n_over > 0:
            self._n_stored -= n_over
            last = self._places[:, n_over : n_over + self._n_stored]
            self._places[:, : self._n_stored] = last.clone()  # the two may overlap

    def can_rewind(self, n_kept: int) -> bool:
        """Whether what was seen behind the first `n_kept` rows is still there."""
        return self._n_stored - (self.n_kept - n_kept) >= self._n_seen(n_kept)

    def rewind(self, n_kept: int) -> None:
        """Forget all but the first `n_kept` rows."""
        self._n_stored -= self.n_kept - n_kept
        self.n_kept = n_kept

    @property
    def n_bytes(self) -> int:
        """The memory taken, room for further rows included."""
        return 0 if self._places is None else self._places.nbytes

    def _n_seen(self, n_kept: int) -> int:
        return n_kept if self.limit is None else min(self.limit, n_kept)

    def _room(self, n_places: int, like: Tensor) -> Tensor:
        places = self._places
        if places is not None and places.shape[1] >= n_places:
            return places
        more = n_places // 2 if self.limit is None else 0
        self._places = like.new_empty(like.shape[0], n_places + more, like.shape[2])
        if places is not None:
            self._places[:, : self._n_stored] = places[:, : self._n_stored]
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

    def can_rewind(self, n_tokens: int) -> bool:
        """Whether the first `n_tokens` can still be continued."""
        return all(layer.keys.can_rewind(n_tokens) for layer in self.layers)

    def rewind(self, n_tokens: int) -> None:
        """Forget all but the first `n_tokens`."""
        del self.tokens[n_tokens:]
        for rows in self._rows():
            rows.rewind(n_tokens)

    @property
    def n_bytes(self) -> int:
        """The memory taken, room for further rows included."""
        return sum(rows.n_bytes for rows in self._rows())

    def _rows(self) -> Iterable[KeptRows]:
        return (rows for layer in self.layers for rows in (layer.keys, layer.values))


def _layer(window: int | None) -> LayerPrefix:
    limit = None if window is None else window - 1
    return LayerPrefix(KeptRows(limit), KeptRows(limit))
