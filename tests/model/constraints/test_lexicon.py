"""Vocabularies as bytes: what tokens write, in every form of tokenizer, and how a known text is spelt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers

from model.checkpoints.tokens import CheckpointTokens
from model.constraints.lexicon import build_lexicon, lexicon_for, spell
from model.errors import TokenizerError
from model.types import SEPARATOR
from tests.model.tiny import NIL, WORDS, tiny_tokens


def byte_fallback() -> CheckpointTokens:
    """As Llama's and Gemma's: a low line for a space, and <0xNN> for a byte that no word has."""
    words = [
        "<pad>",
        "<s>",
        *(f"<0x{byte:02X}>" for byte in range(256)),
        "▁a",
        "b",
        "▁",
        "é",
        "▁ab",
    ]
    merges = [("▁", "a"), ("▁a", "b")]
    vocabulary = {word: i for i, word in enumerate([*words, "a"])}
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, byte_fallback=True, unk_token=None))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    tokenizer.add_special_tokens(["<pad>", "<s>"])
    tokenizer.add_tokens([AddedToken("\n\n", normalized=False)])
    return CheckpointTokens(tokenizer, mask_id=vocabulary["é"])


def byte_level(*names: str) -> CheckpointTokens:
    """As Qwen's."""
    words = [*pre_tokenizers.ByteLevel.alphabet(), "Ġa", "ab"]
    vocabulary = {word: i for i, word in enumerate(words)}
    tokenizer = Tokenizer(models.BPE(vocabulary, [("Ġ", "a"), ("a", "b")]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(list(names))
    return CheckpointTokens(tokenizer, None)


def test_tokens_write_what_they_stand_for() -> None:
    fallback, level = byte_fallback(), byte_level("<|im_end|>", "<|endoftext|>")
    for tokens, words in (
        (fallback, {"▁ab": b" ab", "b": b"b", "<0xC3>": b"\xc3", "\n\n": b"\n\n"}),
        (level, {"Ġa": b" a", "ab": b"ab", "Ã": b"\xc3", "Ċ": b"\n"}),
    ):
        lexicon = lexicon_for(tokens)
        ids = tokens.tokenizer.get_vocab()
        written = {w: lexicon.text_of[ids[w]] for w in words}
        assert written == words


def test_special_tokens_and_the_mask_write_nothing() -> None:
    tokens = byte_fallback()
    lexicon = lexicon_for(tokens)
    assert not {tokens.mask_id, *map(tokens.tokenizer.token_to_id, ("<pad>", "<s>"))} & set(
        lexicon.text_of
    )
    assert lexicon.filler_id == tokens.tokenizer.token_to_id("<pad>")
    planner = lexicon_for(tiny_tokens())
    assert not {tiny_tokens().word_id(word) for word in WORDS} & set(planner.text_of)
    assert planner.filler_id == tiny_tokens().word_id(NIL)


def test_the_filler_is_what_models_see_behind_ended_texts() -> None:
    tokens = byte_level("<|im_end|>", "<|endoftext|>")
    assert lexicon_for(tokens).filler_id == tokens.tokenizer.token_to_id("<|endoftext|>")
    with pytest.raises(TokenizerError, match="none of the fillers"):
        lexicon_for(byte_level("<other>"))


@given(st.text(alphabet="ab é\n字<pad>", max_size=12))
def test_a_known_text_is_spelt_so_that_it_reads_as_it_was(text: str) -> None:
    for tokens in (byte_fallback(), byte_level("<pad>")):
        ids = spell(tokens, text)
        lexicon = lexicon_for(tokens)
        assert lexicon.text(ids) == text
        assert set(ids) <= set(lexicon.text_of)


def test_a_text_is_spelt_as_the_tokenizer_cuts_it() -> None:
    tokens = byte_level("<pad>")
    assert spell(tokens, "ab a") == tokens.tokenizer.encode("ab a").ids
    assert spell(tokens, "<pad>") != tokens.tokenizer.encode("<pad>").ids


def test_a_text_that_no_tokens_write_is_refused() -> None:
    lexicon = build_lexicon({1: b"a", 2: SEPARATOR.encode(), 3: b""}, 9)
    assert list(lexicon.text_of) == [1]
    assert lexicon.longest("aa") == [1, 1]
    with pytest.raises(TokenizerError, match="begins b'b'"):
        lexicon.longest("ab")


@given(
    st.dictionaries(
        st.integers(0, 50), st.binary(min_size=1, max_size=4).filter(lambda b: 30 not in b)
    )
)
def test_the_trie_holds_every_token_where_its_bytes_end(written: dict[int, bytes]) -> None:
    lexicon = build_lexicon(written, 99)
    steps = {
        (int(parent), int(byte)): level.first + n
        for level in lexicon.levels
        for n, (parent, byte) in enumerate(zip(level.parent, level.byte, strict=True))
    }
    assert len(steps) + 1 == lexicon.n_nodes
    for i, node in zip(lexicon.ids.tolist(), lexicon.node.tolist(), strict=True):
        at = 0
        for byte in written[i]:
            at = steps[at, byte]
        assert at == node
