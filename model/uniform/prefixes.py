"""Prefixes of earlier requests, for those that begin with the same tokens."""

from __future__ import annotations

from collections.abc import Sequence

from model.backbone.gemma_prefix import Prefix
from model.cache import n_shared


class IdlePrefixes:
    """The last `n_kept` prefixes that no request uses any more."""

    def __init__(self, n_kept: int = 4) -> None:
        self._n_kept = n_kept
        self._prefixes: list[Prefix] = []  # the longest unused first

    def take(self, tokens: Sequence[int]) -> Prefix | None:
        """The prefix that shares most with these tokens, cut to that; the caller's from now on.

        A prefix of which less than half is shared stays for others.
        """
        lengths = [n_shared(prefix.tokens, tokens) for prefix in self._prefixes]
        fitting = [
            (length, prefix)
            for length, prefix in zip(lengths, self._prefixes, strict=True)
            if 2 * length >= len(prefix.tokens) > 0 and prefix.can_rewind(length)
        ]
        if not fitting:
            return None
        length, best = max(fitting, key=lambda found: found[0])
        self._prefixes.remove(best)
        best.rewind(length)
        return best

    def put(self, prefix: Prefix) -> None:
        """Keep a prefix until others have been used more recently."""
        self._prefixes = [*self._prefixes, prefix][-self._n_kept :]
