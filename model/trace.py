"""The denoise steps of one fill as pictures; made only for those who watch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import torch

from model.canvas import Canvas, Now, Row, groups
from model.remask.remask import Remask
from model.types import Cell, DenoiseStep, Filling, Template


class Shown(Protocol):
    """A fill that can be watched."""

    canvas: Canvas

    @property
    def remask(self) -> Remask:
        """The rule that takes reveals back."""
        ...

    @property
    def is_draft(self) -> bool:
        """Whether the canvas has not been finished yet."""
        ...

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be filled."""
        ...

    def filling(self) -> Filling:
        """The answer as it stands."""
        ...


class Trace:
    """Compares a fill with what it was at the last picture."""

    def __init__(self, fill: Shown, template: Template) -> None:
        self._fill = fill
        self._groups = groups(template)
        self._n_steps = 0
        self._before = _as_opened(fill.canvas)
        self._cells: list[Cell | None] = [None] * len(self._before)

    @torch.inference_mode()
    def step(self) -> DenoiseStep:
        """The picture after one forward and its update."""
        fill, canvas, before = self._fill, self._fill.canvas, self._before
        if (
            fill.remask.is_final
        ):  # with its last reveal a group is final where nothing is masked again
            canvas.commit_groups()
        now = self._before = canvas.now()
        changed = [
            (Now(*was), Now(*cell)) for was, cell in zip(before, now, strict=True) if was != cell
        ]
        cells = self._drawn(before, now)
        self._n_steps += 1
        committed = self._newly_committed(now)
        return DenoiseStep(
            index=self._n_steps - 1,
            cells=cells,
            revealed=_slots(cell for was, cell in changed if was.is_masked and not cell.is_masked),
            rewritten=_slots(
                cell
                for was, cell in changed
                if not (was.is_masked or cell.is_masked) and was.token != cell.token
            ),
            remasked=_slots(cell for was, cell in changed if cell.is_masked and not was.is_masked),
            committed=committed,
            filling=fill.filling() if fill.is_done else None,
            texts=canvas.texts(committed) if committed else {},
        )

    def _drawn(self, before: Sequence[Row], now: Sequence[Row]) -> tuple[Cell, ...]:
        """Every cell of the template; those that are as they were are not drawn anew."""
        canvas = self._fill.canvas
        pairs = zip(self._cells, before, now, strict=True)
        drawn = [
            old if old is not None and was == cell else canvas.shown(Now(*cell))
            for old, was, cell in pairs
        ]
        self._cells = [*drawn]
        return tuple(drawn[canvas.n_lead :])

    def _newly_committed(self, now: Sequence[Row]) -> tuple[str, ...]:
        if self._fill.remask.revises_draft and self._fill.is_draft:
            return ()
        spans = self._fill.canvas.spans
        final = [is_committed or not is_open for *_, is_open, is_committed, _ in now]
        done = [g for g in self._groups if all(all(final[spans[name]]) for name in g)]
        self._groups = [group for group in self._groups if group not in done]
        return tuple(name for group in done for name in group)


def _as_opened(canvas: Canvas) -> list[Row]:
    """What the cells were before words were found without a forward."""
    return [
        (slot, token, is_open, is_open, is_committed, confidence)
        for slot, token, _, is_open, is_committed, confidence in canvas.now()
    ]


def _slots(cells: Iterable[Now]) -> tuple[str, ...]:
    """The slots of these cells, in canvas order."""
    return tuple(dict.fromkeys(cell.slot for cell in cells if cell.slot))
