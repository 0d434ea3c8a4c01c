"""The seam of the runtime: a template goes in, a filling comes out. Imports nothing heavy.

A template is fixed text with named slots. No type in this file carries a token position, and no type
outside `model/` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from model.chat import Message


@dataclass(frozen=True, slots=True)
class Slot:
    """A named hole of `n_cells` cells.

    `allowed`: the words that may stand in it (one word fills one cell); None means free text.
    `value`: words already known; the cells are then visible to the model and never masked.
    `banned`: words refused here although the grammar allows them (a rejected value).
    `pattern`: the regular expression that the whole text matches; `schema`: the JSON schema (as text) that
    it obeys. Such a text may take fewer cells than there are; fillers take the rest and are no part of it.
    """

    name: str
    n_cells: int = 1
    allowed: frozenset[str] | None = None
    value: str | None = None
    banned: frozenset[str] = frozenset()
    pattern: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """Slots that must agree: they are filled by exactly one of the alternatives.

    An alternative gives, for each slot in order, the words allowed there. `idle` is the index of the
    alternative of an unused record: once one record takes it, every later idle-capable one does too.
    """

    slots: tuple[str, ...]
    alternatives: tuple[tuple[frozenset[str], ...], ...]
    idle: int | None = None


SEPARATOR = "\x1e"
"""What stands between the texts of a text record in its pattern; no text holds it."""


@dataclass(frozen=True, slots=True)
class TextRecord:
    """Slots of free text, in canvas order, that must agree: joined by SEPARATOR they match `pattern`."""

    slots: tuple[str, ...]
    pattern: str


@dataclass(frozen=True, slots=True)
class Template:
    """`prompt` is read causally and cached; `parts` are the canvas: fixed text and slots in order.

    A checkpoint that brings a chat template reads the `messages` instead, where there are any; the canvas is
    then the assistant's answer.
    """

    prompt: str
    parts: tuple[str | Slot, ...]
    records: tuple[Record, ...] = ()
    text_records: tuple[TextRecord, ...] = ()
    messages: tuple[Message, ...] = ()
    _slots: tuple[Slot, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Every reader asks for the slots: they are found once."""
        slots = tuple(part for part in self.parts if isinstance(part, Slot))
        object.__setattr__(self, "_slots", slots)

    def slots(self) -> tuple[Slot, ...]:
        """The slots in canvas order."""
        return self._slots


@dataclass(frozen=True, slots=True)
class DecodeParams:
    """How to fill. `block_length` None means the whole canvas is one block; 1 is autoregression.

    `select` and `remask` name the rules of `model/decode` and `model/remask` with their options, as in
    `dcd:max_masks=4` (docs/decoding.md); `threshold` is the confidence at which a cell is revealed (None:
    as the rule's source has it); `max_steps` bounds the denoise steps of one block.
    """

    block_length: int | None = None
    max_steps: int = 8
    select: str = "threshold"
    threshold: float | None = None
    remask: str = "none"
    temperature: float = 0.0
    seed: int = 0
    constrained: bool = True
    stop_after: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a fill cost. `prompt_tokens` counts all, `cached_tokens` those whose K/V were reused.

    `forwards` are denoise steps, and those `prefills` and `commits` that revealed nothing but what follows.
    """

    forwards: int = 0
    denoise_steps: int = 0
    new_tokens: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    seconds: float = 0.0
    prefills: int = 0
    commits: int = 0

    @property
    def besides_prompt(self) -> Usage:
        """The cost without the prompt's tokens, for a fill whose prompt another one is charged with."""
        return replace(self, prompt_tokens=0, cached_tokens=0)

    def __add__(self, other: Usage) -> Usage:
        """The cost of both."""
        return Usage(
            self.forwards + other.forwards,
            self.denoise_steps + other.denoise_steps,
            self.new_tokens + other.new_tokens,
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.seconds + other.seconds,
            self.prefills + other.prefills,
            self.commits + other.commits,
        )


@dataclass(frozen=True, slots=True)
class Filling:
    """The answer to a template: each slot's text, its lowest snapshot confidence, and the cost.

    `invalid` counts the records that the unconstrained first choices would have made invalid.
    """

    values: Mapping[str, str]
    confidence: Mapping[str, float]
    usage: Usage
    invalid: int = 0


class CellState(StrEnum):
    """What a canvas cell is at one moment."""

    FIXED = "fixed"
    LOCKED = "locked"
    MASKED = "masked"
    REVEALED = "revealed"
    COMMITTED = "committed"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a canvas picture; `slot` is empty for fixed text."""

    text: str
    state: CellState
    slot: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class DenoiseStep:
    """One forward and its update: the canvas after it, and the slots it changed.

    `committed` names slots that are final from now on, and `texts` says what stands in them; `filling` is set
    on the last step only.
    """

    index: int
    cells: tuple[Cell, ...]
    revealed: tuple[str, ...] = ()
    rewritten: tuple[str, ...] = ()
    remasked: tuple[str, ...] = ()
    committed: tuple[str, ...] = ()
    filling: Filling | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


class LanguageModel(Protocol):
    """Anything that fills templates; autoregression is `block_length=1` through the same door."""

    @property
    def name(self) -> str:
        """What to call this model in tables."""
        ...

    def fill(self, template: Template, params: DecodeParams) -> Filling:
        """Fill one template."""
        ...

    def stream(self, template: Template, params: DecodeParams) -> Iterator[DenoiseStep]:
        """Fill one template, a denoise step at a time."""
        ...

    def fill_many(self, templates: Sequence[Template], params: DecodeParams) -> list[Filling]:
        """Fill several templates in one batch; the same fillings as one by one."""
        ...


@dataclass(slots=True)
class ScriptedModel:
    """A double for tests: fills each template from the next script (slot name → text).

    Slots that the script does not name take their known value, or the empty text.
    """

    scripts: Sequence[Mapping[str, str]]
    name: str = "scripted"
    templates: list[Template] = field(default_factory=list)

    def fill(self, template: Template, params: DecodeParams) -> Filling:
        """Fill from the next script; the last one repeats."""
        script = self.scripts[min(len(self.templates), len(self.scripts) - 1)]
        self.templates.append(template)
        values = {slot.name: slot.value or script.get(slot.name, "") for slot in template.slots()}
        usage = Usage(forwards=1, denoise_steps=1, new_tokens=len(values))
        return Filling(values, dict.fromkeys(values, 1.0), usage)

    def stream(self, template: Template, params: DecodeParams) -> Iterator[DenoiseStep]:
        """One step: everything revealed and committed at once."""
        filling = self.fill(template, params)
        cells = tuple(
            Cell(part, CellState.FIXED)
            if isinstance(part, str)
            else Cell(filling.values[part.name], CellState.COMMITTED, part.name, 1.0)
            for part in template.parts
        )
        names = tuple(filling.values)
        texts = dict(filling.values)
        yield DenoiseStep(0, cells, revealed=names, committed=names, filling=filling, texts=texts)

    def fill_many(self, templates: Sequence[Template], params: DecodeParams) -> list[Filling]:
        """One by one."""
        return [self.fill(template, params) for template in templates]
