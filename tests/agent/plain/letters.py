"""A model that speaks letter by letter, and plans drawn from the grammar of words."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from agent import plan as canvas
from agent.plain.layout import TextCanvas, laid_out
from agent.plan import NOP, alternatives, template, words_for
from agent.types import N_ARGS, N_ROWS, NIL, Brief, Plan, Pointer, Row
from model.types import Template
from tests.support.runs import BRIEF
from tools.types import Text

NUMBER = Pointer("@5", "number", "90", Text("90"))
SOURCE = Pointer("@6", "source registry", "the registry", Text("registry"))
VALUE = Pointer("@7", "value prize", "physics", Text("physics"))
RICH = replace(BRIEF, pointers=(*BRIEF.pointers, NUMBER, SOURCE, VALUE))


class Letters:
    """Every sign takes a cell."""

    filler = "·"

    def n_cells(self, text: str) -> int:
        return len(text)

    def refuse_unless_it_fits(self, template: Template) -> None:
        """Everything fits."""


def text_of(form: Template) -> TextCanvas:
    return laid_out(form, Letters())


def shown_parts(canvas_of_text: TextCanvas) -> list[str]:
    """Its text, with slots as their names in braces."""
    parts = canvas_of_text.template.parts
    return [part if isinstance(part, str) else f"{{{part.name}}}" for part in parts]


@st.composite
def any_row(draw: st.DrawFn, index: int, brief: Brief = RICH) -> Row:
    """A call that the grammar of words allows in this row."""
    options = alternatives(words_for(brief.pointers, index), index)
    used = [option for option in options if option[0] != {NOP}]
    option = draw(st.sampled_from(used))
    tool, *words = (draw(st.sampled_from(sorted(cell))) for cell in option)
    return Row(index, tool, tuple(words))


@st.composite
def any_plan(draw: st.DrawFn, brief: Brief = RICH) -> Plan:
    """Used rows from the first on, and an ending that names some of them."""
    n_used = draw(st.integers(0, N_ROWS - 1))
    rows = [draw(any_row(index, brief)) for index in range(1, n_used + 1)]
    names = [f"#{row.index}" for row in rows]
    ending = draw(st.lists(st.sampled_from(names), max_size=N_ARGS)) if names else []
    words = (*ending, *[NIL] * (N_ARGS - len(ending)))
    return Plan((*rows, Row(N_ROWS, "finish", words)))


def line_of(row: Row | None) -> str:
    """What a row says behind its label."""
    return " unused\n" if row is None else f" {' '.join((row.tool, *canvas.arguments(row)))}\n"


def open_form(brief: Brief = RICH) -> Template:
    return template(brief)
