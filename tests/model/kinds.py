"""Engines of every kind of family over one tiny random decoder: only who sees whom, and when, differs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from hypothesis import strategies as st

from model.cache import PagedCache
from model.cache import Sequence as Kept
from model.completion import CompletionParams
from model.engine import Engine
from model.families.conventions import WHOLE, Conventions, Grid, Shift, Visibility
from tests.model.tiny import tiny_decoder, tiny_tokens

BLOCK, SUB_BLOCK = 6, 3


def _kind(
    decoder: str,
    visibility: Visibility,
    grid: Grid = Grid.PROMPT_END,
    shift: Shift = Shift.NONE,
    block_length: int = BLOCK,
    sub_block: int = BLOCK,
) -> Conventions:
    mask_id = None if decoder == "ar" else tiny_tokens().mask_id
    return Conventions(
        decoder, visibility, grid, shift, mask_id, block_length, sub_block, decoder, stop_ids=()
    )


@cache
def kinds() -> dict[str, Conventions]:
    in_blocks = (Visibility.BLOCK, Grid.ABSOLUTE)
    return {
        "ar": _kind("ar", Visibility.CAUSAL, shift=Shift.BLOCK, block_length=1, sub_block=1),
        "planner": _kind("planner", Visibility.CONTEXT, block_length=WHOLE),
        "sdar": _kind("sdar", *in_blocks),
        "llada2_1": _kind("llada2_1", *in_blocks),
        "bd3lm": _kind("bd3lm", Visibility.BLOCK, Grid.LEFT_PADDED),
        "fast_dllm_v2": _kind("fast_dllm_v2", *in_blocks, Shift.BLOCK, sub_block=SUB_BLOCK),
        "nbdiff": _kind("nbdiff", Visibility.CONTEXT, shift=Shift.BLOCK, sub_block=SUB_BLOCK),
        "llada": _kind("llada", Visibility.FULL),
        "dream": _kind("dream", Visibility.FULL, shift=Shift.GLOBAL, block_length=WHOLE),
    }


OF_FULL = (
    "exact",
    "prefix",
    "dual",
    "free",
    "dkv:refresh=3",
    "window:active=2,window=4,refresh=3",
    "delay",
)
CACHINGS = {
    "llada": OF_FULL,
    "dream": OF_FULL,
    "fast_dllm_v2": ("exact", "sub-block", "delay:around=1,refresh=3"),
    "sdar": ("exact", "delay"),
    "nbdiff": ("exact", "delay:around=0"),
}


class ForgetfulCache(PagedCache):
    """Keeps nothing, so that every forward reads from the prompt on."""

    def commit(self, sequence: Kept, tokens: list[int]) -> None:
        """Forget."""


def engine_of(kind: str, seed: int = 0, cache: PagedCache | None = None) -> Engine:
    kept = cache or PagedCache(32, 8)
    return Engine(tiny_decoder(seed), tiny_tokens(), kind, kept, kinds()[kind])


any_kind = st.sampled_from(sorted(kinds()))
any_prompt = st.lists(st.integers(0, 300), min_size=1, max_size=17)


@st.composite
def any_completion(draw: st.DrawFn, kind: str, exact: bool = False) -> CompletionParams:
    """Parameters that go together with the kind."""
    cachings = ("exact",) if exact else CACHINGS.get(kind, ("exact",))
    params = CompletionParams(
        block_length=draw(st.sampled_from([None, None, 4])),
        max_new_tokens=draw(st.integers(1, 15)),
        max_steps=draw(st.sampled_from([None, 2, 6])),
        threshold=draw(st.sampled_from([None, 0.0, 0.4, 1.0])),
        caching=draw(st.sampled_from(cachings)),
        temperature=draw(st.sampled_from([0.0, 0.0, 2.0])),
        top_k=draw(st.sampled_from([0, 0, 5])),
        top_p=draw(st.sampled_from([1.0, 0.8])),
        seed=draw(st.integers(0, 3)),
        stop_ids=draw(st.sampled_from([(), tuple(range(0, 300, 7))])),
    )
    return replace(params, as_published=False if exact else draw(st.booleans()))
