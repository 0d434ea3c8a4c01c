"""SDAR (JetAstra/SDAR), dense and with experts: Qwen3 with block-causal attention.

The files that people download name neither the mask nor the block: the vocabulary tells the mask, and the
repository's name the block (`-b16`), which is 4 where it has no such ending.
"""

from __future__ import annotations

from model.families.autoregressive import qwen3_shape
from model.families.conventions import Conventions, Grid, Shift, Visibility
from model.families.experts import qwen_sources
from model.families.facts import Facts
from model.families.family import Family

MASKS = {151936: 151669}
BLOCKS = {151936: 4}
STOPS = {151936: (151645, 151643)}


def conventions(facts: Facts) -> Conventions:
    """Blocks on an absolute grid; each cell's own row speaks of it."""
    length = facts.block_length("block_size", known=BLOCKS.get(facts.vocab_size))
    return Conventions(
        family="sdar",
        visibility=Visibility.BLOCK,
        grid=Grid.ABSOLUTE,
        shift=Shift.NONE,
        mask_id=facts.mask_id(MASKS),
        block_length=length,
        sub_block=length,
        decoder=facts.told.decoder or "sdar",
        stop_ids=facts.stop_ids(STOPS),
        pad_id=facts.pad_id(),
    )


FAMILY = Family(
    name="sdar",
    model_types=frozenset({"sdar", "sdar_moe"}),
    architectures=frozenset({"SDARForCausalLM", "SDARMoeForCausalLM"}),
    shape=qwen3_shape,
    sources=qwen_sources,
    conventions=conventions,
)
