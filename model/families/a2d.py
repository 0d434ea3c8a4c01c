"""Small checkpoints of dllm-hub (ZHZisZZ/dllm): a Qwen or Llama taught either block diffusion or full masking.

The files do not say which: the repository's name does (`bd3lm` or `mdlm`), or the option `decoder`.
"""

from __future__ import annotations

from collections.abc import Set

from model.backbone.decoder import DecoderConfig
from model.errors import CheckpointError
from model.families.autoregressive import llama_shape, qwen2_shape, qwen3_shape
from model.families.conventions import Conventions, Grid, Shift, Visibility
from model.families.experts import qwen_sources
from model.families.facts import Facts
from model.families.family import Family
from model.families.keys import Keys

SHAPES = {"a2d-qwen2": qwen2_shape, "a2d-qwen3": qwen3_shape, "a2d-llama": llama_shape}
ARCHITECTURES = {
    "A2DQwen2LMHeadModel": "a2d-qwen2",
    "A2DQwen3LMHeadModel": "a2d-qwen3",
    "A2DLlamaLMHeadModel": "a2d-llama",
}
DECODERS = ("bd3lm", "mdlm")
BLOCK = 32


def shape(keys: Keys, names: Set[str]) -> DecoderConfig:
    """The shape of the base that was taught."""
    kind = keys.text("model_type", "")
    if kind not in SHAPES:
        told = keys.stored.get("architectures") or [""]
        kind = ARCHITECTURES.get(told[0], "a2d-qwen3")
    return SHAPES[kind](keys, names)


def conventions(facts: Facts) -> Conventions:
    """Blocks behind a prompt that is padded on its left; or everything sees everything."""
    decoder = facts.told.decoder or _named(facts.name)
    is_blockwise = decoder == "bd3lm"
    length = facts.block_length(known=BLOCK)
    return Conventions(
        family="a2d",
        visibility=Visibility.BLOCK if is_blockwise else Visibility.FULL,
        grid=Grid.LEFT_PADDED if is_blockwise else Grid.PROMPT_END,
        shift=Shift.NONE,
        mask_id=facts.mask_id({}),
        block_length=length,
        sub_block=length,
        decoder=decoder,
        stop_ids=facts.stop_ids(),
        pad_id=facts.pad_id(),
    )


def _named(name: str) -> str:
    found = [decoder for decoder in DECODERS if decoder in name.lower()]
    if len(found) != 1:
        raise CheckpointError(
            f"the name of {name!r} does not say whether it was taught block diffusion or full masking; "
            "give decoder=bd3lm or decoder=mdlm, as in NAME:decoder=mdlm"
        )
    return found[0]


FAMILY = Family(
    name="a2d",
    model_types=frozenset(SHAPES),
    architectures=frozenset(ARCHITECTURES),
    shape=shape,
    sources=qwen_sources,
    conventions=conventions,
)
