"""A checkpoint is named by a folder or a repository, and options may stand behind the name."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from model.checkpoints.naming import _READ, read_name
from model.errors import CheckpointError
from model.families.facts import Told
from model.loading import Options, load_checkpoint
from tests.model.families.stock import STOCK, edit, save


@pytest.mark.parametrize(
    ("written", "name", "told"),
    [
        ("embedded", "embedded", Told()),
        ("org/repo", "org/repo", Told()),
        ("C:\\models\\sdar", "C:\\models\\sdar", Told()),
        ("/a:b/c", "/a:b/c", Told()),
        ("org/repo:mask_id=5", "org/repo", Told(mask_id=5)),
        (
            "C:\\sdar:block_length=16, ntk_factor=2.5,decoder=sdar-static",
            "C:\\sdar",
            Told(None, 16, "sdar-static", 2.5),
        ),
    ],
)
def test_options_are_told_apart_from_the_name(written: str, name: str, told: Told) -> None:
    assert read_name(written) == (name, told)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("x:mask_id=two", "mask_id is 'two'; it takes a whole number"),
        ("x:ntk_factor=", "ntk_factor is ''; it takes a number"),
        (
            "x:mask_id=1,temperature=2",
            "no option 'temperature' .* choose from mask_id, block_length",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(written: str, said: str) -> None:
    with pytest.raises(CheckpointError, match=said):
        read_name(written)


def test_every_option_can_be_written_and_passed() -> None:
    names = {field.name for field in fields(Told)}
    assert names == _READ.keys() == Options.__annotations__.keys()


def test_a_passed_option_goes_before_a_written_one(tmp_path: Path) -> None:
    save(STOCK["sdar"], tmp_path)
    edit(tmp_path, mask_token_id=None)
    written = f"{tmp_path}:mask_id=3,block_length=4"
    found = load_checkpoint(written, device="cpu", block_length=2).conventions
    assert (found.mask_id, found.block_length) == (3, 2)
