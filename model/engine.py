"""The runtime: templates or token ids in, fillings or completions out.

    template → tokens → canvas → for each block:
        prefill what is committed
        denoise step = one forward → proposals, confidences → constrain → select → reveal / remask
        … until no mask is left → commit
    → filling

One forward does a whole step: tokens that are final but not yet cached (the prompt, the block before) are
read in front of the block's cells, and their keys and values are kept. So a canvas whose cells are all
confident costs one forward, and nothing is spent to commit the last block. Autoregression is the same loop
at block length 1. Text is continued by the same loop on cells without a template.

Guarantees: a batch gives the same fillings as its templates one by one; equal seeds give equal fillings.
An engine may be used from several threads; their forwards take turns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from threading import Lock
from time import perf_counter

import torch
from torch import Tensor

from model.backbone.decoder import Decoder
from model.backbone.lean import LeanDecoder
from model.cache import PagedCache, PagedWindow, Span, Window, n_shared
from model.cache import Sequence as CacheSequence
from model.canvas import Canvas
from model.completion import Completion, CompletionParams, CompletionStep
from model.constrain import Constraint, bans_of
from model.families.conventions import Conventions
from model.fill import Fill
from model.grammar import Shape, compile_grammar
from model.query import Kind, Query
from model.reading import PLANNER, Reading
from model.scoring import Scorer
from model.template_fill import TemplateFill
from model.text_fill import TextFill, open_text
from model.tokens import Vocabulary
from model.trace import Trace
from model.types import DecodeParams, DenoiseStep, Filling, Template, Usage
from model.visibility import attn_mask_of, tokens_of

Shaper = Callable[[Sequence[Fill], Sequence[Query], Sequence[Tensor]], Sequence[Tensor]]
"""Changes the logits of fills that share a forward: (cells, vocabulary) for each."""

Reads = tuple[Tensor, Tensor, Tensor | None, Window | PagedWindow]
"""What a network is given: ids, positions, mask and cache."""

MAX_GRAMMARS = 256  # some 30 KB each; of 400 questions 187 have a shape of their own
_COUNTED = {
    Kind.PREFILL: Usage(forwards=1, prefills=1),
    Kind.DENOISE: Usage(forwards=1, denoise_steps=1),
    Kind.COMMIT: Usage(forwards=1, commits=1),
}


class Engine:
    """A `LanguageModel` and a `TextModel` over a decoder, its tokens and its family's conventions."""

    def __init__(
        self,
        decoder: Decoder | LeanDecoder,
        tokens: Vocabulary,
        name: str,
        cache: PagedCache | None = None,
        conventions: Conventions = PLANNER,
    ) -> None:
        self.name, self.conventions = name, conventions
        self._decoder, self._tokens = decoder, tokens
        self._cache = cache or PagedCache()
        self._device = next(decoder.parameters()).device
        self._scorer = Scorer(decoder, tokens.vocab_size, tokens.mask_id)
        compiled = partial(compile_grammar, tokens=tokens, device=self._device)
        self._grammar = lru_cache(MAX_GRAMMARS)(compiled)
        self._turn = Lock()

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of this model."""
        return self._tokens

    def fill(self, template: Template, params: DecodeParams) -> Filling:
        """Fill one template."""
        return self.fill_many((template,), params)[0]

    def fill_many(self, templates: Sequence[Template], params: DecodeParams) -> list[Filling]:
        """Fill several templates, their denoise steps sharing forwards."""
        fills: list[TemplateFill] = []
        try:
            for template in templates:
                fills.append(self.open(template, params))
            self._run(fills)
            return [fill.filling() for fill in fills]
        finally:
            self.close(fills)

    def stream(self, template: Template, params: DecodeParams) -> Iterator[DenoiseStep]:
        """Fill one template, a denoise step at a time."""
        fill = self.open(template, params)
        try:
            trace = Trace(fill, template)
            while not fill.is_done:
                self.denoise([fill])
                yield trace.step()
            if not fill.usage.forwards:
                yield trace.step()
        finally:
            self.close([fill])

    def complete(
        self,
        prompts: Sequence[Sequence[int]],
        params: CompletionParams | Sequence[CompletionParams],
    ) -> list[Completion]:
        """Continue several prompts, their forwards shared; `params` are those of all or of each."""
        each = [params] * len(prompts) if isinstance(params, CompletionParams) else params
        fills: list[TextFill] = []
        try:
            for prompt, own in zip(prompts, each, strict=True):
                fills.append(self._open_text(prompt, own))
            self._run(fills)
            return [fill.completion() for fill in fills]
        finally:
            self.close(fills)

    def stream_complete(
        self, prompt: Sequence[int], params: CompletionParams
    ) -> Iterator[CompletionStep]:
        """Continue one prompt, a forward at a time; what was told as new is never taken back."""
        fill = self._open_text(prompt, params)
        try:
            while not fill.is_done:
                self.denoise([fill])
                yield fill.step()
            if not fill.usage.forwards:
                yield fill.step()
        finally:
            self.close([fill])

    @torch.inference_mode()
    def open(
        self, template: Template, params: DecodeParams, after: TemplateFill | None = None
    ) -> TemplateFill:
        """Template → tokens → canvas, and a place in the cache that keeps what is known of it.

        What a fill `after` which it goes on knows of the same template is known from the start. Whoever
        drives a fill step by step, as recipes do, closes it in the end.
        """
        started = perf_counter()
        reading = Reading.of(self.conventions, params.block_length)
        canvas = Canvas(template, self._tokens, self._device, reading.grid)
        grammar = self._grammar(Shape.of(template, canvas.spans, canvas.n_cells))
        bans = bans_of(template, canvas.spans, self._tokens).to(self._device)
        fill = TemplateFill(canvas, Constraint(grammar, canvas, bans), params, reading)
        if after is not None:
            fill.learn_from(after)
        self._place(fill, started)
        return fill

    @torch.inference_mode()
    def _open_text(self, prompt: Sequence[int], params: CompletionParams) -> TextFill:
        """Ids → cells, and a place in the cache that keeps what is known of them."""
        started = perf_counter()
        fill = open_text(prompt, params, self.conventions, self._tokens, self._device)
        self._place(fill, started)
        return fill

    def _place(self, fill: Fill, started: float) -> None:
        if not fill.is_done:
            self.resume(fill)
        n_cached = min(len(fill.sequence.tokens), fill.canvas.n_prompt)
        fill.usage += Usage(cached_tokens=n_cached, seconds=perf_counter() - started)

    def resume(self, fill: Fill) -> None:
        """Give a new or closed fill a place in the cache, with all that is kept of its tokens."""
        known = fill.canvas.sequence[: fill.n_kept].tolist()
        grain = fill.reading.grain(fill.canvas.n_prompt)
        with self._turn:
            fill.sequence = self._cache.open(known, fill.canvas.n_tokens, grain)

    def close(self, fills: Sequence[Fill]) -> None:
        """Give the fills' places in the cache back."""
        with self._turn:
            for fill in fills:
                if not fill.keeps_exactly:
                    self._cache.reopen(fill.sequence, 0)
                self._cache.close(fill.sequence)
                fill.sequence = CacheSequence()  # another fill may take the old one over

    def _run(self, fills: Sequence[Fill]) -> None:
        while live := [fill for fill in fills if not fill.is_done]:
            self.denoise(live)

    @torch.inference_mode()
    def follow(self, leader: TemplateFill, fills: Sequence[TemplateFill]) -> None:
        """Let newly opened fills of the leader's template go on from where it stands, each in its own way."""
        for fill in fills:
            fill.adopt(leader)
            with self._turn:
                self._cache.copy(leader.sequence, fill.sequence)

    @torch.inference_mode()
    def denoise(self, fills: Sequence[Fill], shaper: Shaper | None = None) -> None:
        """One forward for all fills, and the update of each, from the logits as the shaper leaves them."""
        started = perf_counter()
        with self._turn:
            queries = [self._query(fill) for fill in fills]
            states = self._forward(fills, queries)
            said = [] if shaper else self._scorer.said(fills, queries, states)
        if shaper:
            said = [*shaper(fills, queries, self._scorer.logits(states))]
        for fill, query, answer in zip(fills, queries, said, strict=True):
            fill.update(query, answer)
        spent = Usage(seconds=perf_counter() - started)
        for fill, query in zip(fills, queries, strict=True):
            fill.usage += _COUNTED[query.kind] + spent

    @torch.inference_mode()
    def ask(self, fill: Fill, make: Callable[[int], Query]) -> Tensor:
        """What one forward says of the cells of a query of the caller's own: (cells, vocabulary).

        `make` gets the number of tokens that are kept. The fill's cells stay as they are. What the query
        reads as final is kept for the next one, as far as the cells still hold it then.
        """
        started = perf_counter()
        with self._turn:
            n_same = n_shared(fill.sequence.tokens, fill.canvas.sequence.tolist())
            self._cache.reopen(fill.sequence, min(n_same, fill.n_kept))
            query = make(len(fill.sequence.tokens))
            (logits,) = self._scorer.logits(self._forward([fill], [query]))
        fill.usage += _COUNTED[query.kind] + Usage(seconds=perf_counter() - started)
        return logits

    def _query(self, fill: Fill) -> Query:
        self._cache.reopen(fill.sequence, fill.n_kept)
        return fill.query()

    def _forward(self, fills: Sequence[Fill], queries: Sequence[Query]) -> Sequence[Tensor]:
        """Read what each fill asks for and keep what is final; the rows that speak of its cells."""
        ids, positions = tokens_of([fill.canvas.sequence for fill in fills], queries)
        spans = [Span(query.start, query.stop, query.reach, query.places) for query in queries]
        window = self._cache.window([fill.sequence for fill in fills], ids.shape[1], spans)
        reads = (ids, positions, attn_mask_of(queries, self._device), window)
        states = self._states(reads, queries)
        for fill, query in zip(fills, queries, strict=True):
            final = fill.canvas.sequence[query.start : query.start + query.n_final]
            self._cache.commit(fill.sequence, final.tolist())
        return states

    def _states(self, reads: Reads, queries: Sequence[Query]) -> Sequence[Tensor]:
        """The rows that speak of each fill's cells; a network that can computes no others to the end."""
        first = queries[0].rows
        if len(queries) == 1 and len(first) and isinstance(self._decoder, LeanDecoder):
            hidden: Tensor = self._decoder(*reads, first)
            return hidden.unbind()
        hidden = self._decoder(*reads)
        return [states[query.rows] for states, query in zip(hidden, queries, strict=True)]
