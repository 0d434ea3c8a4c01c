"""Names and classes that are but parts of the words that speak for a field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agent.lexicon.fields import SURE, Cue
from agent.lexicon.spans import Found
from tools.types import Entity, EntityClass

# Whose names in a field's words stand for nothing themselves.
_NEVER_PARTS = ("laureate", "organization")
_OFTEN_PARTS = ("region/world", "moon/moon")


def is_part(found: Found, cue: Cue) -> bool:
    """Whether a sure cue takes the words and more: `military` in `military budget`, not what stands in its gap."""
    is_inside = cue.start <= found.start and found.end <= cue.end
    is_between = cue.gap[0] <= found.start and found.end <= cue.gap[1]
    is_sure = cue.weight >= SURE
    return is_sure and is_inside and not is_between and cue.end - cue.start > found.n_chars


def unless_swallowed(found: Iterable[Found], cues: Iterable[Cue]) -> Iterator[Found]:
    """What is no mere part of a field's words: the World in 世界遗产, a laureate in 恩格尔系数, the sea in 海外."""
    sure = _in_one_piece(cues)
    for each in found:
        around = [c for c in sure if is_part(each, c)]
        is_inner = any(each.end < c.end for c in around)
        if not (around and _is_such_a_name(each)) and not (is_inner and _is_such_a_class(each)):
            yield each


def uncut(spans: Iterable[Found], names: list[Found], cues: Iterable[Cue]) -> list[Found]:
    """Spans, less those whose end a field's words take where a shorter name stops: 挪威 | 海岸 is no 挪威海."""
    sure = _in_one_piece(cues)

    def is_cut(span: Found) -> bool:
        stops = {n.end for n in names if n.start == span.start and n.end < span.end}
        return any(cue.start in stops and span.end < cue.end for cue in sure)

    return [span for span in spans if not is_cut(span)]


def _in_one_piece(cues: Iterable[Cue]) -> list[Cue]:
    """The sure cues without a gap."""
    return [cue for cue in cues if cue.weight >= SURE and cue.gap[0] == cue.gap[1]]


def _is_such_a_name(found: Found) -> bool:
    thing = found.target
    return isinstance(thing, Entity) and (thing.type in _NEVER_PARTS or thing.id in _OFTEN_PARTS)


def _is_such_a_class(found: Found) -> bool:
    """One character: 海, 江, 山."""
    return isinstance(found.target, EntityClass) and found.n_chars == 1
