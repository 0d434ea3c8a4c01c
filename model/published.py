"""How each family's own decoder works: a named choice of rules, with its published defaults.

A choice of the caller goes before what is said here. `--decoder` names beside the families' own are their
published variants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from model.completion import Caching, StopWhen
from model.errors import ModelError


@dataclass(frozen=True, slots=True)
class Published:
    """One published decoder. `{sub_block}` in `select` is the sub-block's length.

    `is_raw`: confidence is measured before temperature, top-k and top-p. The last three say which forwards
    the published code spends without need: to fill the last block to its end, to commit it, and a least
    number of them in each block.
    """

    select: str
    threshold: float | None = None
    remask: str = "none"
    stop_when: StopWhen = StopWhen.STEP
    caching: Caching = Caching.EXACT
    is_raw: bool = False
    fills_last: bool = False
    commits_last: bool = False
    least_steps: int = 1


_SDAR = Published(
    "at-least", threshold=0.85, stop_when=StopWhen.BLOCK, fills_last=True, commits_last=True
)
_LLADA = Published("top-k", stop_when=StopWhen.END, is_raw=True)
_V1 = replace(_LLADA, select="threshold", threshold=0.9)
_IN_PARTS = "at-least:count=1+sub-blocks:cells={sub_block}"

PUBLISHED: Mapping[str, Published] = {
    "planner": Published("threshold", threshold=0.9, is_raw=True),
    "ar": Published("threshold", threshold=0.0),
    "sdar": _SDAR,
    "sdar-static": replace(_SDAR, threshold=1.0),
    "sdar-sequential": replace(_SDAR, select="in-order", threshold=None),
    "fast_dllm_v2": Published(_IN_PARTS, threshold=0.9),
    "fast_dllm_v2-cached": Published(_IN_PARTS, threshold=0.9, caching=Caching.SUB_BLOCK),
    "llada2_0": Published("at-least", threshold=0.95, stop_when=StopWhen.BLOCK, fills_last=True),
    "llada2_1": Published(
        "at-least:count=1",
        threshold=0.95,
        remask="t2t:threshold=0.9",
        stop_when=StopWhen.END,
        fills_last=True,
    ),
    "nbdiff": Published(
        _IN_PARTS, threshold=0.9, stop_when=StopWhen.SUB_BLOCK, fills_last=True, commits_last=True
    ),
    "llada": _LLADA,
    "llada-parallel": _V1,
    "llada-prefix": replace(_V1, caching=Caching.PREFIX, least_steps=2),
    "llada-dual": replace(_V1, caching=Caching.DUAL, least_steps=2),
    "dream": Published("decay", stop_when=StopWhen.END),
    "bd3lm": replace(_LLADA, stop_when=StopWhen.BLOCK, fills_last=True),
    "mdlm": _LLADA,
}


def published(name: str) -> Published:
    """The decoder of that name."""
    if name not in PUBLISHED:
        raise ModelError(f"no decoder {name!r}; choose one of {', '.join(PUBLISHED)}")
    return PUBLISHED[name]
