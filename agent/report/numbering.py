"""Citation numbers: 1, 2, 3 … in the order in which a reader meets them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from agent.citing import origin_of
from agent.report.labels import Namer
from agent.report.sources import source
from agent.report.types import Report, SourceNote
from agent.types import Citation
from tools.types import Fact

_SINGLE = {"citation", "kept"}
_SEVERAL = {"citations", "operands"}
_READ_FIRST = ("summary", "figures", "members", "findings", "series", "claims", "disputes")


def numbered(report: Report, facts: Mapping[str, Fact], namer: Namer) -> Report:
    """The report with its provisional keys numbered, and with its citations and sources listed."""
    content = report.model_dump()
    keys = [key for part in _READ_FIRST for key in _keys(content[part])]
    numbers = {key: str(n) for n, key in enumerate(dict.fromkeys(keys), start=1)}
    content.update({part: _renamed(content[part], numbers) for part in _READ_FIRST})
    citations = tuple(_citation(number, facts[key], namer) for key, number in numbers.items())
    content["citations"] = [citation.model_dump() for citation in citations]
    content["sources"] = [note.model_dump() for note in _notes(citations, report)]
    return Report.model_validate(content)


def _keys(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            if name in _SINGLE:
                yield value
            elif name in _SEVERAL:
                yield from value
            else:
                yield from _keys(value)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from _keys(item)


def _renamed(node: Any, numbers: Mapping[str, str]) -> Any:
    if isinstance(node, Mapping):
        return {name: _renamed_field(name, value, numbers) for name, value in node.items()}
    if isinstance(node, list | tuple):
        return [_renamed(item, numbers) for item in node]
    return node


def _renamed_field(name: str, value: Any, numbers: Mapping[str, str]) -> Any:
    if name in _SINGLE:
        return numbers[value]
    if name in _SEVERAL:
        return [numbers[key] for key in value]
    return _renamed(value, numbers)


def _citation(number: str, fact: Fact, namer: Namer) -> Citation:
    return Citation(
        id=number,
        entity=namer.entity(fact.entity),
        field=fact.field,
        period=fact.period,
        value=fact.value if fact.number is None else f"{fact.number:f}",
        unit=fact.unit,
        source=fact.source,
        **origin_of(fact),
    )


def _notes(citations: tuple[Citation, ...], report: Report) -> Iterator[SourceNote]:
    by_source: dict[str, list[Citation]] = {}
    for citation in citations:
        by_source.setdefault(citation.source, []).append(citation)
    for name, cited in by_source.items():
        known = source(name, report.lang)
        yield SourceNote(
            key=name,
            label=known.label,
            tier=known.tier,
            licence=next((one.licence for one in cited if one.licence), known.licence),
            citations=tuple(one.id for one in cited),
        )
