"""Templates on uniform noise: what is fixed stands, what the grammar forbids never comes out."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from model.canvas import TemplateError
from model.errors import ModelError
from model.types import CellState, DecodeParams, Filling, Slot, Template
from model.uniform.canvas import NoisyCanvas
from model.uniform.engine import UniformEngine
from model.uniform.noise import SeededNoise
from model.uniform.proposals import FreeProposer
from model.uniform.rules import Knobs
from tests.model.tiny import free_template, is_valid_plan, plan_template, tiny_tokens
from tests.model.uniform.tiny import tiny_network, tiny_uniform

N_WORDS = tiny_tokens().vocab_size
PARAMS = DecodeParams(max_steps=3)


def lm() -> UniformEngine:
    return tiny_uniform(tiny_tokens(), N_WORDS)


def said(filling: Filling) -> tuple[dict[str, str], int]:
    return dict(filling.values), filling.usage.denoise_steps


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("temperature", [0.0, 2.0])
@pytest.mark.parametrize("block_length", [None, 5, 1])
def test_every_plan_is_valid(seed: int, temperature: float, block_length: int | None) -> None:
    params = replace(PARAMS, seed=seed, temperature=temperature, block_length=block_length)
    filling = lm().fill(plan_template(3), params)
    assert is_valid_plan(filling.values)
    assert min(filling.confidence.values()) > 0


def test_known_values_and_bans_are_kept() -> None:
    known = {"1.verb": "find", "1.b": "@3"}
    template = plan_template(2, known, {"1.a": frozenset({"@1"})})
    for seed in range(5):
        values = lm().fill(template, replace(PARAMS, seed=seed)).values
        assert {name: values[name] for name in known} == known
        assert values["1.a"] in ("@2", "@3")
        assert is_valid_plan(values, 2)


@torch.inference_mode()
def test_closed_cells_stand_in_every_step() -> None:
    network, ids = tiny_network(), torch.arange(6)
    is_open = torch.tensor([True, False, True, True, False, True])
    canvas = NoisyCanvas(ids, is_open, Knobs(n_steps=4), SeededNoise(0, 48))
    for _ in range(4):
        assert canvas.ids[~is_open].tolist() == [1, 4]
        canvas.update(network, FreeProposer(network), torch.randn(4, 16))
        assert canvas.expected is not None
        told = canvas.expected[~is_open]
        torch.testing.assert_close(told, network.embeddings(torch.tensor([1, 4])))
    assert canvas.is_done


def test_a_batch_is_its_templates_one_by_one() -> None:
    templates = [plan_template(n, prompt="a b " * n) for n in (1, 3, 2)]
    batch = [said(filling) for filling in lm().fill_many(templates, PARAMS)]
    assert batch == [said(lm().fill(template, PARAMS)) for template in templates]


def test_free_text_stands_beside_a_grammar() -> None:
    values = lm().fill(free_template(4, "c d"), PARAMS).values
    assert values["more"] == "c d"
    assert values["verb"] in ("find", "join", "nop")
    assert values["text"]


def test_text_that_must_match_does() -> None:
    template = Template("a b", (Slot("text", 6, pattern="(a|b)+ c"), Slot("rest", 2)))
    for seed in range(3):
        text = lm().fill(template, replace(PARAMS, seed=seed)).values["text"]
        text = text.replace(" <nil>", "")  # fillers
        assert text.endswith(" c")
        assert set(text[:-2]) <= {"a", "b"}


def test_words_that_do_not_go_together_are_revealed_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from model.constrain import Constraint

    always = iter([1, *[0] * 99])
    monkeypatch.setattr(Constraint, "n_invalid", lambda *_: next(always))
    assert is_valid_plan(lm().fill(plan_template(3), PARAMS).values)


def test_without_the_grammar_invalid_records_are_counted() -> None:
    free = replace(PARAMS, constrained=False)
    filling = lm().fill(plan_template(3), free)
    assert filling.invalid == 3
    assert not is_valid_plan(filling.values)


def test_steps_are_bounded_per_canvas() -> None:
    template = plan_template(3)
    for block_length, n_canvases in ((None, 3), (20, 1)):
        usage = lm().fill(template, replace(PARAMS, block_length=block_length)).usage
        assert usage.denoise_steps <= 3 * n_canvases
        assert usage.forwards == usage.denoise_steps


def test_slots_behind_the_last_one_asked_for_stay_empty() -> None:
    params = replace(PARAMS, stop_after="1.b", block_length=4)
    values = lm().fill(plan_template(3), params).values
    assert values["1.b"]
    assert not values["3.verb"]


def test_one_possible_word_needs_no_forward() -> None:
    template = Template("a b", ("find", Slot("one", 1, frozenset({"@1"}))))
    filling = lm().fill(template, PARAMS)
    assert (filling.values, filling.usage.forwards) == ({"one": "@1"}, 0)
    (step,) = lm().stream(template, PARAMS)
    assert step.filling is not None


def test_a_stream_shows_accepted_words_and_ends_with_the_filling() -> None:
    template = plan_template(3)
    steps = list(lm().stream(template, PARAMS))
    filling = lm().fill(template, PARAMS)
    assert steps[-1].filling is not None
    assert said(steps[-1].filling) == said(filling)
    assert len(steps) == filling.usage.forwards
    states = [{cell.state for cell in step.cells} for step in steps]
    assert CellState.REVEALED in states[0]
    assert states[-1] == {CellState.FIXED, CellState.COMMITTED}
    committed: set[str] = set()
    for step in steps:
        changed = {*step.revealed, *step.rewritten, *step.remasked}
        assert not changed & committed
        committed |= set(step.committed)
    assert committed == set(filling.values)


def test_the_prompt_of_a_template_is_read_once() -> None:
    engine, template = lm(), plan_template(2)
    first, second = (engine.fill(template, PARAMS) for _ in range(2))
    assert first.usage.cached_tokens == 0
    assert second.usage.cached_tokens == second.usage.prompt_tokens > 0
    assert first.values == second.values


@pytest.mark.parametrize(
    ("params", "error", "says"),
    [
        (DecodeParams(select="top-k"), ModelError, "select is 'top-k'; uniform noise accepts"),
        (DecodeParams(remask="rcr"), ModelError, "remask is 'rcr'"),
        (DecodeParams(max_steps=0), ModelError, "max_steps is 0; it must be at least 1"),
        (DecodeParams(block_length=0), ModelError, "block_length is 0"),
        (DecodeParams(temperature=-1), ModelError, "temperature is -1"),
        (DecodeParams(stop_after="x"), TemplateError, "stop_after names slot 'x'"),
    ],
)
def test_what_cannot_be_filled_so_is_refused(
    params: DecodeParams, error: type[ModelError], says: str
) -> None:
    with pytest.raises(error, match=says):
        lm().fill(plan_template(1), params)
