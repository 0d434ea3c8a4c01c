"""Samples in words, as a curriculum writes them, become a tokenizer and files of token ids.

A source folder holds `words.json` (the canvas words) and `part-*.jsonl.gz`: lines with `prompt`, `canvas`
(a word per cell), `weights` (0 for fixed cells) and, for repairs, `reopened` (cell numbers) and `draft`.
"""

from __future__ import annotations

import gzip
import itertools
import json
import logging
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.errors import TrainingError
from model.tokens import Tokens
from model.train.samples import Sample, SampleFile

log = logging.getLogger(__name__)
N_TOKENIZER_TEXTS = 20_000
CHUNK = 2_000
MAX_VOCAB = 65_536  # ids are stored in two bytes
FIELDS = frozenset({"prompt", "canvas", "weights"})


@dataclass(frozen=True, slots=True)
class Packing:
    """How words become samples; `record_length` cells belong together."""

    vocab_size: int = 2048
    record_length: int = 8
    held_out: int = 512


def pack(source: Path, out: Path, packing: Packing) -> None:
    """Write tokenizer.json, train.npz and dev.npz; the first samples are held out."""
    parts = sorted(source.glob("part-*.jsonl.gz"))
    if not parts:
        raise TrainingError(
            f"no part-*.jsonl.gz in {str(source)!r}; write a curriculum there first"
        )
    out.mkdir(parents=True, exist_ok=True)
    tokens = _tokenizer(source, parts, out, packing)
    samples = list(_samples(parts, tokens, packing))
    if len(samples) <= packing.held_out:
        raise TrainingError(
            f"{len(samples)} samples in {str(source)!r}, of which {packing.held_out} are held out; "
            "write more"
        )
    SampleFile.of(samples[: packing.held_out]).write(out / "dev.npz")
    SampleFile.of(samples[packing.held_out :]).write(out / "train.npz")
    lengths = sorted(len(sample.prompt) for sample in samples)
    log.info("%d samples, prompts of %d tokens (median)", len(samples), lengths[len(lengths) // 2])


def _tokenizer(source: Path, parts: Sequence[Path], out: Path, packing: Packing) -> Tokens:
    kept = out / "tokenizer.json"
    if kept.exists():
        return Tokens.load(kept)
    if packing.vocab_size > MAX_VOCAB:
        raise TrainingError(f"a vocabulary of {packing.vocab_size}; take at most {MAX_VOCAB}")
    try:
        words = json.loads((source / "words.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"cannot read words.json in {str(source)!r}: {error}") from error
    texts = (line["prompt"] for line in itertools.islice(_lines(parts), N_TOKENIZER_TEXTS))
    tokens = Tokens.train(texts, words, packing.vocab_size)
    tokens.save(kept)
    return tokens


def _lines(parts: Sequence[Path]) -> Iterator[dict[str, Any]]:
    for part in parts:
        try:
            with gzip.open(part, "rt", encoding="utf-8") as file:
                for line in file:
                    yield _checked(json.loads(line))
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise TrainingError(f"{str(part)!r} is damaged ({error}); write it again") from error


def _checked(line: Any) -> dict[str, Any]:
    if not isinstance(line, dict) or not line.keys() >= FIELDS:
        raise ValueError(f"a line lacks one of {', '.join(sorted(FIELDS))}")
    return line


def _samples(parts: Sequence[Path], tokens: Tokens, packing: Packing) -> Iterator[Sample]:
    lines = _lines(parts)
    while chunk := list(itertools.islice(lines, CHUNK)):
        prompts = tokens.encode_many([line["prompt"] for line in chunk])
        for line, prompt in zip(chunk, prompts, strict=True):
            yield _sample(line, prompt, tokens, packing.record_length)


def _sample(
    line: Mapping[str, Any], prompt: list[int], tokens: Tokens, record_length: int
) -> Sample:
    n_cells = len(line["canvas"])
    reopened = frozenset(line.get("reopened", ()))
    draft = line.get("draft")
    return Sample(
        prompt=prompt,
        canvas=[tokens.word_id(word) for word in line["canvas"]],
        maskable=[weight > 0 for weight in line["weights"]],
        weight=line["weights"],
        record=[cell // record_length for cell in range(n_cells)],
        draft=[tokens.word_id(word) for word in draft] if draft else None,
        reopened=[cell in reopened for cell in range(n_cells)],
    )
