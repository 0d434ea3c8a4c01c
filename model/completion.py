"""The second door of the runtime: token ids go in, their continuation comes out. Imports nothing heavy.

The first door, templates, is in `model/types.py`; one engine serves both. Everything here is a plain value:
which rules decode is said by their names, and what is left open (None) is what the checkpoint's family
published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from model.types import Usage


class Finish(StrEnum):
    """Why a completion ended."""

    LENGTH = "length"
    """As many tokens as were asked for."""
    STOP_ID = "stop-id"
    """A stop id came; it is the last of the ids."""
    STOP_TEXT = "stop-text"
    """A stop text came; the text ends before it."""


class StopWhen(StrEnum):
    """When a stop id ends a completion; always only once no mask stands before it."""

    STEP = "step"
    """After any forward."""
    REVEAL = "reveal"
    """After a forward that revealed one, or at the end of the block."""
    SUB_BLOCK = "sub-block"
    """Once a sub-block has no mask."""
    BLOCK = "block"
    """Once the block is committed."""
    END = "end"
    """Never: the ids are cut there after the whole length was decoded."""


class Caching(StrEnum):
    """Which keys and values of earlier forwards serve later ones: names of `model/caching`.

    All but the first are approximations.
    """

    EXACT = "exact"
    """Those of committed blocks; with full attention there are none, so that each forward reads all."""
    PREFIX = "prefix"
    """Full attention: those before the block are frozen at the block's first forward."""
    DUAL = "dual"
    """Full attention: those before and behind the block are frozen there."""
    FREE = "free"
    """Full attention: what is finished is frozen for good."""
    DKV = "dkv"
    """Full attention: all are kept but those of masks and of what was just revealed."""
    WINDOW = "window"
    """Full attention: masks far ahead are not even seen."""
    SUB_BLOCK = "sub-block"
    """Block-causal: those of the block outside the sub-block are kept while it is filled."""
    DELAY = "delay"
    """Only cells that may be revealed, were revealed just now, or stand near them are read."""


@dataclass(frozen=True, slots=True)
class CompletionParams:
    """How to continue a prompt. None stands for what the checkpoint's family published.

    `decoder` names a published decoder (docs/decoding.md), of which the fields below may change parts.
    Lengths count tokens. `max_steps` bounds the denoise steps of one block, `select`, `remask` and `caching`
    name rules of `model/decode`, `model/remask` and `model/caching` with their options
    (`name:key=value,key=value`), `threshold` is the
    confidence at which a cell is revealed. `temperature` 0 takes the likeliest token; with `is_greedy` the
    likeliest is taken at any temperature, which then shapes the confidence alone. `top_k` 0 and `top_p` 1
    keep every token. `stop_ids` () never stops. `options` are knobs that only one decoder knows.

    `as_published` spends the forwards that the family's own decoder spends: prefill and commits apart from
    denoise steps, and the last block filled to its end.
    """

    max_new_tokens: int = 256
    decoder: str | None = None
    block_length: int | None = None
    sub_block: int | None = None
    max_steps: int | None = None
    select: str | None = None
    remask: str | None = None
    threshold: float | None = None
    caching: str | None = None
    temperature: float | None = None
    top_k: int = 0
    top_p: float = 1.0
    is_greedy: bool = False
    seed: int = 0
    stop_ids: tuple[int, ...] | None = None
    stop_texts: tuple[str, ...] = ()
    stop_when: StopWhen | None = None
    as_published: bool = False
    options: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Completion:
    """A continuation: its ids (a stop id last, if one came), its text (without it), and the cost.

    `canvas` holds every cell behind the prompt as it stood at the end, also those behind the cut; None is a
    mask. `confidence` is the snapshot of each of `ids`. `text` is empty where there is no tokenizer.
    """

    ids: tuple[int, ...]
    text: str
    finish: Finish
    usage: Usage
    canvas: tuple[int | None, ...] = ()
    confidence: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class CompletionStep:
    """One forward of a stream: what is final from now on, and the canvas as it stands.

    The `new_ids` of all steps are those of the completion, the `new_text` of all steps its text: neither is
    ever taken back. `canvas` may change until the last step, which alone carries the `completion`.
    """

    index: int
    new_ids: tuple[int, ...]
    new_text: str
    canvas: tuple[int | None, ...]
    completion: Completion | None = None


class TextModel(Protocol):
    """Anything that continues token ids."""

    @property
    def name(self) -> str:
        """What to call this model in tables."""
        ...

    def complete(
        self,
        prompts: Sequence[Sequence[int]],
        params: CompletionParams | Sequence[CompletionParams],
    ) -> list[Completion]:
        """Continue several prompts in one batch, with params of all or of each: the same as one by one."""
        ...

    def stream_complete(
        self, prompt: Sequence[int], params: CompletionParams
    ) -> Iterator[CompletionStep]:
        """Continue one prompt, a forward at a time."""
        ...
