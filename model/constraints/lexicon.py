"""A vocabulary as bytes: what each token writes, and the trie of all of them.

Guarantees: added and special tokens write nothing and so never stand in governed text, except the filler,
which stands for no text at all. Tokens may end inside a character; whole texts never do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from model.errors import TokenizerError
from model.tokens import Vocabulary
from model.types import SEPARATOR

FILLERS = (
    "<nil>", "<|endoftext|>", "<pad>", "<|pad|>", "[PAD]", "<|end_of_text|>", "<eos>", "</s>",
    "<|im_end|>",
)  # fmt: skip
"""What fills cells behind a text, the first that a vocabulary has: what models see behind ended texts."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """The trie's nodes at one depth: each one's parent and byte. `first` is the number of the first."""

    first: int
    parent: Ints
    byte: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """The tokens that write text. `ids` (tokens,) ascend; `node` (tokens,) is where each ends in the trie.

    Node 0 is the root; `levels` hold all others. `n_ids` is one more than the highest id.
    """

    text_of: Mapping[int, bytes]
    id_of: Mapping[bytes, int]
    filler_id: int
    n_ids: int
    ids: Ints
    node: Ints
    levels: tuple[Level, ...]
    n_nodes: int

    def text(self, ids: Sequence[int]) -> str:
        """What these tokens write; fillers write nothing."""
        return b"".join(self.text_of.get(i, b"") for i in ids).decode(errors="replace")

    def longest(self, text: str) -> list[int]:
        """The ids of a text, each token the longest that goes on."""
        left, ids = text.encode(), []
        longest = len(self.levels)
        while left:
            sizes = range(min(longest, len(left)), 0, -1)
            size = next((n for n in sizes if left[:n] in self.id_of), None)
            if size is None:
                raise TokenizerError(f"no token of the vocabulary begins {left[:20]!r}")
            ids.append(self.id_of[left[:size]])
            left = left[size:]
        return ids


def lexicon_for(tokens: Vocabulary) -> Lexicon:
    """The lexicon of a checkpoint's tokenizer; computed once for each."""
    return _lexicon_of(_tokenizer_of(tokens), tokens.mask_id)


def spell(tokens: Vocabulary, text: str) -> list[int]:
    """The ids of a text in a governed slot, as the tokenizer cuts it wherever that writes the text."""
    lexicon = lexicon_for(tokens)
    ids = _tokenizer_of(tokens).encode(text, add_special_tokens=False).ids
    return ids if lexicon.text(ids) == text else lexicon.longest(text)


def _tokenizer_of(tokens: Vocabulary) -> Tokenizer:
    tokenizer = getattr(tokens, "tokenizer", None)
    if not isinstance(tokenizer, Tokenizer):
        raise TokenizerError(
            "a pattern needs the checkpoint's tokenizer; put its tokenizer.json into the folder"
        )
    return tokenizer


@lru_cache(maxsize=8)
def _lexicon_of(tokenizer: Tokenizer, mask_id: int | None) -> Lexicon:
    stored = json.loads(tokenizer.to_str())
    added: dict[int, str] = {token["id"]: token["content"] for token in stored["added_tokens"]}
    write = _writer(str(stored["decoder"]))
    written = {i: write(word) for word, i in tokenizer.get_vocab().items() if i not in added}
    # White space as an added token (Gemma) is text like any other.
    written |= {i: word.encode() for i, word in added.items() if not word.strip()}
    written.pop(-1 if mask_id is None else mask_id, None)
    filler_id = next(
        (i for name in FILLERS if (i := tokenizer.token_to_id(name)) is not None), None
    )
    if filler_id is None:
        raise TokenizerError(
            f"the tokenizer has none of the fillers {', '.join(FILLERS)}; "
            "a slot with a pattern needs one behind its text"
        )
    return build_lexicon(written, filler_id)


def build_lexicon(written: Mapping[int, bytes], filler_id: int) -> Lexicon:
    """The lexicon of tokens that write these bytes; those that write nothing or a separator are left out."""
    separator = SEPARATOR.encode()
    text_of = {
        i: text
        for i, text in sorted(written.items())
        if text and separator not in text and i != filler_id
    }
    node, levels, n_nodes = _trie(list(text_of.values()))
    ids = np.fromiter(text_of, dtype=np.int64, count=len(text_of))
    id_of = {text: i for i, text in reversed(text_of.items())}
    n_ids = max((*text_of, filler_id)) + 1
    return Lexicon(text_of, id_of, filler_id, n_ids, ids, node, levels, n_nodes)


def _trie(texts: Sequence[bytes]) -> tuple[Ints, tuple[Level, ...], int]:
    """Where each text ends, the nodes level by level, and how many there are."""
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    starts = lengths.cumsum() - lengths
    written = np.frombuffer(b"".join(texts), dtype=np.uint8)
    node = np.zeros(len(texts), dtype=np.int64)
    levels: list[Level] = []
    n_nodes = 1
    for depth in range(int(lengths.max(initial=0))):
        longer = (lengths > depth).nonzero()[0]
        edges = node[longer] * 256 + written[starts[longer] + depth]
        distinct, place = np.unique(edges, return_inverse=True)
        node[longer] = n_nodes + place
        levels.append(Level(n_nodes, distinct // 256, distinct % 256))
        n_nodes += len(distinct)
    return node, tuple(levels), n_nodes


def _writer(decoder: str) -> Callable[[str], bytes]:
    if "ByteLevel" in decoder:
        return _byte_level
    if "ByteFallback" in decoder or "Metaspace" in decoder:
        return _fallback
    raise TokenizerError(
        "the tokenizer writes neither bytes nor byte fallbacks; patterns need one of the two"
    )


def _fallback(word: str) -> bytes:
    """A word of a vocabulary in which a byte is written <0xNN> and a space as a low line."""
    if len(word) == 6 and word.startswith("<0x") and word.endswith(">"):
        return bytes.fromhex(word[3:5])
    return word.replace("▁", " ").encode()


def _byte_level(word: str) -> bytes:
    """A word in GPT-2's alphabet of bytes; nothing where it has other characters."""
    byte_of = _alphabet()
    if not all(character in byte_of for character in word):
        return b""
    return bytes(byte_of[character] for character in word)


@cache
def _alphabet() -> Mapping[str, int]:
    """Printable bytes stand for themselves, the others follow from code point 256 on."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in set(plain)]
    return {chr(b): b for b in plain} | {chr(256 + n): b for n, b in enumerate(others)}
