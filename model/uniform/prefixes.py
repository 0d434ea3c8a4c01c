"""Prefixes of earlier requests, for those that begin with the same tokens."""

from __future__ import annotations

from collections.abc import Sequence

from model.backbone.gemma_prefix import Prefix


class IdlePrefixes:
    """The last `n_kept` prefixes that no request uses any more.

    A prefix can only be continued, so it serves a request that begins with all of its tokens.
    """

    def __init__(self, n_kept: int = 4) -> None:
        self._n_kept = n_kept
        self._prefixes: list[Prefix] = []  # the longest unused first

    def take(self, tokens: Sequence[int]) -> Prefix | None:
        """The longest prefix of these tokens, which is the caller's from now on."""
        fitting = [p for p in self._prefixes if p.tokens == list(tokens[: len(p.tokens)])]
        best = max(fitting, key=lambda prefix: len(prefix.tokens), default=None)
        if best is not None:
            self._prefixes.remove(best)
        return best

    def put(self, prefix: Prefix) -> None:
        """Keep a prefix until others have been used more recently."""
        self._prefixes = [*self._prefixes, prefix][-self._n_kept :]
