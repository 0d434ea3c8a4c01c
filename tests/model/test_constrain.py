"""The grammar, against brute force over every valid canvas."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.canvas import Canvas, TemplateError
from model.constrain import Constraint, Noise, bans_of
from model.grammar import Shape, compile_grammar
from model.types import Record, Slot, Template
from tests.model.tiny import (
    ROWS,
    VERBS,
    free_template,
    is_valid_row,
    plan_template,
    set_of,
    slot_names,
    tiny_tokens,
    valid_plans,
)

CPU = torch.device("cpu")
PLANS = valid_plans(2)
NAMES = tuple(PLANS[0])


def constraint_of(template: Template) -> tuple[Constraint, Canvas]:
    tokens = tiny_tokens()
    canvas = Canvas(template, tokens, CPU)
    shape = Shape.of(template, canvas.spans, canvas.n_cells)
    bans = bans_of(template, canvas.spans, tokens)
    return Constraint(compile_grammar(shape, tokens, CPU), canvas, bans), canvas


def words_in(constraint: Constraint, canvas: Canvas, name: str) -> set[str]:
    row = constraint.possible()[canvas.spans[name].start]
    return {tiny_tokens().word(int(i)) for i in constraint._grammar.words[row]}


def agreeing(
    known: Mapping[str, str], banned: Mapping[str, frozenset[str]]
) -> list[dict[str, str]]:
    return [
        plan
        for plan in PLANS
        if all(plan[name] == word for name, word in known.items())
        and not any(plan[name] in words for name, words in banned.items() if name not in known)
    ]


def cell(canvas: Canvas, name: str) -> int:
    first: int = canvas.spans[name].start
    return first


@st.composite
def partly_known(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    """Some cells of a valid plan, and some banned words that leave the plan possible."""
    plan = draw(st.sampled_from(PLANS))
    known = {name: plan[name] for name in NAMES if draw(st.booleans())}
    banned = {
        name: draw(st.frozensets(st.sampled_from([w for w in (*VERBS, *ROWS) if w != plan[name]])))
        for name in draw(st.sets(st.sampled_from(NAMES)))
    }
    return known, banned


@given(partly_known())
def test_possible_words_are_exactly_those_of_the_valid_completions(
    state: tuple[dict[str, str], dict[str, frozenset[str]]],
) -> None:
    known, banned = state
    constraint, canvas = constraint_of(plan_template(2, known, banned))
    plans = agreeing(known, banned)
    for name in NAMES:
        assert words_in(constraint, canvas, name) == {plan[name] for plan in plans}


@given(partly_known())
def test_learning_is_the_same_as_knowing_and_forgetting_undoes_it(
    state: tuple[dict[str, str], dict[str, frozenset[str]]],
) -> None:
    known, banned = state
    constraint, canvas = constraint_of(plan_template(2, {}, banned))
    before = constraint.possible().clone()
    cells = torch.tensor([cell(canvas, name) for name in known], dtype=torch.long)
    ids = torch.tensor([tiny_tokens().word_id(word) for word in known.values()], dtype=torch.long)
    constraint.learn(cells, ids)
    told, _ = constraint_of(plan_template(2, known, banned))
    assert torch.equal(constraint.possible(), told.possible())
    constraint.forget(cells)
    assert torch.equal(constraint.possible(), before)


@given(partly_known(), st.integers(0, 10_000))
def test_the_joint_choice_is_the_best_valid_canvas(
    state: tuple[dict[str, str], dict[str, frozenset[str]]], seed: int
) -> None:
    known, banned = state
    constraint, canvas = constraint_of(plan_template(2, known, banned))
    cells = canvas.masked.nonzero().squeeze(1)
    logits = torch.randn(len(cells), tiny_tokens().vocab_size, generator=_seeded(seed)) * 3
    scores = constraint.propose(cells, logits, Noise())
    row_of = {int(c): row for row, c in enumerate(cells)}
    open_names = [name for name in NAMES if cell(canvas, name) in row_of]

    def total(plan: Mapping[str, str]) -> float:
        rows = [row_of[cell(canvas, name)] for name in open_names]
        ids = [tiny_tokens().word_id(plan[name]) for name in open_names]
        return float(logits[rows, ids].double().sum())

    proposed = dict(known) | {
        name: tiny_tokens().word(int(scores.token[row_of[cell(canvas, name)]]))
        for name in open_names
    }
    plans = agreeing(known, banned)
    assert proposed in plans
    assert total(proposed) == pytest.approx(max(map(total, plans)), abs=1e-4)


@given(partly_known(), st.integers(0, 10_000))
def test_confidence_is_the_share_among_possible_words(
    state: tuple[dict[str, str], dict[str, frozenset[str]]], seed: int
) -> None:
    known, banned = state
    constraint, canvas = constraint_of(plan_template(2, known, banned))
    cells = canvas.masked.nonzero().squeeze(1)
    logits = torch.randn(len(cells), tiny_tokens().vocab_size, generator=_seeded(seed))
    scores = constraint.propose(cells, logits, Noise())
    for row, at in enumerate(cells.tolist()):
        words = constraint._grammar.words[constraint.possible()[at]]
        weights = logits[row, words].exp()
        share = logits[row, scores.token[row]].exp() / weights.sum()
        assert float(scores.confidence[row]) == pytest.approx(float(share), abs=1e-5)


@given(partly_known())
def test_a_forced_cell_is_one_with_a_single_possible_word(
    state: tuple[dict[str, str], dict[str, frozenset[str]]],
) -> None:
    known, banned = state
    constraint, canvas = constraint_of(plan_template(2, known, banned))
    cells, ids = constraint.take_forced(canvas.masked)
    forced = {int(c): tiny_tokens().word(int(i)) for c, i in zip(cells, ids, strict=True)}
    plans = agreeing(known, banned)
    expected = {
        cell(canvas, name): plans[0][name]
        for name in NAMES
        if name not in known and len({plan[name] for plan in plans}) == 1
    }
    assert forced == expected


def test_a_forced_word_is_known_when_what_forced_it_is_masked_again() -> None:
    constraint, canvas = constraint_of(plan_template(2))
    verb = torch.tensor([cell(canvas, "1.verb")])
    constraint.learn(verb, torch.tensor([tiny_tokens().word_id("nop")]))
    constraint.take_forced(canvas.masked)
    constraint.forget(verb)
    assert words_in(constraint, canvas, "1.verb") == {"nop"}


def test_after_an_idle_record_everything_is_forced() -> None:
    constraint, canvas = constraint_of(plan_template(3, {"1.verb": "find", "2.verb": "nop"}))
    cells, ids = constraint.take_forced(canvas.masked)
    words = {int(c): tiny_tokens().word(int(i)) for c, i in zip(cells, ids, strict=True)}
    names = ("2.a", "2.b", *slot_names(3))
    assert words == {
        cell(canvas, name): "nop" if name.endswith("verb") else "<nil>" for name in names
    }


@given(st.data())
def test_invalid_records_are_counted_as_the_rules_say(data: st.DataObject) -> None:
    idle = ("nop", "<nil>", "<nil>")
    words = st.sampled_from(("find", "join", "nop", "@1", "#1", "<nil>", "of"))
    row = st.sampled_from([idle, ("find", "@1", "<nil>")]) | st.tuples(words, words, words)
    rows = [data.draw(row) for _ in range(3)]
    constraint, canvas = constraint_of(plan_template(3))
    for n, said in enumerate(rows, 1):
        for name, word in zip(slot_names(n), said, strict=True):
            canvas.ids[cell(canvas, name)] = tiny_tokens().encode_prompt(word)[0]
    expected = sum(
        not is_valid_row(n, said) or (said != idle and idle in rows[: n - 1])
        for n, said in enumerate(rows, 1)
    )
    assert constraint.n_invalid(canvas.ids, torch.zeros_like(canvas.masked)) == expected
    assert constraint.n_invalid(canvas.ids, canvas.open) == 0


def test_what_cannot_be_filled_is_refused_by_name() -> None:
    banned = Template("a", (Slot("last", 1, set_of("find"), None, set_of("find")),))
    disordered = plan_template(2, {"1.verb": "nop", "2.verb": "find"})
    for template, name in ((banned, "last"), (disordered, "1.verb")):
        constraint, _ = constraint_of(template)
        with pytest.raises(TemplateError, match=f"slot '{re.escape(name)}'"):
            constraint.possible()


def test_a_record_of_unknown_slots_is_refused() -> None:
    with pytest.raises(TemplateError, match="slot 'y'"):
        constraint_of(Template("a", (Slot("x"),), (Record(("y",), ((set_of("find"),),)),)))


def test_an_alternative_spans_all_cells_of_a_wide_slot() -> None:
    record = Record(("x", "y"), ((set_of("find"), set_of("@1")), (set_of("join"), set_of("@2"))))
    constraint, _ = constraint_of(Template("a", (Slot("x", 2), Slot("y", 1)), (record,)))
    cells = torch.arange(3)
    logits = torch.zeros(3, tiny_tokens().vocab_size)
    logits[0, tiny_tokens().word_id("find")] = 1.0
    logits[1:, [tiny_tokens().word_id(word) for word in ("join", "@2")]] = 1.0
    words = [tiny_tokens().word(int(i)) for i in constraint.propose(cells, logits, Noise()).token]
    assert words == ["join", "join", "@2"]


def test_free_text_takes_any_word_but_a_banned_one() -> None:
    template = Template(
        "a", (Slot("x", 1, None, None, set_of("find")), Slot("v", 1, set_of("join")))
    )
    constraint, _ = constraint_of(template)
    logits = torch.zeros(2, tiny_tokens().vocab_size)
    logits[:, tiny_tokens().word_id("find")] = 5.0
    logits[0, 300] = 4.0
    scores = constraint.propose(torch.arange(2), logits, Noise())
    assert scores.token.tolist() == [300, tiny_tokens().word_id("join")]
    assert float(scores.confidence[1]) == 1.0


def test_noise_is_that_of_the_row_and_word() -> None:
    constraint, canvas = constraint_of(free_template())
    cells = canvas.masked.nonzero().squeeze(1)
    logits = torch.zeros(len(cells), tiny_tokens().vocab_size)
    for row, word in itertools.product(range(len(cells)), VERBS):
        gumbel = torch.zeros_like(logits)
        gumbel[row, tiny_tokens().word_id(word)] = 9.0
        scores = constraint.propose(cells, logits, Noise(gumbel, 1.0))
        is_governed = int(cells[row]) == cell(canvas, "verb")
        expected = 1 / 3 if is_governed else 1 / logits.shape[1]
        assert int(scores.token[row]) == tiny_tokens().word_id(word)
        assert float(scores.confidence[row]) == pytest.approx(expected)


def _seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
