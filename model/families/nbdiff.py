"""NBDiff and openPangu diffusion (YuchuanTian/NBDiff): Llama with biases, causal context, a shift inside the block."""

from __future__ import annotations

from collections.abc import Set

from model.backbone.decoder import DecoderConfig
from model.families.conventions import Conventions, Grid, Shift, Visibility
from model.families.facts import Facts
from model.families.family import Family
from model.families.keys import Keys
from model.families.shape import dense_shape

MASKS = {153376: 45830}
STOPS = {153376: (45892,)}
BLOCK, SUB_BLOCK = 32, 4


def shape(keys: Keys, names: Set[str]) -> DecoderConfig:
    """Biases on all four projections of attention."""
    biased = keys.truth("bias", default=True)
    return dense_shape(keys, names, qk_norm=False, attn_bias=biased, out_bias=biased)


def conventions(facts: Facts) -> Conventions:
    """Blocks begin at the prompt's end; what is committed is read causally."""
    length = facts.block_length(known=BLOCK)
    return Conventions(
        family="nbdiff",
        visibility=Visibility.CONTEXT,
        grid=Grid.PROMPT_END,
        shift=Shift.BLOCK,
        mask_id=facts.mask_id(MASKS),
        block_length=length,
        sub_block=min(SUB_BLOCK, length),
        decoder=facts.told.decoder or "nbdiff",
        stop_ids=facts.stop_ids(STOPS),
        pad_id=facts.pad_id(),
    )


FAMILY = Family(
    name="nbdiff",
    model_types=frozenset({"PanguEmbedded"}),
    architectures=frozenset({"PanguEmbeddedForCausalLM"}),
    shape=shape,
    conventions=conventions,
)
