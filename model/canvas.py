"""The live sequence of a fill: prompt and cells, which of them are masked, and how sure each reveal was.

Guarantees: fixed text and known values never change; a reveal touches masked cells only; a committed cell
changes only after it is reopened. Which cells are masked is kept apart from the ids, so a mask word in a
prompt is just a word. A canvas is changed in place, unlike the types at the seams.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from model.errors import ModelError, TokenizerError
from model.tokens import Tokens
from model.types import Cell, CellState, Slot, Template


class TemplateError(ModelError):
    """A template that cannot be filled as it stands."""


class Canvas:
    """The cells of one template, after its prompt.

    `sequence` holds prompt and cells; `ids` is the view of the cells alone. `masked`, `open` (cells the
    fill may write) and `committed` are bitmaps over cells, `confidence` is the snapshot at the reveal, and
    `region` the number of a cell's slot (-1 for fixed text).
    """

    def __init__(self, template: Template, tokens: Tokens, device: torch.device) -> None:
        prompt = tokens.encode_prompt(template.prompt)
        ids: list[int] = []
        is_open: list[bool] = []
        self.spans: dict[str, slice] = {}
        for part in template.parts:
            known = _known_ids(part, tokens)
            width = part.n_cells if isinstance(part, Slot) else len(known)
            if isinstance(part, Slot):
                _check(part, known, self.spans)
                self.spans[part.name] = slice(len(ids), len(ids) + width)
            is_open += [not known] * width
            ids += known or [tokens.mask_id] * width
        self.tokens = tokens
        self.n_prompt, self.n_cells = len(prompt), len(ids)
        self.sequence = torch.tensor(prompt + ids, dtype=torch.long, device=device)
        self.ids = self.sequence[self.n_prompt :]
        self.open = torch.tensor(is_open, dtype=torch.bool, device=device)
        self.region = torch.full_like(self.ids, -1)
        for number, span in enumerate(self.spans.values()):
            self.region[span] = number
        self.masked = self.open.clone()
        self.committed = torch.zeros_like(self.open)
        self.confidence = (~self.open).float()

    def reveal(self, cells: Tensor, ids: Tensor, confidence: Tensor) -> None:
        """Write words into the masked ones among `cells` (indices)."""
        masked = self.masked[cells]
        self.ids[cells] = torch.where(masked, ids, self.ids[cells])
        self.confidence[cells] = torch.where(masked, confidence, self.confidence[cells])
        self.masked[cells] = False

    def remask(self, cells: Tensor) -> None:
        """Mask those of `cells` again that are open and not committed."""
        cells = cells[self.open[cells] & ~self.committed[cells]]
        self.ids[cells] = self.tokens.mask_id
        self.confidence[cells] = 0.0
        self.masked[cells] = True

    def commit(self, cells: slice) -> None:
        """Make the revealed cells final."""
        self.committed[cells] |= ~self.masked[cells]

    def reopen(self) -> None:
        """Let committed cells be masked again; their keys and values are the cache's to drop."""
        self.committed.fill_(False)

    def texts(self) -> dict[str, str]:
        """Each slot's text; empty where a cell of it is masked."""
        ids, masked = self.ids.tolist(), self.masked.tolist()
        return {
            name: "" if any(masked[span]) else self._text(ids[span])
            for name, span in self.spans.items()
        }

    def snapshots(self) -> dict[str, float]:
        """The lowest snapshot confidence of each slot's cells."""
        confidence = self.confidence.tolist()
        return {name: min(confidence[span], default=1.0) for name, span in self.spans.items()}

    def picture(self) -> tuple[Cell, ...]:
        """Every cell as it is now."""
        owner = [""] * self.n_cells
        for name, span in self.spans.items():
            owner[span] = [name] * (span.stop - span.start)
        columns = (self.ids, self.masked, self.open, self.committed, self.confidence)
        rows = zip(owner, *(column.tolist() for column in columns), strict=True)
        return tuple(self._cell(*row) for row in rows)

    def _cell(self, slot: str, *now: float) -> Cell:
        token, masked, is_open, committed, confidence = now
        if masked:
            return Cell("", CellState.MASKED, slot)
        text = self.tokens.word(int(token))
        if not is_open:
            return Cell(text, CellState.LOCKED if slot else CellState.FIXED, slot)
        state = CellState.COMMITTED if committed else CellState.REVEALED
        return Cell(text, state, slot, confidence)

    def _text(self, ids: Sequence[int]) -> str:
        return self.tokens.word(ids[0]) if len(ids) == 1 else self.tokens.decode(ids).strip()


def _known_ids(part: str | Slot, tokens: Tokens) -> list[int]:
    text = part if isinstance(part, str) else part.value
    if text is None:
        return []
    try:
        return [tokens.word_id(word) for word in text.split()]
    except TokenizerError:
        return tokens.encode_prompt(text)


def _check(slot: Slot, known: Sequence[int], spans: dict[str, slice]) -> None:
    if slot.name in spans:
        raise TemplateError(f"two slots are named {slot.name!r}; give each its own name")
    if slot.value is not None and len(known) != slot.n_cells:
        raise TemplateError(
            f"slot {slot.name!r} has {slot.n_cells} cells, its value {slot.value!r} "
            f"{len(known)} tokens; make them equal"
        )
