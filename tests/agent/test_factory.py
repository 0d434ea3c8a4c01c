"""Which planner a folder becomes: one-token words where the vocabulary has them, else plain text, or one clear line."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from agent.errors import SettingsError
from agent.factory import load
from agent.plain.planner import PlainPlanner
from agent.settings import DecodeSettings, Settings
from model.engine import Engine
from model.errors import CheckpointError, ModelError, TokenizerError
from model.recipes.proofread import Proofread
from tests.support.checkpoints import NO_SYSTEM, save
from tests.support.runs import BRIEF, linked

PLANNER = Path(__file__).parents[2] / "model" / "weights" / "planner"


def test_the_embedded_planner_writes_words() -> None:
    if not PLANNER.is_dir():
        pytest.skip("the embedded planner is not trained yet")
    diffusion, left_to_right = load("embedded"), load("embedded", "ar")
    assert isinstance(diffusion, Engine)
    assert isinstance(left_to_right, Engine)
    assert diffusion is not left_to_right
    assert isinstance(load("embedded", "diffusion", True), Proofread)


def test_other_rules_and_other_checkpoints_do_not_proofread(tmp_path: Path) -> None:
    assert DecodeSettings().proofreads
    for other in ({"select": "dcd"}, {"remask": "rcr"}, {"proofread": False}):
        assert not DecodeSettings.model_validate(other).proofreads
    assert isinstance(load(str(save(tmp_path, "sdar")), "diffusion", True), PlainPlanner)


def test_a_checkpoint_plans_in_plain_text_with_one_set_of_weights_for_all_arms(
    tmp_path: Path,
) -> None:
    name = str(save(tmp_path, "sdar"))
    assert isinstance(load(name), PlainPlanner)
    assert load(name) is load(name, "ar")


def test_what_only_writes_from_left_to_right_drafts_no_plan_at_once(tmp_path: Path) -> None:
    name = str(save(tmp_path, "qwen3"))
    assert isinstance(load(name, "ar"), PlainPlanner)
    with pytest.raises(
        SettingsError, match=r"autoregressive \(qwen3\).* give it as --ar-model"
    ) as said:
        load(name)
    assert "\n" not in str(said.value)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    folder = save(tmp_path, "qwen3")
    config = json.loads((folder / "config.json").read_text())
    told = {**config, "model_type": "whisper", "architectures": ["WhisperModel"]}
    (folder / "config.json").write_text(json.dumps(told))
    with pytest.raises(CheckpointError, match="whisper") as said:
        load(str(folder), "ar")
    assert "\n" not in str(said.value)


def test_a_checkpoint_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    folder = save(tmp_path, "qwen3")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(
        TokenizerError, match=r"has no tokenizer.*put the checkpoint's tokenizer.json"
    ):
        load(str(folder), "ar")


def drafted(folder: Path) -> int:
    """How many tokens stand before the canvas of a draft."""
    lm = load(str(folder), "ar")
    assert isinstance(lm, PlainPlanner)
    params = replace(Settings().arms()["ar-plan"].params, stop_after="1.6")
    form = lm.template_of(replace(linked("ar-plan"), brief=BRIEF))
    return lm.fill(form, params).usage.prompt_tokens


def test_a_context_that_is_too_small_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    folder = save(tmp_path, "qwen3", max_position_embeddings=512)
    with pytest.raises(
        ModelError, match=r"take \d+ tokens and the checkpoint was made for 512; ask"
    ):
        drafted(folder)


@pytest.mark.parametrize("template", [None, NO_SYSTEM])
def test_without_a_chat_template_or_a_system_in_it_the_prompt_is_still_read(
    template: str | None, tmp_path: Path
) -> None:
    usual = drafted(save(tmp_path / "usual", "qwen3"))
    other = drafted(save(tmp_path / "other", "qwen3", template=template))
    assert abs(usual - other) < 40


def test_a_copy_of_the_embedded_planner_is_one(tmp_path: Path) -> None:
    if not PLANNER.is_dir():
        pytest.skip("the embedded planner is not trained yet")
    shutil.copytree(PLANNER, tmp_path / "mine")
    assert isinstance(load(str(tmp_path / "mine")), Engine)
