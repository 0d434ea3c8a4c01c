"""The paged cache of keys and values: what earlier forwards computed for tokens that are final.

Guarantees: a sequence keeps exactly the tokens in `Sequence.tokens`, read in the grain of the sequence, so
their beginning can serve any later fill of the same grain that begins with the same tokens. A sequence whose
pages lie side by side is read as a view, without a copy. Rows that a forward adds stand where it read them,
behind the kept ones as a rule, and are overwritten by the next forward there unless they are committed.
"""

from __future__ import annotations

from collections.abc import Sequence as Rows
from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple

import torch
from torch import Tensor

from model.errors import ModelError


class CacheFullError(ModelError):
    """More tokens than the cache has pages for."""


class Grain(NamedTuple):
    """How tokens were read: in blocks of `length`, each of which saw itself both ways; 1 is causally.

    The first block has `first` tokens, or the whole length where that is 0.
    """

    length: int = 1
    first: int = 0

    def whole(self, n_tokens: int) -> int:
        """How many of the tokens lie in whole blocks."""
        if n_tokens < self.first:
            return 0
        return n_tokens - (n_tokens - self.first) % self.length


CAUSAL = Grain()


class Span(NamedTuple):
    """What a forward reads of a sequence, and up to where its rows may attend, counted in tokens.

    With `places` only those of the tokens from `start` to `stop` are read.
    """

    start: int
    stop: int
    reach: int
    places: Tensor | None = None

    def read(self) -> Tensor:
        """The places of the tokens that are read."""
        return torch.arange(self.start, self.stop) if self.places is None else self.places.cpu()


@dataclass(eq=False, slots=True)
class Sequence:
    """The tokens whose keys and values are kept, and the pages they lie on, in order."""

    tokens: list[int] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    grain: Grain = CAUSAL
    is_busy: bool = True

    @property
    def is_contiguous(self) -> bool:
        """Whether the pages lie side by side."""
        return self.pages == list(range(self.pages[0], self.pages[0] + len(self.pages)))


