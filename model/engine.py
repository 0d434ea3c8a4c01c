"""The runtime: templates in, fillings out.

    template → tokens → canvas → for each block:
        prefill what is committed
        denoise step = one forward → proposals, confidences → constrain → select → reveal / remask
        … until no mask is left → commit
    → filling

One forward does a whole step: tokens that are final but not yet cached (the prompt, the block before) are
read causally in front of the block's cells, and their keys and values are kept. So a canvas whose cells are
all confident costs one forward, and nothing is spent to commit the last block. Autoregression is the same
loop at block length 1.

Guarantees: a batch gives the same fillings as its templates one by one; equal seeds give equal fillings.
An engine may be used from several threads; their forwards take turns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from threading import Lock
from time import perf_counter

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from model.backbone.decoder import Decoder
from model.cache import PagedCache
from model.canvas import Canvas
from model.constrain import Constraint, bans_of
from model.fill import Fill, Query
from model.grammar import Shape, compile_grammar
from model.tokens import Tokens
from model.trace import Trace
from model.types import DecodeParams, DenoiseStep, Filling, Template, Usage

MAX_GRAMMARS = 64


class Engine:
    """A `LanguageModel` over a decoder and its tokens."""

    def __init__(
        self, decoder: Decoder, tokens: Tokens, name: str, cache: PagedCache | None = None
    ) -> None:
        self.name = name
        self._decoder, self._tokens = decoder, tokens
        self._cache = cache or PagedCache()
        self._device = next(decoder.parameters()).device
        self._n_words = tokens.vocab_size  # networks may be padded to more
        compiled = partial(compile_grammar, tokens=tokens, device=self._device)
        self._grammar = lru_cache(MAX_GRAMMARS)(compiled)
        self._turn = Lock()

    def fill(self, template: Template, params: DecodeParams) -> Filling:
        """Fill one template."""
        return self.fill_many((template,), params)[0]

    def fill_many(self, templates: Sequence[Template], params: DecodeParams) -> list[Filling]:
        """Fill several templates, their denoise steps sharing forwards."""
        fills: list[Fill] = []
        try:
            for template in templates:
                fills.append(self._open(template, params))
            while live := [fill for fill in fills if not fill.is_done]:
                self._denoise(live)
            return [fill.filling() for fill in fills]
        finally:
            self._close(fills)

    def stream(self, template: Template, params: DecodeParams) -> Iterator[DenoiseStep]:
        """Fill one template, a denoise step at a time."""
        fill = self._open(template, params)
        try:
            trace = Trace(fill, template)
            while not fill.is_done:
                self._denoise([fill])
                yield trace.step()
            if not fill.usage.forwards:
                yield trace.step()
        finally:
            self._close([fill])

    @torch.inference_mode()
    def _open(self, template: Template, params: DecodeParams) -> Fill:
        """Template → tokens → canvas, and a place in the cache that keeps what is known of it."""
        started = perf_counter()
        canvas = Canvas(template, self._tokens, self._device)
        grammar = self._grammar(Shape.of(template, canvas.spans, canvas.n_cells))
        bans = bans_of(template, canvas.spans, self._tokens).to(self._device)
        fill = Fill(canvas, Constraint(grammar, canvas, bans), params)
        if not fill.is_done:
            known = canvas.sequence[: fill.n_known].tolist()
            with self._turn:
                fill.sequence = self._cache.open(known, len(canvas.sequence))
        n_cached = min(len(fill.sequence.tokens), canvas.n_prompt)
        fill.usage += Usage(cached_tokens=n_cached, seconds=perf_counter() - started)
        return fill

    def _close(self, fills: Sequence[Fill]) -> None:
        with self._turn:
            for fill in fills:
                self._cache.close(fill.sequence)

    @torch.inference_mode()
    def _denoise(self, fills: Sequence[Fill]) -> None:
        """One forward for all fills, and the update of each."""
        started = perf_counter()
        with self._turn:
            queries = [self._query(fill) for fill in fills]
            logits = self._forward(fills, queries)
        for fill, query, scored in zip(fills, queries, logits, strict=True):
            fill.update(query, scored)
        spent = Usage(forwards=1, denoise_steps=1, seconds=perf_counter() - started)
        for fill in fills:
            fill.usage += spent

    def _query(self, fill: Fill) -> Query:
        self._cache.reopen(fill.sequence, fill.n_known)
        return fill.query()

    def _forward(self, fills: Sequence[Fill], queries: Sequence[Query]) -> Sequence[Tensor]:
        """Read what each fill asks for, keep what is final, score the cells that may be revealed."""
        n_rows = max(query.stop - query.start for query in queries)
        window = self._cache.window([fill.sequence for fill in fills], n_rows)
        ids, positions = _rows(fills, queries, n_rows)
        hidden = self._decoder(ids, positions, _visible(queries, n_rows, self._device), window)
        scored = []
        for fill, query, states in zip(fills, queries, hidden, strict=True):
            final = fill.canvas.sequence[query.start : query.start + query.n_causal]
            self._cache.commit(fill.sequence, final.tolist())
            scored.append(states[query.rows])
        logits = self._decoder.logits(torch.cat(scored))[:, : self._n_words]
        logits[:, self._tokens.mask_id] = -torch.inf  # the mask is not a word to fill in
        return logits.split_with_sizes([states.shape[0] for states in scored])


def _rows(fills: Sequence[Fill], queries: Sequence[Query], n_rows: int) -> tuple[Tensor, Tensor]:
    """The ids and positions (fills, rows) to read; short ones are padded with what nobody attends to."""
    read = [f.canvas.sequence[q.start : q.stop] for f, q in zip(fills, queries, strict=True)]
    device = read[0].device
    places = [torch.arange(q.start, q.start + n_rows, device=device) for q in queries]
    if len(read) == 1:
        return read[0][None], places[0][None]
    return pad_sequence(read, batch_first=True), torch.stack(places)


def _visible(queries: Sequence[Query], n_rows: int, device: torch.device) -> Tensor | None:
    """Who may attend to whom (fills, 1, rows, attended): every row sees all tokens up to a limit.

    The limit of a causal row is the row itself, that of a block's row the end of the block.
    """
    if len(queries) == 1 and (queries[0].n_causal == 0 or n_rows == 1):
        return None
    rows = torch.arange(n_rows, device=device)
    limits = [
        torch.where(rows < query.n_causal, rows + (query.start + 1), query.stop)
        for query in queries
    ]
    n_attended = max(query.start for query in queries) + n_rows
    attended = torch.arange(n_attended, device=device)
    return (attended < torch.stack(limits)[:, :, None])[:, None]
