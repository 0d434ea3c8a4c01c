"""The canvas of a template: its prompt, and its text and slots as cells.

What cells guarantee is said in `model/cells.py`; a canvas also knows which cells are whose.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch

from model.cells import Cells
from model.constraints.lexicon import lexicon_for, spell
from model.errors import ModelError, TokenizerError
from model.prompts import prompt_ids
from model.tokens import Vocabulary
from model.types import Cell, CellState, Slot, Template


class TemplateError(ModelError):
    """A template that cannot be filled as it stands."""


Row = tuple[str, int, bool, bool, bool, float]


class Now(NamedTuple):
    """A cell at one moment, and its slot, empty for fixed text."""

    slot: str
    token: int
    is_masked: bool
    is_open: bool
    is_committed: bool
    confidence: float


class Canvas(Cells):
    """The cells of one template, after its prompt.

    `spans` are the cells of each slot, `owner` the slot of each cell (empty for fixed text). `groups` are the
    slots that become final together, and `region` is the number of a cell's group (-1 for fixed text).
    """

    def __init__(
        self, template: Template, tokens: Vocabulary, device: torch.device, grid: int = 1
    ) -> None:
        prompt = prompt_ids(template, tokens)
        n_lead, mask_id = len(prompt) % grid, tokens.mask_id or 0
        ids: list[int] = []
        is_open: list[bool] = []
        self.tokens = tokens
        self.spans: dict[str, slice] = {}
        self.owner, self.groups = [""] * n_lead, groups(template)
        self._texts = texts_of(template)
        for part in template.parts:
            known = self._known_ids(part)
            width = part.n_cells if isinstance(part, Slot) else len(known)
            if isinstance(part, Slot):
                _check(part, known, self.spans)
                start = n_lead + len(ids)
                self.spans[part.name] = slice(start, start + width)
            self.owner += [part.name if isinstance(part, Slot) else ""] * width
            is_open += [not known] * width
            ids += known or [mask_id] * width
        super().__init__(prompt, ids, is_open, mask_id, device=device, grid=grid)
        number = {name: n for n, names in enumerate(self.groups) for name in names}
        self.region = torch.tensor([number.get(name, -1) for name in self.owner], device=device)

    def commit_groups(self) -> None:
        """Make every group final of which no cell is masked."""
        is_unfinished = torch.zeros(len(self.groups) + 1, dtype=torch.bool, device=self.ids.device)
        is_unfinished[self.region[self.masked]] = True
        is_unfinished[-1] = True  # of no group
        self.committed |= ~is_unfinished[self.region]

    def texts(self, names: Iterable[str] | None = None) -> dict[str, str]:
        """The text of some slots, or of each; empty where a cell of it is masked."""
        ids, masked = self.ids.tolist(), self.masked.tolist()
        spans = {name: self.spans[name] for name in (self.spans if names is None else names)}
        return {
            name: "" if any(masked[span]) else self._text(name, ids[span])
            for name, span in spans.items()
        }

    def snapshots(self) -> dict[str, float]:
        """The lowest snapshot confidence of each slot's cells."""
        confidence = self.confidence.tolist()
        return {name: min(confidence[span], default=1.0) for name, span in self.spans.items()}

    def now(self) -> list[Row]:
        """What every cell is now, as rows of `Now`, those of the prompt's end included."""
        columns = (self.ids, self.masked, self.open, self.committed, self.confidence)
        return [*zip(self.owner, *(column.tolist() for column in columns), strict=True)]

    def shown(self, now: Now) -> Cell:
        """A cell as it is shown."""
        if now.is_masked:
            return Cell("", CellState.MASKED, now.slot)
        text = self.tokens.word(now.token)
        if not now.is_open:
            return Cell(text, CellState.LOCKED if now.slot else CellState.FIXED, now.slot)
        state = CellState.COMMITTED if now.is_committed else CellState.REVEALED
        return Cell(text, state, now.slot, now.confidence)

    def picture(self) -> tuple[Cell, ...]:
        """Every cell of the template as it is now."""
        return tuple(self.shown(Now(*row)) for row in self.now()[self.n_lead :])

    def _known_ids(self, part: str | Slot) -> list[int]:
        """What is known of a part; a governed text is followed by fillers."""
        if isinstance(part, str):
            return self.tokens.encode_fixed(part)
        if part.name not in self._texts or part.value is None:
            return _known_ids(part, self.tokens)
        ids = spell(self.tokens, part.value)
        return ids + [lexicon_for(self.tokens).filler_id] * (part.n_cells - len(ids))

    def _text(self, name: str, ids: Sequence[int]) -> str:
        if name in self._texts:
            return lexicon_for(self.tokens).text(ids)
        return self.tokens.word(ids[0]) if len(ids) == 1 else self.tokens.decode(ids).strip()


def groups(template: Template) -> list[tuple[str, ...]]:
    """The slots that become final together, in canvas order: those of a record, and others one by one."""
    of_record = {name: record.slots for record in template.records for name in record.slots}
    return list(dict.fromkeys(of_record.get(s.name, (s.name,)) for s in template.slots()))


def texts_of(template: Template) -> frozenset[str]:
    """The slots that hold text under a grammar."""
    alone = (s.name for s in template.slots() if s.pattern is not None or s.schema is not None)
    together = (name for record in template.text_records for name in record.slots)
    return frozenset((*alone, *together))


def _known_ids(slot: Slot, tokens: Vocabulary) -> list[int]:
    if slot.value is None:
        return []
    try:
        return [tokens.word_id(word) for word in slot.value.split()]
    except TokenizerError:
        return tokens.encode_prompt(slot.value)


def _check(slot: Slot, known: Sequence[int], spans: dict[str, slice]) -> None:
    if slot.name in spans:
        raise TemplateError(f"two slots are named {slot.name!r}; give each its own name")
    if slot.value is not None and len(known) != slot.n_cells:
        raise TemplateError(
            f"slot {slot.name!r} has {slot.n_cells} cells, its value {slot.value!r} "
            f"{len(known)} tokens; make them equal"
        )
