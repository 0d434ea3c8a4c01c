"""One prompt and its canvases: what is read, what is being denoised, and where it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from model.backbone.gemma_layers import Reading
from model.backbone.gemma_prefix import Prefix
from model.completion import Completion, CompletionParams, CompletionStep, Finish, StopWhen
from model.errors import ModelError
from model.families.conventions import Conventions
from model.tokens import Vocabulary
from model.types import Usage
from model.uniform.canvas import NoisyCanvas
from model.uniform.ending import Ending, Said
from model.uniform.noise import NoiseSource
from model.uniform.proposals import Scorer
from model.uniform.rules import Sampling

_WITHOUT_MASKS = ("sub_block", "select", "remask", "threshold", "caching")


@dataclass(frozen=True, slots=True)
class Plan:
    """How one request is decoded, with nothing left open.

    `is_folded`: final tokens are read in the forward of the next denoise step and not in one of their own.
    """

    n_cells: int
    sampling: Sampling
    ending: Ending
    pad_id: int | None
    is_folded: bool

    @classmethod
    def of(cls, params: CompletionParams, conventions: Conventions, tokens: Vocabulary) -> Plan:
        """What params and, where they leave it open, the family's conventions ask for."""
        _check(params)
        stop_ids = conventions.stop_ids if params.stop_ids is None else params.stop_ids
        return cls(
            n_cells=params.block_length or conventions.block_length,
            sampling=_sampling(params, conventions.decoder),
            ending=Ending(params.max_new_tokens, frozenset(stop_ids), params.stop_texts, tokens),
            pad_id=conventions.pad_id,
            is_folded=not params.as_published,
        )


class Continuation:
    """The state of one request between forwards.

    `final` are the tokens that no forward has read yet: the prompt's at first, then those of the canvas
    before. `cells` and `confidence` are those of all canvases that are done.
    """

    def __init__(
        self,
        prompt: Sequence[int],
        plan: Plan,
        source: NoiseSource,
        prefix: Prefix,
        place: torch.device,
    ) -> None:
        self.plan, self.prefix = plan, prefix
        self.final = list(prompt[len(prefix.tokens) :])
        self.cells: list[int] = []
        self.confidence: list[float] = []
        self.said = Said((), "", None)
        self.is_done = False
        self.usage = Usage(prompt_tokens=len(prompt), cached_tokens=len(prefix.tokens))
        self._source, self._place = source, place
        self.canvas = self._new_canvas()

    def must_read_ahead(self, n_rows: int) -> bool:
        """Whether final tokens need a forward of their own: those beyond `n_rows`, or all of them."""
        return len(self.final) > (n_rows if self.plan.is_folded else 0)

    def cost_of_reading(self) -> Usage:
        """A forward that revealed nothing."""
        is_prompt = not self.cells
        return Usage(forwards=1, prefills=int(is_prompt), commits=int(not is_prompt))

    def read_final(self, n_rows: int) -> tuple[Tensor, Reading]:
        """The next final tokens, at most `n_rows`."""
        ids = torch.tensor(self.final[:n_rows], device=self._place)
        return ids, Reading(self.prefix, len(self.prefix.tokens), len(ids), is_final=True)

    def look(self) -> tuple[Tensor, Reading]:
        """The canvas, behind what is final."""
        start = len(self.prefix.tokens) + len(self.final)
        return self.canvas.ids, Reading(self.prefix, start, len(self.canvas.ids), is_final=False)

    def keep(self, n_rows: int) -> None:
        """The next final tokens have been read."""
        self.prefix.tokens += self.final[:n_rows]
        del self.final[:n_rows]

    def update(self, scorer: Scorer, hidden: Tensor) -> None:
        """One denoise step of the canvas; a canvas that is done makes room for the next."""
        self.canvas.update(scorer, hidden)
        if not self.canvas.is_done:
            return
        self._commit()
        if not self.is_done:
            self.canvas = self._new_canvas()

    def completion(self) -> Completion:
        """The answer, once it is done."""
        said = self.said
        return Completion(
            said.ids,
            said.text,
            said.finish or Finish.LENGTH,
            self.usage + Usage(new_tokens=len(said.ids)),
            tuple(self.cells),
            tuple(self.confidence[: len(said.ids)]),
        )

    def step(self, before: Said) -> CompletionStep:
        """What came since `before`, after a forward."""
        said, drafted = self.said, () if self.is_done else self.canvas.drafted()
        return CompletionStep(
            self.usage.denoise_steps - 1,
            said.ids[len(before.ids) :],
            said.text[len(before.text) :],
            (*self.cells, *drafted),
            self.completion() if self.is_done else None,
        )

    def _commit(self) -> None:
        plan = self.plan
        self.final = self.canvas.likeliest.tolist()
        self.cells += self.final
        self.confidence += self.canvas.confidence.tolist()
        n_until_stop = plan.ending.n_until_stop(self.cells)
        if n_until_stop is not None and plan.pad_id is not None:
            self.cells[n_until_stop:] = [plan.pad_id] * (len(self.cells) - n_until_stop)
        self.said = plan.ending.said(self.cells)
        self.is_done = self.said.finish is not None

    def _new_canvas(self) -> NoisyCanvas:
        return NoisyCanvas(self.plan.n_cells, self.plan.sampling, self._source, self._place)


def _sampling(params: CompletionParams, decoder: str) -> Sampling:
    sampling = Sampling.of(decoder, params.options)
    is_greedy = params.is_greedy or params.temperature == 0
    sampling = replace(sampling, is_greedy=is_greedy or sampling.is_greedy)
    if params.max_steps is not None:
        sampling = replace(sampling, n_steps=params.max_steps)
    if params.temperature:
        sampling = replace(sampling, t_min=params.temperature, t_max=params.temperature)
    return sampling


def _check(params: CompletionParams) -> None:
    for name in _WITHOUT_MASKS:
        if getattr(params, name) is not None:
            raise ModelError(
                f"{name} is {getattr(params, name)!r}; uniform noise has no masks to choose among: leave it "
                f"open, and give options such as entropy_bound"
            )
    if params.top_k or params.top_p != 1:
        raise ModelError(
            f"top_k is {params.top_k} and top_p {params.top_p}; uniform noise draws from every word, "
            "lower the temperature instead"
        )
    if params.temperature is not None and params.temperature < 0:
        raise ModelError(f"temperature is {params.temperature}; it must be at least 0")
    if params.stop_when not in (None, StopWhen.BLOCK):
        raise ModelError(
            f"stop_when is {params.stop_when.value!r}; a canvas is final as a whole, leave it open"
        )
    for name in ("max_new_tokens", "block_length", "max_steps"):
        value = getattr(params, name)
        if value is not None and value < 1:
            raise ModelError(f"{name} is {value}; it must be at least 1")
