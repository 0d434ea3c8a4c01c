"""llguidance as a parser that can go back: the tokens that may follow a prefix of a text.

The library is optional, and imported where a schema needs it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from itertools import takewhile
from types import ModuleType
from typing import Any

import numpy as np

from model.constraints.automaton import Flags
from model.constraints.lexicon import Lexicon
from model.errors import ModelError

# The layout that the exact way writes as well, so that a text looks the same whichever way it came about.
_LAYOUT = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}


class ParserError(ModelError):
    """A schema that llguidance cannot follow either, or the library is not there."""


class Parser:
    """A schema's parser, standing behind some prefix of a text."""

    def __init__(self, matcher: Any, lexicon: Lexicon) -> None:
        self._matcher, self._lexicon = matcher, lexicon
        self._prefix: list[int] = []

    @classmethod
    def of_schema(cls, schema: str, lexicon: Lexicon) -> Parser:
        """The parser of a JSON schema, given as text."""
        matcher, vocabulary = _library().LLMatcher, _vocabulary(lexicon)
        grammar = matcher.grammar_from_json_schema(json.loads(schema), overrides=_LAYOUT)
        if problem := matcher.validate_grammar(grammar, vocabulary):
            raise ParserError(f"llguidance: {problem.splitlines()[0]}")
        return cls(matcher(vocabulary, grammar, log_level=0), lexicon)

    def copied(self) -> Parser:
        """Another parser of the same schema, behind the empty prefix."""
        self.follow(())
        return Parser(self._matcher.deep_copy(), self._lexicon)

    def follow(self, prefix: Sequence[int]) -> int:
        """Stand behind the prefix, or behind as much of it as may begin a text; how many tokens that is."""
        shared = sum(
            1
            for _ in takewhile(
                lambda pair: pair[0] == pair[1], zip(self._prefix, prefix, strict=False)
            )
        )
        if shared < len(self._prefix):
            self._matcher.rollback(len(self._prefix) - shared)
            del self._prefix[shared:]
        n_more: int = self._matcher.try_consume_tokens(list(prefix[shared:]))
        self._prefix += prefix[shared : shared + n_more]
        return shared + n_more

    @property
    def is_complete(self) -> bool:
        """Whether the prefix is a text."""
        return bool(self._matcher.is_accepting())

    def allowed(self) -> Flags:
        """The ids (ids,) that may come next, the filler where the text may end."""
        bits = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)
        allowed = np.unpackbits(bits, bitorder="little")[: self._lexicon.n_ids].astype(np.bool_)
        allowed[self._lexicon.filler_id] = self.is_complete
        return allowed

    def forced_bytes(self) -> bytes:
        """What must come next whatever follows."""
        forced: bytes = self._matcher.compute_ff_bytes()
        return forced


class _Words:
    """The vocabulary as llguidance wants it."""

    bos_token_id = None

    def __init__(self, lexicon: Lexicon) -> None:
        self.eos_token_id = lexicon.filler_id
        self.tokens = [lexicon.text_of.get(i, b"") for i in range(lexicon.n_ids)]
        self.special_token_ids = [i for i, text in enumerate(self.tokens) if not text]
        self._id_of = lexicon.id_of

    def __call__(self, text: bytes | str) -> list[int]:
        """The bytes' own tokens; the library only asks to see whether it may."""
        written = text if isinstance(text, bytes) else text.encode()
        return [self._id_of[bytes((b,))] for b in written if bytes((b,)) in self._id_of]


@lru_cache(maxsize=8)
def _vocabulary(lexicon: Lexicon) -> Any:
    library = _library()
    return library.LLTokenizer(library.TokenizerWrapper(_Words(lexicon)), n_vocab=lexicon.n_ids)


def _library() -> ModuleType:
    if find_spec("llguidance") is None:
        raise ParserError(
            "llguidance is not installed; it follows more schemas (pip install llguidance)"
        )
    import llguidance

    return llguidance
