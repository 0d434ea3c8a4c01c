"""Train the filter of `model/decode/learned.py`: which proposals of a block are final already (Learn2PD).

`python -m model.train.filter --traces build/traces.npz --out model/weights/planner/filter.safetensors`

Traces are steps of fills that reveal one cell at a time: the confidence of every cell, and whether its proposal
is what stood there in the end. `python -m bench.rules --record build/traces.npz` records them from tasks. The
network that made the proposals stays as it is; the filter is a few kilobytes, learned in a minute.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from model.decode.around import Around
from model.decode.learned import WEIGHTS, Filter, whole_block
from model.decode.select import Select
from model.engine import Engine
from model.errors import ModelError, TrainingError
from model.kernels.confidence import Scores
from model.types import DecodeParams, Template
from model.view import View

NAMES = ("confidence", "scored", "final")
RATE = 3e-3  # the paper's, with AdamW
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Traces:
    """Steps of fills, each array (steps, cells).

    `confidence` is that of the reveal or of the proposal, `scored` tells the cells that had a proposal, `final`
    those whose proposal was the word in the end.
    """

    confidence: NDArray[np.float32]
    scored: NDArray[np.bool_]
    final: NDArray[np.bool_]

    def write(self, path: Path) -> None:
        """Write one compressed file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, confidence=self.confidence, scored=self.scored, final=self.final)

    @classmethod
    def read(cls, path: Path) -> Traces:
        """Read a file that `write` made."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                found = {name: stored[name] for name in NAMES}
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise TrainingError(
                f"{str(path)!r} holds no traces ({error}); record some with "
                "`python -m bench.rules --record`"
            ) from error
        return cls(**found)

    def part(self, rows: slice) -> Traces:
        """Some of the steps."""
        return Traces(self.confidence[rows], self.scored[rows], self.final[rows])


@dataclass(frozen=True)
class Study:
    """How wide and how long to learn."""

    hidden: int = 32
    epochs: int = 40
    batch: int = 256
    seed: int = 0


def record(engine: Engine, templates: Iterable[Template]) -> Traces:
    """The steps of fills in which the surest cell alone is revealed, the whole canvas being one block."""
    steps: list[tuple[Tensor, Tensor, Tensor]] = []
    for template in templates:
        steps += _steps(engine, template)
    if not steps:
        raise TrainingError("no template left a choice to record; give more of them")
    widths = {len(confidence) for confidence, _, _ in steps}
    if len(widths) > 1:
        raise TrainingError(f"canvases of {sorted(widths)} cells; a filter is for one length")
    confidence, scored, final = (
        torch.stack(column).cpu().numpy() for column in zip(*steps, strict=True)
    )
    return Traces(confidence, scored, final)


def fit(traces: Traces, study: Study | None = None) -> Filter:
    """A filter that tells, from a block's confidences, which proposals are final."""
    told = study or Study()
    torch.manual_seed(told.seed)
    seen, scored, final = (torch.from_numpy(getattr(traces, name)) for name in NAMES)
    n_cells = seen.shape[1]
    layers = nn.Sequential(
        nn.Linear(n_cells, told.hidden), nn.ReLU(), nn.Linear(told.hidden, n_cells)
    )
    optimiser = torch.optim.AdamW(layers.parameters(), RATE)
    for _ in range(told.epochs):
        for rows in torch.randperm(len(seen)).split(told.batch):
            losses = binary_cross_entropy_with_logits(
                layers(seen[rows].float()), final[rows].float(), reduction="none"
            )
            loss = losses[scored[rows]].mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return Filter(*(weight.detach() for weight in layers.parameters()))


def judge(learned: Filter, traces: Traces, accept: float) -> tuple[float, float]:
    """Of the proposals accepted, the share that is final; and of the final ones, the share accepted."""
    chance = learned.logits(torch.from_numpy(traces.confidence).float()).sigmoid().numpy()
    accepted, right = (chance > accept) & traces.scored, traces.final & traces.scored
    hits = int((accepted & right).sum())
    return hits / max(1, int(accepted.sum())), hits / max(1, int(right.sum()))


def save(learned: Filter, path: Path) -> None:
    """Write what `Filter.load` reads."""
    named = {
        "inner.weight": learned.inner_weight,
        "inner.bias": learned.inner_bias,
        "outer.weight": learned.outer_weight,
        "outer.bias": learned.outer_bias,
    }
    save_file({name: weight.contiguous() for name, weight in named.items()}, path)


class _Recorder(Around):
    """Keeps what the rule was shown at each step."""

    def __init__(self, inner: Select) -> None:
        super().__init__(inner)
        self.steps: list[tuple[Tensor, Tensor, Tensor]] = []

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """What the inner rule reveals."""
        self.steps.append(
            (whole_block(view.confidence, eligible, scores.confidence), eligible, scores.token)
        )
        return self.inner.reveal(view, eligible, scores)


@torch.inference_mode()
def _steps(engine: Engine, template: Template) -> list[tuple[Tensor, Tensor, Tensor]]:
    n_cells = sum(slot.n_cells for slot in template.slots())
    fill = engine.open(template, DecodeParams(select="top-k", max_steps=max(1, n_cells)))
    fill.select = recorder = _Recorder(fill.select)
    try:
        while not fill.is_done:
            engine.denoise([fill])
    finally:
        engine.close([fill])
    ids = fill.canvas.ids
    found = []
    for confidence, cells, tokens in recorder.steps:
        scored = torch.zeros_like(ids, dtype=torch.bool).index_fill(0, cells, True)
        final = torch.zeros_like(scored).index_copy(0, cells, tokens == ids[cells])
        found.append((confidence, scored, final))
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m model.train.filter", description="Train the filter of the rule `learned`."
    )
    parser.add_argument("--traces", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--hidden", type=int, default=Study.hidden)
    parser.add_argument("--epochs", type=int, default=Study.epochs)
    parser.add_argument("--seed", type=int, default=Study.seed)
    told = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        traces = Traces.read(told.traces)
    except ModelError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    _train(traces, Study(told.hidden, told.epochs, seed=told.seed), told.out)
    return 0


def _train(traces: Traces, study: Study, out: Path) -> None:
    """Learn from nine tenths, judge by the last tenth, which are other canvases."""
    n_kept = len(traces.final) * 9 // 10
    learned = fit(traces.part(slice(n_kept)), study)
    save(learned, out)
    log.info(
        "%d steps of %d cells; %d bytes in %s",
        len(traces.final),
        learned.n_cells,
        out.stat().st_size,
        out,
    )
    for accept in (0.5, 0.9, 0.96):
        right, found = judge(learned, traces.part(slice(n_kept, None)), accept)
        log.info(
            "accepted above %.2f: %.2f%% are final, which are %.1f%% of all final ones",
            accept,
            100 * right,
            100 * found,
        )


if __name__ == "__main__":
    raise SystemExit(main())
