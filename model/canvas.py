"""The canvas of a template: its prompt, and its text and slots as cells.

What cells guarantee is said in `model/cells.py`; a canvas also knows which cells are whose.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from model.cells import Cells
from model.constraints.lexicon import lexicon_for, spell
from model.errors import ModelError, TokenizerError
from model.prompts import prompt_ids
from model.tokens import Vocabulary
from model.types import Cell, CellState, Slot, Template


class TemplateError(ModelError):
    """A template that cannot be filled as it stands."""


class Canvas(Cells):
    """The cells of one template, after its prompt.

    `spans` are the cells of each slot, and `region` the number of a cell's record, or of its slot where that
    stands alone (-1 for fixed text).
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
        self._texts = texts_of(template)
        for part in template.parts:
            known = self._known_ids(part)
            width = part.n_cells if isinstance(part, Slot) else len(known)
            if isinstance(part, Slot):
                _check(part, known, self.spans)
                start = n_lead + len(ids)
                self.spans[part.name] = slice(start, start + width)
            is_open += [not known] * width
            ids += known or [mask_id] * width
        super().__init__(prompt, ids, is_open, mask_id, device=device, grid=grid)
        for number, names in enumerate(groups(template)):
            for name in names:
                self.region[self.spans[name]] = number

    def texts(self) -> dict[str, str]:
        """Each slot's text; empty where a cell of it is masked."""
        ids, masked = self.ids.tolist(), self.masked.tolist()
        return {
            name: "" if any(masked[span]) else self._text(name, ids[span])
            for name, span in self.spans.items()
        }

    def snapshots(self) -> dict[str, float]:
        """The lowest snapshot confidence of each slot's cells."""
        confidence = self.confidence.tolist()
        return {name: min(confidence[span], default=1.0) for name, span in self.spans.items()}

    def picture(self) -> tuple[Cell, ...]:
        """Every cell of the template as it is now."""
        owner = [""] * self.n_cells
        for name, span in self.spans.items():
            owner[span] = [name] * (span.stop - span.start)
        columns = (self.ids, self.masked, self.open, self.committed, self.confidence)
        rows = zip(owner, *(column.tolist() for column in columns), strict=True)
        return tuple(self._cell(*row) for row in rows)[self.n_lead :]

    def _cell(self, slot: str, *now: float) -> Cell:
        token, masked, is_open, committed, confidence = now
        if masked:
            return Cell("", CellState.MASKED, slot)
        text = self.tokens.word(int(token))
        if not is_open:
            return Cell(text, CellState.LOCKED if slot else CellState.FIXED, slot)
        state = CellState.COMMITTED if committed else CellState.REVEALED
        return Cell(text, state, slot, confidence)

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
