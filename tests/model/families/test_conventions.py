"""How a checkpoint reads and writes: from an option, its files, its family's table; or it is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from model.checkpoints.survey import facts_of
from model.errors import CheckpointError
from model.families.conventions import WHOLE, Conventions, Grid, Shift, Visibility
from model.families.facts import Told
from model.families.keys import Keys
from model.families.table import FAMILIES, family_of

QWEN, LING, LLADA = 151936, 157184, 126464
SDAR = {"model_type": "sdar", "vocab_size": QWEN}
LLADA2 = {"model_type": "llada2_moe", "vocab_size": LING}
A2D = {"model_type": "a2d-qwen3", "vocab_size": QWEN}


def conventions(
    folder: Path, config: dict[str, Any], told: Told | None = None, **files: dict[str, Any]
) -> Conventions:
    """Those of a checkpoint of these small files."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    keys = Keys(config)
    return family_of(keys).conventions(facts_of(folder, keys, told or Told()))


def test_known_checkpoints_need_no_options(tmp_path: Path) -> None:
    known = {
        "SDAR-8B-Chat": (SDAR, (151669, 4, "sdar")),
        "SDAR-30B-A3B-Chat-b16": ({**SDAR, "model_type": "sdar_moe"}, (151669, 16, "sdar")),
        "Fast_dLLM_v2_7B": (
            {"model_type": "Fast_dLLM_Qwen", "vocab_size": 152064, "bd_size": 32},
            (151665, 32, "fast_dllm_v2"),
        ),
        "LLaDA2.0-mini": (LLADA2, (156895, 32, "llada2_0")),
        "LLaDA2.1-flash": (LLADA2, (156895, 32, "llada2_1")),
        "NBDiff-7B-Instruct": (
            {"model_type": "PanguEmbedded", "vocab_size": 153376},
            (45830, 32, "nbdiff"),
        ),
        "LLaDA-8B-Instruct": (
            {"model_type": "llada", "vocab_size": LLADA, "embedding_size": LLADA},
            (126336, 32, "llada"),
        ),
        "Dream-v0-Instruct-7B": (
            {"model_type": "Dream", "vocab_size": 152064},
            (151666, WHOLE, "dream"),
        ),
        "Qwen3-0.6B": ({"model_type": "qwen3", "vocab_size": QWEN}, (None, 1, "ar")),
        "Qwen2.5-7B": ({"model_type": "qwen2", "vocab_size": QWEN}, (None, 1, "ar")),
        "Llama-3.1-8B": ({"model_type": "llama", "vocab_size": 128256}, (None, 1, "ar")),
    }
    for name, (config, wanted) in known.items():
        found = conventions(tmp_path / name, config)
        assert (found.mask_id, found.block_length, found.decoder) == wanted, name


def test_families_differ_in_who_sees_whom_where_blocks_begin_and_which_row_speaks(
    tmp_path: Path,
) -> None:
    told = Told(mask_id=5, block_length=8)
    kinds = {
        "sdar": (Visibility.BLOCK, Grid.ABSOLUTE, Shift.NONE),
        "Fast_dLLM_Qwen": (Visibility.BLOCK, Grid.ABSOLUTE, Shift.BLOCK),
        "llada2_moe": (Visibility.BLOCK, Grid.ABSOLUTE, Shift.NONE),
        "PanguEmbedded": (Visibility.CONTEXT, Grid.PROMPT_END, Shift.BLOCK),
        "llada": (Visibility.FULL, Grid.PROMPT_END, Shift.NONE),
        "Dream": (Visibility.FULL, Grid.PROMPT_END, Shift.GLOBAL),
    }
    for kind, wanted in kinds.items():
        found = conventions(tmp_path, {"model_type": kind, "vocab_size": 64}, told)
        assert (found.visibility, found.grid, found.shift) == wanted, kind
        assert (found.mask_id, found.block_length) == (5, 8)
        assert found.sub_block <= 8


