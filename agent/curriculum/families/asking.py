"""Plain questions made of verb phrases: `Does Norway have more people than Sweden?`, `Was it born in Peru?`."""

from __future__ import annotations

from collections.abc import Mapping

from agent.curriculum.families.draw import Draw, NotDrawnError

_AUXILIARIES: Mapping[str, str] = {"are": "is", "were": "was", "can": "can"}
_BASES: Mapping[str, str] = {
    "had": "have", "flew": "fly", "spent": "spend", "got": "get", "won": "win", "came": "come", "died": "die", "passed": "pass",
    "took": "take", "served": "serve", "became": "become", "entered": "enter", "worked": "work", "brought": "bring",
    "joined": "join", "gained": "gain", "received": "receive",
}  # fmt: skip
_PLACE = "\ue002"


def yes_no(d: Draw, name: str, verbs: str) -> str:
    """A plain question whether the thing does what a plural verb phrase (Chinese: a predicate) says."""
    if d.lang == "zh":
        return d.frame("yes_no", e=name, v=verbs)
    verb, _, rest = verbs.partition(" ")
    if verb in _AUXILIARIES:
        return d.frame("yes_no", do=_AUXILIARIES[verb], e=name, v=rest)
    base = _BASES.get(verb)
    return d.frame("yes_no", do="did" if base else "does", e=name, v=f"{base or verb} {rest}")


def compared(d: Draw, field_id: str, type_: str, right: str) -> str:
    """A comparative: alone in English (`taller`), with the thing on the right in Chinese (`比珠峰高`)."""
    said = d.phrase(field_id, type_, "more", v=_PLACE)
    if d.lang == "en" and said.endswith(f" than {_PLACE}"):
        return said.removesuffix(f" than {_PLACE}")
    if d.lang == "zh" and said.startswith(f"比{_PLACE}"):
        return said.replace(_PLACE, right)
    raise NotDrawnError
