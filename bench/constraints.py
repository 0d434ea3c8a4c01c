"""What a grammar costs beside a denoise step, at the vocabulary of a downloaded checkpoint.

    python -m bench.constraints [--words 150000] [--rows 32] [--rounds 7] [--threads 1] [--seed 0]

The vocabulary is made up: words, names, Chinese characters and runs of signs in the proportions of the usual
tokenizers, every byte among them. `plain` proposes for the same rows without a grammar. `first` does so on an
empty canvas, `half` on one of which every other cell stands; both include finding out what is possible now.
`compile` happens once for a language and its widths. The forward of a step is in none of these times.
"""

from __future__ import annotations

import argparse
import json
import random
import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from torch import Tensor

from bench.timing import Stopwatch, hardware, table
from model.constraints.compiling import Wanted, compile_text
from model.constraints.lexicon import lexicon_for
from model.constraints.noise import Noise
from model.constraints.texts import Text, TextRule
from model.kernels.confidence import Masks, score
from model.tokens import IdsOnly
from model.types import SEPARATOR

LETTERS = "etaoinshrdlucmfwypvbgkjqxz"
SIGNS = '{}[]",:()@#%=<>!.0123456789 \n'
HAN = range(0x4E00, 0x9FA0)
POINTERS = "|".join(f"@{n}" for n in range(1, 17))
FIELDS = "|".join(f"%{n}" for n in range(1, 9))

OBJECT = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 40},
        "when": {"type": "string", "format": "date"},
        "n": {"type": "integer", "minimum": 0, "maximum": 500},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 20}, "maxItems": 4},
    },
    "required": ["name", "tags"],
}
MAP = {"type": "object", "additionalProperties": {"type": "number", "multipleOf": 5}}


@dataclass(frozen=True, slots=True)
class Case:
    """A language, and the slots that it fills."""

    name: str
    widths: tuple[int, ...]
    pattern: str | None = None
    schema: str | None = None

    def compiled(self, words: Words) -> Text:
        """The grammar on slots side by side."""
        ends = np.cumsum(self.widths).tolist()
        cells = {f"{end}": range(end - n, end) for end, n in zip(ends, self.widths, strict=True)}
        return compile_text(
            Wanted(cells, self.pattern, self.schema, {}), words, torch.device("cpu")
        )


class Words(IdsOnly):
    """A made-up vocabulary with a tokenizer, as a checkpoint has."""

    def __init__(self, n_words: int, seed: int) -> None:
        rng = random.Random(seed)
        written = sorted({_written(rng) for _ in range(int(n_words * 1.6))})
        kept = rng.sample(written, min(len(written), n_words - 257))
        byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
        names = [byte_level.pre_tokenize_str(word) for word in kept]
        joined = ("".join(piece for piece, _ in pieces) for pieces in names)
        every = dict.fromkeys(["<pad>", *pre_tokenizers.ByteLevel.alphabet(), *joined])
        self.tokenizer = Tokenizer(models.BPE({word: i for i, word in enumerate(every)}, []))
        self.tokenizer.decoder = decoders.ByteLevel()
        super().__init__(len(every), None)


def _written(rng: random.Random) -> str:
    """One word, as they are found in large vocabularies."""
    kind = rng.random()
    if kind < 0.03:
        return "".join(rng.choices(SIGNS, k=rng.choice((1, 2, 2, 3, 4))))
    if kind < 0.25:
        return "".join(map(chr, rng.choices(HAN, k=rng.choice((1, 2, 2, 3)))))
    letters = (LETTERS[min(25, int(rng.expovariate(0.2)))] for _ in range(rng.randint(2, 10)))
    word = "".join(letters)
    return rng.choice((word, f" {word}", f" {word.title()}"))


def row_pattern(row: int) -> str:
    """The calls of one row of a plan as text."""
    earlier = "|".join(f"#{n}" for n in range(1, row))
    some = f"(?:{POINTERS}|{earlier})" if earlier else f"(?:{POINTERS})"
    operation = "(?:count|sum|mean|min|max|argmax|argmin|difference|ratio|growth)"
    return (
        rf"search\({some}(?: {some}){{0,4}}\)|lookup\({some} (?:{FIELDS})(?: (?:{POINTERS}))?\)"
        rf"|calculate\({operation}(?: {some}){{1,5}}\)"
        rf"|verify\({some}(?: (?:{FIELDS}))? (?:=|!=|<|>|<=|>=) {some}\)"
    )


