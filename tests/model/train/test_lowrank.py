"""Low-rank training changes factors as autograd would, resumes exactly, and leaves what a loader merges."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.func import functional_call

from model.backbone.decoder import Decoder, initialise
from model.checkpoints.adapter import INNER, OUTER, base_of, merged
from model.checkpoints.reading import Target
from model.checkpoints.scaled import restored, shrunk
from model.errors import TrainingError
from model.loading import ARMS, load_model, read_config, read_weights
from model.train.config import Adapter, TrainConfig
from model.train.config import read_config as read_told
from model.train.lowrank import LowRank
from model.train.objective import Objective
from model.train.origin import Origin
from model.train.run import Corpus, Run
from model.train.runfolder import RunFolder
from model.train.schedule import Phase
from model.train.trainee import Trainee, decoder_config
from tests.model.train.grids import N_CELLS, SIZE, config, eight, tokens
from tests.model.train.test_run import KilledError, kill_after

CPU = torch.device("cpu")
TARGET = Target(CPU, torch.float32)
TOKENS = tokens()
SHAPE = decoder_config(SIZE, TOKENS.vocab_size)
RANK = 3


def weights(seed: int) -> dict[str, Tensor]:
    decoder = Decoder(SHAPE)
    initialise(decoder, seed)
    return dict(decoder.state_dict())


def told(rank: int = RANK) -> TrainConfig:
    return replace(config(3, 4), adapter=Adapter(rank, 5e-3))


def start(folder: Path, origin: Origin, rank: int = RANK) -> Run:
    folder.mkdir(exist_ok=True)
    samples = eight(TOKENS)
    return Run(told(rank), Corpus(TOKENS, samples, samples), RunFolder(folder), CPU, origin)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The file of a run that trained all weights."""
    (tmp_path / "first").mkdir()
    RunFolder(tmp_path / "first").save_weights(weights(1), "diffusion")
    return tmp_path / "first" / "diffusion.safetensors"


def changed(fixed: dict[str, Tensor], rank: int) -> dict[str, Tensor]:
    """The weights, each matrix changed by a matrix of this rank."""
    noise = torch.Generator().manual_seed(3)

    def drawn(weight: Tensor) -> Tensor:
        if weight.dim() == 1:
            return torch.full_like(weight, 0.1)
        left = torch.randn(weight.shape[0], rank, generator=noise)
        return left @ torch.randn(rank, weight.shape[1], generator=noise)

    return {name: weight + drawn(weight) for name, weight in fixed.items()}


def _energy(hidden: Tensor) -> Tensor:
    """A number that every weight moves."""
    return (hidden * torch.arange(hidden.numel()).view_as(hidden).cos()).sum()


def test_the_gradients_of_the_factors_are_those_of_autograd() -> None:
    decoder, fixed = Decoder(SHAPE), weights(1)
    form = LowRank(decoder, fixed, RANK, seed=0)
    form.begin(changed(fixed, RANK))
    ids, positions = torch.arange(12).view(2, 6), torch.arange(6).expand(2, 6)
    leaves = {name: tensor.clone().requires_grad_() for name, tensor in form.tensors().items()}
    made = merged(fixed, leaves)
    read = (ids, positions, None)
    expected = torch.autograd.grad(
        _energy(functional_call(decoder, made, read)), list(leaves.values())
    )
    _energy(decoder(*read)).backward()
    form.pass_on()
    names = {tensor.data_ptr(): name for name, tensor in form.tensors().items()}
    trained = form.groups(told().optimiser)[0]["params"]
    assert {names[parameter.data_ptr()] for parameter in trained} == set(leaves)
    for parameter in trained:
        wanted = expected[list(leaves).index(names[parameter.data_ptr()])]
        torch.testing.assert_close(parameter.grad, wanted, atol=1e-4, rtol=1e-3)
        assert wanted.abs().max() > 0


