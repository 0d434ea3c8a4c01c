"""The tokenizer that comes with a checkpoint.

Guarantees: text of others never becomes a special token. Whatever the tokenizer would read as one of its
added tokens is cut in two, so that it stays the text that it is; only the chat template's own words may
become such tokens. A conversation without any gets exactly the ids that the family's own code would give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from tokenizers import Encoding, Tokenizer

from model.chat import ChatTemplate, Message
from model.checkpoints.files import read_optional
from model.constraints.lexicon import spell
from model.errors import TokenizerError
from model.tokens import IdsOnly, Vocabulary

_OTHER_FORMS = ("vocab.json", "tokenizer.model")
_SPECIALS = ("bos_token", "eos_token", "pad_token", "unk_token")
_PRIVATE_USE = range(0xE000, 0xF8FF)


class CheckpointTokens:
    """A `Vocabulary` over a checkpoint's own tokenizer."""

    def __init__(
        self, tokenizer: Tokenizer, mask_id: int | None, template: ChatTemplate | None = None
    ) -> None:
        added = tokenizer.get_added_tokens_decoder()
        self.mask_id, self.tokenizer, self._template = mask_id, tokenizer, template
        self.vocab_size = 1 + max(
            tokenizer.get_vocab_size() - 1, -1 if mask_id is None else mask_id, *added, -1
        )
        # White space as an added token (Gemma) is harmless, and text is read wrongly without it.
        self._guarded = {i for i, token in added.items() if token.content.strip()}

    @property
    def has_chat(self) -> bool:
        """Whether the checkpoint brings a chat template."""
        return self._template is not None

    def encode_prompt(self, text: str) -> list[int]:
        """The ids of a text, with what the family puts around one; special tokens in it stay text."""
        merged = Encoding.merge([self._encode(piece) for piece in self._pieces(text)], True)
        return self.tokenizer.post_process(merged, add_special_tokens=True).ids

    def encode_fixed(self, text: str) -> list[int]:
        """The ids that write exactly this text, white space included; nothing is put around it."""
        return spell(self, text)

    def encode_many(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of several texts."""
        return [self.encode_prompt(text) for text in texts]

    def encode_chat(self, messages: Sequence[Message], **options: Any) -> list[int]:
        """The ids of a conversation, up to where the assistant begins to speak.

        `options` are those of the template, such as `enable_thinking`.
        """
        if self._template is None:
            raise TokenizerError("the checkpoint has no chat template; give the prompt as one text")
        mark = _unused_sign([message.content for message in messages])
        cut = [Message(m.role, mark.join(self._pieces(m.content))) for m in messages]
        pieces = self._template.render(cut, options).split(mark)
        return [i for piece in pieces for i in self._encode(piece).ids]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids, without special tokens."""
        return self.tokenizer.decode(list(ids))

    def word_id(self, word: str) -> int:
        """The id of a word that is one token, as it stands behind a space or at the beginning."""
        for text in (word, f" {word}"):
            if len(ids := self._encode(text).ids) == 1 and ids[0] not in self._guarded:
                return ids[0]
        raise TokenizerError(
            f"{word!r} is {len(self._encode(word).ids)} tokens of this checkpoint and fits no single "
            "cell; give it a slot of free text"
        )

    def word(self, token_id: int) -> str:
        """The text of one id."""
        return self.tokenizer.decode([token_id], skip_special_tokens=False)

    def _encode(self, text: str) -> Encoding:
        return self.tokenizer.encode(text, add_special_tokens=False)

    def _pieces(self, text: str) -> list[str]:
        """The text, cut within everything that would be read as a guarded token."""
        encoded = self._encode(text)
        spans = [
            span
            for token, span in zip(encoded.ids, encoded.offsets, strict=True)
            if token in self._guarded
        ]
        if not spans:
            return [text]
        if len(text) == 1:
            return [""]  # a special token of one letter: there is nothing to cut
        ends = [max(end - 1, start + 1) for start, end in spans]
        cuts = [0, *(min(end, len(text) - 1) for end in ends), len(text)]
        parts = [text[a:b] for a, b in pairwise(cuts) if a < b]
        return [piece for part in parts for piece in self._pieces(part)]


def checkpoint_tokens(folder: Path, mask_id: int | None, n_ids: int) -> Vocabulary:
    """The tokenizer in a folder, or one for ids alone; `n_ids` is how many the network knows."""
    tokenizer = _read(folder)
    if tokenizer is None:
        return IdsOnly(n_ids, mask_id)
    tokens = CheckpointTokens(tokenizer, mask_id, read_template(folder))
    if tokens.vocab_size > n_ids:
        raise TokenizerError(
            f"the tokenizer in {str(folder)!r} has {tokens.vocab_size} ids, the network only {n_ids}; "
            "take both from one checkpoint"
        )
    return tokens


def has_tokenizer(folder: Path) -> bool:
    """Whether a folder holds a tokenizer in a known form."""
    return any((folder / name).is_file() for name in ("tokenizer.json", *_OTHER_FORMS))


def _read(folder: Path) -> Tokenizer | None:
    path = folder / "tokenizer.json"
    if not has_tokenizer(folder):
        return None
    try:
        if path.is_file():
            return Tokenizer.from_buffer(path.read_bytes())
        return _converted(folder)
    except (OSError, ValueError, TypeError, KeyError, ImportError, AttributeError) as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise TokenizerError(
            f"the tokenizer in {str(folder)!r} cannot be read ({said[0]}); put the tokenizer.json of "
            "the checkpoint into the folder"
        ) from error


def _converted(folder: Path) -> Tokenizer:
    """An older form, converted by transformers; code of the checkpoint is never run."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    backend: Tokenizer = tokenizer.backend_tokenizer
    return backend


def read_template(folder: Path) -> ChatTemplate | None:
    """The chat template of a folder, if it has one."""
    config = read_optional(folder / "tokenizer_config.json")
    specials = read_optional(folder / "special_tokens_map.json") | config
    path = folder / "chat_template.jinja"
    source = path.read_text(encoding="utf-8") if path.is_file() else _default(config)
    if source is None:
        return None
    texts = {name: _text(specials.get(name)) for name in _SPECIALS}
    return ChatTemplate(source, {name: text for name, text in texts.items() if text})


def _default(config: Mapping[str, Any]) -> str | None:
    """The template in tokenizer_config.json: one text, or several by name."""
    told = config.get("chat_template")
    if isinstance(told, list):
        told = {entry.get("name"): entry.get("template") for entry in told}.get("default")
    return told if isinstance(told, str) else None


def _text(token: Any) -> str | None:
    content = token.get("content") if isinstance(token, dict) else token
    return content if isinstance(content, str) else None


def _unused_sign(texts: Sequence[str]) -> str:
    """A sign for private use that stands in none of the texts."""
    used = set("".join(texts))
    for sign in map(chr, _PRIVATE_USE):
        if sign not in used:
            return sign
    raise TokenizerError(
        "the conversation uses every sign for private use; leave those signs out of it"
    )
