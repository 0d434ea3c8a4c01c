"""Text of others inside a prompt: between marks that it cannot write itself, and without a chat template's words.

The runtime also keeps such words from becoming control tokens (a mask over untrusted text); this is for prompts that
go to any model as text.
"""

from __future__ import annotations

import re
import unicodedata

OPENING, CLOSING = "⟦source {name}⟧", "⟦/source {name}⟧"
_CONTROL_WORD = re.compile(r"<(?=[|｜/!]?[A-Za-z▁_|｜])([^<>\n]{1,60})>")
_BRACKETED = re.compile(r"\[(/?(?:INST|SYS|MASK|CLS|SEP|PAD|UNK|BOS|EOS|gMASK|sMASK))\]")
_DOUBLED = str.maketrans({"⟦": "[[", "⟧": "]]"})
_KEPT_CONTROLS = "\n\t"


def quoted(text: str, name: str) -> str:
    """The text between marks that name its source; nothing inside can close them."""
    return "\n".join((OPENING.format(name=name), disarmed(text), CLOSING.format(name=name)))


def disarmed(text: str) -> str:
    """The same text for readers, in which no model's control words are left; evidence keeps the original."""
    visible = "".join(c for c in text if c in _KEPT_CONTROLS or not _is_invisible(c))
    angled = _CONTROL_WORD.sub(r"‹\1›", visible.translate(_DOUBLED))
    return _BRACKETED.sub(r"(\1)", angled)


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cn", "Co", "Cs")
