"""What a checkpoint's files and its user say about its conventions, without looking at the weights.

Nothing is guessed: an option of the caller goes first, then the files, then the family's own table; where
none of them tells, loading is refused with the option to give.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from model.errors import CheckpointError
from model.families.keys import ID, Keys

MASK_WORDS = frozenset({"<|mask|>", "<mask>", "|<mask>|", "<|mdm_mask|>", "[mask]"})
_IN_NAME = re.compile(r"[-_]b(\d+)(?=[-_.]|$)", re.IGNORECASE)
_MAX_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Told:
    """What the caller says about a checkpoint; None leaves it to the files and the family.

    `decoder` names the published way to decode; `ntk_factor` stretches rotary positions (LongLLaDA).
    """

    mask_id: int | None = None
    block_length: int | None = None
    decoder: str | None = None
    ntk_factor: float | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """The files of a checkpoint, and what the caller said.

    `name` is the repository's or folder's; `added` are the tokenizer's added tokens by their text, and
    `mask_token` the text that it calls its mask.
    """

    name: str
    config: Keys
    generation: Keys
    told: Told
    added: Mapping[str, int] = field(default_factory=dict)
    mask_token: str | None = None

    @property
    def vocab_size(self) -> int:
        """How many ids the network knows."""
        return self.config.count(self.config.first("vocab_size", "embedding_size"))

    def mask_id(self, table: Mapping[int, int]) -> int:
        """The mask's id; the table gives it by the size of the vocabulary."""
        found = self._mask_id() if self.told.mask_id is None else self.told.mask_id
        found = table.get(self.vocab_size) if found is None else found
        if found is None:
            raise CheckpointError(
                f"neither config.json nor the tokenizer of {self.name!r} names a mask token, and its "
                f"vocabulary of {self.vocab_size} is not that of a known checkpoint; give mask_id=ID, as in NAME:mask_id=ID"
            )
        if not 0 <= found < self.vocab_size:
            raise CheckpointError(
                f"mask_id={found} is no id of {self.name!r}; it must be from 0 to {self.vocab_size - 1}"
            )
        return found

    def _mask_id(self) -> int | None:
        if "mask_token_id" in self.config:
            found: int = self.config.get("mask_token_id", ID)
            return found
        if self.mask_token is not None and self.mask_token in self.added:
            return self.added[self.mask_token]
        masks = {i for text, i in self.added.items() if text.lower() in MASK_WORDS}
        return masks.pop() if len(masks) == 1 else None

    def block_length(self, *keys: str, known: int | None = None) -> int:
        """How many tokens a block has: from the config's keys, a `-bN` in the name, or what is known."""
        if self.told.block_length is not None:
            return self._checked(self.told.block_length)
        key = self.config.first(*keys, "block_length", "block_size")
        if key in self.config:
            return self._checked(self.config.count(key))
        if named := _IN_NAME.findall(self.name):
            return self._checked(int(named[-1]))
        if known is None:
            raise CheckpointError(
                f"neither config.json nor the name of {self.name!r} gives its block length; "
                "give block_length=N, the one it was trained with, as in NAME:block_length=N"
            )
        return self._checked(known)

    def _checked(self, length: int) -> int:
        if not 1 <= length <= _MAX_BLOCK:
            raise CheckpointError(f"block_length={length}; it must be from 1 to {_MAX_BLOCK}")
        return length

    def stop_ids(self, table: Mapping[int, tuple[int, ...]] | None = None) -> tuple[int, ...]:
        """The ids that end a text: those of both files, or else those of the table by vocabulary."""
        found = [*_ids(self.generation, "eos_token_id"), *_ids(self.config, "eos_token_id")]
        return tuple(dict.fromkeys(found)) or (table or {}).get(self.vocab_size, ())

    def pad_id(self) -> int | None:
        """The id that fills up, if the files name one."""
        found = [*_ids(self.generation, "pad_token_id"), *_ids(self.config, "pad_token_id")]
        return found[0] if found else None

    def refuse_masks(self) -> None:
        """An autoregressive checkpoint has neither a mask nor blocks."""
        for option, value in (
            ("mask_id", self.told.mask_id),
            ("block_length", self.told.block_length),
        ):
            if value not in (None, 1 if option == "block_length" else None):
                raise CheckpointError(
                    f"{option}={value}: {self.name!r} is autoregressive and has no mask; leave it out"
                )


def _ids(keys: Keys, key: str) -> list[int]:
    value: Any = keys.stored.get(key)
    found = value if isinstance(value, list) else [value]
    return [i for i in found if type(i) is int and i >= 0]
