"""Dream and DiffuCoder (Dream-org/Dream-v0): Qwen2 with full attention and a shift over the whole sequence."""

from __future__ import annotations

from model.families.autoregressive import qwen2_shape
from model.families.conventions import WHOLE, Conventions, Grid, Shift, Visibility
from model.families.facts import Facts
from model.families.family import Family

MASKS = {152064: 151666}
STOPS = {152064: (151643,)}


def conventions(facts: Facts) -> Conventions:
    """Everything sees everything; all that is generated is one block."""
    length = facts.told.block_length or WHOLE
    return Conventions(
        family="dream",
        visibility=Visibility.FULL,
        grid=Grid.PROMPT_END,
        shift=Shift.GLOBAL,
        mask_id=facts.mask_id(MASKS),
        block_length=length,
        sub_block=length,
        decoder=facts.told.decoder or "dream",
        stop_ids=facts.stop_ids(STOPS),
        pad_id=facts.pad_id(),
    )


FAMILY = Family(
    name="dream",
    model_types=frozenset({"Dream"}),
    architectures=frozenset({"DreamModel"}),
    shape=qwen2_shape,
    conventions=conventions,
)
