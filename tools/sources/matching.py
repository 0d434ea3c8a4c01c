"""Which thing a name means: names that fit, best first, and one only where it is called exactly so.

A wrong thing is worse than none, so likeness alone never decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from tools.facts.names import fold
from tools.sources.answers import Unanswered, nothing
from tools.sources.types import Candidate
from tools.types import Reason

EXACT = 1.0
MAX_OFFERS = 7
_LIKE_ENOUGH = 0.75
_INEXACT_AT_MOST = 0.99


@dataclass(frozen=True, slots=True)
class Option:
    """Something that may be meant, with every name it goes by; the first is its label."""

    id: str
    names: tuple[str, ...]
    description: str = ""


def ranked(
    text: str, options: Iterable[Option], least: float = _LIKE_ENOUGH
) -> tuple[Candidate, ...]:
    """The options called like the text, best first; at `least` so much like it."""
    wanted = fold(text)
    scored = ((likeness(wanted, option.names), option) for option in options)
    fitting = sorted((pair for pair in scored if pair[0] >= least), key=lambda pair: -pair[0])
    return tuple(
        Candidate(option.id, option.names[0], option.description, score)
        for score, option in fitting[:MAX_OFFERS]
    )


def likeness(wanted: str, names: Iterable[str]) -> float:
    """How much the best of the names is like the folded text: 1 only for the very name."""
    return max((_alike(wanted, fold(name)) for name in names if name), default=0.0)


def one_of(text: str, candidates: tuple[Candidate, ...], place: str) -> Candidate:
    """The one candidate of exactly that name; ends the question where there is none, or several."""
    exact = [candidate for candidate in candidates if candidate.score >= EXACT]
    if len(exact) == 1:
        return exact[0]
    raise ambiguous(text, tuple(exact) or candidates, place)


def ambiguous(text: str, candidates: tuple[Candidate, ...], place: str) -> Unanswered:
    """The end of a question about a name that fits several things, or none."""
    offers = candidates[:MAX_OFFERS]
    if not offers:
        return nothing(Reason.UNKNOWN_ENTITY, f"{place} knows nothing called {text!r}")
    meant = ", ".join(_described(candidate) for candidate in offers)
    detail = f"at {place} {text!r} may mean {meant}; name one of them"
    return nothing(Reason.AMBIGUOUS, detail, tuple(candidate.id for candidate in offers))


def _described(candidate: Candidate) -> str:
    about = f"{candidate.description}, " if candidate.description else ""
    return f"{candidate.label} ({about}{candidate.id})"


def _alike(wanted: str, name: str) -> float:
    if wanted == name:
        return EXACT
    return min(_INEXACT_AT_MOST, fuzz.ratio(wanted, name) / 100)
