"""Messages, and the chat template that comes with a checkpoint. Imports nothing heavy.

A template is Jinja in a sandbox (that of transformers): it arranges text and runs no code of the checkpoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from model.errors import TokenizerError


@dataclass(frozen=True, slots=True)
class Message:
    """What one side of a conversation said; `role` is `system`, `user`, `assistant` or `tool`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """A checkpoint's template and the texts of the special tokens that it may name."""

    source: str
    specials: dict[str, str] = field(default_factory=dict)

    def render(self, messages: Sequence[Message], options: dict[str, Any]) -> str:
        """The conversation as text, up to where the assistant begins to speak.

        `options` are the template's own, such as `enable_thinking`.
        """
        said = [{"role": message.role, "content": message.content} for message in messages]
        rejected = import_module(
            "jinja2"
        ).TemplateError  # comes with torch; the product's own is ui's
        try:
            text: str = self._renderer().apply_chat_template(
                said,
                chat_template=self.source,
                add_generation_prompt=True,
                tokenize=False,
                **options,
            )
        except (rejected, TypeError, ValueError) as error:
            raise TokenizerError(
                f"the checkpoint's chat template refuses the conversation: {error}; change its roles "
                "or their order"
            ) from error
        return text

    def _renderer(self) -> Any:
        transformers = import_module("transformers")  # takes seconds, so only when it is needed
        tokenizers = import_module("tokenizers")
        empty = tokenizers.Tokenizer(tokenizers.models.BPE())
        return transformers.PreTrainedTokenizerFast(tokenizer_object=empty, **self.specials)
