"""What people leave off Chinese names: the word for the kind of a place, the given names of a person."""

from __future__ import annotations

from collections.abc import Iterator

from agent.lexicon.senses import PERSONS
from tools.types import Entity

_KINDS = {
    "river": ("河", "江"),
    "lake": ("水库", "湖"),
    "island": ("岛",),
    "mountain": ("火山", "山", "峰"),
    "desert": ("沙漠",),
}
_SHORTEST = 3
# What belongs to the word for the kind: 夏威夷 | 大岛, 内瓦多 | 雪山, 坎博 | 群岛.
_KIND_GOES_ON = tuple("大小东西南北雪冰火群")


def short_forms_zh(name: str, entity: Entity) -> Iterator[str]:
    """Shorter forms of a Chinese name that still tell enough: 乞力马扎罗山 → 乞力马扎罗, 恩里科·费尔米 → 费尔米."""
    if entity.type in PERSONS:
        surname = name.rpartition("·")[2]
        if surname != name and len(surname) >= _SHORTEST:
            yield surname
    kind = next((k for k in _KINDS.get(entity.type, ()) if name.endswith(k)), "")
    bare = name.removesuffix(kind)
    if kind and len(bare) >= _SHORTEST and not bare.endswith(_KIND_GOES_ON):
        yield bare
