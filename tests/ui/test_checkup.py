"""The doctor on a checkpoint: what it is and needs, what it lacks, without loading its weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.model.families.stock import STOCK, edit, save
from ui import cli
from ui.checkup import Checkup
from ui.doctor import Finding


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "SDAR-mine-b8"
    save(STOCK["sdar"], made)
    return made


def findings(written: object, n_tokens: int | None = None) -> dict[str, Finding]:
    return {found.name: found for found in Checkup(str(written), n_tokens).findings()}


def test_a_sound_checkpoint_is_described(folder: Path) -> None:
    found = findings(folder)
    assert "SDAR-mine-b8, family sdar" in found["checkpoint"].detail
    assert found["blocks"].detail == "8 tokens, counted from the first token, mask 90"
    assert "each block" in found["attention"].detail
    assert found["decoding"].detail.startswith("sdar; logits shift: none")
    assert "0.03 million parameters" in found["tensors"].detail
    assert "keys and values of 256 tokens" in found["memory"].detail
    assert found["tokenizer"].state == "missing"
    assert [one.name for one in found.values() if one.state == "broken"] == []


def test_memory_grows_with_the_context_and_positions_end(folder: Path) -> None:
    checkup = Checkup(str(folder), 1000)
    found = {one.name: one for one in checkup.findings()}
    weights, each = checkup.figures["weight_bytes"], checkup.figures["kv_bytes"]
    assert isinstance(weights, int)
    assert isinstance(each, int)
    assert checkup.figures["needed_bytes"] == weights + 1000 * each
    assert each in (2 * 2 * 2 * 16 * size for size in (2, 4))  # k and v, layers, heads, width
    assert found["context"].detail == "1,000 tokens asked, trained for 256"
    assert "ntk_factor=4" in found["context"].remedy
    assert findings(folder, 10**13)["memory"].state == "broken"


def test_what_is_not_known_is_asked_for_and_taken_behind_the_name(folder: Path) -> None:
    edit(folder, mask_token_id=None, block_size=None)
    assert "give mask_id=ID, as in NAME:mask_id=ID" in findings(folder)["conventions"].detail
    found = findings(f"{folder}:mask_id=3,block_length=4")
    assert found["blocks"].detail == "4 tokens, counted from the first token, mask 3"
    assert (
        "mask_id is 'x'; it takes a whole" in findings(f"{folder}:mask_id=x")["checkpoint"].detail
    )
    assert "no option 'colour'" in findings(f"{folder}:colour=3")["checkpoint"].detail


def test_tensors_that_do_not_fit_are_told_beside_the_rest(folder: Path) -> None:
    edit(folder, num_hidden_layers=4)
    found = findings(folder)
    assert found["tensors"].state == "broken"
    assert "lacks 'model.layers.2" in found["tensors"].detail
    assert found["blocks"].state == "ok"


def test_the_planner_that_comes_along_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor", "--model", "embedded"]) == 0
    assert "family planner" in capsys.readouterr().out
    assert cli.main(["doctor", "--model", "embedded", "--context", "100", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["model"]["context"] == 100
    assert told["model"]["conventions"]["visibility"] == "context-causal"
    assert {one["state"] for one in told["findings"]} == {"ok"}


def test_what_is_no_checkpoint_ends_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["doctor", "--model", str(tmp_path / "nowhere")]) == 1
    assert "no model folder" in capsys.readouterr().out