def test_the_name_tells_what_a_small_checkpoint_was_taught(tmp_path: Path) -> None:
    told = Told(mask_id=151669)
    block = conventions(tmp_path / "Qwen3-0.6B-diffusion-bd3lm-v0.1", A2D, told)
    full = conventions(tmp_path / "Qwen3-0.6B-diffusion-mdlm-v0.1", A2D, told)
    assert (block.visibility, block.grid, block.decoder) == (
        Visibility.BLOCK,
        Grid.LEFT_PADDED,
        "bd3lm",
    )
    assert (full.visibility, full.grid, full.decoder) == (Visibility.FULL, Grid.PROMPT_END, "mdlm")
    with pytest.raises(CheckpointError, match="give decoder=bd3lm or decoder=mdlm"):
        conventions(tmp_path / "mine", A2D, told)
    assert conventions(tmp_path / "mine", A2D, Told(151669, 32, "mdlm")).decoder == "mdlm"


@pytest.mark.parametrize(
    "files",
    [
        {"tokenizer_config": {"mask_token": "<M>"}, "added_tokens": {"<M>": 7}},
        {
            "tokenizer_config": {
                "mask_token": {"content": "<M>"},
                "added_tokens_decoder": {"7": {"content": "<M>"}, "8": {"content": "<|x|>"}},
            }
        },
        {
            "tokenizer_config": {"mask_token": "<absent>"},
            "tokenizer": {"added_tokens": [{"id": 7, "content": "<|MASK|>"}]},
        },
    ],
)
def test_the_tokenizer_may_name_the_mask(tmp_path: Path, files: dict[str, Any]) -> None:
    found = conventions(tmp_path, {**SDAR, "vocab_size": 64, "block_size": 4}, None, **files)
    assert found.mask_id == 7


def test_the_config_goes_before_the_tokenizer_and_an_option_before_both(tmp_path: Path) -> None:
    config = {**SDAR, "block_size": 8, "mask_token_id": 5}
    files = {"tokenizer_config": {"mask_token": "<M>"}, "added_tokens": {"<M>": 7}}
    assert conventions(tmp_path, config, None, **files).mask_id == 5
    assert conventions(tmp_path, config, Told(mask_id=0), **files).mask_id == 0
    named = tmp_path / "SDAR-1.7B-Chat-b64"
    assert conventions(named, config).block_length == 8
    assert conventions(named, SDAR).block_length == 64
    assert conventions(named, config, Told(block_length=2)).block_length == 2


def test_what_nobody_tells_is_refused_with_the_option(tmp_path: Path) -> None:
    strange = {**SDAR, "vocab_size": 1000}
    with pytest.raises(CheckpointError, match="give block_length=N"):
        conventions(tmp_path, strange)
    with pytest.raises(CheckpointError, match=r"vocabulary of 1000 .* give mask_id=ID"):
        conventions(tmp_path, {**strange, "block_size": 4})
    two = {"added_tokens": {"<|mask|>": 5, "<MASK>": 6}}
    with pytest.raises(CheckpointError, match="give mask_id=ID"):
        conventions(tmp_path, {**strange, "block_size": 4}, None, **two)
    with pytest.raises(CheckpointError, match="mask_id=-1 is no id"):
        conventions(tmp_path, SDAR, Told(mask_id=-1))


@pytest.mark.parametrize("told", [Told(mask_id=3), Told(block_length=4)])
def test_an_autoregressive_checkpoint_takes_no_mask(tmp_path: Path, told: Told) -> None:
    with pytest.raises(CheckpointError, match="is autoregressive and has no mask"):
        conventions(tmp_path, {"model_type": "qwen3", "vocab_size": 64}, told)


def test_stop_ids_come_from_both_files_or_from_the_table(tmp_path: Path) -> None:
    files = {"generation_config": {"eos_token_id": [3, 4], "pad_token_id": 9}}
    found = conventions(tmp_path, {**SDAR, "eos_token_id": 4}, None, **files)
    assert (found.stop_ids, found.pad_id) == ((3, 4), 9)
    assert conventions(tmp_path / "plain", SDAR).stop_ids == (151645, 151643)


def test_a_family_is_known_by_its_type_or_else_its_architecture() -> None:
    for family in FAMILIES:
        for kind in family.model_types:
            assert family_of(Keys({"model_type": kind})) is family
        for name in family.architectures:
            assert family_of(Keys({"architectures": ["Other", name]})) is family
    with pytest.raises(CheckpointError, match="unknown architecture None"):
        family_of(Keys({"architectures": [1, "Other"], "auto_map": {"AutoModel": "x.SDAR"}}))


def test_no_two_families_claim_the_same_checkpoint() -> None:
    for claims in ("model_types", "architectures"):
        names = [name for family in FAMILIES for name in getattr(family, claims)]
        assert len(names) == len(set(names))
