"""The seam of search: a query goes in, passages or a typed failure come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from tools.types import Failed, Passage

MAX_RESULTS = 8


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for; `lang` is the language of the question (`en`, `zh`)."""

    text: str
    lang: str = "en"


Finds: TypeAlias = tuple[Passage, ...]


class Engine(Protocol):
    """One engine. `is_local` engines read this machine and are never suspected of blocking."""

    name: str
    is_local: bool

    def search(self, query: Query) -> Finds | Failed:
        """The passages found, best first; an empty tuple where there are none."""
        ...