def test_a_change_of_that_rank_is_begun_with_exactly_and_balanced() -> None:
    decoder, fixed = Decoder(SHAPE), weights(1)
    wanted = changed(fixed, RANK)
    form = LowRank(decoder, fixed, RANK, seed=0)
    form.begin(wanted)
    for name, weight in decoder.state_dict().items():
        torch.testing.assert_close(weight, wanted[name], atol=1e-4, rtol=1e-4)
    factors = form.tensors()
    for name in (n.removesuffix(INNER) for n in factors if n.endswith(INNER)):
        torch.testing.assert_close(factors[name + INNER].norm(), factors[name + OUTER].norm())


def test_without_other_weights_a_change_begins_with_nothing() -> None:
    decoder, fixed = Decoder(SHAPE), weights(1)
    form = LowRank(decoder, fixed, RANK, seed=0)
    form.begin(fixed)
    assert all(torch.equal(weight, fixed[n]) for n, weight in decoder.state_dict().items())
    factors = form.tensors()
    assert all(not t.any() for name, t in factors.items() if name.endswith(OUTER))
    assert all(t.any(1).all() for name, t in factors.items() if name.endswith(INNER))


def test_factors_alone_learn_and_are_kept_in_eight_bits() -> None:
    trainee = Trainee(told(), TOKENS.vocab_size, CPU, fixed=weights(1))
    objective = Objective(told().masks, TOKENS.mask_id, N_CELLS, CPU)
    batch = eight(TOKENS).batch(np.arange(8))
    seen: list[float] = []
    for step in range(40):
        rng = np.random.default_rng(step)
        losses = objective.losses(trainee.decoder, batch, Phase.DIFFUSION, step / 40, rng)
        seen.append(losses.ar)
        trainee.learn(losses.total, 1e-2)
        trainee.follow(step)
    assert seen[-1] < seen[0] / 2
    for candidate in trainee.candidates().values():
        factors = [t for n, t in candidate.kept.items() if n.endswith((INNER, OUTER))]
        assert {factor.dtype for factor in factors} == {torch.int8}


def test_a_run_leaves_its_base_byte_by_byte_and_an_adapter_for_each_arm(
    tmp_path: Path, base: Path
) -> None:
    start(tmp_path / "run", Origin(base)).train()
    left = {path.name for path in (tmp_path / "run").iterdir()}
    assert left == {
        "base.safetensors", "diffusion.adapter.safetensors", "ar.adapter.safetensors",
        "config.json", "tokenizer.json", "curve.jsonl", "training.json",
    }  # fmt: skip
    assert (tmp_path / "run" / "base.safetensors").read_bytes() == base.read_bytes()
    assert all(load_model(tmp_path / "run", arm, device="cpu").name for arm in ARMS)
    one, other = (read_weights(tmp_path / "run", SHAPE, TARGET, arm) for arm in ARMS)
    assert any(not torch.equal(one[name], other[name]) for name in one)


def test_what_is_measured_is_what_is_loaded(tmp_path: Path, base: Path) -> None:
    fixed = read_weights(base, SHAPE, TARGET)
    trainee = Trainee(told(), TOKENS.vocab_size, CPU, fixed=fixed)
    trainee.begin(changed(fixed, 8))
    run = RunFolder(base.parent)
    run.copy_base(base)
    base.unlink()
    last = trainee.candidates()["last"]
    run.save_tensors(last.kept, "diffusion.adapter")
    loaded = read_weights(base.parent, SHAPE, TARGET)
    for name, weight in last.decoder.state_dict().items():
        torch.testing.assert_close(loaded[name], weight, atol=0, rtol=0)


@pytest.mark.parametrize("n_steps", [2, 5])
def test_a_killed_run_ends_like_an_uninterrupted_one(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch, n_steps: int
) -> None:
    start(tmp_path / "whole", Origin(base)).train()
    with monkeypatch.context() as patch:
        kill_after(patch, n_steps)
        with pytest.raises(KilledError):
            start(tmp_path / "killed", Origin(base)).train()
    base.unlink()  # its copy in the run's folder is enough
    start(tmp_path / "killed", Origin(base)).train()
    for arm in ARMS:
        whole, killed = (
            load_file(tmp_path / name / f"{arm}.adapter.safetensors")
            for name in ("whole", "killed")
        )
        assert whole.keys() == killed.keys()
        assert all(torch.equal(whole[name], killed[name]) for name in whole)


