"""Fast-dLLM v2 (NVlabs/Fast-dLLM, v2): Qwen2 with block-causal attention and a shift inside the block."""

from __future__ import annotations

from model.families.autoregressive import qwen2_shape
from model.families.conventions import Conventions, Grid, Shift, Visibility
from model.families.facts import Facts
from model.families.family import Family

MASKS = {151936: 151665, 152064: 151665}
STOPS = {151936: (151645,), 152064: (151645,)}
BLOCK, SUB_BLOCK = 32, 8


def conventions(facts: Facts) -> Conventions:
    """Blocks on an absolute grid, filled in parts from left to right."""
    length = facts.block_length("bd_size", known=BLOCK)
    return Conventions(
        family="fast_dllm_v2",
        visibility=Visibility.BLOCK,
        grid=Grid.ABSOLUTE,
        shift=Shift.BLOCK,
        mask_id=facts.mask_id(MASKS),
        block_length=length,
        sub_block=min(SUB_BLOCK, length),
        decoder=facts.told.decoder or "fast_dllm_v2",
        stop_ids=facts.stop_ids(STOPS),
        pad_id=facts.pad_id(),
    )


FAMILY = Family(
    name="fast_dllm_v2",
    model_types=frozenset({"Fast_dLLM_Qwen"}),
    architectures=frozenset({"Fast_dLLM_QwenForCausalLM"}),
    shape=qwen2_shape,
    conventions=conventions,
)
