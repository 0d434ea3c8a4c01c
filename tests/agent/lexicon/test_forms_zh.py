"""Things by the shorter, the further and the ambiguous of their Chinese names."""

from __future__ import annotations

import pytest

from agent.lexicon.forms_zh import short_forms_zh
from agent.link import Linker
from tools.types import Entity, EntityClass, Term, Text


def linked(linker: Linker, question: str) -> list[Term]:
    return [pointer.target for pointer in linker.link(question).pointers]


def ids(linker: Linker, question: str) -> list[str]:
    return [t.id for t in linked(linker, question) if isinstance(t, Entity | EntityClass)]


@pytest.mark.parametrize(
    ("name", "entity_type", "wanted"),
    [
        ("乞力马扎罗山", "mountain", ["乞力马扎罗"]),
        ("喀拉喀托火山", "mountain", ["喀拉喀托"]),
        ("里约热内卢", "city", []),
        ("太湖", "lake", []),
        ("夏威夷大岛", "island", []),
        ("苏布拉马尼扬·钱德拉塞卡", "laureate", ["钱德拉塞卡"]),
        ("汤川秀树", "laureate", []),
    ],
)
def test_a_name_loses_what_people_leave_off(name: str, entity_type: str, wanted: list[str]) -> None:
    assert list(short_forms_zh(name, Entity("x/1", "X", entity_type))) == wanted


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("乞力马扎罗在哪国", "mountain/kilimanjaro"),
        ("密西西比有多长", "river/mississippi"),
        ("马达加斯加的岛屿", "country/MDG"),
        ("婆罗洲比格陵兰小多少", "island/greenland"),
        ("格陵兰人口", "country/GRL"),
        ("日本海岸线多长", "country/JPN"),
        ("日本海有多深", "sea/sea-of-japan"),
        ("欧盟有几个成员国", "org/eu"),
        ("欧盟哪年拿的诺奖", "nobel/881"),
        ("寮国和辛巴威谁的人口多", "country/LAO"),
        ("布劳格哪年拿的和平奖", "nobel/528"),
        ("《七宗罪》提名过奥斯卡吗", "film/tt0114369"),
        ("08年的和平奖给了谁", "prize/peace-2008"),
    ],
)
def test_a_chinese_name_means_what_the_rest_speaks_of(
    linker: Linker, question: str, meant: str
) -> None:
    assert meant in ids(linker, question)


def test_a_comparison_is_of_things_of_one_kind(linker: Linker) -> None:
    assert "island/greenland" in ids(linker, "is Borneo bigger than Greenland")


def test_a_sea_gives_way_to_a_coast(linker: Linker) -> None:
    assert "sea/sea-of-japan" not in ids(linker, "日本海岸线多长")


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("哪些国家用欧元", "euros (EUR)"),
        ("哪些国家主体民族是阿拉伯人", "Arab"),
        ("countries whose main ethnic group is Arab", "Arab"),
        ("联盟11号上的航天员", "Soyuz 11"),
        ("巴黎高师的诺奖得主", "École Normale Supérieure"),
        ("哪些国家的议会只有一院", "unicameral"),
    ],
)
def test_chinese_words_stand_for_values(linker: Linker, question: str, value: str) -> None:
    assert Text(value) in linked(linker, question)


def test_a_people_is_no_value_where_peoples_are_not_asked_about(linker: Linker) -> None:
    assert Text("Chinese") not in linked(linker, "Chinese GDP in 2020")


@pytest.mark.parametrize(
    ("question", "not_meant"),
    [
        ("智利有多少处世界遗产", "region/world"),
        ("智利的恩格尔系数", "nobel/771"),
        ("智利的海外汇款", "sea"),
        ("智利女人里认字的占几成", "laureate"),
    ],
)
def test_parts_of_a_field_s_words_are_nothing_themselves(
    linker: Linker, question: str, not_meant: str
) -> None:
    assert not_meant not in ids(linker, question)
