"""How likely the embedded planner finds held-out plans: the MDLM / BD3-LM protocol, one table.

    python -m bench.perplexity [--samples 128] [--views 8] [--seed 7] [--threads 1]

Plans of the curriculum over entities that were never trained on, as the linker offers them. Left to right the
likelihood is exact; for diffusion in blocks it is the NELBO, an upper bound (model/train/nelbo.py). Nats are of
all slots of a canvas, fillers included and without a grammar; perplexity is per slot. Every row reads the same
canvases in single precision.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from functools import partial
from itertools import islice

import numpy as np
import torch

from agent.curriculum.canvas import WordSample, cell_weights
from agent.curriculum.samples import Sampler
from agent.curriculum.speech import Speech
from agent.curriculum.stream import tasks
from agent.curriculum.world import World
from agent.link import Linker
from agent.types import N_ARGS
from model.backbone.decoder import Decoder
from model.checkpoints.hub import EMBEDDED, find_folder
from model.checkpoints.reading import Target
from model.loading import read_config, read_weights
from model.tokens import Tokens
from model.train.nelbo import Nats, bound, hidden_sets, left_to_right
from model.train.samples import Sample, SampleBatch, SampleFile
from tools.facts.store import FactStore

FOLDER = find_folder(EMBEDDED)
SETTINGS = {"samples": 128, "views": 8, "seed": 7, "threads": 1}
BLOCKS = (1, 8, 16, 32, 64)
CHUNK = 16
EXACT = "left to right"


def held_out(seed: int) -> Iterator[WordSample]:
    """Drafts, without end, of questions about entities of the evaluation split."""
    store = FactStore.open()
    sampler, rng = Sampler(store, Linker(store)), random.Random(seed)
    for task in tasks(World(store, held_out=True), Speech(store), seed):
        yield from (drawn for drawn in sampler.samples(task, rng) if not drawn.reopened)


def packed(drawn: WordSample, tokens: Tokens) -> Sample:
    """A draft in token ids."""
    weights = cell_weights(drawn.canvas)
    return Sample(
        prompt=tokens.encode_prompt(drawn.prompt),
        canvas=[tokens.word_id(word) for word in drawn.canvas],
        maskable=[weight > 0 for weight in weights],
        weight=weights,
        record=[cell // (N_ARGS + 2) for cell in range(len(drawn.canvas))],
    )


def network(arm: str) -> Decoder:
    """The embedded planner's network of one arm."""
    config = read_config(FOLDER)
    decoder = Decoder(config)
    target = Target(torch.device("cpu"), torch.float32)
    decoder.load_state_dict(read_weights(FOLDER, config, target, arm))
    return decoder.eval()


def batches(found: SampleFile) -> Iterator[SampleBatch]:
    """All samples, those of like length together."""
    order = np.argsort(found.prompt_lengths, kind="stable")
    yield from (found.batch(order[at : at + CHUNK]) for at in range(0, len(order), CHUNK))


def diffusion(
    decoder: Decoder,
    mask_id: int,
    options: argparse.Namespace,
    block_length: int,
    batch: SampleBatch,
) -> Nats:
    """The bound of one batch."""
    rng = np.random.default_rng((options.seed, block_length, int(batch.prompt_length.sum())))
    hidden = hidden_sets(batch, mask_id, block_length, options.views, rng)
    return bound(decoder, batch, hidden, block_length)


def main() -> None:
    """Measure and print."""
    options = _options()
    torch.set_num_threads(options.threads)
    tokens = Tokens.load(FOLDER / "tokenizer.json")
    drawn = islice(held_out(options.seed), options.samples)
    found = SampleFile.of(packed(sample, tokens) for sample in drawn)
    parts = list(batches(found))
    n_slots = np.concatenate([part.maskable.sum(1) for part in parts])
    print(", ".join(f"{name} {getattr(options, name)}" for name in SETTINGS), end="")
    print(f"; {len(found)} plans, {n_slots.mean():.1f} slots each; single precision")
    print(f"{'weights':11}{'order':28}{'nats per plan':>20}{'perplexity':>12}")
    for arm in ("ar", "diffusion"):
        decoder = network(arm)
        _row(arm, EXACT, [left_to_right(decoder, part) for part in parts], n_slots)
        for length in BLOCKS if arm == "diffusion" else ():
            measure = partial(diffusion, decoder, tokens.mask_id, options, length)
            kind = "exact" if length == 1 else "bound"
            _row(
                arm,
                f"blocks of {length} cells ({kind})",
                [measure(part) for part in parts],
                n_slots,
            )


def _row(arm: str, order: str, nats: list[Nats], n_slots: np.ndarray) -> None:
    each = np.concatenate(nats)
    error = each.std(ddof=1) / len(each) ** 0.5
    perplexity = np.exp(each.sum() / n_slots.sum())
    print(f"{arm:11}{order:28}{each.mean():11.2f} ± {1.96 * error:5.2f}{perplexity:12.3f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in SETTINGS.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    return parser.parse_args()


if __name__ == "__main__":
    main()
