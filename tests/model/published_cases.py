"""The cases of a parity fixture as completion parameters, in the words of each family's own decoder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from model.completion import CompletionParams, StopWhen

Case = Mapping[str, Any]


def params_of(family: str, case: Case) -> CompletionParams:
    """What to ask for so that the family's decoder does what it did in the fixture, forward by forward."""
    make = next(make for name, make in _FAMILIES.items() if family.startswith(name))
    return replace(make(case), as_published=True)


def mask_of(case: Case) -> int | None:
    """The id that the fixture writes where a mask was left."""
    mask_id: int | None = case["params"].get("mask_id")
    return mask_id


def _ids(found: int | list[int] | None) -> tuple[int, ...]:
    return () if found is None else (found,) if isinstance(found, int) else tuple(found)


def _sdar(case: Case) -> CompletionParams:
    given = case["params"]
    decoders = {
        "low_confidence_dynamic": "sdar",
        "low_confidence_static": "sdar-static",
        "sequential": "sdar-sequential",
    }
    decoder = decoders[given["remasking_strategy"]]
    return CompletionParams(
        max_new_tokens=len(case["expect"]["new_ids"]),
        decoder=decoder,
        block_length=given["block_length"],
        max_steps=given["denoising_steps"],
        threshold=given["confidence_threshold"] if decoder == "sdar" else None,
        temperature=given["temperature"],
        top_k=given["top_k"],
        top_p=given["top_p"],
        is_greedy=given["draw"] == "argmax",
        stop_ids=_ids(given["stop_ids"]),
    )


def _fast_dllm(case: Case) -> CompletionParams:
    given, n_prompt = case["params"], len(case["prompt_ids"])
    length = given["block_length"]
    # Whole blocks are decoded, the one around the prompt's end counted, and one token more.
    n_new = n_prompt // length * length + given["max_new_tokens"] // length * length + 1 - n_prompt
    return CompletionParams(
        max_new_tokens=n_new,
        decoder="fast_dllm_v2-cached" if given["use_block_cache"] else "fast_dllm_v2",
        block_length=length,
        sub_block=given["sub_block"],
        threshold=given["threshold"],
        temperature=given["temperature"],
        stop_ids=_ids(given["stop_ids"]),
    )


def _llada2_0(case: Case) -> CompletionParams:
    given = case["params"]
    return CompletionParams(
        max_new_tokens=given["gen_length"],
        decoder="llada2_0",
        block_length=given["block_length"],
        max_steps=min(given["steps"], given["gen_length"] // given["minimal_topk"]),
        threshold=given["threshold"],
        temperature=given["temperature"],
        stop_ids=_ids(given["eos_id"]),
        stop_when=StopWhen.REVEAL if given["eos_early_stop"] else None,
    )


def _llada2_1(case: Case) -> CompletionParams:
    given = case["params"]
    return CompletionParams(
        max_new_tokens=given["gen_length"],
        decoder="llada2_1",
        block_length=given["block_length"],
        select=f"at-least:count={given['num_to_transfer']}",
        remask=f"t2t:threshold={given['editing_threshold']},steps={given['max_post_steps']}",
        threshold=given["threshold"],
        temperature=given["temperature"],
        stop_ids=_ids(given["eos_id"]),
        stop_when=StopWhen.BLOCK if given["eos_early_stop"] else None,
    )


def _nbdiff(case: Case) -> CompletionParams:
    given = case["params"]
    one_by_one = f"at-least:count=1,threshold=1,by=entropy+sub-blocks:cells={given['sub_block']}"
    return CompletionParams(
        max_new_tokens=given["max_new_tokens"],
        decoder="nbdiff",
        block_length=given["block_length"],
        sub_block=given["sub_block"],
        select=one_by_one if given["alg"] == "entropy" else None,
        threshold=given["threshold"],
        temperature=given["temperature"],
        stop_ids=_ids(given["eos_id"]),
    )


def _llada(case: Case) -> CompletionParams:
    given = case["params"]
    n_blocks = given["gen_length"] // given["block_length"]
    decoder = given["decoder"].replace("v1_", "llada-")
    return CompletionParams(
        max_new_tokens=given["gen_length"],
        decoder=decoder,
        block_length=given["block_length"],
        max_steps=given["steps"] // n_blocks,
        select="top-k" if given["threshold"] is None else None,
        threshold=given["threshold"],
        temperature=given["temperature"],
        stop_ids=(),
    )


def _dream(case: Case) -> CompletionParams:
    given = case["params"]
    by = {"entropy": "entropy", "maskgit_plus": "confidence", "topk_margin": "margin"}
    return CompletionParams(
        max_new_tokens=given["max_new_tokens"],
        decoder="dream",
        max_steps=given["steps"],
        select=f"decay:by={by[given['alg']]},eps={given['eps']}",
        temperature=given["temperature"],
        stop_ids=(),
    )


def _ar(case: Case) -> CompletionParams:
    given = case["params"]
    return CompletionParams(
        max_new_tokens=given["max_new_tokens"],
        temperature=given["temperature"],
        stop_ids=_ids(given["eos_ids"]),
    )


_FAMILIES: Mapping[str, Callable[[Case], CompletionParams]] = {
    "sdar": _sdar,
    "fast_dllm_v2": _fast_dllm,
    "llada2_0": _llada2_0,
    "llada2_1": _llada2_1,
    "nbdiff": _nbdiff,
    "llada": _llada,
    "dream": _dream,
    "ar_": _ar,
}
