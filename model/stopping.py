"""Where a text ends: the first stop id, and the first stop text."""

from __future__ import annotations

from collections.abc import Sequence

_UNFINISHED = "\ufffd"
"""What a decoder writes for the bytes of a character that is not complete yet."""


def n_until_stop(ids: Sequence[int], stop_ids: Sequence[int]) -> int | None:
    """How many ids there are up to the first stop id, it included; None without one."""
    return next((n for n, token in enumerate(ids, 1) if token in stop_ids), None)


def start_of_stop(text: str, stop_texts: Sequence[str]) -> int | None:
    """Where the first stop text begins; None without one."""
    return min((at for at in map(text.find, stop_texts) if at >= 0), default=None)


def tellable(text: str, stop_texts: Sequence[str]) -> str:
    """The text without an end that may still turn out to be another character, or a stop text."""
    text = text.rstrip(_UNFINISHED)
    longest = min(max(map(len, stop_texts), default=1) - 1, len(text))
    held = (
        n for n in range(longest, 0, -1) if any(stop.startswith(text[-n:]) for stop in stop_texts)
    )
    return text[: len(text) - next(held, 0)]
