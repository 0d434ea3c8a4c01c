"""The runtime for uniform noise: the doors of `model/engine.py`, over a network without a mask token.

    template or token ids → prefix → for each canvas of random words:
        denoise step = one forward over the canvas, behind the kept prefix
            → proposals → constrain → accept the surest → renoise the rest
        … until settled or out of steps → the likeliest words are final → read into the prefix with the
          next canvas's first step
    → filling or completion

Guarantees: a batch gives the same answers as its requests one by one, each with its own seed; equal seeds
give equal answers. An engine may be used from several threads; their forwards take turns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from threading import Lock
from time import perf_counter

import torch
from torch import Tensor

from model.backbone.gemma import Gemma
from model.backbone.gemma_layers import Reading
from model.backbone.gemma_prefix import Prefix
from model.canvas import Canvas
from model.completion import Completion, CompletionParams, CompletionStep
from model.constrain import Constraint, bans_of
from model.errors import ModelError
from model.families.conventions import Conventions
from model.grammar import Shape, compile_grammar
from model.tokens import Vocabulary
from model.trace import Trace
from model.types import DecodeParams, DenoiseStep, Filling, Template, Usage
from model.uniform.continuation import Continuation, Plan
from model.uniform.filling import Manner, UniformFill
from model.uniform.noise import NoiseSource, SeededNoise
from model.uniform.prefixes import IdlePrefixes
from model.uniform.request import Request

MAX_GRAMMARS = 64
MAX_READ = 1024  # final rows of one sequence in one forward


class UniformEngine:
    """A `LanguageModel` and a `TextModel` over a DiffusionGemma.

    `noise_of` gives the randomness of a request from its seed.
    """

    def __init__(
        self,
        network: Gemma,
        tokens: Vocabulary,
        conventions: Conventions,
        name: str,
        noise_of: Callable[[int], NoiseSource] | None = None,
    ) -> None:
        self.name, self.conventions = name, conventions
        self._network, self._tokens = network, tokens
        self._device = network.embed_tokens.weight.device
        self._noise_of = noise_of or (lambda seed: SeededNoise(seed, network.vocab_size))
        compiled = partial(compile_grammar, tokens=tokens, device=self._device)
        self._grammar = lru_cache(MAX_GRAMMARS)(compiled)
        self._idle = IdlePrefixes()
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
        fills = [self._open(template, params) for template in templates]
        self._finish(fills)
        return [fill.filling() for fill in fills]

    def stream(self, template: Template, params: DecodeParams) -> Iterator[DenoiseStep]:
        """Fill one template, a denoise step at a time."""
        fill = self._open(template, params)
        trace = Trace(fill, template)
        while not fill.is_done:
            self._denoise([fill])
            yield trace.step()
        if not fill.usage.forwards:
            yield trace.step()
        self._close([fill])

    def complete(
        self,
        prompts: Sequence[Sequence[int]],
        params: CompletionParams | Sequence[CompletionParams],
    ) -> list[Completion]:
        """Continue several prompts in one batch, with params of all or of each: the same as one by one."""
        each = [params] * len(prompts) if isinstance(params, CompletionParams) else params
        requests = [self._open_text(*pair) for pair in zip(prompts, each, strict=True)]
        self._finish(requests)
        return [request.completion() for request in requests]

    def stream_complete(
        self, prompt: Sequence[int], params: CompletionParams
    ) -> Iterator[CompletionStep]:
        """Continue one prompt, a forward at a time; what was told as new is never taken back."""
        request = self._open_text(prompt, params)
        while not request.is_done:
            before = request.said
            self._denoise([request])
            yield request.step(before)
        self._close([request])

    @torch.inference_mode()
    def _open(self, template: Template, params: DecodeParams) -> UniformFill:
        """Template → tokens → canvas, behind what is kept of its prompt."""
        started = perf_counter()
        manner = Manner.of(params, self.conventions.block_length, self.conventions.decoder)
        canvas = Canvas(template, self._tokens, self._device)
        grammar = self._grammar(Shape.of(template, canvas.spans, canvas.n_cells))
        bans = bans_of(template, canvas.spans, self._tokens).to(self._device)
        fill = UniformFill(
            canvas,
            Constraint(grammar, canvas, bans),
            manner,
            self._noise_of(params.seed),
            self._prefix(canvas.sequence[: canvas.n_prompt].tolist()),
            self._network,
        )
        fill.usage += Usage(seconds=perf_counter() - started)
        return fill

    @torch.inference_mode()
    def _open_text(self, prompt: Sequence[int], params: CompletionParams) -> Continuation:
        """Ids → the first canvas, behind what is kept of them."""
        n_words = self._network.vocab_size
        if beyond := [word for word in prompt if not 0 <= word < n_words]:
            raise ModelError(
                f"the prompt holds id {beyond[0]}; the vocabulary has ids from 0 to {n_words - 1}"
            )
        plan = Plan.of(params, self.conventions, self._tokens)
        source, prefix = self._noise_of(params.seed), self._prefix(prompt)
        return Continuation(prompt, plan, source, prefix, self._network, self._device)

    def _prefix(self, tokens: Sequence[int]) -> Prefix:
        with self._turn:
            return self._idle.take(tokens) or self._network.prefix()

    def _finish(self, requests: Sequence[Request]) -> None:
        while live := [request for request in requests if not request.is_done]:
            self._denoise(live)
        self._close(requests)

    def _close(self, requests: Sequence[Request]) -> None:
        with self._turn:
            for request in requests:
                self._idle.put(request.prefix)

    @torch.inference_mode()
    def _denoise(self, requests: Sequence[Request]) -> None:
        """One forward for all requests, and the update of each."""
        started = perf_counter()
        with self._turn:
            self._read_ahead(requests)
            hidden = self._forward(requests)
        for request, rows in zip(requests, hidden, strict=True):
            request.update(rows[request.active.is_open])
        spent = Usage(forwards=1, denoise_steps=1, seconds=perf_counter() - started)
        for request in requests:
            request.usage += spent

    def _read_ahead(self, requests: Sequence[Request]) -> None:
        """Read final tokens without a canvas: all that cannot be read with the next denoise step."""
        while waiting := [request for request in requests if request.must_read_ahead(MAX_READ)]:
            read = [request.read_final(MAX_READ) for request in waiting]
            self._run(read, None)
            for request, (ids, _) in zip(waiting, read, strict=True):
                request.usage += request.cost_of_reading()
                request.keep(len(ids))

    def _forward(self, requests: Sequence[Request]) -> Sequence[Tensor]:
        """The hidden states of each request's canvas, behind what is final."""
        read: list[tuple[Tensor, Reading]] = []
        for request in requests:
            if request.final:
                read.append(request.read_final(MAX_READ))
            read.append(request.look())
        hidden = self._run(read, _expected(requests, self._network.config.d_model))
        for request in requests:
            request.keep(len(request.final))
        rows: Sequence[Tensor] = hidden.split([len(request.active.ids) for request in requests])
        return rows

    def _run(self, read: Sequence[tuple[Tensor, Reading]], expected: Tensor | None) -> Tensor:
        hidden: Tensor = self._network(
            torch.cat([ids for ids, _ in read]), [reading for _, reading in read], expected
        )
        return hidden


def _expected(requests: Sequence[Request], width: int) -> Tensor | None:
    """What the step before expected of all cells; nothing is 0, as the network was trained."""
    each = [request.active.expected for request in requests]
    like = next((expected for expected in each if expected is not None), None)
    if like is None:
        return None
    sizes = [len(request.active.ids) for request in requests]
    return torch.cat(
        [like.new_zeros(n, width) if e is None else e for e, n in zip(each, sizes, strict=True)]
    )
