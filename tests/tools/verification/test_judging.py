"""What a comparison is made with."""

from __future__ import annotations

from tools.facts.fields import load_fields
from tools.types import Entity, Fact
from tools.verification.judging import Target, judge

NATO = Entity("org/nato", "North Atlantic Treaty Organization", "organization")
ICELAND = Entity("country/ISL", "Iceland", "country")


def member_of(text: str) -> tuple[Fact, ...]:
    """One membership of Iceland, as the facts spell it."""
    return (Fact(1, ICELAND, "memberships", text, None, "", "", "factbook"),)


def test_an_organization_is_also_named_by_its_abbreviation() -> None:
    field = next(f for f in load_fields({}) if f.id == "memberships")
    assert judge(field, ICELAND, member_of("NATO"), "=", Target((NATO,))).holds
    assert not judge(field, ICELAND, member_of("OPEC"), "=", Target((NATO,))).holds
    assert Target((NATO,)).names("", "NATO")
