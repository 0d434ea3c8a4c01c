"""Names in a list or a comparison are of one kind: in `Baikal, Tanganyika and Victoria` all are lakes, for the first can be nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from agent.lexicon.plain import is_plain
from agent.lexicon.senses import FILMS, Sense
from agent.lexicon.spans import Reading
from agent.mentions import Mention

_JOINT = re.compile(
    r"\s*(?:[,;/&+、，]|(?:[,;]\s*)?\b(?:and|or|vs\.?|versus|\w+er than)\b|和|与|跟|及|还是|或|比)\s*(?:the\s+)?",
    re.IGNORECASE,
)


def kinds_of_list(
    mentions: Iterable[Mention[Sense]], further: Mapping[str, Sequence[Sense]], reading: Reading
) -> Mapping[int, frozenset[str]]:
    """For the first token of each name in a list, the one kind that all its names may be of and one is certain to be.

    `further` are senses that a name has only in such company (`Victoria` for Lake Victoria).
    """
    longest: dict[int, Mention[Sense]] = {}
    for mention in mentions:
        if _is_telling(mention):
            longest.setdefault(mention.first, mention)
    kinds: dict[int, frozenset[str]] = {}
    for group in _lists([longest[first] for first in sorted(longest)], reading.text):
        possible = [_kinds((*m.meanings, *further.get(m.phrase, ()))) for m in group]
        certain = frozenset.union(*(each for each in possible if len(each) == 1), frozenset())
        common = frozenset.intersection(certain, *possible)
        kinds |= {mention.first: common for mention in group if common}
    return kinds


def _lists(mentions: list[Mention[Sense]], text: str) -> list[list[Mention[Sense]]]:
    """The runs of names with nothing but a comma, an `and` or a `larger than` between one and the next."""
    runs: list[list[Mention[Sense]]] = []
    for mention in mentions:
        if runs and mention.start < runs[-1][-1].end:
            continue
        if runs and _JOINT.fullmatch(text, runs[-1][-1].end, mention.start):
            runs[-1].append(mention)
        else:
            runs.append([mention])
    return [run for run in runs if len(run) > 1]


def _is_telling(mention: Mention[Sense]) -> bool:
    return not all(is_plain(word) for word in mention.phrase.split())


def _kinds(senses: Iterable[Sense]) -> frozenset[str]:
    """The kinds of things that a name can mean, films and their people aside."""
    return frozenset(sense.entity.type for sense in senses) - frozenset(FILMS)
