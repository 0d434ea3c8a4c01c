"""One prompt on its way to a completion: canvas after canvas behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from model.backbone.gemma_prefix import Prefix
from model.completion import Completion, CompletionParams, CompletionStep, Finish, StopWhen
from model.errors import ModelError
from model.families.conventions import Conventions
from model.stopping import n_until_stop
from model.tokens import Vocabulary
from model.types import Usage
from model.uniform.canvas import NoisyCanvas
from model.uniform.ending import Ending, Said
from model.uniform.noise import NoiseSource
from model.uniform.proposals import FreeProposer, Scorer
from model.uniform.request import Request
from model.uniform.rules import Knobs

_OF_MASKS = ("sub_block", "select", "remask", "threshold", "caching")


@dataclass(frozen=True, slots=True)
class Plan:
    """How one request is decoded, with nothing left open."""

    n_cells: int
    knobs: Knobs
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
            knobs=_knobs(params, conventions.decoder),
            ending=Ending(params.max_new_tokens, stop_ids, params.stop_texts, tokens),
            pad_id=conventions.pad_id,
            is_folded=not params.as_published,
        )


class Continuation(Request):
    """Text continued by whole canvases; `cells` and `confidence` are those of all that are done."""

    def __init__(
        self,
        prompt: Sequence[int],
        plan: Plan,
        source: NoiseSource,
        prefix: Prefix,
        scorer: Scorer,
        device: torch.device,
    ) -> None:
        super().__init__(prompt, prefix, device, is_folded=plan.is_folded)
        self.said = Said((), "", None)
        self._plan, self._source = plan, source
        self._scorer, self._proposer = scorer, FreeProposer(scorer)
        self._cells: list[int] = []
        self._confidence: list[float] = []
        self.active = self._new_canvas()

    def update(self, hidden: Tensor) -> None:
        """One denoise step of the canvas; a canvas that is done makes room for the next."""
        self.active.update(self._scorer, self._proposer, hidden)
        if not self.active.is_done:
            return
        self._commit()
        if not self.is_done:
            self.active = self._new_canvas()

    def completion(self) -> Completion:
        """The answer, once it is done."""
        said = self.said
        return Completion(
            said.ids,
            said.text,
            said.finish or Finish.LENGTH,
            self.usage + Usage(new_tokens=len(said.ids)),
            tuple(self._cells),
            tuple(self._confidence[: len(said.ids)]),
        )

    def step(self, before: Said) -> CompletionStep:
        """What came since `before`, after a forward."""
        said, drafted = self.said, () if self.is_done else self.active.drafted()
        return CompletionStep(
            self.usage.denoise_steps - 1,
            said.ids[len(before.ids) :],
            said.text[len(before.text) :],
            (*self._cells, *drafted),
            self.completion() if self.is_done else None,
        )

    def _commit(self) -> None:
        ending, pad_id = self._plan.ending, self._plan.pad_id
        self.final = self.active.likeliest.tolist()
        self._cells += self.final
        self._confidence += self.active.confidence.tolist()
        n_said = n_until_stop(self._cells, ending.stop_ids)
        if n_said is not None and pad_id is not None:
            self._cells[n_said:] = [pad_id] * (len(self._cells) - n_said)
        self.said = ending.said(self._cells)
        self.is_done = self.said.finish is not None

    def _new_canvas(self) -> NoisyCanvas:
        ids = torch.zeros(self._plan.n_cells, dtype=torch.long, device=self.device)
        return NoisyCanvas(
            ids, torch.ones_like(ids, dtype=torch.bool), self._plan.knobs, self._source
        )


def _knobs(params: CompletionParams, decoder: str) -> Knobs:
    knobs = Knobs.of(params.decoder or decoder, params.options)
    is_greedy = params.is_greedy or params.temperature == 0
    return knobs.told(params.max_steps, params.temperature, is_greedy=is_greedy)


def _check(params: CompletionParams) -> None:
    for name in _OF_MASKS:
        if getattr(params, name) is not None:
            raise ModelError(
                f"{name} is {getattr(params, name)!r}; uniform noise has no masks to choose among: leave it "
                "open, and give options such as entropy_bound"
            )
    if params.top_k or params.top_p != 1:
        raise ModelError(
            f"top_k is {params.top_k} and top_p {params.top_p}; uniform noise draws from every word, "
            "lower the temperature instead"
        )
    if params.stop_when not in (None, StopWhen.BLOCK):
        raise ModelError(
            f"stop_when is {params.stop_when.value!r}; a canvas is final as a whole, leave it open"
        )
    for name in ("max_new_tokens", "block_length"):
        value = getattr(params, name)
        if value is not None and value < 1:
            raise ModelError(f"{name} is {value}; it must be at least 1")
