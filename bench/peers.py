"""The same weights in other hands: transformers' generate, and a plain loop of block diffusion.

Every arm writes the plan canvas of the same dev questions, in turns. A token is a cell of the canvas, written
by whatever means; `right` is the share of answerable questions that the plan answers as it stands, `as rival`
that of canvases equal to the rival's. `transformers` writes every cell, and has no grammar. The loop is what
published decoders do: one forward over prompt and canvas a step, nothing kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import Tensor
from transformers import (
    LogitsProcessor,
    LogitsProcessorList,
    Qwen3Config,
    Qwen3ForCausalLM,
)
from transformers.utils import logging as transformers_logging

from agent.curriculum.check import misfits
from agent.link import Linker
from agent.plan import read, template
from bench.rules import Draft, Tally, drafts, share_right
from bench.timing import Stopwatch, table
from model.backbone.precision import fast_dtype
from model.canvas import Canvas
from model.checkpoints.hub import WEIGHTS
from model.checkpoints.reading import Target
from model.completion import CompletionParams
from model.loading import load_model, read_config, read_weights
from model.tokens import Tokens
from model.types import DecodeParams, Filling, Usage
from tools.facts.store import FactStore
from tools.toolbox import Toolbox

DEV = Path("agent/tasks/dev.jsonl")
CPU = torch.device("cpu")
CELLS = 64
PLAN = DecodeParams(max_steps=16, threshold=0.7)
FREE = replace(PLAN, constrained=False)
BLOCKS = DecodeParams(block_length=16, max_steps=4, select="top-k", constrained=False)
"""Four denoise steps a block of sixteen, as the published fixed schedules do."""

Write = Callable[[Draft], Filling]


@dataclass(frozen=True, slots=True)
class Blank:
    """A canvas to write: the prompt's ids, and the cells with their masks."""

    canvas: Canvas

    @property
    def prompt(self) -> list[int]:
        """The ids before the canvas."""
        ids: list[int] = self.canvas.sequence[: self.canvas.n_prompt].tolist()
        return ids

    def filled(self, ids: Sequence[int], n_forwards: int) -> Filling:
        """What the slots hold once the canvas holds these ids."""
        self.canvas.ids.copy_(torch.tensor(ids))
        self.canvas.masked.fill_(False)
        usage = Usage(forwards=n_forwards, new_tokens=len(ids))
        return Filling(self.canvas.texts(), {}, usage)


def exported(arm: str) -> Any:
    """The embedded planner's weights as transformers' own network."""
    config, dtype = read_config(WEIGHTS / "planner"), fast_dtype(CPU)
    shape = Qwen3Config(
        vocab_size=config.vocab_size,
        hidden_size=config.d_model,
        intermediate_size=config.d_ff,
        num_hidden_layers=config.n_layers,
        num_attention_heads=config.n_heads,
        num_key_value_heads=config.n_kv_heads,
        head_dim=config.d_head,
        rms_norm_eps=config.norm_eps,
        rope_parameters={"rope_type": "default", "rope_theta": config.rope_theta},
        tie_word_embeddings=config.tied,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=None,
    )
    network: Any = Qwen3ForCausalLM(shape)
    stored = read_weights(WEIGHTS / "planner", config, Target(CPU, torch.float32), arm)
    network.load_state_dict({"lm_head.weight": stored["model.embed_tokens.weight"]} | stored)
    return network.to(dtype).eval()


@dataclass(frozen=True, slots=True)
class Arm:
    """A way to write the canvas, and the name of the arm that it is measured against."""

    name: str
    write: Write
    rival: str = ""


class Forced(LogitsProcessor):
    """Lets transformers write the canvas's fixed words, as every arm with a canvas has them."""

    def __init__(self, canvas: Canvas) -> None:
        self._start = canvas.n_prompt
        self._fixed = canvas.ids.masked_fill(canvas.open, -1).tolist()

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """The scores, with all others at -inf where a word is fixed."""
        word = self._fixed[input_ids.shape[1] - self._start]
        if word < 0:
            return scores
        only = torch.full_like(scores, -torch.inf)
        only[:, word] = 0
        return only


class Peers:
    """Everybody who writes the canvas."""

    def __init__(self) -> None:
        transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        self._ar: Any = load_model(arm="ar")
        self._diffusion: Any = load_model(arm="diffusion")
        self._their_ar, self._their_diffusion = exported("ar"), exported("diffusion")
        self._tokens = Tokens.load(WEIGHTS / "planner" / "tokenizer.json")

    def arms(self) -> Sequence[Arm]:
        """Each behind what it is measured against."""
        theirs, forced = "transformers generate", "transformers generate, fixed words forced"
        block, blocks = "plain loop, one block", "plain loop, blocks of 16"
        ar = DecodeParams(block_length=1)
        return (
            Arm(theirs, partial(self._generate, forces=False)),
            Arm("ours, autoregression", self._complete, theirs),
            Arm(forced, partial(self._generate, forces=True)),
            Arm("ours, autoregression with grammar", self._fill(self._ar, ar), forced),
            Arm("ours, diffusion with grammar", self._fill(self._diffusion, PLAN), forced),
            Arm(block, self._loop(FREE)),
            Arm("ours, one block", self._fill(self._diffusion, FREE), block),
            Arm(blocks, self._loop(BLOCKS)),
            Arm("ours, blocks of 16", self._fill(self._diffusion, BLOCKS), blocks),
        )

    def _blank(self, draft: Draft) -> Blank:
        return Blank(Canvas(template(draft.brief), self._tokens, CPU))

    @torch.inference_mode()
    def _generate(self, draft: Draft, *, forces: bool) -> Filling:
        blank = self._blank(draft)
        prompt, n_cells = torch.tensor([blank.prompt]), blank.canvas.n_cells
        out = self._their_ar.generate(
            prompt,
            attention_mask=torch.ones_like(prompt),
            max_new_tokens=n_cells,
            min_new_tokens=n_cells,
            do_sample=False,
            logits_processor=LogitsProcessorList([Forced(blank.canvas)] if forces else []),
        )
        return blank.filled(out[0, prompt.shape[1] :].tolist(), n_cells)

    def _complete(self, draft: Draft) -> Filling:
        blank = self._blank(draft)
        params = CompletionParams(
            max_new_tokens=blank.canvas.n_cells, block_length=1, decoder="ar", stop_ids=()
        )
        (done,) = self._ar.complete([blank.prompt], params)
        return blank.filled(done.ids, done.usage.forwards)

    @staticmethod
    def _fill(lm: Any, params: DecodeParams) -> Write:
        def write(draft: Draft) -> Filling:
            filling: Filling = lm.fill(template(draft.brief), params)
            return filling

        return write

    def _loop(self, params: DecodeParams) -> Write:
        def write(draft: Draft) -> Filling:
            blank = self._blank(draft)
            return plain_loop(self._their_diffusion, blank, params)

        return write