def plan_pattern(n_rows: int = 8, row: int = 1) -> str:
    """A whole plan: used rows first, and an ending that names used rows alone."""
    earlier = "|".join(f"#{n}" for n in range(1, row))
    unused = SEPARATOR.join(["nop"] * (n_rows - row))
    ending = rf"finish\((?:{earlier})(?: (?:{earlier})){{0,5}}\)"
    done = f"{unused}{SEPARATOR}{ending}" if row < n_rows else ending
    if row == n_rows:
        return done
    used = f"(?:{row_pattern(row)}){SEPARATOR}(?:{plan_pattern(n_rows, row + 1)})"
    return used if row == 1 else f"{done}|{used}"


def cases() -> tuple[Case, ...]:
    """What is measured."""
    names = "|".join(f"name {n:03}" for n in range(500))
    return (
        Case("one of 500 names", (12,), names),
        Case("a plan of 8 rows", (14,) * 8, plan_pattern()),
        Case("any line of text", (64,), r"[^\n]*"),
        Case("a JSON object", (64,), schema=json.dumps(OBJECT)),
        Case("a JSON map (llguidance)", (64,), schema=json.dumps(MAP)),
    )


def measured(case: Case, words: Words, watch: Stopwatch, logits: Tensor) -> tuple[object, ...]:
    """The row of a case."""
    compiled = watch.once(lambda: case.compiled(words))
    text = case.compiled(words)
    cells = np.arange(sum(case.widths))
    drawn = torch.randn(len(cells), logits.shape[1], generator=torch.Generator().manual_seed(1))
    complete = text.rule().propose(cells, drawn, Noise()).token.numpy()
    rows, others = cells[: len(logits)], cells[::2]

    def step(n_standing: int) -> None:
        rule = text.rule()
        if n_standing:
            rule.learn(others, complete[others])
        masked = np.setdiff1d(rows, others) if n_standing else rows
        rule.forced()
        rule.propose(masked, logits[: len(masked)], Noise())

    n_half = len(np.setdiff1d(rows, others))
    times = watch.medians(
        {
            "plain": lambda: score(logits[: len(rows)], Masks()),
            "first": lambda: step(0),
            "half plain": lambda: score(logits[:n_half], Masks()),
            "half": lambda: step(len(others)),
        }
    )
    return (case.name, len(cells), *size_of(text.rule()), compiled, *times.values())


def size_of(rule: TextRule) -> Iterator[object]:
    """States, classes and tokens of a grammar that is followed exactly."""
    grammar = getattr(rule, "grammar", None)
    sizes: Mapping[str, int] = grammar.sizes() if grammar else {}
    for name in ("states", "classes", "tokens"):
        yield sizes.get(name, "-")


def main() -> None:
    """Measure and print."""
    options = _options()
    torch.set_num_threads(options.threads)
    words = Words(options.words, options.seed)
    watch = Stopwatch(options.rounds, "cpu" if options.threads == 1 else "wall")
    read = watch.once(lambda: lexicon_for(words))
    generator = torch.Generator().manual_seed(options.seed)
    logits = torch.randn(options.rows, words.vocab_size, generator=generator) * 3
    head = ("language", "cells", "states", "classes", "tokens", "compile ms")
    times = ("plain ms", "first ms", "half plain ms", "half ms")
    rows = [measured(case, words, watch, logits) for case in cases()]
    print(f"`{' '.join(('python -m bench.constraints', *map(shlex.quote, sys.argv[1:])))}`\n")
    print(f"{hardware()}\n")
    print(
        f"{words.vocab_size:,} tokens, read into a trie of {lexicon_for(words).n_nodes:,} nodes in "
        f"{read:,.0f} ms, once for a tokenizer; times are of the {watch.clock} clock\n"
    )
    print(table(f"Proposals for up to {options.rows} cells", (*head, *times), rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--words", type=int, default=150_000)
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
