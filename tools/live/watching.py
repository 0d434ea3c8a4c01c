"""Text of strangers is data: what in it speaks to the program is noted for the user, and nothing else happens."""

from __future__ import annotations

from collections.abc import Iterable

from tools.notes import note
from tools.types import Entities, Fact, Failed, NoteKind, Observation, Passages, Scalar, Table
from tools.web.instructions import instructions_in


def watch_text(text: str, about: str) -> None:
    """Note once that a text holds instructions, with the first of them."""
    if found := instructions_in(text):
        kinds = ", ".join(dict.fromkeys(each.attempt.value for each in found))
        note(NoteKind.INSTRUCTIONS, about, f"{kinds}: “{found[0].excerpt}”")


def watched(found: Observation) -> Observation:
    """The same observation, its texts looked through; a text that was found says where it stands."""
    if isinstance(found, Passages):
        for passage in found.members:
            about = passage.url or passage.source
            watch_text(f"{passage.title}\n{passage.snippet}", about)
    for fact in _texts(found):
        about = fact.origin.url if fact.origin else fact.source
        watch_text(fact.value, about)
    return found


def _texts(found: Observation) -> Iterable[Fact]:
    """The facts that hold words."""
    match found:
        case Scalar(facts=facts) | Entities(facts=facts):
            return [fact for fact in facts if fact.number is None]
        case Table(measures=measures):
            return [fact for m in measures for fact in m.facts if fact.number is None]
        case Failed() | Passages():
            return []
    return []
