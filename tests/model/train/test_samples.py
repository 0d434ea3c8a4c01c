"""Samples survive their file, and batches hold each sample once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import TrainingError
from model.train.batches import BatchOrder
from model.train.samples import SampleFile
from tests.model.train.grids import eight, sample, tokens

TOKENS = tokens()


def test_written_samples_read_the_same(tmp_path: Path) -> None:
    made = eight(TOKENS)
    made.write(tmp_path / "one.npz")
    made.write(tmp_path / "two.npz")
    joined = SampleFile.read([tmp_path / "one.npz", tmp_path / "two.npz"])
    assert len(joined) == 16
    for start in (0, 8):
        found, wanted = joined.batch(np.arange(start, start + 8)), made.batch(np.arange(8))
        for name in (
            "prompt",
            "prompt_length",
            "canvas",
            "maskable",
            "weight",
            "record",
            "reopened",
        ):
            np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name))


def test_draft_is_the_canvas_unless_given() -> None:
    plain = sample(TOKENS, "@1")
    drafted = replace(plain, draft=[0] * len(plain.canvas))
    found = SampleFile.of([plain, drafted]).batch(np.arange(2))
    assert found.draft[0].tolist() == list(plain.canvas)
    assert not found.draft[1].any()


def test_first_samples_keep_their_prompts() -> None:
    found = eight(TOKENS).first(3).batch(np.array([2]))
    np.testing.assert_array_equal(found.prompt, eight(TOKENS).batch(np.array([2])).prompt)


def test_cells_without_a_weight_are_refused() -> None:
    with pytest.raises(TrainingError, match="weight has 1 cells, the canvas 12"):
        SampleFile.of([replace(sample(TOKENS, "@1"), weight=[1.0])])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half an archive", b"text"])
def test_damaged_file_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(TrainingError, match=r"bad\.npz") as refusal:
        SampleFile.read([tmp_path / "bad.npz"])
    assert "\n" not in str(refusal.value)


def test_foreign_archive_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", prompt=np.zeros(3))
    with pytest.raises(TrainingError, match="lacks canvas"):
        SampleFile.read([tmp_path / "other.npz"])


@given(st.lists(st.integers(1, 50), min_size=4, max_size=40), st.integers(1, 4), st.integers(0, 9))
def test_an_epoch_shows_each_sample_at_most_once(lengths: list[int], size: int, seed: int) -> None:
    order = BatchOrder(np.array(lengths), size, seed)
    seen = np.concatenate([order.batch(step) for step in range(len(lengths) // size)])
    assert len(set(seen.tolist())) == len(seen) == len(lengths) // size * size


def test_order_does_not_depend_on_what_was_asked_before() -> None:
    lengths = np.arange(1, 40)
    forward, direct = BatchOrder(lengths, 4, 0), BatchOrder(lengths, 4, 0)
    steps = [forward.batch(step).tolist() for step in range(30)]
    assert direct.batch(25).tolist() == steps[25]
    assert direct.batch(3).tolist() == steps[3]


def test_too_few_samples_for_a_batch_are_refused() -> None:
    with pytest.raises(TrainingError, match="3 training samples cannot fill a batch of 4"):
        BatchOrder(np.ones(3, np.int64), 4, 0)
