"""The ways to keep keys and values by the names that `CompletionParams.caching` takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from model.caching.frozen import Dual, Free, Prefix
from model.caching.keep import Exact, Here, Keeping
from model.caching.moving import Late, Window
from model.caching.parts import Delay, SubBlock
from model.spec import RuleError, build, named, parts_of

CACHING: Mapping[str, Callable[..., Keeping]] = {
    "exact": Exact,
    "prefix": Prefix,
    "dual": Dual,
    "free": Free,
    "dkv": Late,
    "window": Window,
    "sub-block": SubBlock,
    "delay": Delay,
}
"""All but the first are approximations."""


def keeping(written: str, here: Here) -> Keeping:
    """The cache of that name, if it is for such a family."""
    first, *more = parts_of(written)
    if more:
        raise RuleError(f"caches stand alone; {written!r} names {1 + len(more)}")
    found = build(CACHING[named("caching", first.name, CACHING)], first, inner=(here,))
    visibility = here.reading.conventions.visibility
    if visibility not in found.visibilities:
        takes = " or ".join(sorted(found.visibilities))
        raise RuleError(
            f"caching '{written}' is for {takes} models, this one is {visibility}; leave it at 'exact'"
        )
    return found