def test_a_run_begins_where_another_stands(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        kill_after(patch, 3)
        with pytest.raises(KilledError):
            start(tmp_path / "other", Origin(base), rank=0).train()
    state = RunFolder(tmp_path / "other").read_state("state.pt")
    assert state is not None
    for name, key in (("state.pt", "average"), ("base.pt", "decoder")):
        wanted = RunFolder(tmp_path / "other").read_state(name)
        found = Origin(base, tmp_path / "other" / name).weights(SHAPE)
        assert wanted is not None
        assert found is not None
        assert all(torch.equal(found[n], wanted[key][n]) for n in found)
    start(tmp_path / "run", Origin(base, tmp_path / "other" / "state.pt")).train()
    assert (tmp_path / "run" / "diffusion.adapter.safetensors").is_file()


def test_a_folder_with_adapters_is_gone_on_with(tmp_path: Path, base: Path) -> None:
    start(tmp_path / "run", Origin(base)).train()
    origin = Origin(tmp_path / "run")
    assert origin.fixed_file() == base_of(tmp_path / "run") == tmp_path / "run" / "base.safetensors"
    found = origin.weights(SHAPE)
    assert found is not None
    merged_there = read_weights(tmp_path / "run", read_config(tmp_path / "run"), TARGET)
    assert all(torch.equal(found[name], merged_there[name]) for name in found)
    start(tmp_path / "next", origin).train()
    start(tmp_path / "dense", origin, rank=0).train()
    assert (tmp_path / "dense" / "diffusion.safetensors").is_file()


def test_what_cannot_begin_is_refused(tmp_path: Path, base: Path) -> None:
    with pytest.raises(TrainingError, match=r"adapter.rank needs weights.*--base"):
        start(tmp_path / "run", Origin())
    with pytest.raises(TrainingError, match=r"is missing; give a run's state.pt"):
        start(tmp_path / "run", Origin(base, tmp_path / "none.pt")).train()
    other = {"decoder": {"x": torch.ones(1)}}
    RunFolder(tmp_path).save_state(other, "other.pt")
    with pytest.raises(TrainingError, match="is of a network of another shape"):
        start(tmp_path / "run", Origin(base, tmp_path / "other.pt")).train()
    (tmp_path / "bad.toml").write_text("[adapter]\nrank = -1\n")
    with pytest.raises(TrainingError, match=r"adapter.rank is -1; give a whole number"):
        read_told(tmp_path / "bad.toml")


def test_a_state_of_another_rank_is_refused(tmp_path: Path) -> None:
    one = Trainee(told(2), TOKENS.vocab_size, CPU, fixed=weights(1))
    for other in (
        Trainee(told(3), TOKENS.vocab_size, CPU, fixed=weights(1)),
        Trainee(told(0), TOKENS.vocab_size, CPU),
    ):
        with pytest.raises(TrainingError, match=r"another adapter.rank; give that rank"):
            other.load(one.state())


def test_rank_zero_keeps_the_files_of_whole_weights(tmp_path: Path, base: Path) -> None:
    start(tmp_path / "run", Origin(base), rank=0).train()
    assert not list((tmp_path / "run").glob("*adapter*"))
    assert not (tmp_path / "run" / "base.safetensors").exists()
    kept = load_file(tmp_path / "run" / "diffusion.safetensors")
    assert shrunk(restored(kept)).keys() == kept.keys()
    assert json.loads((tmp_path / "run" / "training.json").read_text())["config"]["adapter"] == {
        "rank": 0, "peak_lr": 5e-3,
    }  # fmt: skip
