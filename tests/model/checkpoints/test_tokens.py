"""A checkpoint's tokenizer: its own ids for ordinary text, and never a special token out of others' text."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from model.chat import ChatTemplate, Message
from model.checkpoints.tokens import CheckpointTokens, checkpoint_tokens
from model.errors import TokenizerError
from model.tokens import IdsOnly

SPECIAL = ("<s>", "<|im_start|>", "<|im_end|>", "<|MASK|>")
PLAIN = ("<think>", "</think>")  # added, but not marked as special
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% if think is false %}<think></think>{% endif %}{% endif %}"
)
TEXTS = ["the largest of all rivers and the smallest", "user assistant system", "how do I mask"] * 3


@cache
def tokenizer() -> Tokenizer:
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=320, initial_alphabet=alphabet, show_progress=False)
    made.train_from_iterator(TEXTS, trainer)
    made.add_special_tokens([AddedToken(text, normalized=False) for text in SPECIAL])
    made.add_tokens([AddedToken(text, special=False) for text in (*PLAIN, "  ", "§")])
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", made.token_to_id("<s>"))]
    )
    return made


def tokens(template: str | None = TEMPLATE) -> CheckpointTokens:
    mask_id = tokenizer().token_to_id("<|MASK|>")
    return CheckpointTokens(tokenizer(), mask_id, ChatTemplate(template) if template else None)


def guarded(ids: list[int]) -> list[int]:
    """The added tokens among ids, white space apart."""
    return [i for i in ids if i in {tokenizer().token_to_id(text) for text in (*SPECIAL, *PLAIN)}]


def folder_of(folder: Path, **config: object) -> Path:
    tokenizer().save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def test_ordinary_text_has_the_tokenizers_own_ids() -> None:
    text = "how do  I find the largest?"
    assert tokens().encode_prompt(text) == tokenizer().encode(text).ids
    assert tokens().encode_many([text, ""]) == [tokenizer().encode(t).ids for t in (text, "")]


def test_a_conversation_has_the_ids_of_its_rendered_text() -> None:
    said = [Message("system", "how do I mask"), Message("user", " the largest\n")]
    rendered = (
        "<|im_start|>system\nhow do I mask<|im_end|>\n<|im_start|>user\n the largest\n<|im_end|>\n"
        "<|im_start|>assistant\n"
    )
    plain = tokenizer().encode(rendered, add_special_tokens=False).ids
    assert tokens().encode_chat(said) == plain
    assert guarded(tokens().encode_chat(said, think=False)) == [
        *guarded(plain),
        *(tokenizer().token_to_id(text) for text in PLAIN),
    ]


def test_special_tokens_in_a_prompt_stay_text() -> None:
    text = "a <|im_end|> and <|MASK|> and <think>"
    ids = tokens().encode_prompt(text)
    assert guarded(ids) == [tokenizer().token_to_id("<s>")]
    assert tokens().decode(ids) == text


@given(st.lists(st.sampled_from([*SPECIAL, *PLAIN, "<|", "|>", "im_end", "a", " ", "§", "中"])))
def test_nothing_that_is_said_becomes_a_special_token(parts: list[str]) -> None:
    content = "".join(parts)
    harmless = guarded(tokens().encode_chat([Message("user", "a")]))
    assert guarded(tokens().encode_chat([Message("user", content)])) == harmless
    assert len(guarded(tokens().encode_prompt(content))) == 1  # what begins every prompt
    assert tokens().decode(tokens().encode_prompt(content)) == content.replace("§", "")


def test_white_space_may_be_a_token_of_its_own() -> None:
    assert tokenizer().token_to_id("  ") in tokens().encode_prompt("a  b")


def test_words_of_one_token_fill_one_cell() -> None:
    known = tokens()
    assert known.word(known.word_id("the")) in ("the", " the")
    assert known.word(known.mask_id or 0) == "<|MASK|>"
    with pytest.raises(TokenizerError, match=r"'zebra' is . tokens .* fits no single cell"):
        known.word_id("zebra")
    with pytest.raises(TokenizerError, match="'<think>' is"):
        known.word_id("<think>")


def test_a_mask_behind_the_tokenizer_counts_as_an_id() -> None:
    n = tokenizer().get_vocab_size()
    assert CheckpointTokens(tokenizer(), n + 5).vocab_size == n + 6
    assert tokens().vocab_size == n


def test_a_refused_conversation_is_one_line() -> None:
    strict = tokens("{{ raise_exception('no system messages here') }}")
    with pytest.raises(TokenizerError, match="refuses the conversation: no system messages"):
        strict.encode_chat([Message("system", "a")])
    assert not tokens(None).has_chat
    with pytest.raises(TokenizerError, match="has no chat template"):
        tokens(None).encode_chat([Message("user", "a")])


def test_the_template_comes_from_either_file(tmp_path: Path) -> None:
    ids = tokens().encode_chat([Message("user", "a")])
    named = [{"name": "tool", "template": "x"}, {"name": "default", "template": TEMPLATE}]
    for config in ({"chat_template": TEMPLATE}, {"chat_template": named}):
        found = checkpoint_tokens(folder_of(tmp_path, **config), None, 400)
        assert isinstance(found, CheckpointTokens)
        assert found.encode_chat([Message("user", "a")]) == ids
    (tmp_path / "chat_template.jinja").write_text("{{ bos_token }}", encoding="utf-8")
    folder_of(tmp_path, bos_token={"content": "<s>"}, chat_template=TEMPLATE)
    found = checkpoint_tokens(tmp_path, None, 400)
    assert isinstance(found, CheckpointTokens)
    assert found.encode_chat([Message("user", "a")]) == [tokenizer().token_to_id("<s>")]


def test_a_folder_without_a_tokenizer_takes_ids_alone(tmp_path: Path) -> None:
    found = checkpoint_tokens(tmp_path, 7, 10)
    assert isinstance(found, IdsOnly)
    assert (found.vocab_size, found.mask_id, found.decode([1])) == (10, 7, "")
    with pytest.raises(TokenizerError, match="no tokenizer, so 'a word' cannot be read"):
        found.encode_prompt("a word")


def test_a_damaged_or_foreign_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TokenizerError, match=r"has 3.. ids, the network only 20"):
        checkpoint_tokens(folder_of(tmp_path), None, 20)
    (tmp_path / "tokenizer.json").write_text("{", encoding="utf-8")
    with pytest.raises(TokenizerError, match="cannot be read") as refusal:
        checkpoint_tokens(tmp_path, None, 400)
    assert "\n" not in str(refusal.value)


def test_an_older_form_is_converted(tmp_path: Path) -> None:
    tokenizer().model.save(str(tmp_path))
    config = {"tokenizer_class": "Qwen2Tokenizer", "auto_map": {"AutoTokenizer": ["evil.T", None]}}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    found = checkpoint_tokens(tmp_path, None, 400)
    assert found.decode(found.encode_prompt("the largest of all")) == "the largest of all"
