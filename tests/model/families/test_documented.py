"""The page on checkpoints names every family, its numbers and every option."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from model.families import dream, fast_dllm, llada, llada2, nbdiff, sdar
from model.families.facts import Told
from model.families.table import FAMILIES

PAGE = (Path(__file__).parents[3] / "docs/checkpoints.md").read_text(encoding="utf-8")
ROWS = {
    name: line
    for line in PAGE.splitlines()
    if line.startswith("| `")
    for name in line.split("|")[1].replace("`", "").replace(",", " ").split()
}


def test_every_family_and_option_has_a_line() -> None:
    names = {family.name for family in FAMILIES} | {field.name for field in fields(Told)}
    assert ROWS.keys() == names


@pytest.mark.parametrize("family", [sdar, fast_dllm, llada2, nbdiff, llada, dream])
def test_the_page_has_the_tables_mask_ids(family: Any) -> None:
    masks = {str(mask) for mask in family.MASKS.values()}
    assert masks == {ROWS[family.FAMILY.name].split("|")[5].strip()}
