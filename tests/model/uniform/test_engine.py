from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from model.completion import Caching, Completion, CompletionParams, Finish, StopWhen
from model.errors import ModelError
from model.tokens import Tokens
from model.uniform import engine as engine_module
from tests.model.tiny import tiny_tokens
from tests.model.uniform.tiny import CANVAS, PAD, VOCABULARY, prompt_of, tiny_uniform

NEVER = CompletionParams(3 * CANVAS, stop_ids=(), seed=7)


def one(prompt: list[int], params: CompletionParams) -> Completion:
    return tiny_uniform().complete([prompt], params)[0]


def test_a_batch_is_its_requests_one_by_one() -> None:
    prompts = [prompt_of(n, seed=n) for n in (1, 4, 11, 0, 23)]
    params = [replace(NEVER, seed=n, max_new_tokens=n + 4) for n in range(len(prompts))]
    batch = tiny_uniform().complete(prompts, params)
    alone = [one(*pair) for pair in zip(prompts, params, strict=True)]
    assert [done.ids for done in batch] == [done.ids for done in alone]
    assert [d.usage.denoise_steps for d in batch] == [d.usage.denoise_steps for d in alone]


def test_equal_seeds_give_equal_answers_and_others_do_not() -> None:
    prompt = prompt_of(5)
    assert one(prompt, NEVER).ids == one(prompt, NEVER).ids
    assert one(prompt, NEVER).ids != one(prompt, replace(NEVER, seed=8)).ids


def test_counts_are_published_ones_where_that_is_asked_for() -> None:
    prompt = prompt_of(9)
    folded, apart = one(prompt, NEVER), one(prompt, replace(NEVER, as_published=True))
    assert folded.ids == apart.ids
    assert (apart.usage.prefills, apart.usage.commits) == (1, 2)
    assert folded.usage.forwards == folded.usage.denoise_steps == apart.usage.denoise_steps
    assert apart.usage.forwards == apart.usage.denoise_steps + 3


