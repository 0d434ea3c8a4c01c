"""DiffusionGemma's config.json and generation_config.json, in both styles, and what is refused in them."""

from __future__ import annotations

from typing import Any

import pytest

from model.backbone.gemma_layers import LayerShape, Proportional, Rope
from model.backbone.rope import Plain
from model.errors import CheckpointError
from model.families.diffusion_gemma import FAMILY
from model.families.facts import Facts, Told
from model.families.keys import Keys
from model.families.table import family_of
from model.uniform.rules import Knobs

TEXT: dict[str, Any] = {
    "vocab_size": 64,
    "hidden_size": 16,
    "intermediate_size": 24,
    "moe_intermediate_size": 8,
    "num_experts": 4,
    "top_k_experts": 2,
    "num_hidden_layers": 6,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "sliding_window": 5,
    "pad_token_id": 0,
    "eos_token_id": 1,
}
SLIDING = LayerShape(2, Rope(8, 1e4, Plain()), 5)
FULL = LayerShape(1, Rope(16, 1e6, Proportional(0.25)), None)


def config(**changes: Any) -> Keys:
    return Keys({"model_type": "diffusion_gemma", "text_config": TEXT | changes})


def facts(generation: dict[str, Any] | None = None, **told: Any) -> Facts:
    return Facts("some", config(), Keys(generation or {}), Told(**told))


def test_layers_that_see_everything_are_described_in_either_style() -> None:
    one_by_one = config(per_layer_config={"5": {"head_dim": 16, "num_key_value_heads": 1}})
    together = config(global_head_dim=16, num_global_key_value_heads=1)
    for keys in (one_by_one, together):
        assert family_of(keys) is FAMILY
        assert FAMILY.shape(keys, set()).layers == (*[SLIDING] * 5, FULL)


def test_the_last_layer_sees_everything_whatever_is_written() -> None:
    keys = config(layer_types=["full_attention", *["sliding_attention"] * 5], global_head_dim=16)
    windows = [layer.window for layer in FAMILY.shape(keys, set()).layers]
    assert windows == [None, 5, 5, 5, 5, None]


def test_rotary_positions_are_read_for_each_kind_of_layer() -> None:
    told = {
        "sliding_attention": {"rope_type": "default", "rope_theta": 500.0},
        "full_attention": {"rope_type": "proportional", "rope_theta": 7e5, "factor": 2.0},
    }
    layers = FAMILY.shape(config(rope_parameters=told, global_head_dim=16), set()).layers
    assert layers[0].rope == Rope(8, 500.0, Plain())
    assert layers[-1].rope == Rope(16, 7e5, Proportional(1.0, 2.0))


def test_a_head_of_its_own_is_used_where_there_is_one() -> None:
    assert FAMILY.shape(config(), set()).tied
    assert not FAMILY.shape(config(), {"lm_head.weight"}).tied


def test_conventions_come_from_all_the_files() -> None:
    found = FAMILY.conventions(facts({"eos_token_id": [1, 50]}))
    assert (found.stop_ids, found.pad_id, found.mask_id) == ((1, 50), 0, None)
    assert (found.block_length, found.decoder) == (256, "diffusion_gemma")
    assert FAMILY.conventions(facts(block_length=32)).block_length == 32


def test_published_knobs_are_those_of_the_checkpoint() -> None:
    generation = {
        "max_denoising_steps": 24,
        "sampler_config": {"entropy_bound": 0.25, "_cls_name": "EntropyBoundSamplerConfig"},
        "t_max": 0.7,
        "stability_threshold": 0,
        "confidence_threshold": None,
    }
    knobs = Knobs.of(FAMILY.conventions(facts(generation)).decoder, {})
    assert knobs == Knobs(24, 0.25, t_max=0.7, stability_threshold=0)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"hidden_activation": "silu"}, "hidden_activation='silu'; only 'gelu_pytorch_tanh'"),
        ({"use_bidirectional_attention": "all"}, "only 'vision' is supported"),
        ({"tie_word_embeddings": False}, "only True is supported"),
        ({"layer_types": ["full_attention"]}, "1 layer_types; it must have num_hidden_layers=6"),
        ({"layer_types": ["chunked"] * 6}, "must be a list of"),
        ({"per_layer_config": {"5": {"hidden_size": 4}}}, "'hidden_size'; a layer may differ in"),
        ({"num_experts": None}, "lacks num_experts"),
        (
            {"rope_parameters": {"full_attention": {"rope_type": "yarn"}}},
            "supported are rope_type 'default' and 'proportional'",
        ),
        ({"global_head_dim": 15}, "an even positive number"),
        ({"num_global_key_value_heads": 3}, "must be a multiple of num_key_value_heads=3"),
    ],
)
def test_what_the_network_cannot_do_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(CheckpointError, match=says):
        FAMILY.shape(config(**changes), set())


def test_a_mask_is_refused() -> None:
    with pytest.raises(CheckpointError, match="mask_id=3: 'some' starts from random words"):
        FAMILY.conventions(facts(mask_id=3))
