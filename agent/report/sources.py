"""What is known of each source: how it is called, how close to the origin it is, its licence.

Read from `tools/facts/sources.toml`; a name with a colon (`sec:0001628280-25-003063`) is looked up
by what stands before it. An unknown source is reported as unknown, never guessed.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Literal, NamedTuple

from agent.types import Language
from tools.facts.fields import FIELDS_FILE

Tier = Literal["filing", "official", "database", "press", "unknown"]

_TIERS: tuple[Tier, ...] = ("filing", "official", "database", "press", "unknown")
_ZH = {
    "sec": "美国证券交易委员会 10-K 年报",
    "tesla.ir": "特斯拉投资者关系季度表",
    "tesla.deck25q4": "特斯拉2025年第四季度业绩更新",
    "tesla.annual": "特斯拉年度历史数据（取整）",
    "nobel.api2": "诺贝尔奖官方接口第2版",
    "nobel.api21": "诺贝尔奖官方接口第2.1版",
    "nobel.csv25": "诺贝尔奖名单（1901–2025）",
    "worldbank": "世界银行《世界发展指标》",
    "factbook": "《世界概况》（The World Factbook）",
    "mondial": "Mondial 地理数据库",
    "countrycodes": "国家代码表",
    "iea.gevo25": "国际能源署《全球电动汽车展望2025》",
    "owid.gevo26": "Our World in Data（引自国际能源署2026）",
    "oscars": "奥斯卡提名数据表",
    "sp500": "标普500成分股",
    "sp500fin": "标普500财务数据（2026年8月）",
    "yahoo": "特斯拉季度利润表（雅虎财经）",
    "macrotrends": "特斯拉季度营收（Macrotrends）",
    "machsh64": "特斯拉季度基本面数据（2023–2025）",
    "markettrace": "特斯拉基本面数据（MarketTrace）",
    "press": "特斯拉交付量的新闻报道",
    "kr.report": "特斯拉交付量汇编",
    "jpl": "喷气推进实验室卫星参数",
    "nasa": "美国航天局行星数据表",
    "astrodb": "国际航天员数据库",
    "periodic": "元素周期表",
}
_FOUND = ("web", "documents")  # text that a search found: `web:example.org`, `documents:notes.md`
_LICENCES_ZH = {
    "public record": "公开记录",
    "public domain": "公有领域",
    "bare facts": "仅事实",
    "licence unknown": "许可未知",
}


class Source(NamedTuple):
    """A source: `key` is its section in the file."""

    key: str
    label: str
    tier: Tier
    licence: str


@cache
def _sections() -> dict[str, dict[str, str]]:
    text = FIELDS_FILE.with_name("sources.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def source(name: str, lang: Language = "en") -> Source:
    """What is known of a source, in that language."""
    key = name if name in _sections() else name.partition(":")[0]
    section = _sections().get(key)
    if section is None:
        label = name.partition(":")[2] if key in _FOUND else name
        return Source(name, label or name, "unknown", _licence("licence unknown", lang))
    label = _ZH.get(key, section["label"]) if lang == "zh" else section["label"]
    return Source(key, label, _tier(section["tier"]), _licence(section["licence"], lang))


def _tier(text: str) -> Tier:
    return next((tier for tier in _TIERS if tier == text), "unknown")


def _licence(text: str, lang: Language) -> str:
    return _LICENCES_ZH.get(text, text) if lang == "zh" else text


def rank(name: str) -> int:
    """How close to the origin a source is; lower is closer."""
    return _TIERS.index(source(name).tier)