@pytest.mark.parametrize("n_rows", [1, 4, 7])
def test_a_long_prompt_is_read_in_pieces(n_rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    prompt = prompt_of(19)
    whole = one(prompt, NEVER)
    monkeypatch.setattr(engine_module, "MAX_READ", n_rows)
    pieces = one(prompt, NEVER)
    assert pieces.ids == whole.ids
    assert pieces.usage.prefills == (19 - 1) // n_rows


def test_a_kept_prefix_serves_the_next_request() -> None:
    lm, prompt = tiny_uniform(), prompt_of(8)
    first = lm.complete([prompt], NEVER)[0]
    longer = [*prompt, *first.canvas[: 2 * CANVAS], 5, 6]
    second = lm.complete([longer], NEVER)[0]
    assert second.usage.cached_tokens == len(prompt) + 2 * CANVAS
    assert second.ids == one(longer, NEVER).ids
    other = lm.complete([prompt_of(8, seed=3)], NEVER)[0]
    assert other.usage.cached_tokens == 0


def test_a_prefix_is_cut_to_what_is_shared() -> None:
    lm, prompt = tiny_uniform(), prompt_of(20)
    first = lm.complete([prompt], NEVER)[0]
    again = lm.complete([prompt], NEVER)[0]
    assert again.usage.cached_tokens == len(prompt)
    assert again.ids == first.ids
    shorter = [*prompt[:18], 1]
    cut = lm.complete([shorter], NEVER)[0]
    assert cut.usage.cached_tokens == 18
    assert cut.ids == one(shorter, NEVER).ids


def test_two_requests_never_share_a_prefix() -> None:
    lm, prompt, params = tiny_uniform(), prompt_of(8), replace(NEVER, max_new_tokens=CANVAS)
    lm.complete([prompt], params)
    both = lm.complete([prompt, prompt], params)
    assert sorted(done.usage.cached_tokens for done in both) == [0, len(prompt)]
    assert both[0].ids == both[1].ids == one(prompt, params).ids


def test_a_stream_says_what_the_answer_says() -> None:
    prompt = prompt_of(5)
    steps = list(tiny_uniform().stream_complete(prompt, NEVER))
    done = one(prompt, NEVER)
    assert [step.index for step in steps] == list(range(done.usage.denoise_steps))
    assert sum((step.new_ids for step in steps), ()) == done.ids
    assert all(step.completion is None for step in steps[:-1])
    assert steps[-1].completion is not None
    assert steps[-1].completion.ids == done.ids


def test_a_stream_shows_the_draft_and_never_changes_what_is_final() -> None:
    said: tuple[int, ...] = ()
    for step in tiny_uniform().stream_complete(prompt_of(5), NEVER):
        said += step.new_ids
        assert step.canvas[: len(said)] == said
        drafted = step.canvas[len(said) :]
        assert len(step.canvas) % CANVAS == 0
        assert None not in drafted or set(drafted) == {None}


def test_a_stop_id_ends_the_answer_and_pads_the_canvas() -> None:
    prompt = prompt_of(5)
    words = one(prompt, NEVER).ids
    stop = words[CANVAS + 2]
    first = words.index(stop)
    done = one(prompt, replace(NEVER, stop_ids=(stop,)))
    assert done.finish is Finish.STOP_ID
    assert done.ids == words[: first + 1]
    assert set(done.canvas[first + 1 :]) <= {PAD}
    assert len(done.canvas) == (first // CANVAS + 1) * CANVAS
    assert len(done.confidence) == len(done.ids)


def test_lengths_are_cut_to_what_was_asked_for() -> None:
    done = one(prompt_of(5), replace(NEVER, max_new_tokens=CANVAS + 1))
    assert done.finish is Finish.LENGTH
    assert (len(done.ids), len(done.canvas)) == (CANVAS + 1, 2 * CANVAS)
    assert done.usage.new_tokens == CANVAS + 1


def test_a_stop_text_ends_the_text_before_it() -> None:
    tokens, n_words = tiny_tokens(), tiny_tokens().vocab_size
    lm, prompt = tiny_uniform(tokens, n_words), prompt_of(5)
    whole = lm.complete([prompt], NEVER)[0]
    assert whole.text == tokens.decode(whole.ids)
    stop = tokens.decode(whole.ids[CANVAS - 1 : CANVAS + 1])  # across two canvases
    params = replace(NEVER, stop_texts=(stop,))
    done = lm.complete([prompt], params)[0]
    assert done.finish is Finish.STOP_TEXT
    assert done.text == whole.text[: whole.text.index(stop)]
    assert done.ids == whole.ids[: len(done.ids)]
    steps = list(lm.stream_complete(prompt, params))
    assert "".join(step.new_text for step in steps) == done.text


def test_text_that_may_become_another_is_held_back() -> None:
    tokens = tiny_tokens()
    lm = tiny_uniform(tokens, tokens.vocab_size)
    _assert_text_only_grows(lm.stream_complete(prompt_of(5), NEVER), tokens)


def _assert_text_only_grows(steps: object, tokens: Tokens) -> None:
    text, ids = "", ()
    for step in steps:  # type: ignore[attr-defined]
        text += step.new_text
        ids += step.new_ids
        assert tokens.decode(ids).startswith(text)
    assert text == tokens.decode(ids)


def test_likeliest_words_need_no_temperature() -> None:
    prompt = prompt_of(6)
    greedy = one(prompt, replace(NEVER, temperature=0.0))
    assert greedy.ids == one(prompt, replace(NEVER, is_greedy=True)).ids
    constant = one(prompt, replace(NEVER, temperature=0.6))
    spelled = one(prompt, replace(NEVER, options={"t_min": 0.6, "t_max": 0.6}))
    assert constant.ids == spelled.ids


@pytest.mark.parametrize(
    ("params", "says"),
    [
        (CompletionParams(select="threshold"), "select is 'threshold'; uniform noise has no masks"),
        (CompletionParams(caching=Caching.DUAL), "caching is .*leave it open"),
        (CompletionParams(top_k=3), "top_k is 3"),
        (CompletionParams(stop_when=StopWhen.STEP), "stop_when is 'step'"),
        (CompletionParams(max_new_tokens=0), "max_new_tokens is 0; it must be at least 1"),
        (CompletionParams(max_steps=0), "max_steps is 0; it must be at least 1"),
        (CompletionParams(temperature=-1), "temperature is -1; it must be at least 0"),
        (CompletionParams(stop_texts=("x",)), "no tokenizer, give stop_ids"),
    ],
)
def test_what_uniform_noise_cannot_do_is_refused(params: CompletionParams, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        one([1], params)


def test_an_id_outside_the_vocabulary_is_refused() -> None:
    with pytest.raises(
        ModelError, match=f"the prompt holds id {VOCABULARY}; the vocabulary has ids from 0 to"
    ):
        one([1, VOCABULARY], NEVER)


def test_the_global_generator_is_left_alone() -> None:
    before = torch.get_rng_state()
    one([1], NEVER)
    assert torch.equal(before, torch.get_rng_state())
