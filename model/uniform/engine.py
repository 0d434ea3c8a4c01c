"""The runtime for uniform noise: the doors of `model/engine.py`, over a network without a mask token.

    prompt → prefix → for each canvas of random words:
        denoise step = one forward over the canvas, behind the kept prefix
            → proposals → accept the surest → renoise the rest
        … until settled or out of steps → the likeliest words are final → read into the prefix with the
          next canvas's first step
    → completion

Guarantees: a batch gives the same answers as its requests one by one, each with its own seed; equal seeds
give equal answers. An engine may be used from several threads; their forwards take turns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from time import perf_counter

import torch
from torch import Tensor

from model.backbone.gemma import Gemma
from model.backbone.gemma_layers import Reading
from model.completion import Completion, CompletionParams, CompletionStep
from model.errors import ModelError
from model.families.conventions import Conventions
from model.tokens import Vocabulary
from model.types import Usage
from model.uniform.continuation import Continuation, Plan
from model.uniform.noise import NoiseSource, SeededNoise
from model.uniform.prefixes import IdlePrefixes

MAX_READ = 1024  # final rows of one sequence in one forward

Params = CompletionParams | Sequence[CompletionParams]


class UniformEngine:
    """A `TextModel` over a DiffusionGemma.

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
        self.name = name
        self._network, self._tokens, self._conventions = network, tokens, conventions
        self._device = network.embed_tokens.weight.device
        self._noise_of = noise_of or (lambda seed: SeededNoise(seed, network.vocab_size))
        self._idle = IdlePrefixes()
        self._turn = Lock()

    def complete(self, prompts: Sequence[Sequence[int]], params: Params) -> list[Completion]:
        """Continue several prompts in one batch, with params of all or of each: the same as one by one."""
        each = [params] * len(prompts) if isinstance(params, CompletionParams) else params
        requests = [self._open(*pair) for pair in zip(prompts, each, strict=True)]
        while live := [request for request in requests if not request.is_done]:
            self._denoise(live)
        for request in requests:
            self._close(request)
        return [request.completion() for request in requests]

    def stream_complete(
        self, prompt: Sequence[int], params: CompletionParams
    ) -> Iterator[CompletionStep]:
        """Continue one prompt, a forward at a time."""
        request = self._open(prompt, params)
        while not request.is_done:
            before = request.said
            self._denoise([request])
            yield request.step(before)
        self._close(request)

    def _open(self, prompt: Sequence[int], params: CompletionParams) -> Continuation:
        network = self._network
        if beyond := [word for word in prompt if not 0 <= word < network.vocab_size]:
            raise ModelError(
                f"the prompt has token id {beyond[0]}; the network knows 0 to {network.vocab_size - 1}"
            )
        plan = Plan.of(params, self._conventions, self._tokens)
        with self._turn:
            prefix = self._idle.take(prompt) or network.prefix()
        return Continuation(prompt, plan, self._noise_of(params.seed), prefix, self._device)

    def _close(self, request: Continuation) -> None:
        with self._turn:
            self._idle.put(request.prefix)

    @torch.inference_mode()
    def _denoise(self, requests: Sequence[Continuation]) -> None:
        """One forward for all requests, and the update of each."""
        started = perf_counter()
        with self._turn:
            self._read_ahead(requests)
            hidden = self._forward(requests)
        for request, rows in zip(requests, hidden, strict=True):
            request.update(self._network, rows)
        spent = Usage(forwards=1, denoise_steps=1, seconds=perf_counter() - started)
        for request in requests:
            request.usage += spent

    def _read_ahead(self, requests: Sequence[Continuation]) -> None:
        """Read final tokens without a canvas: all that cannot be read with the next denoise step."""
        while waiting := [request for request in requests if request.must_read_ahead(MAX_READ)]:
            read = [request.read_final(MAX_READ) for request in waiting]
            self._run(read, None)
            for request, (ids, _) in zip(waiting, read, strict=True):
                request.usage += request.cost_of_reading()
                request.keep(len(ids))

    def _forward(self, requests: Sequence[Continuation]) -> Sequence[Tensor]:
        """The hidden states of each request's canvas, behind what is final."""
        read: list[tuple[Tensor, Reading]] = []
        for request in requests:
            if request.final:
                read.append(request.read_final(MAX_READ))
            read.append(request.look())
        hidden = self._run(read, _expected(requests, self._network.config.d_model))
        for request in requests:
            request.keep(len(request.final))
        rows: Sequence[Tensor] = hidden.split([len(request.canvas.ids) for request in requests])
        return rows

    def _run(self, read: Sequence[tuple[Tensor, Reading]], expected: Tensor | None) -> Tensor:
        hidden: Tensor = self._network(
            torch.cat([ids for ids, _ in read]), [reading for _, reading in read], expected
        )
        return hidden


def _expected(requests: Sequence[Continuation], width: int) -> Tensor | None:
    """What the step before expected of all cells; nothing is 0, as the network was trained."""
    each = [request.canvas.expected for request in requests]
    if all(expected is None for expected in each):
        return None
    like = next(expected for expected in each if expected is not None)
    sizes = [len(request.canvas.ids) for request in requests]
    return torch.cat(
        [like.new_zeros(n, width) if e is None else e for e, n in zip(each, sizes, strict=True)]
    )
