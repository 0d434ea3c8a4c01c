"""Record the small fixtures of tests/model/parity: tiny random checkpoints, and what the plain decoders make of them.

    python -m tests.model.reference.record

A case is kept only if it comes out the same in single and in double precision and under a little noise: no
tie decides anything.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from tests.model.families.stock import named_as_llada
from tests.model.reference.decoders import DECODERS, MASKED, Run
from tests.model.reference.networks import Ling, Network, stock

PARITY = Path(__file__).parents[1] / "parity"
VOCABULARY, MASK = 64, 61
SIZES: dict[str, Any] = {
    "vocab_size": VOCABULARY, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
    "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 8, "max_position_embeddings": 128,
    "rms_norm_eps": 1e-6,
}  # fmt: skip
LING = {
    **SIZES, "model_type": "llada2_moe", "architectures": ["LLaDA2MoeModelLM"], "first_k_dense_replace": 1,
    "moe_intermediate_size": 8, "num_experts": 4, "num_experts_per_tok": 2, "num_shared_experts": 1,
    "n_group": 2, "topk_group": 1, "routed_scaling_factor": 2.5, "score_function": "sigmoid",
    "norm_topk_prob": True, "partial_rotary_factor": 0.5, "rope_theta": 600000, "tie_word_embeddings": False,
}  # fmt: skip
LLADA = {
    "model_type": "llada", "architectures": ["LLaDAModelLM"], "d_model": 16, "n_layers": 2, "n_heads": 2,
    "n_kv_heads": 2, "mlp_hidden_size": 24, "vocab_size": VOCABULARY, "embedding_size": VOCABULARY,
    "rope_theta": 5e5, "rms_norm_eps": 1e-6, "mask_token_id": MASK, "block_type": "llama", "rope": True,
    "layer_norm_type": "rms", "include_bias": False, "weight_tying": False, "max_sequence_length": 128,
}  # fmt: skip


@dataclass(frozen=True)
class Family:
    """A network, the config.json that its checkpoints have, and the cases: prompt length and parameters."""

    config: dict[str, Any]
    cases: dict[str, tuple[int, dict[str, Any]]]
    make: Callable[[], PreTrainedModel] | None = None
    is_tied: bool = False
    rename: Callable[[str], str] = str

    @property
    def head(self) -> str:
        return "model.embed_tokens.weight" if self.is_tied else "lm_head.weight"


def turning(theta: float) -> dict[str, Any]:
    return {"rope_type": "default", "rope_theta": theta}


def qwen2(is_tied: bool = False) -> PreTrainedModel:
    sizes = {key: value for key, value in SIZES.items() if key != "head_dim"}
    return Qwen2ForCausalLM(
        Qwen2Config(**sizes, rope_parameters=turning(1e4), tie_word_embeddings=is_tied)
    )


def qwen3() -> PreTrainedModel:
    return Qwen3ForCausalLM(
        Qwen3Config(**SIZES, rope_parameters=turning(1e4), tie_word_embeddings=False)
    )


def llama(n_kv_heads: int = 1, bias: bool = False) -> PreTrainedModel:
    sizes = SIZES | {"num_key_value_heads": n_kv_heads}
    theta = 5e5 if n_kv_heads > 1 else 1e4
    return LlamaForCausalLM(
        LlamaConfig(**sizes, rope_parameters=turning(theta), attention_bias=bias)
    )


def stored_as(kind: str, architecture: str, **more: Any) -> dict[str, Any]:
    keys = {"model_type": kind, "architectures": [architecture], "rope_theta": 1e4}
    return {**SIZES, **keys, "tie_word_embeddings": False, **more}


def with_all(base: dict[str, Any], **cases: tuple[int, dict[str, Any]]) -> dict[str, Any]:
    return {name: (n, base | changes) for name, (n, changes) in cases.items()}


MASKS = {"mask_id": MASK, "temperature": 0.0}
SDAR = {
    "gen_length": 12, "block_length": 4, "denoising_steps": 4, "confidence_threshold": 0.5, "top_k": 0,
    "remasking_strategy": "low_confidence_dynamic", "temperature": 1.0, "top_p": 1.0, "draw": "argmax",
    "mask_id": MASK, "stop_ids": None,
}  # fmt: skip
FAST = MASKS | {
    "max_new_tokens": 16, "block_length": 8, "sub_block": 4, "threshold": 0.5, "stop_ids": None,
    "use_block_cache": False,
}  # fmt: skip
LLADA2 = MASKS | {"gen_length": 14, "block_length": 8, "eos_id": None, "eos_early_stop": False}
LLADA2_0 = LLADA2 | {"steps": 8, "threshold": 0.5, "minimal_topk": 1}
LLADA2_1 = LLADA2 | {
    "threshold": 0.5, "editing_threshold": 0.4, "max_post_steps": 4, "num_to_transfer": 1,
}  # fmt: skip
NBDIFF = MASKS | {
    "max_new_tokens": 16, "block_length": 8, "sub_block": 4, "alg": "confidence_threshold", "threshold": 0.4,
    "eos_id": None,
}  # fmt: skip
FULL = MASKS | {
    "decoder": "llada", "gen_length": 12, "block_length": 6, "steps": 8, "threshold": None, "cfg_scale": 0.0,
    "remasking": "low_confidence",
}  # fmt: skip
DREAM = MASKS | {"max_new_tokens": 12, "steps": 8, "alg": "entropy", "eps": 1e-3, "alg_temp": None}
AR = {"max_new_tokens": 12, "temperature": 0.0, "eos_ids": None}
AR_CASES = with_all(AR, len1=(1, {}), len9=(9, {}), stop=(5, {"eos_ids": "seen"}))
EDITED = {"max_post_steps": 0, "editing_threshold": 0.0}
FAMILIES: dict[str, Family] = {
    "ar_llama": Family(stored_as("llama", "LlamaForCausalLM"), AR_CASES, llama),
    "ar_qwen2": Family(
        stored_as("qwen2", "Qwen2ForCausalLM", tie_word_embeddings=True),
        AR_CASES,
        lambda: qwen2(is_tied=True),
        is_tied=True,
    ),
    "ar_qwen3": Family(stored_as("qwen3", "Qwen3ForCausalLM"), AR_CASES, qwen3),
    "dream": Family(
        stored_as("Dream", "DreamModel", mask_token_id=MASK),
        with_all(
            DREAM,
            len1=(1, {}),
            len7_maskgit=(7, {"alg": "maskgit_plus", "steps": 12}),
            len4_margin_waits=(4, {"alg": "topk_margin", "steps": 16}),
        ),
        qwen2,
    ),
    "fast_dllm_v2": Family(
        stored_as("Fast_dLLM_Qwen", "Fast_dLLM_QwenForCausalLM", bd_size=8),
        with_all(
            FAST,
            len3=(3, {}),
            len8_aligned=(8, {"threshold": 0.4}),
            len13_one_by_one=(13, {"threshold": 1.0}),
            stop=(10, {"stop_ids": "seen", "max_new_tokens": 24}),
        ),
        qwen2,
    ),
    "llada": Family(
        LLADA,
        with_all(
            FULL,
            len1=(1, {}),
            len9_uneven=(9, {"block_length": 4, "steps": 9}),
            v1_parallel=(5, {"decoder": "v1_parallel", "threshold": 0.4}),
        ),
        lambda: llama(n_kv_heads=2),
        rename=named_as_llada,
    ),
    "llada2_0": Family(
        LING,
        with_all(
            LLADA2_0,
            len1=(1, {}),
            len8_steps3=(8, {"steps": 3, "threshold": 0.8}),
            stop=(11, {"eos_id": "seen", "gen_length": 24}),
            stop_early=(11, {"eos_id": "seen", "gen_length": 24, "eos_early_stop": True}),
        ),
    ),
    "llada2_1": Family(
        LING,
        with_all(
            LLADA2_1,
            len1=(1, {}),
            len8_two=(8, {"num_to_transfer": 2, "threshold": 0.9}),
            len11_no_post=(11, EDITED),
            stop=(5, {"eos_id": "seen", "gen_length": 24, "eos_early_stop": True}),
        ),
    ),
    "nbdiff": Family(
        stored_as("PanguEmbedded", "PanguEmbeddedForCausalLM", bias=True),
        with_all(
            NBDIFF,
            len1=(1, {}),
            len8_entropy=(8, {"alg": "entropy"}),
            stop=(11, {"eos_id": "seen", "max_new_tokens": 24}),
        ),
        lambda: llama(bias=True),
    ),
    "sdar": Family(
        stored_as("sdar", "SDARForCausalLM", block_size=4, mask_token_id=MASK),
        with_all(
            SDAR,
            len1=(1, {}),
            len8_tempered=(8, {"temperature": 0.7}),
            len6_top_k1=(6, {"top_k": 1, "confidence_threshold": 0.85}),
            static=(8, {"remasking_strategy": "low_confidence_static", "denoising_steps": 2}),
            sequential=(4, {"remasking_strategy": "sequential", "denoising_steps": 2}),
            stop=(11, {"stop_ids": "seen", "gen_length": 24}),
        ),
        qwen3,
    ),
}


def random_weights(family: Family, generator: torch.Generator) -> dict[str, Tensor]:
    """Numbers that bfloat16 holds, wide enough for sure and unsure cells; the head does not know the mask."""
    shapes = ling_shapes() if family.make is None else dict(shapes_of(family.make()))
    weights = {}
    for name, shape in shapes.items():
        wide = 0.9 if name == family.head else 0.6
        drawn = torch.randn(shape, generator=generator) * (wide if len(shape) > 1 else 0.1)
        weights[name] = (drawn + ("norm" in name)).bfloat16().float()
    weights[family.head][MASK] = 0.0
    return weights


def shapes_of(model: PreTrainedModel) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name, weight in model.named_parameters():
        yield name, tuple(weight.shape)


def ling_shapes() -> dict[str, tuple[int, ...]]:
    """The tensors of a checkpoint of LLaDA 2."""
    d, ff, expert, fused = 16, 24, 8, (2 + 2 * 1) * 8
    shapes: dict[str, tuple[int, ...]] = {
        "model.word_embeddings.weight": (VOCABULARY, d),
        "model.norm.weight": (d,),
        "lm_head.weight": (VOCABULARY, d),
    }
    for layer in range(2):
        name = f"model.layers.{layer}"
        shapes |= {f"{name}.{n}layernorm.weight": (d,) for n in ("input_", "post_attention_")}
        shapes |= {f"{name}.attention.{n}_layernorm.weight": (8,) for n in ("query", "key")}
        shapes[f"{name}.attention.query_key_value.weight"] = (fused, d)
        shapes[f"{name}.attention.dense.weight"] = (d, d)
        inner = {"": ff} if layer == 0 else {f"experts.{e}.": expert for e in range(4)}
        for part, width in (inner if layer == 0 else inner | {"shared_experts.": expert}).items():
            shapes |= {f"{name}.mlp.{part}{n}_proj.weight": (width, d) for n in ("gate", "up")}
            shapes[f"{name}.mlp.{part}down_proj.weight"] = (d, width)
    shapes["model.layers.1.mlp.gate.weight"] = (4, d)
    shapes["model.layers.1.mlp.gate.expert_bias"] = (4,)
    return shapes


def network_of(family: Family, weights: dict[str, Tensor], dtype: torch.dtype) -> Network:
    if family.make is None:
        return Ling(family.config, {name: weight.to(dtype) for name, weight in weights.items()})
    model = family.make()
    model.load_state_dict(weights, strict=not family.is_tied)
    if family.is_tied:
        model.tie_weights()
    return stock(model.to(dtype).eval())


def decoded(
    name: str, network: Network, prompt: list[int], params: dict[str, Any]
) -> tuple[Run, list[int]]:
    run = Run(network, MASK, list(prompt), len(prompt))
    decode = next(decode for family, decode in DECODERS.items() if name.startswith(family))
    return run, decode(run, params)


def with_stop(
    name: str, network: Network, prompt: list[int], params: dict[str, Any]
) -> dict[str, Any]:
    """A stop id that the decoder meets in the middle, where the case wants one."""
    key = next((key for key, value in params.items() if value == "seen"), None)
    if key is None:
        return params
    _, new = decoded(name, network, prompt, params | {key: None})
    firsts = [i for i in range(len(new)) if new[i] not in (*new[:i], MASKED)]
    stop = new[min(firsts, key=lambda i: abs(i - len(new) // 2))]
    return params | {key: stop if key == "eos_id" else [stop]}


def steady_case(
    name: str,
    networks: tuple[Network, Network],
    n_prompt: int,
    params: dict[str, Any],
    generator: torch.Generator,
) -> tuple[list[int], dict[str, Any]]:
    """A prompt whose completion is the same in both precisions, and under a little noise."""
    single, double = networks
    for _ in range(1000):
        prompt = torch.randint(0, MASK, (n_prompt,), generator=generator).tolist()
        given = with_stop(name, single, prompt, params)
        run, new = decoded(name, single, prompt, given)
        others = [decoded(name, net, prompt, given) for net in (double, *[noisy(double)] * 4)]
        if all(new == found and run.forwards == other.forwards for other, found in others):
            return prompt, given
    sys.exit(f"{name}: rounding decides in every case tried; take another seed")


def noisy(network: Network) -> Network:
    return lambda ids, seen: (rows := network(ids, seen)) + 2e-3 * torch.randn_like(rows)


def record(name: str, family: Family, seed: int = 0) -> None:
    """Write one folder."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    weights = random_weights(family, generator)
    single, double = (network_of(family, weights, d) for d in (torch.float32, torch.float64))
    cases: list[dict[str, Any]] = []
    logits: dict[str, Tensor] = {}
    for case_name, (n_prompt, params) in family.cases.items():
        prompt, given = steady_case(name, (single, double), n_prompt, params, generator)
        run, new = decoded(name, single, prompt, given)
        logits |= {f"{case_name}/{kind}": rows for kind, (_, rows) in run.logits.items()}
        cases.append(written(case_name, prompt, given, run, new))
    folder = PARITY / name / "small"
    folder.mkdir(parents=True, exist_ok=True)
    renamed = {family.rename(tensor): weight for tensor, weight in weights.items()}
    save_file(renamed, folder / "model.safetensors")
    save_file(
        {key: rows.contiguous() for key, rows in logits.items()}, folder / "logits.safetensors"
    )
    save_json(folder / "config.json", family.config)
    told = {"vocab_size": VOCABULARY} | _conventions(name)
    header = {"format": "parity-fixture/1", "family": name, "seed": "small", "model": told}
    source = {"decoder": "tests/model/reference/decoders.py"}
    save_json(folder / "cases.json", header | {"reference": source, "cases": cases})


def _conventions(name: str) -> dict[str, Any]:
    """What a loader has to be told."""
    if name.startswith("ar_"):
        return {}
    length = next(iter(FAMILIES[name].cases.values()))[1].get("block_length")
    return {"mask_id": MASK} | ({"block_length": length} if length else {})


def written(
    name: str, prompt: list[int], params: dict[str, Any], run: Run, new: list[int]
) -> dict[str, Any]:
    """A case as the format has it."""
    counts = Counter(forward["kind"] for forward in run.forwards)
    has_trace = "mask_id" in params
    kept = {
        kind: {
            "trace_index": index,
            "start": run.forwards[index]["start"],
            "shape": list(rows.shape),
        }
        for kind, (index, rows) in run.logits.items()
    }
    expect = {
        "new_ids": [MASK if i == MASKED else i for i in new],
        "forwards": {**counts, "total": len(run.forwards)},
        "logits": kept,
        **({"trace": [briefly(forward) for forward in run.forwards]} if has_trace else {}),
    }
    return {"name": name, "prompt_ids": prompt, "params": params, "expect": expect}


def briefly(forward: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in forward.items() if value != []}


def save_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for family_name, description in FAMILIES.items():
        record(family_name, description)
