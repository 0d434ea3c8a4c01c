"""The engine: what a fill guarantees whatever the weights say, and what it costs."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.backbone.decoder import Decoder, DecoderConfig
from model.cache import PagedCache
from model.cache import Sequence as Kept
from model.canvas import TemplateError
from model.engine import Engine
from model.errors import ModelError
from model.tokens import MASK
from model.types import DecodeParams, Filling, LanguageModel, Slot, Template
from tests.model.pairs import pairs
from tests.model.tiny import (
    all_visible,
    cost,
    free_template,
    is_valid_plan,
    plan_template,
    set_of,
    slot_names,
    tiny_decoder,
    tiny_engine,
    tiny_tokens,
    valid_plans,
)

PROMPTS = ("which of @1 and @2", "the smallest of all", "a b c d e f g @3 h i j k a b c")
SURE = DecodeParams(threshold=0.0)
AR = DecodeParams(block_length=1)


@st.composite
def any_params(
    draw: st.DrawFn, remask: Sequence[str] = ("none", "snapshot", "rcr", "remdm")
) -> DecodeParams:
    select, taken_back = draw(st.sampled_from([pair for pair in pairs() if pair[1] in remask]))
    return DecodeParams(
        block_length=draw(st.sampled_from([None, 1, 2, 5])),
        max_steps=draw(st.integers(1, 5)),
        select=select,
        threshold=draw(st.sampled_from([None, 0.0, 0.4, 0.9, 1.1])),
        remask=taken_back,
        temperature=draw(st.sampled_from([0.0, 0.0, 2.0])),
        seed=draw(st.integers(0, 3)),
    )


@st.composite
def any_template(draw: st.DrawFn) -> Template:
    """A plan of which some cells are known, behind one of several prompts."""
    plan = draw(st.sampled_from(valid_plans(2)))
    known = {name: word for name, word in plan.items() if draw(st.booleans())}
    return plan_template(2, known, prompt=draw(st.sampled_from(PROMPTS)))


def assert_same(left: Filling, right: Filling) -> None:
    assert left.values == right.values
    assert left.confidence == pytest.approx(right.confidence, abs=1e-5)
    assert left.invalid == right.invalid
    assert cost(left) == cost(right)


class ForgetfulCache(PagedCache):
    """Keeps nothing, so that every forward reads from the prompt on."""

    def commit(self, sequence: Kept, tokens: list[int]) -> None:
        """Forget."""


def test_an_engine_is_a_language_model() -> None:
    lm: LanguageModel = tiny_engine()
    assert lm.name == "tiny"


@given(any_template(), any_params(), st.integers(0, 5))
def test_every_fill_obeys_the_grammar_and_keeps_what_is_known(
    template: Template, params: DecodeParams, seed: int
) -> None:
    filling = tiny_engine(seed).fill(template, params)
    assert is_valid_plan(filling.values, 2)
    for slot in template.slots():
        assert slot.value in (None, filling.values[slot.name])
    assert all(0 <= confidence <= 1.0001 for confidence in filling.confidence.values())


@given(any_template(), any_params())
def test_a_cached_fill_equals_an_uncached_one(template: Template, params: DecodeParams) -> None:
    cached, uncached = tiny_engine(), tiny_engine(cache=ForgetfulCache(32, 8))
    expected = uncached.fill(template, params)
    for _ in range(2):
        assert_same(cached.fill(template, params), expected)


@settings(max_examples=20)
@given(st.lists(any_template(), min_size=2, max_size=4), any_params())
def test_a_batch_of_n_equals_n_batches_of_one(
    templates: list[Template], params: DecodeParams
) -> None:
    together = tiny_engine().fill_many(templates, params)
    for template, filling in zip(templates, together, strict=True):
        assert_same(filling, tiny_engine().fill(template, params))


@given(any_template(), any_params(("none", "rcr")))
def test_a_block_ends_within_its_steps(template: Template, params: DecodeParams) -> None:
    filling = tiny_engine().fill(template, params)
    n_cells = 10
    n_blocks = -(-n_cells // (params.block_length or n_cells))
    assert filling.usage.forwards <= n_blocks * params.max_steps
    assert filling.usage.denoise_steps == filling.usage.forwards


@given(any_template(), any_params())
def test_the_stream_tells_the_same_story_as_the_fill(
    template: Template, params: DecodeParams
) -> None:
    steps = list(tiny_engine().stream(template, params))
    filling = steps[-1].filling
    assert filling is not None
    assert_same(filling, tiny_engine().fill(template, params))
    assert [step.filling for step in steps[:-1]] == [None] * (len(steps) - 1)
    assert len(steps) == max(1, filling.usage.forwards)
    committed = [name for step in steps for name in step.committed]
    assert sorted(committed) == sorted(filling.values)
    for index, step in enumerate(steps):
        shown = {cell.slot: cell.text for cell in step.cells if cell.slot}
        done = {name for earlier in steps[: index + 1] for name in earlier.committed}
        assert all(shown[name] == filling.values[name] for name in done)


@given(any_template(), any_params(("none",)))
def test_without_remasking_a_row_is_committed_with_its_last_reveal(
    template: Template, params: DecodeParams
) -> None:
    for step in tiny_engine().stream(template, params):
        masked = {cell.slot for cell in step.cells if cell.state == "masked"}
        final = {cell.slot for cell in step.cells if cell.state in ("committed", "locked")}
        for names in (slot_names(1), slot_names(2), ("last",)):
            assert bool(masked & set(names)) or set(names) <= final


@given(st.data(), any_params())
def test_a_refill_keeps_locked_slots_byte_identical(
    data: st.DataObject, params: DecodeParams
) -> None:
    engine = tiny_engine()
    first = engine.fill(plan_template(2), params).values
    opened = data.draw(st.sets(st.sampled_from(sorted(first))))
    locked = {name: word for name, word in first.items() if name not in opened}
    again = engine.fill(plan_template(2, locked), params)
    assert {name: again.values[name] for name in locked} == locked
    assert again.usage.new_tokens == len(opened)
    assert is_valid_plan(again.values, 2)


@pytest.mark.parametrize("select", ["threshold", "top-k", "dcd"])
def test_the_last_step_reveals_all_that_is_left(select: str) -> None:
    template = Template("a b", (Slot("text", 30),))
    for max_steps in (1, 2):
        params = DecodeParams(select=select, threshold=2.0, max_steps=max_steps)
        assert cost(tiny_engine().fill(template, params))[:2] == (max_steps, 30)


def test_one_forward_fills_a_canvas_that_is_sure_everywhere() -> None:
    filling = tiny_engine().fill(plan_template(3), SURE)
    assert cost(filling)[:2] == (1, 10)


def test_a_canvas_without_a_choice_costs_no_forward() -> None:
    known = {"1.verb": "nop", "last": "#1"}
    filling = tiny_engine().fill(plan_template(3, known), SURE)
    assert cost(filling)[:2] == (0, 8)
    assert filling.values["3.verb"] == "nop"
    (step,) = tiny_engine().stream(plan_template(3, known), SURE)
    assert set(step.committed) == set(filling.values)
    assert "1.a" in step.revealed
    assert "1.verb" not in step.revealed


def test_committing_a_block_costs_no_forward_of_its_own() -> None:
    template = Template("a", tuple(Slot(f"s{n}") for n in range(8)))
    for block_length, n_forwards in ((None, 1), (8, 1), (4, 2), (3, 3), (2, 4)):
        params = DecodeParams(block_length=block_length, threshold=0.0)
        assert tiny_engine().fill(template, params).usage.forwards == n_forwards


def test_autoregression_pays_for_cells_with_a_choice_only() -> None:
    cells = ("find", "@1", "@2", "@3")
    parts = (
        Slot("v", 1, set_of("find")),
        "#1",
        Slot("a", 1, set_of(*cells)),
        Slot("b", 1, set_of("@1")),
    )
    template = Template("a b c", (*parts, Slot("c", 1, set_of(*cells)), Slot("d", 1, set_of("@1"))))
    filling = tiny_engine().fill(template, AR)
    assert cost(filling)[:2] == (2, 5)


def test_the_prompt_is_read_once() -> None:
    engine = tiny_engine()
    template = plan_template(2)
    cold, warm = (engine.fill(template, SURE).usage for _ in range(2))
    assert cold.cached_tokens == 0
    assert warm.cached_tokens == warm.prompt_tokens == cold.prompt_tokens > 0
    longer = plan_template(2, prompt="which of @1 and @2 is the largest of all")
    assert engine.fill(longer, AR).usage.cached_tokens == cold.prompt_tokens


def test_without_a_grammar_one_forward_is_the_argmax_of_a_plain_network() -> None:
    template, tokens = plan_template(2), tiny_tokens()
    filling = tiny_engine().fill(template, DecodeParams(threshold=0.0, constrained=False))
    prompt = tokens.encode_prompt(template.prompt)
    cells = [_token(part) for part in template.parts]
    ids = torch.tensor([prompt + cells])
    attn_mask = all_visible(len(prompt), ids.shape[1])
    logits = _logits(ids, attn_mask)[len(prompt) :]
    expected = {
        part.name: tokens.word(int(row.argmax()))
        for part, row in zip(template.parts, logits, strict=True)
        if isinstance(part, Slot)
    }
    assert filling.values == expected


def test_without_a_grammar_autoregression_is_greedy_decoding() -> None:
    template, tokens = plan_template(2), tiny_tokens()
    filling = tiny_engine().fill(template, DecodeParams(block_length=1, constrained=False))
    ids, expected = tokens.encode_prompt(template.prompt), {}
    for part in template.parts:
        if isinstance(part, Slot):
            ids.append(int(_logits(torch.tensor([ids]), None)[-1].argmax()))
            expected[part.name] = tokens.word(ids[-1])
        else:
            ids.append(_token(part))
    assert filling.values == expected


def test_ids_beyond_the_tokenizer_are_never_proposed() -> None:
    engine = Engine(tiny_decoder(0, n_unused_ids=2000), tiny_tokens(), "padded")
    for step in engine.stream(Template("a b", (Slot("text", 12),)), SURE):
        assert all(cell.text for cell in step.cells)


def test_choices_that_the_grammar_overruled_are_counted() -> None:
    free = DecodeParams(threshold=0.0, constrained=False)
    for seed in range(4):
        unruly = tiny_engine(seed).fill(plan_template(3), free)
        assert not is_valid_plan({**unruly.values, "last": "#1"}, 3)
        assert unruly.invalid > 0
        ruled = tiny_engine(seed).fill(plan_template(3), SURE)
        assert is_valid_plan(ruled.values)
        assert ruled.invalid == unruly.invalid  # both chose from the same logits
    known = {name: "nop" if name.endswith("verb") else "<nil>" for name in slot_names(3)}
    assert tiny_engine().fill(plan_template(3, known), free).invalid <= 2


def test_decoding_may_stop_after_a_slot() -> None:
    template = plan_template(3)
    whole = tiny_engine().fill(template, AR)
    for name in ("1.b", "2.verb"):
        part = tiny_engine().fill(template, DecodeParams(block_length=1, stop_after=name))
        names = list(whole.values)
        shared = names[: names.index(name) + 1]
        assert [part.values[n] for n in shared] == [whole.values[n] for n in shared]
        assert part.usage.forwards < whole.usage.forwards
    assert part.values["last"] == ""
    assert part.confidence["last"] == 0.0


def test_row_by_row_equals_all_at_once() -> None:
    template = plan_template(3)
    engine = tiny_engine()
    whole = engine.fill(template, AR)
    known: dict[str, str] = {}
    n_forwards = 0
    for row in (1, 2, 3):
        params = DecodeParams(block_length=1, stop_after=slot_names(row)[-1])
        filling = engine.fill(plan_template(3, known), params)
        known |= {name: filling.values[name] for name in slot_names(row)}
        n_forwards += filling.usage.forwards
    assert known == {name: whole.values[name] for name in known}
    assert n_forwards <= whole.usage.forwards


def test_a_seed_decides_the_samples() -> None:
    def sampled(seed: int) -> dict[str, str]:
        params = DecodeParams(threshold=0.0, temperature=30.0, seed=seed)
        return dict(tiny_engine().fill(plan_template(3), params).values)

    assert sampled(1) == sampled(1)
    assert len({tuple(sampled(seed).items()) for seed in range(6)}) > 1


class MaskLover(Decoder):
    """Always prefers the mask."""

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """The usual ones, the mask far above."""
        logits = super().logits(hidden)
        logits[:, tiny_tokens().mask_id] = 1e4
        return logits


def test_free_text_is_filled_with_anything_but_the_mask() -> None:
    config = DecoderConfig(tiny_tokens().vocab_size, 16, 2, 2, 1, 8, 24)
    engine = Engine(MaskLover(config).eval(), tiny_tokens(), "mask lover")
    for params in (SURE, AR, DecodeParams(block_length=3), DecodeParams(constrained=False)):
        filling = engine.fill(free_template(value="a b"), params)
        assert filling.values["more"] == "a b"
        assert filling.values["verb"] in ("find", "join", "nop") or not params.constrained
        assert filling.usage.new_tokens == 5
        assert MASK not in filling.values["text"]


@settings(max_examples=10)
@given(any_params())
def test_fills_from_several_threads_do_not_disturb_each_other(params: DecodeParams) -> None:
    engine = tiny_engine()
    templates = [plan_template(2, prompt=prompt) for prompt in PROMPTS]
    with ThreadPoolExecutor(3) as pool:
        fillings = list(pool.map(lambda template: engine.fill(template, params), templates))
    for template, filling in zip(templates, fillings, strict=True):
        assert filling.values == tiny_engine().fill(template, params).values


def test_an_abandoned_stream_gives_its_pages_back() -> None:
    engine = tiny_engine(cache=PagedCache(8, 8, max_pages=8))
    for _ in range(10):
        stream = engine.stream(plan_template(3), DecodeParams(threshold=2.0))
        next(stream)
        assert isinstance(stream, Generator)
        stream.close()
    assert is_valid_plan(engine.fill(plan_template(3), SURE).values)


def test_a_refused_fill_gives_its_pages_back() -> None:
    engine = tiny_engine(cache=PagedCache(8, 8, max_pages=8))
    bad = plan_template(2, {"1.verb": "nop", "2.verb": "find"})
    for _ in range(10):
        with pytest.raises(TemplateError):
            engine.fill_many([plan_template(2), bad], SURE)
    assert engine.fill(plan_template(2), SURE).usage.forwards == 1


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (DecodeParams(select="x"), "no select rule 'x'; choose one of threshold, "),
        (DecodeParams(remask="x"), "no remask rule 'x'; choose one of none, "),
        (DecodeParams(max_steps=0), "max_steps is 0; it must be at least 1"),
        (DecodeParams(block_length=0), "block_length is 0; it must be at least 1"),
        (DecodeParams(temperature=-1), "temperature is -1; it must be at least 0"),
        (DecodeParams(stop_after="x"), "stop_after names slot 'x'"),
    ],
)
def test_bad_parameters_are_refused_in_one_line(params: DecodeParams, message: str) -> None:
    with pytest.raises(ModelError) as refused:
        tiny_engine().fill(plan_template(2), params)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_autoregression_without_a_first_token_is_refused() -> None:
    with pytest.raises(TemplateError, match="give a prompt"):
        tiny_engine().fill(Template("", (Slot("x"),)), AR)
    assert tiny_engine().fill(Template("", (Slot("x"),)), SURE).usage.forwards == 1


def test_an_empty_template_is_filled_at_once() -> None:
    filling = Engine(tiny_decoder(), tiny_tokens(), "x").fill(Template("a", ()), SURE)
    assert filling.values == {}
    assert filling.usage.forwards == 0


def _token(part: str | Slot) -> int:
    tokens = tiny_tokens()
    return tokens.word_id(part) if isinstance(part, str) else tokens.mask_id


@torch.inference_mode()
def _logits(ids: torch.Tensor, attn_mask: torch.Tensor | None) -> torch.Tensor:
    positions = torch.arange(ids.shape[1])[None]
    logits = tiny_decoder().logits(tiny_decoder()(ids, positions, attn_mask))[0]
    logits[:, tiny_tokens().mask_id] = -torch.inf
    return logits
