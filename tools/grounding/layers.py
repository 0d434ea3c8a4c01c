"""verify over text, in layers from cheap to dear: citation, quotation, numbers, entailment.

Guarantees: a claim is only supported if every layer that applies to it says so; what no layer can decide is unknown.
Nothing is contradicted but by words or numbers of the source, which the check names. Does not guarantee: that a
source is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from tools.grounding.derivations import derivation
from tools.grounding.figures import Figure, Sentence, agree, is_comparable, read_sentence, sentences
from tools.grounding.words import citations, overlap, quotations, stands_in, without
from tools.types import Check, Passage, Truth

ALIKE = 0.6
_MAX_SHOWN = 160


class Entailment(Protocol):
    """Whoever can say whether a text bears a claim out; the loaded model may."""

    def judge(self, premise: str, claim: str) -> Truth:
        """Supported, contradicted, or unknown where the text does not decide."""
        ...


@dataclass(frozen=True, slots=True)
class Ground:
    """A passage with the text to hold a claim against; `is_whole` if that is all its source says."""

    passage: Passage
    text: str
    is_whole: bool = False


def examined(
    claim: str, grounds: Sequence[Ground], entailment: Entailment | None = None
) -> tuple[Check, ...]:
    """What each layer says of a claim; one that does not apply is left out."""
    found = [*_citation(claim, grounds), *_quotation(claim, grounds), *_numbers(claim, grounds)]
    statement = without(claim)
    if statement and conclusion(found) is not Truth.CONTRADICTED:
        found.append(_entailed(claim, grounds, entailment))
    return tuple(found)


def conclusion(checks: Sequence[Check]) -> Truth:
    """What the layers say together."""
    said = {check.truth for check in checks}
    if Truth.CONTRADICTED in said:
        return Truth.CONTRADICTED
    return Truth.SUPPORTED if said == {Truth.SUPPORTED} else Truth.UNKNOWN


def _citation(claim: str, grounds: Sequence[Ground]) -> Iterator[Check]:
    known = {ground.passage.id for ground in grounds}
    for cited in dict.fromkeys(citations(claim)):
        if cited in known:
            yield Check("citation", Truth.SUPPORTED, f"[{cited}] is among the passages found")
        else:
            yield Check("citation", Truth.UNKNOWN, f"[{cited}] is none of the passages found")


def _quotation(claim: str, grounds: Sequence[Ground]) -> Iterator[Check]:
    is_whole = all(ground.is_whole for ground in grounds)
    for words in quotations(claim):
        holder = next((g for g in grounds if stands_in(words, g.text)), None)
        if holder is not None:
            where = f"{holder.passage.title} {holder.passage.place}".strip()
            yield Check("quotation", Truth.SUPPORTED, f"“{_shown(words)}” stands in {where}")
        elif is_whole:
            yield Check("quotation", Truth.CONTRADICTED, f"“{_shown(words)}” does not stand there")
        else:
            detail = f"“{_shown(words)}” does not stand in the part that was read"
            yield Check("quotation", Truth.UNKNOWN, detail)


def _numbers(claim: str, grounds: Sequence[Ground]) -> Iterator[Check]:
    said = read_sentence(without(claim))
    told = [sentence for ground in grounds for sentence in sentences(ground.text)]
    for figure in said.figures:
        yield _number(figure, said, told)
    named = frozenset().union(*(sentence.years for sentence in told))
    for year in sorted(said.years - named):
        yield Check("numbers", Truth.UNKNOWN, f"{year} is not named in the source")


def _number(figure: Figure, claim: Sentence, told: Sequence[Sentence]) -> Check:
    """One number of a claim: stated, stated of another year, worked out, stated otherwise, or not there."""
    holders = [s for s in told if any(agree(stated, figure) for stated in s.figures)]
    dated = [s for s in holders if not claim.years or not s.years or claim.years & s.years]
    if dated:
        return Check("numbers", Truth.SUPPORTED, f"{figure.text} in “{_shown(dated[0].text)}”")
    if holders:
        years = ", ".join(sorted(holders[0].years))
        detail = f"{figure.text} is said of {years}: “{_shown(holders[0].text)}”"
        return Check("numbers", Truth.CONTRADICTED, detail)
    stated = [each for sentence in told for each in sentence.figures]
    if way := derivation(figure, claim.text, stated):
        return Check("numbers", Truth.SUPPORTED, way)
    if rival := _rival(figure, claim, told):
        return Check("numbers", Truth.CONTRADICTED, f"not {figure.text}: “{_shown(rival.text)}”")
    return Check("numbers", Truth.UNKNOWN, f"{figure.text} does not stand in the source")


def _rival(figure: Figure, claim: Sentence, told: Sequence[Sentence]) -> Sentence | None:
    """A sentence in the claim's own words about the same years with one other number of the same kind."""
    for sentence in told:
        alike = [each for each in sentence.figures if is_comparable(each, figure)]
        same_time = claim.years == sentence.years or not claim.years
        if len(alike) == 1 and same_time and overlap(claim.text, sentence.text) >= ALIKE:
            return sentence
    return None


def _entailed(claim: str, grounds: Sequence[Ground], entailment: Entailment | None) -> Check:
    if entailment is None:
        return Check(
            "entailment", Truth.UNKNOWN, "no model was asked whether the text bears it out"
        )
    premise = "\n\n".join(ground.text for ground in grounds)
    truth = entailment.judge(premise, claim)
    return Check("entailment", truth, f"by the model: {truth.value}")


def _shown(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _MAX_SHOWN else f"{flat[:_MAX_SHOWN].rsplit(' ', 1)[0]} …"
