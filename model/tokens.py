"""Text to token ids and back: byte-level BPE in which every canvas word is one token.

Nothing is unknown: text that the merges do not cover, Chinese included, falls back to bytes. Digits
stand singly. Lower-casing and other normalisation are the caller's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn, Protocol

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from model.errors import TokenizerError

MASK = "<mask>"


class Vocabulary(Protocol):
    """Text to ids and back, as the engine needs it; `mask_id` is None where the model has no mask."""

    @property
    def mask_id(self) -> int | None:
        """The id of the mask."""
        ...

    @property
    def vocab_size(self) -> int:
        """How many ids there are; a network may be padded to more."""
        ...

    def encode_prompt(self, text: str) -> list[int]:
        """The ids of a text."""
        ...

    def encode_fixed(self, text: str) -> list[int]:
        """The ids of a text that stands on a canvas: nothing is put around it."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids."""
        ...

    def word_id(self, word: str) -> int:
        """The id of a word that is one token."""
        ...

    def word(self, token_id: int) -> str:
        """The text of one id."""
        ...


class IdsOnly:
    """Stands where a checkpoint has no tokenizer: ids go in and come out, text is refused."""

    def __init__(self, vocab_size: int, mask_id: int | None) -> None:
        self.vocab_size, self.mask_id = vocab_size, mask_id

    def encode_prompt(self, text: str) -> list[int]:
        """Refused."""
        self._refuse(text)

    def encode_fixed(self, text: str) -> list[int]:
        """Refused."""
        self._refuse(text)

    def decode(self, ids: Sequence[int]) -> str:
        """Nothing: there is no text of these ids."""
        return ""

    def word_id(self, word: str) -> int:
        """Refused."""
        self._refuse(word)

    def word(self, token_id: int) -> str:
        """The id itself."""
        return f"<{token_id}>"

    def _refuse(self, text: str) -> NoReturn:
        raise TokenizerError(
            f"the checkpoint has no tokenizer, so {text[:20]!r} cannot be read; give token ids, or put "
            "its tokenizer.json into the folder"
        )


class Tokens:
    """A tokenizer with a mask token and single-token canvas words."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        mask_id = tokenizer.token_to_id(MASK)
        if mask_id is None:
            raise TokenizerError(f"the tokenizer has no {MASK!r} token; train it with Tokens.train")
        self.tokenizer = tokenizer
        self.mask_id: int = mask_id
        added = tokenizer.get_added_tokens_decoder()
        self._word_of: dict[int, str] = {i: token.content for i, token in added.items()}
        self._id_of = {word: i for i, word in self._word_of.items()}

    @classmethod
    def train(
        cls, texts: Iterable[str], canvas_words: Sequence[str], vocab_size: int = 2048
    ) -> Tokens:
        """Learn the merges from texts; canvas words take the first ids, after the mask."""
        words = [MASK, *dict.fromkeys(canvas_words)]
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        if len(words) + len(alphabet) > vocab_size:
            raise TokenizerError(
                f"vocab_size {vocab_size} is too small for {len(words)} words and "
                f"{len(alphabet)} bytes; raise it"
            )
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(" ?[0-9]"), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False),
            ]
        )
        tokenizer.decoder = decoders.ByteLevel()
        # A word swallows the space before it, so that a pointer costs one token and not two.
        added = [AddedToken(w, single_word=True, lstrip=True, normalized=False) for w in words]
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size,
            special_tokens=added,
            initial_alphabet=alphabet,
            show_progress=False,
        )
        tokenizer.train_from_iterator(_without(frozenset(words), texts), trainer)
        return cls(tokenizer)

    @classmethod
    def load(cls, path: Path) -> Tokens:
        """Read a tokenizer.json."""
        if not path.is_file():
            raise TokenizerError(
                f"no tokenizer at {str(path)!r}; a model folder needs tokenizer.json"
            )
        try:
            return cls(Tokenizer.from_buffer(path.read_bytes()))
        except (ValueError, TypeError) as error:
            raise TokenizerError(f"{str(path)!r} is not a tokenizer: {error}") from error

    def save(self, path: Path) -> None:
        """Write the tokenizer in its own format."""
        path.write_text(self.tokenizer.to_str(pretty=False), encoding="utf-8")

    @property
    def vocab_size(self) -> int:
        """How many ids there are."""
        return self.tokenizer.get_vocab_size(with_added_tokens=True)

    def encode_prompt(self, text: str) -> list[int]:
        """The ids of a text; canvas words between spaces are single tokens."""
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def encode_fixed(self, text: str) -> list[int]:
        """The ids of a text on a canvas: canvas words if it consists of those, else as in a prompt."""
        try:
            return [self.word_id(word) for word in text.split()]
        except TokenizerError:
            return self.encode_prompt(text)

    def encode_many(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of several texts, in parallel."""
        return [e.ids for e in self.tokenizer.encode_batch_fast(texts, add_special_tokens=False)]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids; each canvas word is set off by a space."""
        pieces: list[str] = []
        plain: list[int] = []
        for i in [*ids, None]:
            if i is not None and i not in self._word_of:
                plain.append(i)
                continue
            pieces.append(self.tokenizer.decode(plain))
            plain = []
            if i is not None:
                pieces.append(f" {self._word_of[i]}")
        return "".join(pieces)

    def word_id(self, word: str) -> int:
        """The id of a canvas word."""
        if word not in self._id_of:
            raise TokenizerError(f"{word!r} is not one of the {len(self._id_of)} canvas words")
        return self._id_of[word]

    def word(self, token_id: int) -> str:
        """The canvas word of an id, or the text of another token."""
        return self._word_of.get(token_id) or self.tokenizer.decode([token_id])


def _without(words: frozenset[str], texts: Iterable[str]) -> Iterator[str]:
    """The texts without canvas words, which need no merges."""
    for text in texts:
        yield " ".join(piece for piece in text.split(" ") if piece not in words)
