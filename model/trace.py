"""The denoise steps of one fill as pictures; made only for those who watch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import torch

from model.canvas import Canvas, groups
from model.remask.remask import Remask
from model.types import DenoiseStep, Filling, Template


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
        self._before = _Snapshot(fill.canvas, fill.canvas.open.tolist())

    @torch.inference_mode()
    def step(self) -> DenoiseStep:
        """The picture after one forward and its update."""
        fill, before = self._fill, self._before
        self._commit_final()
        after = self._before = _Snapshot(fill.canvas, fill.canvas.masked.tolist())
        self._n_steps += 1
        committed = self._newly_committed()
        texts = fill.canvas.texts() if committed else {}
        return DenoiseStep(
            index=self._n_steps - 1,
            cells=fill.canvas.picture(),
            revealed=self._where(before.masked[i] and not after.masked[i] for i in after.cells),
            rewritten=self._where(
                not (before.masked[i] or after.masked[i]) and before.ids[i] != after.ids[i]
                for i in after.cells
            ),
            remasked=self._where(after.masked[i] and not before.masked[i] for i in after.cells),
            committed=committed,
            filling=fill.filling() if fill.is_done else None,
            texts={name: texts[name] for name in committed},
        )

    def _commit_final(self) -> None:
        """Where nothing is ever masked again, a record is final with its last reveal."""
        canvas = self._fill.canvas
        if not self._fill.remask.is_final:
            return
        masked = canvas.masked.tolist()
        for group in self._groups:
            spans = [canvas.spans[name] for name in group]
            if not any(True in masked[span] for span in spans):
                for span in spans:
                    canvas.commit(span)

    def _newly_committed(self) -> tuple[str, ...]:
        canvas = self._fill.canvas
        if self._fill.remask.revises_draft and self._fill.is_draft:
            return ()
        final = (canvas.committed | (~canvas.open)).tolist()
        done = [g for g in self._groups if all(all(final[canvas.spans[name]]) for name in g)]
        self._groups = [group for group in self._groups if group not in done]
        return tuple(name for group in done for name in group)

    def _where(self, changed: Iterable[bool]) -> tuple[str, ...]:
        cells = list(changed)
        spans = self._fill.canvas.spans
        return tuple(name for name, span in spans.items() if any(cells[span]))


class _Snapshot:
    def __init__(self, canvas: Canvas, masked: list[bool]) -> None:
        self.cells = range(canvas.n_cells)
        self.ids: list[int] = canvas.ids.tolist()
        self.masked = masked