class PagedCache:
    """A pool of pages, shared by sequences of any length.

    Storage appears with the first forward. The pool starts with `n_pages` and doubles, up to `max_pages`,
    when busy sequences need more than that.
    """

    def __init__(self, n_pages: int = 64, page_length: int = 64, max_pages: int = 1024) -> None:
        self.n_pages, self.page_length, self.max_pages = n_pages, page_length, max_pages
        self._free = set(range(n_pages))
        self._sequences: list[Sequence] = []  # idle ones from the longest unused on
        self._layers: list[tuple[Tensor, Tensor]] = []  # each (1, heads, tokens, head width)

    def open(self, tokens: list[int], n_tokens: int, grain: Grain = CAUSAL) -> Sequence:
        """A sequence for `n_tokens` that keeps what is cached of `tokens`.

        An idle sequence is taken over when at least half of it is kept.
        """
        idle = [s for s in self._sequences if not s.is_busy and s.grain == grain]
        source = max(idle, key=lambda s: n_shared(s.tokens, tokens), default=Sequence())
        kept = grain.whole(n_shared(source.tokens, tokens))
        is_worth = 2 * kept >= len(source.tokens) > 0
        sequence = source if is_worth else Sequence(grain=grain)
        if sequence is source:
            self._sequences.remove(sequence)
            self.reopen(sequence, kept)
        sequence.is_busy = True
        self.reserve(sequence, n_tokens)
        self._sequences.append(sequence)
        return sequence

    def close(self, sequence: Sequence) -> None:
        """Let the pages go when they are needed; until then the tokens may serve as a prefix."""
        sequence.is_busy = False

    def commit(self, sequence: Sequence, tokens: list[int]) -> None:
        """Keep the first rows of the last forward: those of `tokens`, read in the sequence's grain."""
        sequence.tokens += tokens

    def reopen(self, sequence: Sequence, n_kept: int) -> None:
        """Drop the keys and values behind the first `n_kept` tokens."""
        del sequence.tokens[n_kept:]

    def copy(self, source: Sequence, target: Sequence) -> None:
        """Let `target` keep what `source` keeps, on pages of its own."""
        self.reserve(target, len(source.tokens))
        places = torch.arange(len(source.tokens))
        there, here = self.slots(source, places), self.slots(target, places)
        for stored in (tensor for pair in self._layers for tensor in pair):
            stored[:, :, here.to(stored.device)] = stored[:, :, there.to(stored.device)]
        target.tokens, target.grain = list(source.tokens), source.grain

    def window(
        self, sequences: Rows[Sequence], n_rows: int, spans: Rows[Span] | None = None
    ) -> Window | PagedWindow:
        """The cache as a forward sees it that reads `n_rows` of each sequence, or at most so many.

        Without `spans` these are the rows that follow the kept ones.
        """
        if spans is None:
            starts = [len(sequence.tokens) for sequence in sequences]
            spans = [Span(start, start + n_rows, start + n_rows) for start in starts]
        for sequence, span in zip(sequences, spans, strict=True):
            self.reserve(sequence, span.reach)
        if len(sequences) == 1 and sequences[0].is_contiguous and spans[0].places is None:
            return Window(self, sequences[0], spans[0])
        return PagedWindow(self, sequences, n_rows, spans)

    def layer(self, layer: int, like: Tensor) -> tuple[Tensor, Tensor]:
        """The storage of a layer's keys and values."""
        if layer == len(self._layers):
            # Zeros and not empty: masked rows are read too, and 0 x NaN is NaN.
            shape = (1, like.shape[1], self.n_pages * self.page_length, like.shape[3])
            self._layers.append((like.new_zeros(shape), like.new_zeros(shape)))
        return self._layers[layer]

    def reserve(self, sequence: Sequence, n_tokens: int) -> None:
        """Give the sequence pages for `n_tokens`, side by side where possible."""
        n_pages = max(1, -(-n_tokens // self.page_length))
        n_more = n_pages - len(sequence.pages)
        if n_more <= 0:
            return
        self._evict(n_more)
        behind = sequence.pages[-1] + 1 if sequence.pages else self.n_pages
        following = range(behind, behind + n_more)
        if self._free.issuperset(following):
            self._take(sequence, following)
        elif run := self._run(n_pages):
            self._move(sequence, run)
        else:
            self._take(sequence, sorted(self._free)[:n_more])

    def _evict(self, n_pages: int) -> None:
        for sequence in [s for s in self._sequences if not s.is_busy]:
            if len(self._free) >= n_pages:
                return
            self._free.update(sequence.pages)
            self._sequences.remove(sequence)
        while len(self._free) < n_pages and self.n_pages < self.max_pages:
            self._add_pages(min(self.n_pages, self.max_pages - self.n_pages))
        if len(self._free) < n_pages:
            raise CacheFullError(
                f"{n_pages} more pages of {self.page_length} tokens are needed, {len(self._free)} of "
                f"{self.n_pages} are free; fill fewer templates at once or give the cache more pages"
            )

    def _add_pages(self, n_pages: int) -> None:
        self._free.update(range(self.n_pages, self.n_pages + n_pages))
        self.n_pages += n_pages
        for layer, (keys, values) in enumerate(self._layers):
            more = keys.new_zeros(1, keys.shape[1], n_pages * self.page_length, keys.shape[3])
            self._layers[layer] = torch.cat((keys, more), 2), torch.cat((values, more), 2)

    def _run(self, n_pages: int) -> range | None:
        starts = (range(page, page + n_pages) for page in sorted(self._free))
        return next((run for run in starts if self._free.issuperset(run)), None)

    def _take(self, sequence: Sequence, pages: Rows[int]) -> None:
        sequence.pages += pages
        self._free.difference_update(pages)

    def _move(self, sequence: Sequence, run: range) -> None:
        if sequence.tokens:
            self._copy_to(sequence, run.start * self.page_length)
        self._free.update(sequence.pages)
        sequence.pages = []
        self._take(sequence, run)

    def _copy_to(self, sequence: Sequence, start: int) -> None:
        slots = self.slots(sequence, torch.arange(len(sequence.tokens)))
        for stored in (tensor for pair in self._layers for tensor in pair):
            kept = stored[:, :, slots.to(stored.device)]
            stored.narrow(2, start, kept.shape[2]).copy_(kept)

    def slots(self, sequence: Sequence, places: Tensor) -> Tensor:
        """Where in the storage the sequence's token at each place lies; places too far fall on the last page."""
        if not sequence.pages:
            return places
        pages = torch.tensor(sequence.pages)
        page = (places // self.page_length).clamp(max=len(sequence.pages) - 1)
        return pages[page] * self.page_length + places % self.page_length


class IndexedWindow:
    """Rows of the storage by number: `read` (sequences, attended) and `write` (rows) on its device."""

    def __init__(self, cache: PagedCache, read: Tensor, write: Tensor) -> None:
        self.cache, self.read, self.write = cache, read, write

    def extend(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Write the rows of this forward; return all that may be attended to."""
        keys, values = (self._gathered(stored) for stored in self.store(layer, k, v))
        return keys, values

    def store(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Write the rows of this forward; return the storage itself (heads, storage rows, head width)."""
        keys, values = (stored[0] for stored in self.cache.layer(layer, k))
        for stored, new in ((keys, k), (values, v)):
            stored.index_copy_(1, self.write, self._written(new.transpose(0, 1).flatten(1, 2)))
        return keys, values

    def _gathered(self, stored: Tensor) -> Tensor:
        found = stored.index_select(1, self.read.flatten())
        return found.view(found.shape[0], *self.read.shape, -1).transpose(0, 1)

    def _written(self, rows: Tensor) -> Tensor:
        """The rows (heads, rows, head width) to write."""
        return rows


class Window:
    """One sequence on neighbouring pages: new rows are written in place and all are read as a view."""

    def __init__(self, cache: PagedCache, sequence: Sequence, span: Span) -> None:
        self._cache = cache
        self._start = sequence.pages[0] * cache.page_length
        self._at, self._n_rows = self._start + span.start, span.stop - span.start
        self._n_all = span.reach

    def extend(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Write the rows of this forward; return all that may be attended to."""
        keys, values = self._cache.layer(layer, k)
        keys.narrow(2, self._at, self._n_rows).copy_(k)
        values.narrow(2, self._at, self._n_rows).copy_(v)
        return keys.narrow(2, self._start, self._n_all), values.narrow(2, self._start, self._n_all)

    def indexed(self, device: torch.device) -> IndexedWindow:
        """The same window by numbers of rows."""
        read = torch.arange(self._start, self._start + self._n_all, device=device)
        write = torch.arange(self._at, self._at + self._n_rows, device=device)
        return IndexedWindow(self._cache, read[None], write)


class PagedWindow(IndexedWindow):
    """Several sequences, or one on scattered pages: rows are found through the page tables.

    The rows with which a short sequence is padded are not written, since what an earlier forward left
    there may still be read.
    """

    def __init__(
        self, cache: PagedCache, sequences: Rows[Sequence], n_rows: int, spans: Rows[Span]
    ) -> None:
        every = torch.arange(max(span.reach for span in spans))
        read = torch.stack([cache.slots(sequence, every) for sequence in sequences])
        new = [cache.slots(s, span.read()) for s, span in zip(sequences, spans, strict=True)]
        super().__init__(cache, read, torch.cat(new))
        taken = [torch.arange(len(rows)) + n * n_rows for n, rows in enumerate(new)]
        self._taken = None if len(self.write) == n_rows * len(new) else torch.cat(taken)

    def store(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Write the rows of this forward; return the storage itself (heads, storage rows, head width)."""
        if self.read.device != k.device:
            self.read, self.write = self.read.to(k.device), self.write.to(k.device)
            self._taken = None if self._taken is None else self._taken.to(k.device)
        return super().store(layer, k, v)

    def indexed(self, device: torch.device) -> IndexedWindow | None:
        """The same window without padded rows; None where there are some."""
        if self._taken is not None:
            return None
        return IndexedWindow(self.cache, self.read.to(device), self.write.to(device))

    def _written(self, rows: Tensor) -> Tensor:
        return rows if self._taken is None else rows.index_select(1, self._taken)


def n_shared(cached: Rows[int], tokens: Rows[int]) -> int:
    """How many tokens two sequences have in common from the start."""
    if cached == tokens[: len(cached)]:
        return len(cached)
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(cached, tokens, strict=False))
    )