@torch.inference_mode()
def plain_loop(network: Any, blank: Blank, params: DecodeParams) -> Filling:
    """Block diffusion as published decoders write it: a forward over everything up to the block's end a step."""
    canvas, n_forwards = blank.canvas, 0
    ids, masked = canvas.sequence.clone(), torch.zeros_like(canvas.sequence, dtype=torch.bool)
    masked[canvas.n_prompt :] = canvas.masked
    length = params.block_length or canvas.n_cells
    for start in range(canvas.n_prompt, len(ids), length):
        stop = start + length
        for step in range(params.max_steps):
            if not masked[start:stop].any():
                break
            bias = _bias(start, stop, network.dtype)
            positions = torch.arange(stop)[None]
            logits = network(ids[None, :stop], attention_mask=bias, position_ids=positions).logits
            probability = logits[0, start:stop].float()
            probability[:, canvas.mask_id] = -torch.inf
            confidence, token = probability.softmax(-1).max(-1)
            taken = _taken(confidence, masked[start:stop], params, step)
            ids[start:stop][taken] = token[taken]
            masked[start:stop][taken] = False
            n_forwards += 1
    return blank.filled(ids[canvas.n_prompt :].tolist(), n_forwards)


def _taken(confidence: Tensor, masked: Tensor, params: DecodeParams, step: int) -> Tensor:
    confidence = confidence.masked_fill(~masked, -torch.inf)
    if params.select == "top-k":
        n_left = int(masked.sum())
        return confidence.topk(-(-n_left // (params.max_steps - step))).indices
    passing = (confidence >= (params.threshold or 0.0)).nonzero().squeeze(1)
    return passing if passing.numel() else confidence.argmax()[None]


def _bias(start: int, stop: int, dtype: torch.dtype) -> Tensor:
    """Everything before the block causally, the block both ways."""
    sees = torch.ones(stop, stop, dtype=torch.bool).tril()
    sees[start:] = True
    return torch.zeros(1, 1, stop, stop, dtype=dtype).masked_fill(~sees, torch.finfo(dtype).min)


def measure(watch: Stopwatch, n_tasks: int) -> str:
    """The table of all arms."""
    store = FactStore.open()
    drafted = drafts(DEV, n_tasks, Linker(store))
    arms = Peers().arms()
    tallies = {arm.name: Tally() for arm in arms}
    spent: dict[str, list[float]] = {arm.name: [] for arm in arms}
    for arm in arms:
        arm.write(drafted[0])
    for draft in drafted:
        for arm in arms:
            fillings = tallies[arm.name].fillings
            spent[arm.name].append(watch.once(partial(_append, fillings, arm.write, draft)))
    times = {name: median(each) for name, each in spent.items()}
    rows = [_row(arm, drafted, tallies, times, Toolbox(store)) for arm in arms]
    head = ("canvas of 64 cells", "forwards", "ms", "tokens/s", "x rival", "right", "as rival")
    return table("Against others with the same weights", head, rows)


def _share_right(drafted: Sequence[Draft], tally: Tally, toolbox: Toolbox) -> float:
    """The share of answerable tasks whose canvas is a plan, and one that answers them."""
    plans = [
        (draft, filling if _is_plan(draft, filling) else None)
        for draft, filling in zip(drafted, tally.fillings, strict=True)
        if not draft.task.unanswerable
    ]
    right = [share_right([draft], Tally([filling]), toolbox) for draft, filling in plans if filling]
    return sum(right) / max(1, len(plans))


def _is_plan(draft: Draft, filling: Filling) -> bool:
    return not any(misfits(read(filling.values).rows, draft.brief))


def _append(fillings: list[Filling], write: Write, draft: Draft) -> None:
    fillings.append(write(draft))


def _row(
    arm: Arm,
    drafted: Sequence[Draft],
    tallies: Mapping[str, Tally],
    times: Mapping[str, float],
    toolbox: Toolbox,
) -> tuple[object, ...]:
    own, rival = tallies[arm.name], arm.rival or arm.name
    speed = 1e3 * CELLS / times[arm.name]
    shares = (_share_right(drafted, own, toolbox), own.same(tallies[rival]))
    ratio = times[rival] / times[arm.name]
    return (arm.name, own.forwards, times[arm.name], speed, ratio, *(f"{x:.0%}" for x in shares))
