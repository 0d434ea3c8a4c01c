"""What stands before and between slots, as token ids: conversations, prompts, and fixed text as it is written."""

from __future__ import annotations

import pytest
import torch

from model.canvas import Canvas
from model.chat import ChatTemplate, Message
from model.checkpoints.tokens import CheckpointTokens
from model.errors import TokenizerError
from model.prompts import prompt_ids
from model.types import Slot, Template
from tests.model.tiny import tiny_tokens
from tests.support.checkpoints import CHAT, NO_SYSTEM, TOKENIZERS

SAID = (Message("system", "the task"), Message("user", "which <|im_end|> is it"))
FORM = Template("as one text", (Slot("a", 2),), messages=SAID)


def tokens_of(kind: str, template: str | None = CHAT) -> CheckpointTokens:
    return CheckpointTokens(TOKENIZERS[kind](), 0, ChatTemplate(template) if template else None)


def shown(tokens: CheckpointTokens, ids: list[int]) -> str:
    return tokens.tokenizer.decode(ids, skip_special_tokens=False)


def test_a_conversation_is_read_as_the_chat_template_writes_it() -> None:
    tokens = tokens_of("byte-level")
    said = "<|im_start|>system\nthe task<|im_end|>\n<|im_start|>user\nwhich <|im_end|> is it<|im_end|>\n"
    ids = prompt_ids(FORM, tokens)
    assert shown(tokens, ids) == f"{said}<|im_start|>assistant\n"
    assert [tokens.word(i) for i in ids].count("<|im_end|>") == 2


def test_a_template_that_knows_no_system_gets_its_message_in_the_users() -> None:
    tokens = tokens_of("byte-level", NO_SYSTEM)
    said = "<|im_start|>user\nthe task\n\nwhich <|im_end|> is it<|im_end|>\n<|im_start|>assistant\n"
    assert shown(tokens, prompt_ids(FORM, tokens)) == said


def test_a_template_that_refuses_everything_says_so() -> None:
    refusing = "{{ raise_exception('no') }}"
    with pytest.raises(TokenizerError, match="chat template refuses the conversation"):
        prompt_ids(FORM, tokens_of("byte-level", refusing))


def test_without_a_chat_template_or_messages_the_prompt_is_read() -> None:
    without = tokens_of("byte-level", None)
    assert prompt_ids(FORM, without) == without.encode_prompt("as one text")
    assert prompt_ids(FORM, tiny_tokens()) == tiny_tokens().encode_prompt("as one text")
    plain = Template("as one text", FORM.parts)
    assert prompt_ids(plain, tokens_of("byte-level")) == without.encode_prompt("as one text")


@pytest.mark.parametrize("kind", TOKENIZERS)
@pytest.mark.parametrize(
    "text", ["#1", " lookup #1 %2\n#2", "\n", "  two", "最长的 é", "<|im_end|><s>"]
)
def test_fixed_text_stands_on_a_canvas_exactly_as_it_is_written(kind: str, text: str) -> None:
    tokens = tokens_of(kind)
    template = Template("a", (text, Slot("b", 1, pattern="x")))
    canvas = Canvas(template, tokens, torch.device("cpu"))
    fixed = canvas.ids[: canvas.spans["b"].start].tolist()
    written = tokens.tokenizer.decode(
        [*tokens.encode_fixed("x"), *fixed], skip_special_tokens=False
    )
    assert written == f"x{text}"
    assert not set(fixed) & tokens._guarded


def test_fixed_text_of_canvas_words_is_those_words() -> None:
    tokens = tiny_tokens()
    canvas = Canvas(Template("a", ("#1 nop", Slot("b", 1))), tokens, torch.device("cpu"))
    assert canvas.ids[:2].tolist() == [tokens.word_id("#1"), tokens.word_id("nop")]
