"""Continuing token ids: what holds whatever the weights say, whoever sees whom, and however it is cached."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from model.backbone.decoder import DecoderConfig
from model.cache import PagedCache
from model.completion import (
    Caching,
    Completion,
    CompletionParams,
    Finish,
    StopWhen,
    TextModel,
)
from model.engine import Engine
from model.errors import ModelError
from model.tokens import MASK, IdsOnly
from tests.model.kinds import (
    BLOCK,
    CACHINGS,
    ForgetfulCache,
    any_completion,
    any_kind,
    any_prompt,
    engine_of,
    kinds,
)
from tests.model.reference.decoders import DECODERS, Run
from tests.model.tiny import tiny_decoder, tiny_tokens

PLAIN = CompletionParams(max_new_tokens=10, stop_ids=())
PROMPT = tiny_tokens().encode_prompt("which of @1 and @2 is the largest")


def assert_same(left: Completion, right: Completion) -> None:
    assert left.ids == right.ids
    assert (left.text, left.finish, left.canvas) == (right.text, right.finish, right.canvas)
    assert left.confidence == pytest.approx(right.confidence, abs=1e-5)


def cost(done: Completion) -> tuple[int, int, int, int]:
    usage = done.usage
    return usage.prefills, usage.denoise_steps, usage.commits, usage.new_tokens


def test_an_engine_continues_text() -> None:
    lm: TextModel = engine_of("sdar")
    assert len(lm.complete([PROMPT], PLAIN)[0].ids) == 10


@given(st.data(), any_kind)
def test_a_completion_is_as_long_as_asked_or_ends_at_a_stop(data: st.DataObject, kind: str) -> None:
    params = data.draw(any_completion(kind))
    (done,) = engine_of(kind).complete([data.draw(any_prompt)], params)
    stops = params.stop_ids or ()
    assert len(done.ids) <= params.max_new_tokens
    assert not any(token in stops for token in done.ids[:-1])
    if done.finish is Finish.STOP_ID:
        assert done.ids[-1] in stops
    else:
        assert len(done.ids) == params.max_new_tokens
    assert done.canvas[: len(done.ids)] == done.ids
    assert len(done.confidence) == len(done.ids) == done.usage.new_tokens
    assert tiny_tokens().mask_id not in done.ids
    usage = done.usage
    assert usage.forwards == usage.prefills + usage.denoise_steps + usage.commits


@settings(max_examples=80)
@given(st.data(), any_kind)
def test_a_batch_of_n_equals_n_batches_of_one(data: st.DataObject, kind: str) -> None:
    prompts = data.draw(st.lists(any_prompt, min_size=2, max_size=4))
    params = [data.draw(any_completion(kind)) for _ in prompts]
    together = engine_of(kind).complete(prompts, params)
    for prompt, own, done in zip(prompts, params, together, strict=True):
        (alone,) = engine_of(kind).complete([prompt], own)
        assert_same(done, alone)
        assert cost(done) == cost(alone)


@given(st.data(), any_kind)
def test_cached_completions_equal_uncached_ones(data: st.DataObject, kind: str) -> None:
    prompt, params = data.draw(any_prompt), data.draw(any_completion(kind, exact=True))
    (expected,) = engine_of(kind, cache=ForgetfulCache(32, 8)).complete([prompt], params)
    cached = engine_of(kind)
    for _ in range(2):
        (done,) = cached.complete([prompt], params)
        assert_same(done, expected)


@given(st.data(), any_kind)
def test_an_earlier_completion_serves_only_what_it_may(data: st.DataObject, kind: str) -> None:
    engine, first = engine_of(kind), data.draw(any_prompt)
    (done,) = engine.complete([first], data.draw(any_completion(kind)))
    longer = [*first, *done.ids][: data.draw(st.integers(1, 30))]
    longer[data.draw(st.integers(0, len(longer) - 1))] = data.draw(st.integers(0, 300))
    params = data.draw(any_completion(kind))
    (after,) = engine.complete([longer], params)
    (fresh,) = engine_of(kind).complete([longer], params)
    assert_same(after, fresh)
    assert fresh.usage.cached_tokens == 0


@given(st.data(), any_kind)
def test_folded_and_separate_commits_give_the_same(data: st.DataObject, kind: str) -> None:
    prompt, params = data.draw(any_prompt), data.draw(any_completion(kind, exact=True))
    (folded,) = engine_of(kind).complete([prompt], params)
    whole = replace(params, as_published=True)
    (separate,) = engine_of(kind).complete([prompt], whole)
    if not params.temperature:  # the published last block has further cells, which draw as well
        assert folded.ids == separate.ids
        assert folded.finish == separate.finish
    assert folded.usage.forwards <= separate.usage.forwards or params.temperature


@settings(max_examples=80)
@given(st.data(), any_kind)
def test_a_stream_only_grows_and_ends_as_the_completion(data: st.DataObject, kind: str) -> None:
    params = data.draw(any_completion(kind))
    params = replace(params, stop_texts=data.draw(st.sampled_from([(), ("a", "@2"), ("zz",)])))
    prompt = data.draw(any_prompt)
    steps = list(engine_of(kind).stream_complete(prompt, params))
    (done,) = engine_of(kind).complete([prompt], params)
    last = steps[-1].completion
    assert last is not None
    assert_same(last, done)
    assert [step.completion for step in steps[:-1]] == [None] * (len(steps) - 1)
    assert [step.index for step in steps] == list(range(done.usage.forwards))
    assert sum((step.new_ids for step in steps), ()) == done.ids
    assert "".join(step.new_text for step in steps) == done.text
    told = 0
    for earlier, later in pairwise(steps):
        told += len(earlier.new_ids)
        assert later.canvas[:told] == earlier.canvas[:told] == done.ids[:told]


def plain_network(ids: list[int], seen: Tensor) -> Tensor:
    """The tiny decoder, which never says the mask."""
    hidden = tiny_decoder()(torch.tensor([ids]), torch.arange(len(ids))[None], seen[None, None])
    logits = tiny_decoder().logits(hidden)[0]
    logits[:, tiny_tokens().mask_id] = -torch.inf
    return logits


THRESHOLDS = st.sampled_from([0.0, 0.3, 0.6, 1.0])
PLAIN_CASES = {
    "sdar": (
        {"gen_length": 13, "block_length": BLOCK, "denoising_steps": BLOCK, "temperature": 1.0}
        | {"top_k": 0, "remasking_strategy": "low_confidence_dynamic", "stop_ids": None},
        "confidence_threshold",
    ),
    "fast_dllm_v2": (
        {"max_new_tokens": 12, "block_length": BLOCK, "sub_block": 3, "stop_ids": None},
        "threshold",
    ),
    "nbdiff": (
        {"max_new_tokens": 12, "block_length": BLOCK, "sub_block": 3, "eos_id": None},
        "threshold",
    ),
    "llada": ({"gen_length": 12, "block_length": BLOCK, "steps": 8}, "threshold"),
}


@settings(max_examples=60)
@given(any_prompt, st.sampled_from(sorted(PLAIN_CASES)), THRESHOLDS)
def test_the_engine_does_what_a_plain_loop_does(
    prompt: list[int], kind: str, threshold: float
) -> None:
    given_params, name = PLAIN_CASES[kind]
    run = Run(plain_network, tiny_tokens().mask_id, list(prompt), len(prompt))
    expected = DECODERS[kind](run, given_params | {name: threshold})
    params = CompletionParams(
        max_new_tokens=len(expected),
        decoder="llada-parallel" if kind == "llada" else None,
        threshold=threshold,
        stop_ids=(),
        as_published=True,
    )
    (done,) = engine_of(kind).complete([prompt], params)
    assert list(done.ids) == expected
    assert done.usage.forwards == len(run.forwards)


def test_the_mask_word_in_a_prompt_is_just_a_word() -> None:
    mask_id = tiny_tokens().mask_id
    for kind in kinds():
        prompt = [5, mask_id, 6, mask_id]
        (done,) = engine_of(kind).complete([prompt], PLAIN)
        (other,) = engine_of(kind).complete([[5, 7, 6, mask_id]], PLAIN)
        assert len(done.ids) == len(other.ids) == 10
        assert len(done.canvas) == len(other.canvas)


def test_a_stop_text_ends_the_text_before_itself() -> None:
    engine = engine_of("ar")
    (whole,) = engine.complete([PROMPT], replace(PLAIN, max_new_tokens=40))
    stop = whole.text[9:12]
    (done,) = engine.complete([PROMPT], replace(PLAIN, max_new_tokens=40, stop_texts=(stop, "?!")))
    assert done.finish is Finish.STOP_TEXT
    assert done.text == whole.text[: whole.text.index(stop)]
    assert done.ids == whole.ids[: len(done.ids)]
    assert stop in tiny_tokens().decode(done.ids)
    assert stop not in tiny_tokens().decode(done.ids[:-1])
    assert done.usage.forwards < whole.usage.forwards


@pytest.mark.parametrize("when", [*StopWhen])
def test_later_stops_cost_more_and_say_the_same(when: StopWhen) -> None:
    engine = engine_of("sdar")
    params = replace(PLAIN, max_new_tokens=18, threshold=1.0)
    (whole,) = engine.complete([PROMPT], params)
    stop = whole.ids[2]
    (done,) = engine.complete([PROMPT], replace(params, stop_ids=(stop,), stop_when=when))
    (soonest,) = engine.complete(
        [PROMPT], replace(params, stop_ids=(stop,), stop_when=StopWhen.STEP)
    )
    assert done.ids == soonest.ids == whole.ids[: whole.ids.index(stop) + 1]
    assert done.finish is Finish.STOP_ID
    assert soonest.usage.forwards <= done.usage.forwards <= whole.usage.forwards


def test_seeds_decide_the_samples() -> None:
    def sampled(seed: int) -> tuple[int, ...]:
        params = replace(PLAIN, temperature=3.0, seed=seed)
        return engine_of("sdar").complete([PROMPT], params)[0].ids

    assert sampled(1) == sampled(1)
    assert len({sampled(seed) for seed in range(5)}) > 1


@pytest.mark.parametrize("limit", [{"top_k": 1}, {"top_p": 1e-6}, {"is_greedy": True}])
def test_a_sample_without_a_choice_is_greedy(limit: dict[str, float]) -> None:
    (greedy,) = engine_of("ar").complete([PROMPT], PLAIN)
    sampled = replace(PLAIN, temperature=5.0, **limit)  # type: ignore[arg-type]
    (done,) = engine_of("ar").complete([PROMPT], sampled)
    assert done.ids == greedy.ids


def test_one_sure_block_costs_one_forward_and_its_commit_none() -> None:
    sure = CompletionParams(max_new_tokens=BLOCK, threshold=0.0, stop_ids=())
    (done,) = engine_of("sdar").complete([PROMPT[:BLOCK]], sure)
    assert cost(done) == (0, 1, 0, BLOCK)
    (published,) = engine_of("sdar").complete([PROMPT[:BLOCK]], replace(sure, as_published=True))
    assert cost(published) == (1, 1, 1, BLOCK)


def test_approximate_caches_read_less() -> None:
    for kind, caching in [(k, c) for k in CACHINGS for c in CACHINGS[k] if c != "exact"]:
        counts = []
        for choice in ("exact", caching):
            watched = _CountingDecoder(tiny_decoder().config)
            watched.load_state_dict(tiny_decoder().state_dict())
            engine = Engine(
                watched.double().eval(), tiny_tokens(), kind, PagedCache(32, 8), kinds()[kind]
            )
            engine.complete([PROMPT], replace(PLAIN, threshold=1.0, caching=choice))
            counts.append(watched.n_rows)
        assert counts[1] < counts[0]


def test_a_checkpoint_without_tokenizer_continues_ids() -> None:
    tokens = IdsOnly(tiny_tokens().vocab_size, tiny_tokens().mask_id)
    engine = Engine(tiny_decoder(), tokens, "ids", conventions=kinds()["sdar"])
    (done,) = engine.complete([PROMPT], PLAIN)
    assert done.ids == engine_of("sdar").complete([PROMPT], PLAIN)[0].ids
    assert done.text == ""


def test_nothing_to_continue_needs_a_prompt_only_where_a_token_leads() -> None:
    for kind in kinds():
        if kind in ("ar", "fast_dllm_v2", "nbdiff"):
            with pytest.raises(ModelError, match="give a prompt"):
                engine_of(kind).complete([[]], PLAIN)
        else:
            assert len(engine_of(kind).complete([[]], PLAIN)[0].ids) == 10


def test_no_prompts_give_no_completions() -> None:
    assert engine_of("sdar").complete([], PLAIN) == []


@pytest.mark.parametrize(
    ("kind", "params", "message"),
    [
        ("sdar", CompletionParams(max_new_tokens=0), "max_new_tokens is 0; it must be at least 1"),
        ("sdar", CompletionParams(block_length=0), "block_length is 0; it must be at least 1"),
        ("sdar", CompletionParams(max_steps=0), "max_steps is 0; it must be at least 1"),
        ("sdar", CompletionParams(temperature=-1), "temperature is -1; it must be at least 0"),
        ("sdar", CompletionParams(top_p=0), "top_p is 0; it must be above 0 and at most 1"),
        ("sdar", CompletionParams(top_k=-1), "top_k is -1; it must be at least 0"),
        ("sdar", CompletionParams(decoder="x"), "no decoder 'x'; choose one of "),
        ("sdar", CompletionParams(select="x"), "no select rule 'x'; choose one of "),
        ("sdar", CompletionParams(caching=Caching.DUAL), "caching 'dual' is for full models"),
        ("llada", CompletionParams(caching=Caching.SUB_BLOCK), "'sub-block' is for block-causal"),
    ],
)
def test_bad_parameters_are_refused_in_one_line(
    kind: str, params: CompletionParams, message: str
) -> None:
    with pytest.raises(ModelError) as refused:
        engine_of(kind).complete([PROMPT], params)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_ids_that_no_vocabulary_has_are_refused() -> None:
    for token in (-1, 320, 10**6):
        with pytest.raises(ModelError, match=f"the prompt holds id {token}"):
            engine_of("sdar").complete([[1, token]], PLAIN)


def test_an_abandoned_stream_gives_its_pages_back() -> None:
    engine = engine_of("sdar", cache=PagedCache(8, 8, max_pages=8))
    for _ in range(10):
        next(iter(engine.stream_complete(PROMPT, PLAIN)))
    assert len(engine.complete([PROMPT], PLAIN)[0].ids) == 10
    assert MASK not in engine.complete([PROMPT], PLAIN)[0].text


class _CountingDecoder(type(tiny_decoder())):  # type: ignore[misc]
    """Counts the rows that it reads."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__(config)
        self.n_rows = 0

    def forward(self, ids: Tensor, *rest: object) -> Tensor:
        """As usual."""
        self.n_rows += ids.numel()
        hidden: Tensor = super().forward(ids, *rest)
        return hidden
