"""Text comes back from its tokens, and a canvas word is one of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import TokenizerError
from model.tokens import MASK, Tokens

WORDS = ("#1", "#2", "@1", "@12", "%2", "<nil>", "search", "mean", "=", ">", ">=")
TEXTS = ["which country has the largest population of all", "哪个国家的人口最多？人口"] * 5
TOKENS = Tokens.train(TEXTS, WORDS, vocab_size=340)
SIGNS = frozenset("#@%<>=")
plain = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="".join(SIGNS)))


@given(plain.filter(lambda text: not any(w in text for w in ("search", "mean", "mask"))))
def test_any_text_comes_back(text: str) -> None:
    assert TOKENS.decode(TOKENS.encode_prompt(text)) == text


@given(st.lists(st.sampled_from([*WORDS, MASK, "country", "7", "人口"]), min_size=1))
def test_words_between_spaces_are_single_tokens(words: list[str]) -> None:
    ids = TOKENS.encode_prompt(" ".join(words))
    found = [TOKENS.word(i).strip() for i in ids]
    assert [word for word in found if word in WORDS] == [word for word in words if word in WORDS]


@pytest.mark.parametrize("word", WORDS)
def test_words_have_one_id(word: str) -> None:
    assert TOKENS.encode_prompt(word) == [TOKENS.word_id(word)]
    assert TOKENS.encode_prompt(f"the {word} of")[1] == TOKENS.word_id(word)
    assert TOKENS.word(TOKENS.word_id(word)) == word


@pytest.mark.parametrize("text", ["meaning", "research", "@123", "#12"])
def test_longer_words_are_not_cut(text: str) -> None:
    assert not {TOKENS.word_id(word) for word in WORDS} & set(TOKENS.encode_prompt(text))


@given(st.integers(0, 10**12))
def test_digits_stand_singly(number: int) -> None:
    assert len(TOKENS.encode_prompt(f"in {number}")) == len(TOKENS.encode_prompt("in")) + len(
        str(number)
    ) + (
        TOKENS.encode_prompt(f" {str(number)[0]}") != TOKENS.encode_prompt(f" {str(number)[0]}")[:1]
    )


def test_unseen_script_falls_back_to_bytes() -> None:
    assert TOKENS.decode(TOKENS.encode_prompt("日本語 ελληνικά 🙂")) == "日本語 ελληνικά 🙂"


def test_mask_is_no_word_of_the_canvas() -> None:
    assert TOKENS.word(TOKENS.mask_id) == MASK
    assert TOKENS.mask_id not in {TOKENS.word_id(word) for word in WORDS}


def test_many_texts_encode_as_one_by_one() -> None:
    texts = ["which @1", "", "mean of %2 > @12"]
    assert TOKENS.encode_many(texts) == [TOKENS.encode_prompt(text) for text in texts]


def test_saved_tokens_load_the_same(tmp_path: Path) -> None:
    TOKENS.save(tmp_path / "tokenizer.json")
    loaded = Tokens.load(tmp_path / "tokenizer.json")
    text = "search @12 的人口 >= 1,234.5 <nil>"
    assert loaded.encode_prompt(text) == TOKENS.encode_prompt(text)
    assert (loaded.vocab_size, loaded.mask_id) == (TOKENS.vocab_size, TOKENS.mask_id)


def test_unknown_word_is_refused() -> None:
    with pytest.raises(TokenizerError, match="'@99' is not one of the"):
        TOKENS.word_id("@99")


def test_too_small_a_vocabulary_is_refused() -> None:
    with pytest.raises(TokenizerError, match="vocab_size 100 is too small for 12 words"):
        Tokens.train(TEXTS, WORDS, vocab_size=100)


@pytest.mark.parametrize("content", ["", "{}", "not json", '{"version": "1.0"}'])
def test_damaged_tokenizer_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TokenizerError, match=r"tokenizer\.json"):
        Tokens.load(path)


def test_missing_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TokenizerError, match="no tokenizer at"):
        Tokens.load(tmp_path / "tokenizer.json")
