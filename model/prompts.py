"""What stands before a canvas, as token ids: a conversation where the checkpoint can hold one, else a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from model.chat import Message
from model.errors import TokenizerError
from model.tokens import Vocabulary
from model.types import Template

_OPTIONS = {"enable_thinking": False}  # the canvas is the answer itself


@runtime_checkable
class Conversing(Protocol):
    """A vocabulary that may have come with a chat template."""

    @property
    def has_chat(self) -> bool:
        """Whether it has."""
        ...

    def encode_chat(self, messages: Sequence[Message], **options: Any) -> list[int]:
        """The ids of a conversation, up to where the assistant begins to speak."""
        ...


def prompt_ids(template: Template, tokens: Vocabulary) -> list[int]:
    """The ids of a template's messages, or of its prompt; special tokens in either stay text."""
    if template.messages and isinstance(tokens, Conversing) and tokens.has_chat:
        return _chat_ids(template.messages, tokens)
    return tokens.encode_prompt(template.prompt)


def _chat_ids(messages: Sequence[Message], tokens: Conversing) -> list[int]:
    """The conversation, a system's message at the head of the user's where the template knows no system."""
    first, *others = messages
    try:
        return tokens.encode_chat(messages, **_OPTIONS)
    except TokenizerError:
        if first.role != "system" or not others:
            raise
    told = Message(others[0].role, f"{first.content}\n\n{others[0].content}")
    return tokens.encode_chat((told, *others[1:]), **_OPTIONS)
