"""Tiny random checkpoints in the families' real layouts, with small tokenizers of the kinds that they bring."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

from agent.plan import COMPARATORS, FIELD_POINTERS, OPERATIONS, REFERENCES, TOOLS, VALUE_POINTERS

PARITY = Path(__file__).parents[1] / "model" / "parity"
MASK = "<|mask|>"
CHAT = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
NO_SYSTEM = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    + CHAT
)
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", MASK)
_SAID = [
    *(f" {word}" for word in (*TOOLS, "unused", *OPERATIONS, *COMPARATORS)),
    *(f" {word}" for word in (*REFERENCES, *VALUE_POINTERS, *FIELD_POINTERS)),
]
_TEXTS = [
    *_SAID * 9,
    "the largest country with the most people in the plan row result tool unused field",
] * 3
_TEXTS += ["Question: which of the things are listed with a symbol", "问题：哪一个国家最大"] * 5


def byte_level() -> Tokenizer:
    """As Qwen's: bytes, digits singly, words with the space before them."""
    made = Tokenizer(models.BPE())
    cut = r" ?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+"
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(cut), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    _train(
        made, trainers.BpeTrainer(vocab_size=420, initial_alphabet=alphabet, show_progress=False)
    )
    return made


def spaced() -> Tokenizer:
    """As Gemma's: no cut between words, so that merges cross spaces, and bytes for what has no letter."""
    made = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    made.normalizer = normalizers.Replace(" ", "▁")
    made.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    special = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    _train(made, trainers.BpeTrainer(vocab_size=700, special_tokens=special, show_progress=False))
    return _with_plain_bytes(made)


def _with_plain_bytes(tokenizer: Tokenizer) -> Tokenizer:
    """The bytes are words of the vocabulary, though the trainer takes them for special."""
    stored = json.loads(tokenizer.to_str())
    added = stored["added_tokens"]
    stored["added_tokens"] = [token for token in added if not token["content"].startswith("<0x")]
    return Tokenizer.from_str(json.dumps(stored))


def prefixed() -> Tokenizer:
    """As the first Llama's: the same with a space put before every text, and a mark at its beginning."""
    made = spaced()
    made.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    made.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )  # fmt: skip
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", made.token_to_id("<s>"))]
    )
    return made


def _train(tokenizer: Tokenizer, trainer: trainers.BpeTrainer) -> None:
    tokenizer.train_from_iterator(_TEXTS, trainer)
    tokenizer.add_special_tokens([AddedToken(text, normalized=False) for text in SPECIAL])
    tokenizer.add_tokens([AddedToken("<think>", special=False)])


TOKENIZERS: Mapping[str, Callable[[], Tokenizer]] = {
    "byte-level": byte_level, "spaced": spaced, "prefixed": prefixed,
}  # fmt: skip
FAMILIES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "sdar": ("sdar", {}),
    "fast_dllm_v2": ("fast_dllm_v2", {}),
    "llada2_0": ("llada2_0", {}),
    "llada2_1": ("llada2_1", {}),
    "diffusion_gemma": ("diffusion_gemma", {"canvas_length": 256}),
    "qwen3": ("ar_qwen3", {}),
    "qwen2": ("ar_qwen2", {}),
    "llama": ("ar_llama", {}),
}  # fmt: skip
"""Each family's fixture, whose layout is taken over, and what its config says differently."""

LEFT_TO_RIGHT = ("qwen2", "qwen3", "llama")


def save(
    folder: Path,
    family: str,
    tokenizer: str = "byte-level",
    template: str | None = CHAT,
    seed: int = 0,
    **config: Any,
) -> Path:
    """Write a checkpoint of random weights; `config` changes what its config.json says."""
    made = TOKENIZERS[tokenizer]()
    n_words = made.get_vocab_size(with_added_tokens=True) + 3
    source, changes = FAMILIES[family]
    place = PARITY / source / "small"
    _write_config(folder, place, {**changes, **config}, n_words)
    save_file(_drawn(place / "model.safetensors", n_words, seed), folder / "model.safetensors")
    made.save(str(folder / "tokenizer.json"))
    mask = {} if family in (*LEFT_TO_RIGHT, "diffusion_gemma") else {"mask_token": MASK}
    told = {"eos_token": "<|im_end|>", "chat_template": template, **mask}
    (folder / "tokenizer_config.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


def _write_config(folder: Path, place: Path, changes: Mapping[str, Any], n_words: int) -> None:
    config = json.loads((place / "config.json").read_text(encoding="utf-8"))
    config.pop("mask_token_id", None)
    sizes = {"vocab_size": n_words, "max_position_embeddings": 8192}
    inner = config.get("text_config", config)
    inner |= sizes
    for key, value in changes.items():
        (inner if key in inner else config)[key] = value
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def _drawn(path: Path, n_words: int, seed: int) -> dict[str, torch.Tensor]:
    """Random tensors of the same names and shapes, but for the number of words."""
    generator = torch.Generator().manual_seed(seed)
    drawn = {}
    for name, like in sorted(load_file(path).items()):
        of_words = any(part in name for part in ("embed", "lm_head", "wte"))
        shape = (n_words, *like.shape[1:]) if of_words and like.dim() == 2 else like.shape
        noise = torch.randn(shape, generator=generator)
        drawn[name] = 1 + 0.1 * noise if like.dim() < 2 else 0.4 * noise
    return drawn
