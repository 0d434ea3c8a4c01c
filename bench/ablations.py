"""What each part of the training recipe is worth: short legs from the same weights that differ in one thing.

    python -m bench.ablations --data build/second [--base model/weights/planner] [--steps 250]
        [--tasks 150] [--only "no reading"]

Every leg sees the same samples in the same order. `one forward` and `reading` are the shares of held-out canvases
written exactly without a grammar, in one denoise step and from left to right; `draft` and `proofread` the shares
of answerable dev tasks that a first draft answers, by one step and by the agent's own rule.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from agent.link import Linker
from bench.rules import DEV, Draft, Models, Tally, Way, drafts, share_right
from model.backbone.decoder import Decoder
from model.backbone.precision import fast_dtype
from model.checkpoints.hub import WEIGHTS
from model.checkpoints.reading import Target
from model.engine import Engine
from model.loading import read_weights
from model.train.batches import BatchOrder
from model.train.config import MaskMix, TrainConfig, read_config
from model.train.job import read_corpus
from model.train.measure import exactness
from model.train.objective import Objective
from model.train.run import Corpus
from model.train.samples import SampleBatch
from model.train.schedule import Phase, Plan, learning_rate
from model.train.trainee import Trainee
from model.types import DecodeParams
from tools.facts.store import FactStore
from tools.toolbox import Toolbox

CPU = torch.device("cpu")
PEAK_LR = 7e-4
WAYS = (Way(DecodeParams(max_steps=1)), Way(DecodeParams(threshold=0.7, max_steps=8), "proofread"))


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise: the mask mix, or what a batch shows."""

    mix: Callable[[MaskMix], MaskMix] = lambda mix: mix
    shown: Callable[[SampleBatch], SampleBatch] = lambda batch: batch


def _independent(mix: MaskMix) -> MaskMix:
    return replace(mix, all_masked=0.0, records=0.0, tails=0.0, self_drafts=0.0, least_rate=0.1)


def _without_repairs(batch: SampleBatch) -> SampleBatch:
    return replace(batch, reopened=np.zeros_like(batch.reopened))


CHANGES: Mapping[str, Change] = {
    "as it is": Change(),
    "no reading (L_AR = 0)": Change(lambda mix: replace(mix, ar_weight=(0.0, 0.0))),
    "independent masks only": Change(_independent),
    "no canvas all masked": Change(lambda mix: replace(mix, all_masked=0.0)),
    "no tails": Change(lambda mix: replace(mix, tails=0.0)),
    "no records": Change(lambda mix: replace(mix, records=0.0)),
    "no self-drafts": Change(lambda mix: replace(mix, self_drafts=0.0)),
    "no repairs": Change(shown=_without_repairs),
    "small blocks as often": Change(lambda mix: replace(mix, whole_canvas=0.25)),
}


def trained(change: Change, told: TrainConfig, corpus: Corpus, base: Path, n_steps: int) -> Decoder:
    """The network after a leg with the change."""
    trainee = Trainee(told, corpus.tokens.vocab_size, CPU)
    decoder = trainee.decoder
    decoder.load_state_dict(read_weights(base, decoder.config, Target(CPU, torch.float32)))
    objective = _objective(change.mix(told.masks), corpus)
    order = BatchOrder(corpus.train.prompt_lengths, told.optimiser.batch_size, told.seed)
    plan = Plan(0, n_steps)
    for step in range(n_steps):
        batch = change.shown(corpus.train.batch(order.batch(step)))
        rng = np.random.default_rng((told.seed, step))
        losses = objective.losses(decoder, batch, Phase.DIFFUSION, step / n_steps, rng)
        rate = learning_rate(told.optimiser, Phase.DIFFUSION, step, plan)
        trainee.learn(losses.total, rate)
    return decoder


def row(name: str, decoder: Decoder, corpus: Corpus, drafted: list[Draft], toolbox: Toolbox) -> str:
    """A line of the table."""
    exact = exactness(decoder, _objective(MaskMix(), corpus), corpus.held_out)
    network = decoder.to(fast_dtype(CPU)).eval().requires_grad_(False)
    engine = Engine(network, corpus.tokens, name)
    models = Models(engine, engine)
    tallies = [Tally([way.fill(models, draft.form) for draft in drafted]) for way in WAYS]
    right = [share_right(drafted, tally, toolbox) for tally in tallies]
    shares = (exact.diffusion, exact.ar, *right)
    cells = [f"{share:.1%}" for share in shares] + [f"{tallies[1].forwards:.2f}"]
    return f"| {' | '.join((name, *cells))} |"


def _objective(mix: MaskMix, corpus: Corpus) -> Objective:
    return Objective(mix, corpus.tokens.mask_id, corpus.train.canvas_length, CPU)


def main() -> None:
    """Train and measure every leg, a line each."""
    options = _options()
    torch.set_num_threads(options.threads)
    told = read_config(options.config)
    told = replace(told, optimiser=replace(told.optimiser, peak_lr=PEAK_LR))
    corpus = read_corpus(options.data, told.habits.held_out)
    store = FactStore.open()
    drafted, toolbox = drafts(DEV, options.tasks, Linker(store)), Toolbox(store)
    if not options.only:
        print("| leg | one forward | reading | draft | proofread | forwards |")
        print("|---|---:|---:|---:|---:|---:|", flush=True)
    for name, change in CHANGES.items():
        if options.only in name:
            decoder = trained(change, told, corpus, options.base, options.steps)
            print(row(name, decoder, corpus, drafted, toolbox), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder made by `pack`")
    parser.add_argument("--base", type=Path, default=WEIGHTS / "planner")
    parser.add_argument("--config", type=Path, default=Path("model/train/continue.toml"))
    parser.add_argument("--steps", type=int, default=250)
    parser.add_argument("--tasks", type=int, default=150)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", default="", help="legs whose name holds this")
    return parser.parse_args()


if __name__ == "__main__":
    main()
