"""What a loaded model makes of text, for those who lay out templates for it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from model.canvas import TemplateError
from model.checkpoints.survey import look
from model.constraints.lexicon import lexicon_for
from model.engine import Engine
from model.errors import ModelError, TokenizerError
from model.prompts import prompt_ids
from model.tokens import IdsOnly, Vocabulary
from model.types import LanguageModel, Slot, Template
from model.uniform.engine import UniformEngine


class Spelling:
    """A model's words, and how long texts are in its cells; `n_positions` is None where nobody says."""

    def __init__(self, vocabulary: Vocabulary, n_positions: int | None = None) -> None:
        self.vocabulary, self.n_positions = vocabulary, n_positions
        self._n_cells = lru_cache(maxsize=4096)(lambda text: len(vocabulary.encode_fixed(text)))

    @property
    def filler(self) -> str:
        """How a canvas shows a cell that holds no text."""
        return self.vocabulary.word(lexicon_for(self.vocabulary).filler_id)

    def has_words(self, words: Iterable[str]) -> bool:
        """Whether each of these is one token, so that it fits a cell of its own."""
        try:
            return all(self.vocabulary.word_id(word) >= 0 for word in words)
        except TokenizerError:
            return False

    def n_cells(self, text: str) -> int:
        """How many cells a text takes on a canvas."""
        return self._n_cells(text)

    def n_tokens(self, template: Template) -> int:
        """How many tokens prompt and canvas take together."""
        canvas = (p.n_cells if isinstance(p, Slot) else self.n_cells(p) for p in template.parts)
        return len(prompt_ids(template, self.vocabulary)) + sum(canvas)

    def refuse_unless_it_fits(self, template: Template) -> None:
        """Refuse a template that is longer than what the checkpoint was made for."""
        n_tokens = self.n_tokens(template)
        if self.n_positions is not None and n_tokens > self.n_positions:
            raise TemplateError(
                f"prompt and canvas take {n_tokens} tokens and the checkpoint was made for "
                f"{self.n_positions}; ask more shortly, or take one with a longer context"
            )


def spelling_of(lm: LanguageModel, name: str | Path) -> Spelling:
    """The spelling of a model that was loaded by this name; one without a tokenizer is refused."""
    if not isinstance(lm, Engine | UniformEngine):
        raise ModelError(f"{lm.name!r} is no model of this runtime; load it by folder or name")
    if isinstance(lm.vocabulary, IdsOnly):
        raise TokenizerError(
            f"{str(name)!r} has no tokenizer, so no question can be put to it; put the checkpoint's "
            "tokenizer.json into the folder"
        )
    return Spelling(lm.vocabulary, look(str(name)).n_positions)
