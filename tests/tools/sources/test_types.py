"""Addresses and fields as people and models write them, and the registry that leads them to a source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.sources.types import (
    MAX_CHARS,
    Address,
    Asked,
    Candidate,
    Finding,
    Found,
    Registry,
    read_address,
    read_field,
)
from tools.types import Failed, FieldRef, Reason, Scalar


class Echo:
    """A source that says what it was asked."""

    id, name, licence, homepage = "echo", "Echo", "none", "https://echo.example"

    def fields(self, entity: str = "") -> tuple[FieldRef, ...] | Failed:
        return ()

    def resolve(self, text: str, lang: str) -> tuple[Candidate, ...] | Failed:
        return ()

    def get(self, entity: str, field: str, period: str | None = None) -> Found | Failed:
        return Scalar(f"{entity}|{field}|{period}")

    def check(self) -> Finding:
        return Finding("echo", True, "heard")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("wikidata:Q937", Address("wikidata", "Q937")),
        (" SEC : TSLA ", Address("sec", "TSLA")),
        ("wikipedia:en:Oslo", Address("wikipedia", "en:Oslo")),
        ("arxiv:hep-th/9901001", Address("arxiv", "hep-th/9901001")),
    ],
)
def test_an_address_is_a_scheme_and_an_entity(text: str, address: Address) -> None:
    assert read_address(text) == address


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Oslo", "'Oslo' has no scheme; write scheme:entity"),
        ("wikidata:", "nothing stands behind the colon of 'wikidata:'"),
        (":Q937", "'' before the colon of ':Q937' is no scheme"),
        ("two words:Q937", "'two words' before the colon"),
        ("", "'' has no scheme"),
    ],
)
def test_a_bad_address_says_what_is_wrong_where(text: str, said: str) -> None:
    failed = read_address(text)
    assert isinstance(failed, Failed)
    assert failed.reason is Reason.BAD_EXPRESSION
    assert said in failed.detail


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("revenue:FY2024", Asked("revenue", "FY2024")),
        ("revenue: q3 2025", Asked("revenue", "2025Q3")),
        ("population", Asked("population")),
        ("人口:2023年", Asked("人口", "2023")),
        ("us-gaap:Assets", Asked("us-gaap:Assets")),
        ("us-gaap:Assets:2024-12-31", Asked("us-gaap:Assets", "2024-12-31")),
        ("table:2", Asked("table:2")),
        ("section:Early life", Asked("section:Early life")),
    ],
)
def test_a_field_may_carry_a_period(text: str, asked: Asked) -> None:
    assert read_field(text) == asked


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("revenue:20244", "'20244' at character 9 of 'revenue:20244' is no period"),
        ("revenue:FY24", "'FY24' at character 9"),
        ("revenue:2024Q5", "'2024Q5' at character 9"),
        ("revenue:2024-13", "write 2024, FY2025"),
        ("revenue:", "nothing stands behind the last colon"),
        (":2024", "nothing stands before the colon"),
        ("", "the field is empty"),
    ],
)
def test_a_bad_field_says_what_is_wrong_where(text: str, said: str) -> None:
    failed = read_field(text)
    assert isinstance(failed, Failed)
    assert said in failed.detail


@given(st.text(max_size=2 * MAX_CHARS))
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    assert isinstance(read_address(text), Address | Failed)
    assert isinstance(read_field(text), Asked | Failed)


def test_the_registry_leads_to_the_source() -> None:
    registry = Registry((Echo(),))
    assert registry.get("echo:Oslo", "population:2023") == Scalar("Oslo|population|2023")
    assert registry.get("echo:Oslo", "population:2023", "2020") == Scalar("Oslo|population|2020")
    assert registry.is_address("Echo: Oslo")
    assert not registry.is_address("Oslo")
    assert not registry.is_address("note: Oslo")
    assert registry.check() == (Finding("echo", True, "heard"),)


def test_an_unknown_scheme_offers_the_nearest() -> None:
    failed = Registry((Echo(),)).get("ehco:Oslo", "population")
    assert isinstance(failed, Failed)
    assert failed.candidates == ("echo:",)
    assert "known: echo" in failed.detail


def test_a_bad_field_asks_no_source() -> None:
    assert isinstance(Registry((Echo(),)).get("echo:Oslo", "population:20x"), Scalar)
    assert isinstance(Registry((Echo(),)).get("echo:Oslo", "population:20244"), Failed)
    assert isinstance(Registry((Echo(),)).get("Oslo", "population"), Failed)
