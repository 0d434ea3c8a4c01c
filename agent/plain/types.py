"""What the plain-text planner asks of the runtime. Imports nothing heavy."""

from __future__ import annotations

from typing import Protocol

from model.types import Template


class Speech(Protocol):
    """What a loaded model makes of text: `model.spelling` has the one of every checkpoint."""

    @property
    def filler(self) -> str:
        """How a canvas shows a cell that holds no text."""
        ...

    def n_cells(self, text: str) -> int:
        """How many cells a text takes on a canvas."""
        ...

    def refuse_unless_it_fits(self, template: Template) -> None:
        """Refuse a template that is longer than what the checkpoint was made for."""
        ...
