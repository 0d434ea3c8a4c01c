"""Our fields under each source's names, and people's words for them."""

from __future__ import annotations

import re
import tomllib

import pytest

from tools.facts.fields import sections
from tools.sources.answers import Unanswered
from tools.sources.vocabulary import NATIVE_FILE, Vocabulary
from tools.types import Reason

TABLE = tomllib.loads(NATIVE_FILE.read_text(encoding="utf-8"))
SCHEMES = [scheme for scheme in TABLE if scheme != "wikidata_units"]
LOOKS = {
    "worldbank": r"[A-Z]{2}(\.[A-Z0-9]{2,4}){2,5}",
    "wikidata": r"P\d+",
    "sec": r"((us-gaap|ifrs-full):)?[A-Z][A-Za-z]+",
    "owid": r"[a-z0-9-]+(/\w+)?",
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_field_is_meant_by_its_id_and_its_label(scheme: str) -> None:
    vocabulary = Vocabulary(scheme)
    for field in vocabulary.fields:
        assert vocabulary.meant(field.id).id == field.id
    labels = [field.label for field in vocabulary.fields]
    assert all(labels)


@pytest.mark.parametrize(("scheme", "look"), LOOKS.items())
def test_native_names_look_as_the_source_writes_them(scheme: str, look: str) -> None:
    vocabulary = Vocabulary(scheme)
    for field in vocabulary.fields:
        for name in vocabulary.meant(field.id).names:
            assert re.fullmatch(look, name), name


@pytest.mark.parametrize("scheme", ["worldbank", "sec", "owid"])
def test_keys_that_are_no_field_of_the_facts_bring_their_own_names(scheme: str) -> None:
    strangers = [key for key in TABLE[scheme] if key not in sections()]
    assert all("also" in TABLE[scheme][key] for key in strangers)


@pytest.mark.parametrize(
    ("scheme", "words", "field"),
    [
        ("worldbank", "GDP per capita", "gdp_per_capita"),
        ("worldbank", "gdp-per-capita", "gdp_per_capita"),
        ("worldbank", "人口", "population"),
        ("sec", "Net Income", "net_income"),
        ("wikidata", "wife", "spouse"),
        ("wikidata", "导师", "doctoral_advisor"),
        ("arxiv", "written by", "authors"),
    ],
)
def test_words_mean_a_field(scheme: str, words: str, field: str) -> None:
    assert Vocabulary(scheme).meant(words).id == field


def test_a_unit_is_ours_unless_the_table_says_otherwise() -> None:
    assert Vocabulary("worldbank").meant("gdp").unit == "USD"
    assert Vocabulary("worldbank").meant("gdp_ppp").unit == "international $"
    assert Vocabulary("worldbank").meant("co2").scale == 6


def test_words_of_several_fields_are_ambiguous() -> None:
    with pytest.raises(Unanswered) as end:
        Vocabulary("nobel").meant("institution")
    assert end.value.failed.reason is Reason.AMBIGUOUS
    assert "affiliation" in end.value.failed.candidates


def test_unknown_words_offer_the_nearest() -> None:
    with pytest.raises(Unanswered) as end:
        Vocabulary("sec").meant("operatng income")
    assert end.value.failed.reason is Reason.UNKNOWN_FIELD
    assert end.value.failed.candidates[0] == "operating_income"
    assert "operating_income" in end.value.failed.detail
