"""What a model makes of text: which words are tokens, how many cells a text takes, and what does not fit."""

from __future__ import annotations

import pytest

from model.canvas import TemplateError
from model.errors import ModelError, TokenizerError
from model.spelling import Spelling, spelling_of
from model.types import ScriptedModel, Slot, Template
from tests.model.test_prompts import FORM, tokens_of
from tests.model.tiny import WORDS, tiny_tokens
from tests.model.uniform.tiny import tiny_uniform

LONG = Template("a", ("#1", Slot("b", 30, pattern="[a-z ]*"), "\n#2"))


def test_words_of_the_canvas_are_tokens_of_the_planner_alone() -> None:
    assert Spelling(tiny_tokens()).has_words(WORDS)
    assert not Spelling(tiny_tokens()).has_words([*WORDS, "another"])
    assert not Spelling(tokens_of("byte-level")).has_words(["find a word", "<think>"])


@pytest.mark.parametrize("kind", ["byte-level", "spaced", "prefixed"])
def test_a_text_takes_as_many_cells_as_it_is_spelled_with(kind: str) -> None:
    spelling = Spelling(tokens_of(kind))
    assert spelling.n_cells(" lookup") == 1
    assert spelling.n_cells("") == 0
    assert spelling.n_cells("最") >= 1
    assert spelling.filler == "<|endoftext|>"


def test_prompt_and_canvas_are_counted_together() -> None:
    tokens = tokens_of("byte-level")
    n_canvas = 30 + Spelling(tokens).n_cells("#1") + Spelling(tokens).n_cells("\n#2")
    n_tokens = len(tokens.encode_prompt("a")) + n_canvas
    assert Spelling(tokens).n_tokens(LONG) == n_tokens
    Spelling(tokens, n_tokens).refuse_unless_it_fits(LONG)
    Spelling(tokens, None).refuse_unless_it_fits(FORM)
    with pytest.raises(TemplateError, match=rf"take {n_tokens} tokens .* made for {n_tokens - 1};"):
        Spelling(tokens, n_tokens - 1).refuse_unless_it_fits(LONG)


def test_a_model_without_text_is_refused() -> None:
    with pytest.raises(TokenizerError, match="'here' has no tokenizer"):
        spelling_of(tiny_uniform(), "here")
    with pytest.raises(ModelError, match="is no model of this runtime"):
        spelling_of(ScriptedModel([]), "here")
