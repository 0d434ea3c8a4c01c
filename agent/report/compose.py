"""Writing a report from a run. Deterministic: the same evidence gives the same report, byte for byte.

Guarantees: a sentence in a report states no number that its citations do not carry or that cannot
be computed again from them (`checked`); a sentence that fails is withheld, and the report says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agent.gate import cleared_within, evident_addresses
from agent.report.check import checked
from agent.report.figures import figures
from agent.report.findings import findings
from agent.report.gaps import gaps, of_withheld
from agent.report.labels import Namer
from agent.report.material import Material, read
from agent.report.members import extremes, member_table
from agent.report.method import method
from agent.report.numbering import numbered
from agent.report.periods import said
from agent.report.series import histories, over_members
from agent.report.summary import summary
from agent.report.types import Evidence, Finding, Gap, Report, Sentence, Series
from agent.report.verified import claims, disputes
from agent.report.words import words
from agent.types import Language, RunResult

_TITLE_CHARS = 140


class Passage(NamedTuple):
    """Checked sentences, and what had to be withheld of them."""

    sentences: tuple[Sentence, ...]
    gaps: tuple[Gap, ...]


def compose(
    result: RunResult,
    evidence: Sequence[Evidence] = (),
    lang: Language = "en",
    names: Mapping[str, str] | None = None,
    made_on: str = "",
) -> Report:
    """The report of a run; `names` maps entity ids to names in the report's language.

    The last gate: no address stands in it to which no evidence leads.
    """
    material = read(result, evidence, Namer(lang, names or {}))
    drafts = _findings(material)
    opening = _passage(words(lang, "topic summary"), summary(material, drafts), material)
    bodies = [_passage(draft.topic, draft.sentences, material) for draft in drafts]
    charts = _charts(material)
    missing = [*gaps(result, material.evidence, material.subjects, material.namer)]
    missing += [gap for passage in (opening, *bodies) for gap in passage.gaps]
    kept = [
        Finding(topic=d.topic, sentences=b.sentences) for d, b in zip(drafts, bodies, strict=True)
    ]
    report = _assembled(material, made_on).model_copy(
        update={
            "summary": opening.sentences,
            "findings": tuple(finding for finding in kept if finding.sentences),
            "series": charts,
            "gaps": tuple(dict.fromkeys(missing)),
        }
    )
    done = numbered(report, material.facts, material.namer)
    known = evident_addresses(material.facts.values(), result.question)
    return Report.model_validate(cleared_within(done.model_dump(), known, lang))


def _assembled(material: Material, made_on: str) -> Report:
    """The parts that need no check of sentences."""
    book, namer, about = material.book, material.namer, material.subjects
    table = material.members and member_table(material.members, book, namer)
    return Report(
        title=_title(material),
        subtitle=_subtitle(material),
        question=material.result.question,
        lang=namer.lang,
        made_on=made_on,
        summary=(),
        figures=figures(about, namer),
        members=table or None,
        series=(),
        findings=(),
        claims=claims(material.evidence, about, book, namer),
        disputes=disputes(about, book, namer),
        gaps=(),
        sources=(),
        citations=(),
        method=method(material.result, material.evidence, namer),
    )


def _findings(material: Material) -> tuple[Finding, ...]:
    found = findings(material.subjects, material.book, material.namer)
    compared = (extremes(table, material.namer) for table in material.tables)
    return (*found, *(finding for finding in compared if finding is not None))


def _passage(topic: str, drafts: Iterable[Sentence], material: Material) -> Passage:
    done = [checked(draft, material.ground) for draft in drafts]
    return Passage(
        sentences=tuple(sentence for sentence in done if not sentence.unsupported),
        gaps=tuple(of_withheld(topic, s, material.lang) for s in done if s.unsupported),
    )


def _charts(material: Material) -> tuple[Series, ...]:
    compared = (over_members(table, material.namer) for table in material.tables)
    histories_ = histories(material.subjects, material.namer)
    return (*histories_, *(series for series in compared if series is not None))


def _title(material: Material) -> str:
    """The entity and the period where the report is about them, else the question."""
    if material.sort != "figures" or material.entity is None:
        return _shortened(material.result.question)
    name = material.namer.entity(material.entity)
    if not material.period or len({subject.period for subject in material.subjects}) > 1:
        return words(material.lang, "profile", entity=name)
    when = said(material.period, material.lang).removeprefix("the ")
    return words(material.lang, "title", entity=name, period=when)


def _subtitle(material: Material) -> str:
    """What sort of report it is; one of a run that was stopped says so first of all."""
    sort = "stopped" if material.result.status == "stopped" else material.sort
    return words(material.lang, f"subtitle {sort}")


def _shortened(question: str) -> str:
    text = " ".join(question.split()).rstrip(".。 ")
    if len(text) <= _TITLE_CHARS:
        return text
    return text[:_TITLE_CHARS].rsplit(" ", 1)[0].rstrip("，。,;") + " …"
