"""The opening sentences of a report: the answer, or the values that the run found in one breath."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from agent.report.figures import comparisons, key, signed_change, stated
from agent.report.findings import Clause, change_of, level, valued
from agent.report.labels import Namer, raised
from agent.report.material import Material
from agent.report.members import answer_sentence
from agent.report.numerals import phrase
from agent.report.periods import brief, said, steps_said
from agent.report.subjects import Subject, window
from agent.report.types import Derived, Finding, Sentence
from agent.report.verified import deciding, verdict_keys
from agent.report.words import listed, words
from tools.types import Entities, Fact, Passages, Scalar, Table, Verdict
from tools.values.wording import quotation

_IN_A_BREATH = 4
_MOST_BREATHS = 2
_LEAST_FOR_PEAK = 4
_MOST_QUOTED = 4


def summary(material: Material, found: Sequence[Finding]) -> Iterator[Sentence]:
    """The answer, or the values that were looked up; then what stands out among them."""
    if material.sort == "figures":
        yield from _leads(material)
        yield from _texts(material)
        yield from _peaks(material.subjects, material.namer)
        return
    yield from _answer(material)
    if material.sort == "value" and len(material.subjects) == 1 and not _is_derived(material):
        yield from found[0].sentences[:2]


def _answer(material: Material) -> Iterator[Sentence]:
    match material.answer:
        case Entities() | Table() as members:
            yield answer_sentence(members, material.book, material.namer)
        case Scalar(derivation=derivation) as scalar if derivation:
            yield computed_sentence(scalar, material.namer)
        case Verdict() as verdict:
            yield _verdict(verdict, material)
        case Passages() as found:
            yield from _quoted(found, material.namer)


def _quoted(found: Passages, namer: Namer) -> Iterator[Sentence]:
    """What was found, word for word: a quotation states nothing of its own."""
    for passage, fact in list(zip(found.members, found.facts, strict=True))[:_MOST_QUOTED]:
        text = words(namer.lang, "quoted", quotation=quotation(passage, namer.lang))
        yield Sentence(kind="quoted", text=text, citations=(key(fact),))


def _is_derived(material: Material) -> bool:
    answer = material.answer
    return isinstance(answer, Verdict) or (isinstance(answer, Scalar) and bool(answer.derivation))


def _verdict(verdict: Verdict, material: Material) -> Sentence:
    """The verdict, with the facts that decide it and those whose values the claim repeats."""
    namer = material.namer
    facts = words(namer.lang, "deciding", facts=deciding(verdict, namer)) if verdict.facts else ""
    text = words(namer.lang, f"verdict {verdict.truth.value}", claim=verdict.claim + facts)
    named = (one.fact() for one in material.subjects if one.group.numeric())
    repeated = [key(fact) for fact in named if f"{fact.number:,f}" in verdict.claim]
    cited = dict.fromkeys((*verdict_keys(verdict), *repeated))
    return Sentence(kind="answer", text=text, citations=tuple(cited))


def computed_sentence(scalar: Scalar, namer: Namer) -> Sentence:
    """A calculated value with the expression behind it."""
    keys = tuple(dict.fromkeys(key(fact) for fact in scalar.facts))
    if not isinstance(scalar.value, Decimal):
        text = words(namer.lang, "computed", expression=scalar.derivation, value=scalar.value)
        return Sentence(kind="computed", text=text, citations=keys)
    shown = phrase(scalar.value, scalar.unit, namer.lang)
    derived = Derived(
        operation="calculated", operands=keys, value=scalar.value, expression=scalar.derivation
    )
    text = words(namer.lang, "computed", expression=scalar.derivation, value=shown)
    return Sentence(kind="computed", text=text, citations=keys, derived=(derived,))


def _leads(material: Material) -> Iterator[Sentence]:
    """The numbers of the main entity, a few to a sentence."""
    if material.entity is None:
        return
    own = [one for one in _own(material) if one.group.numeric()]
    for start in range(0, min(len(own), _IN_A_BREATH * _MOST_BREATHS), _IN_A_BREATH):
        yield _lead(own[start : start + _IN_A_BREATH], material, is_first=start == 0)


def _texts(material: Material) -> Iterator[Sentence]:
    """What is no number: a capital, a currency, the neighbours."""
    for subject in _own(material):
        if not subject.group.numeric():
            yield level(subject, material.namer)


def _own(material: Material) -> list[Subject]:
    return [one for one in material.subjects if one.group.entity == material.entity]


def _lead(subjects: Sequence[Subject], material: Material, *, is_first: bool) -> Sentence:
    namer = material.namer
    shared = {subject.period for subject in subjects} == {material.period} and material.period != ""
    items = [_item(subject, namer, shared) for subject in subjects]
    name = namer.entity(material.entity) if material.entity else ""
    text = words(
        namer.lang,
        ("lead" if shared else "lead undated") if is_first else "lead more",
        period=said(material.period, namer.lang),
        entity=name,
        figures=listed(namer.lang, tuple(item.text for item in items)),
    )
    facts = dict.fromkeys(key(fact) for item in items for fact in item.facts)
    derived = tuple(derived for item in items for derived in item.derived)
    return Sentence(kind="answer", text=text, citations=tuple(facts), derived=derived)


def _item(subject: Subject, namer: Namer, shared: bool) -> Clause:
    """One value of the lead, with its change on the year where there is one."""
    facts = stated(subject)
    values = listed(namer.lang, tuple(valued(fact, namer) for fact in facts))
    text = words(namer.lang, "lead item", label=namer.field(subject.group.field), value=values)
    if not shared and subject.period:
        text += words(namer.lang, "lead when", period=brief(subject.period, namer.lang))
    before, ago = comparisons(subject)
    change = ago or before
    if change is None or not shared:
        return Clause(text, facts)
    text = words(
        namer.lang,
        "lead change",
        item=text,
        change=signed_change(change, namer),
        period=brief(change.then.period, namer.lang),
    )
    return Clause(text, (*facts, change.then), (change_of(change),))


def _peaks(subjects: Sequence[Subject], namer: Namer) -> Iterator[Sentence]:
    """The values that stand higher than in any other period in evidence."""
    lines = [(one, window(one)) for one in subjects if one.group.numeric()]
    peaks = [(one, line) for one, line in lines if _is_peak(one.fact(), line)]
    if not peaks:
        return
    n = max(len(line) for _, line in peaks)
    chosen = [(one, line) for one, line in peaks if len(line) == n]
    keys = tuple(key(fact) for _, line in chosen for fact in line)
    count = Derived(operation="count", operands=keys[:n], value=Decimal(n))
    labels = listed(namer.lang, tuple(namer.field(one.group.field) for one, _ in chosen))
    text = words(
        namer.lang,
        "peaks",
        labels=raised(labels),
        n=steps_said(subjects[0].period, n, namer.lang),
        first=brief(chosen[0][1][0].period, namer.lang),
    )
    yield Sentence(kind="record", text=text, citations=keys, derived=(count,))


def _is_peak(fact: Fact, line: Sequence[Fact]) -> bool:
    others = [other.number for other in line if other is not fact and other.number is not None]
    return (
        len(line) >= _LEAST_FOR_PEAK
        and fact in line
        and fact.number is not None
        and fact.number > max(others)
    )
