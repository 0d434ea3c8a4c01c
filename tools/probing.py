"""Trying every way out once: does it answer, and what has to be set so that it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tools.engines.types import Engine, Query
from tools.reach import Errand
from tools.sources.types import Finding
from tools.types import Failed, Reason

if TYPE_CHECKING:
    from tools.world import World

_QUERY = "Oslo"
_SETTINGS = {
    Reason.UNIDENTIFIED: "web.contact",
    Reason.OFFLINE: "web.egress",
    Reason.BLOCKED: "web.services",
}


def probe(world: World) -> Iterator[Finding]:
    """A finding for the documents, for each engine and for each source, as they are tried."""
    outside, _ = world.outside(Errand())
    if world.index:
        yield _documents(world)
    sources = {adapter.id for adapter in outside.live.registry.adapters}
    for engine in outside.chain.engines:
        if not engine.is_local:
            found = _engine(engine)
            is_shared = engine.name in sources
            yield replace(found, source=f"{engine.name} search") if is_shared else found
    yield from _unnamed(world)
    for adapter in outside.live.registry.adapters:
        yield adapter.check()


def _documents(world: World) -> Finding:
    index = world.index
    n, left_out = (index.n_documents, index.left_out) if index else (0, {})
    detail = f"{n:,} in {world.options.documents}"
    if left_out:
        first, why = next(iter(left_out.items()))
        detail += f"; left out: {len(left_out):,}, {first} among them ({why})"
    return Finding("documents", n > 0, detail, "" if n else "documents")


def _engine(engine: Engine) -> Finding:
    """A search for something that every engine knows."""
    found = engine.search(Query(_QUERY))
    if isinstance(found, Failed):
        return Finding(engine.name, False, found.detail, _SETTINGS.get(found.reason, ""))
    if not found:
        return Finding(engine.name, False, f"finds nothing for {_QUERY!r} and may be blocking us")
    return Finding(engine.name, True, f"finds {len(found)} pages for {_QUERY!r}")


def _unnamed(world: World) -> Iterator[Finding]:
    """The engines that are only asked when the settings name them."""
    if not world.options.searxng:
        yield Finding("searxng", False, "no instance is named", "search.searxng")
    if not world.options.ddgs:
        yield Finding("ddgs", False, "is asked only if it is wanted", "search.ddgs")
