"""The canvas: what may change, and what never does."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.canvas import Canvas, TemplateError
from model.errors import TokenizerError
from model.tokens import MASK
from model.types import CellState, Slot, Template
from tests.model.tiny import free_template, plan_template, tiny_tokens

CPU = torch.device("cpu")


def canvas_of(template: Template) -> Canvas:
    return Canvas(template, tiny_tokens(), CPU)


@given(st.lists(st.tuples(st.sampled_from(["reveal", "remask", "commit"]), st.integers(0, 13))))
def test_fixed_known_and_committed_cells_never_change(moves: list[tuple[str, int]]) -> None:
    canvas = canvas_of(plan_template(known={"1.verb": "find", "2.a": "@2"}))
    before = canvas.sequence.clone()
    final: dict[int, int] = {}
    for word, (move, cell) in enumerate(moves):
        at = torch.tensor([cell])
        was_masked = bool(canvas.masked[cell])
        held = int(canvas.ids[cell])
        if move == "reveal":
            canvas.reveal(at, torch.tensor([word]), torch.tensor([0.5]))
            assert was_masked or int(canvas.ids[cell]) == held
        elif move == "remask":
            canvas.remask(at)
        else:
            canvas.commit(slice(cell, cell + 1))
            if not was_masked:
                final[cell] = held
        assert all(int(canvas.ids[c]) == ids and not canvas.masked[c] for c, ids in final.items())
    untouched = torch.cat((torch.ones(canvas.n_prompt, dtype=torch.bool), ~canvas.open))
    assert torch.equal(canvas.sequence[untouched], before[untouched])
    assert not (canvas.masked & ~canvas.open).any()


def test_the_mask_word_in_a_prompt_is_no_hole() -> None:
    canvas = canvas_of(free_template())
    tokens = tiny_tokens()
    assert tokens.mask_id in canvas.sequence[: canvas.n_prompt].tolist()
    assert int(canvas.masked.sum()) == 4 + 1 + 2


def test_a_revealed_mask_word_is_not_masked() -> None:
    canvas = canvas_of(free_template())
    cell = torch.tensor([canvas.spans["verb"].start])
    canvas.reveal(cell, torch.tensor([tiny_tokens().mask_id]), torch.tensor([1.0]))
    assert not canvas.masked[cell]
    assert canvas.texts()["verb"] == MASK


def test_a_slot_has_a_text_once_no_cell_of_it_is_masked() -> None:
    canvas = canvas_of(Template("a", (Slot("two", 2), Slot("one", value="find"))))
    ids = torch.tensor([tiny_tokens().word_id(word) for word in ("join", "@2")])
    canvas.reveal(torch.tensor([0]), ids[:1], torch.tensor([0.75]))
    assert canvas.texts() == {"two": "", "one": "find"}
    canvas.reveal(torch.tensor([1]), ids[1:], torch.tensor([0.5]))
    assert canvas.texts() == {"two": "join @2", "one": "find"}
    assert canvas.snapshots() == {"two": 0.5, "one": 1.0}


def test_the_picture_names_every_state() -> None:
    canvas = canvas_of(Template("a", ("#1", Slot("known", value="find"), Slot("x"), Slot("y"))))
    canvas.reveal(
        torch.tensor([2]), torch.tensor([tiny_tokens().word_id("@1")]), torch.tensor([0.5])
    )
    shown = [(cell.text, cell.state, cell.slot, cell.confidence) for cell in canvas.picture()]
    assert shown == [
        ("#1", CellState.FIXED, "", None),
        ("find", CellState.LOCKED, "known", None),
        ("@1", CellState.REVEALED, "x", 0.5),
        ("", CellState.MASKED, "y", None),
    ]
    canvas.commit(slice(0, 4))
    assert [cell.state for cell in canvas.picture()][2:] == [CellState.COMMITTED, CellState.MASKED]


def test_a_committed_cell_is_masked_again_only_after_it_is_reopened() -> None:
    canvas = canvas_of(Template("a", (Slot("x"),)))
    cell = torch.tensor([0])
    canvas.reveal(cell, torch.tensor([3]), torch.tensor([0.5]))
    canvas.commit(slice(0, 1))
    canvas.remask(cell)
    assert not canvas.masked[0]
    canvas.reopen()
    canvas.remask(cell)
    assert canvas.masked[0]


def test_text_that_is_no_canvas_word_becomes_tokens() -> None:
    tokens = tiny_tokens()
    text = "the largest"
    n_cells = len(tokens.encode_prompt(text))
    canvas = canvas_of(Template("a", (text, Slot("t", n_cells, value=text))))
    assert canvas.n_cells == 2 * n_cells
    assert canvas.texts()["t"] == text


def test_a_value_that_does_not_fit_its_slot_is_refused() -> None:
    with pytest.raises(TemplateError, match="slot 'x' has 2 cells, its value 'find' 1 tokens"):
        canvas_of(Template("a", (Slot("x", 2, value="find"),)))


def test_two_slots_of_one_name_are_refused() -> None:
    with pytest.raises(TemplateError, match="two slots are named 'x'"):
        canvas_of(Template("a", (Slot("x"), Slot("x"))))


def test_an_unknown_word_in_a_grammar_is_named() -> None:
    from model.types import DecodeParams
    from tests.model.tiny import tiny_engine

    template = Template("a", (Slot("x", 1, frozenset({"find", "no-such-word"})),))
    with pytest.raises(TokenizerError, match="'no-such-word'"):
        tiny_engine().fill(template, DecodeParams())
