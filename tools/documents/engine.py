"""The user's documents as an engine of the chain, and as something that can be read on."""

from __future__ import annotations

from tools.documents.index import Found, Index
from tools.engines.types import MAX_RESULTS, Finds, Query
from tools.notes import note
from tools.passages import passage_id
from tools.types import NoteKind, Passage

SCHEME = "documents"
_MOST_NAMED = 5


class Documents:
    """Searches one index."""

    name = SCHEME
    is_local = True

    def __init__(self, index: Index) -> None:
        self._index = index

    def search(self, query: Query) -> Finds:
        """The passages that hold most of the query's words."""
        for name, why in [*self._index.left_out.items()][:_MOST_NAMED]:
            note(NoteKind.LEFT_OUT, name, why)
        return tuple(self._passage(found) for found in self._index.search(query.text, MAX_RESULTS))

    def read_on(self, passage: Passage, words: str) -> Finds:
        """The passages of the same document that hold the words."""
        name = passage.source.partition(":")[2]
        found = self._index.search(words, MAX_RESULTS, name)
        return tuple(self._passage(each) for each in found)

    def text(self, passage: Passage) -> str:
        """All that the passage's document says."""
        return self._index.text(passage.source.partition(":")[2])

    def _passage(self, found: Found) -> Passage:
        source = f"{SCHEME}:{found.name}"
        return Passage(
            id=passage_id(source, found.place, found.words),
            title=found.title,
            snippet=found.words,
            url="",
            engine=SCHEME,
            source=source,
            retrieved="",
            place=found.place,
        )
