"""A tiny random decoder, a tokenizer with canvas words, and small templates with a grammar."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import product

import torch

from model.backbone.decoder import Decoder, DecoderConfig, initialise
from model.cache import PagedCache
from model.engine import Engine
from model.tokens import MASK, Tokens
from model.types import Filling, Record, Slot, Template

VERBS = ("find", "join", "nop")
NIL = "<nil>"
NAMES = ("@1", "@2", "@3")
ROWS = ("#1", "#2", "#3", "#4")
WORDS = (*VERBS, NIL, *NAMES, *ROWS, "end")
TEXTS = ["which of them is the largest and which is the smallest of all", "a b c d e f g h i j k"]

Known = Mapping[str, str]


@cache
def tiny_tokens() -> Tokens:
    return Tokens.train(TEXTS, WORDS, vocab_size=320)


@cache
def tiny_decoder(seed: int = 0, n_unused_ids: int = 0) -> Decoder:
    """In double precision and with wide weights, so that ties and rounding decide nothing."""
    tokens = tiny_tokens()
    config = DecoderConfig(tokens.vocab_size + n_unused_ids, 16, 2, 2, 1, 8, 24)
    decoder = Decoder(config)
    initialise(decoder, seed)
    for name, weight in decoder.named_parameters():
        if weight.dim() > 1:
            weight.data *= 40 if "embed" not in name else 20
    return decoder.double().eval().requires_grad_(False)


def tiny_engine(seed: int = 0, cache: PagedCache | None = None) -> Engine:
    return Engine(tiny_decoder(seed), tiny_tokens(), "tiny", cache or PagedCache(32, 8))


def set_of(*words: str) -> frozenset[str]:
    return frozenset(words)


def alternatives(row: int) -> tuple[tuple[frozenset[str], ...], ...]:
    """nop; find a name or two; join two earlier rows."""
    nil, names, earlier = set_of(NIL), set_of(*NAMES), set_of(*ROWS[: row - 1])
    options = [
        (set_of("nop"), nil, nil),
        (set_of("find"), names, nil),
        (set_of("find"), names, names),
        (set_of("join"), earlier, earlier),
    ]
    return tuple(option for option in options if all(option))


def plan_template(
    n_rows: int = 3,
    known: Known | None = None,
    banned: Mapping[str, frozenset[str]] | None = None,
    prompt: str = "which of @1 and @2 is the largest",
) -> Template:
    """`n_rows` rows of a verb and two words, and an `end` row."""
    known, banned = known or {}, banned or {}
    parts: list[str | Slot] = []
    records = []
    for row in range(1, n_rows + 1):
        names = slot_names(row)
        options = alternatives(row)
        parts.append(ROWS[row - 1])
        for column, name in enumerate(names):
            allowed = frozenset().union(*(option[column] for option in options))
            parts.append(Slot(name, 1, allowed, known.get(name), banned.get(name, frozenset())))
        records.append(Record(names, options, idle=0))
    refs = set_of(*ROWS[:n_rows])
    last = Slot("last", 1, refs, known.get("last"), banned.get("last", frozenset()))
    return Template(prompt, (*parts, "end", last), tuple(records))


def slot_names(row: int) -> tuple[str, ...]:
    return (f"{row}.verb", f"{row}.a", f"{row}.b")


def is_valid_row(row: int, words: tuple[str, ...]) -> bool:
    options = alternatives(row)
    return any(all(w in s for w, s in zip(words, o, strict=True)) for o in options)


def is_valid_plan(values: Mapping[str, str], n_rows: int = 3) -> bool:
    rows = [tuple(values[name] for name in slot_names(row)) for row in range(1, n_rows + 1)]
    used = [words[0] != "nop" for words in rows]
    in_order = used == sorted(used, reverse=True)
    return (
        in_order
        and all(is_valid_row(row, words) for row, words in enumerate(rows, 1))
        and values["last"] in ROWS[:n_rows]
    )


def valid_plans(n_rows: int = 2) -> list[dict[str, str]]:
    """Every valid canvas."""
    row_words = [list(product(VERBS, (*NAMES, NIL, *ROWS), (*NAMES, NIL, *ROWS)))] * n_rows
    good = [
        [words for words in every if is_valid_row(row, words)]
        for row, every in enumerate(row_words, 1)
    ]
    plans = []
    for rows in product(*good):
        for last in ROWS[:n_rows]:
            values = {
                name: word
                for row, words in enumerate(rows, 1)
                for name, word in zip(slot_names(row), words, strict=True)
            } | {"last": last}
            if is_valid_plan(values, n_rows):
                plans.append(values)
    return plans


def free_template(n_cells: int = 4, value: str | None = None) -> Template:
    """Free text beside a governed slot."""
    slots = (Slot("text", n_cells), Slot("verb", 1, set_of(*VERBS)), Slot("more", 2, None, value))
    return Template(f"a b {MASK} c d", ("find", slots[0], "join", slots[1], slots[2]))


def all_visible(n_causal: int, n_tokens: int) -> torch.Tensor:
    """The attention mask (1, 1, tokens, tokens) of a causal text and a block behind it."""
    seen = torch.ones(n_tokens, n_tokens, dtype=torch.bool).tril()
    seen[n_causal:] = True
    return seen[None, None]


def cost(filling: Filling) -> tuple[int, int, int]:
    usage = filling.usage
    return usage.forwards, usage.new_tokens, usage.prompt_tokens
