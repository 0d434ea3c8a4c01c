"""CSV files of the user's: rows by name and time, units in headings, and no other file than those named."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.outcomes import scalar, table
from tests.tools.sources.conftest import FIXTURES, failed
from tools.sources.tables import CsvFiles
from tools.sources.types import Adapter
from tools.types import Entity, Failed, Reason


@pytest.fixture
def files() -> CsvFiles:
    return CsvFiles({"sales.csv": FIXTURES / "sales.csv"})


def one(tmp_path: Path, body: str | bytes, name: str = "own.csv") -> Adapter:
    path = tmp_path / name
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return CsvFiles({name: path})


def test_a_row_goes_by_its_first_column_of_words(files: Adapter) -> None:
    found = scalar(files.get("sales.csv/North", "revenue"))
    assert (found.value, found.unit, found.period) == (Decimal(1_300_000), "USD", "2024Q2")
    assert [fact.period for fact in found.facts] == ["2024Q2", "2024Q1"]
    assert scalar(files.get("sales.csv/north", "Revenue", "2024Q1")).value == Decimal(1_200_000)


def test_a_fact_names_its_file_and_line(files: Adapter) -> None:
    facts = scalar(files.get("sales.csv/South", "remark")).facts
    assert facts[0].entity == Entity("csv:sales.csv/South", "South", "row")
    origin = facts[0].origin
    assert origin is not None
    assert (origin.note, origin.native, origin.url) == ("sales.csv, line 7", "Remark", "")
    assert origin.licence == "the user's own"
    assert str(FIXTURES) not in repr(facts)


def test_rows_that_disagree_are_both_kept(files: Adapter) -> None:
    found = scalar(files.get("sales.csv/South", "revenue"))
    assert found.disagrees
    assert [fact.number for fact in found.facts] == [Decimal(900000), Decimal(950000)]


def test_percentages_and_texts_are_what_they_are(files: Adapter) -> None:
    growth = scalar(files.get("sales.csv/North", "growth"))
    assert (growth.value, growth.unit) == (Decimal(4), "%")
    assert scalar(files.get("sales.csv/North", "remark", "2024Q2")).value == "two\nlines"


def test_a_whole_file_is_a_table(files: Adapter) -> None:
    found = table(files.get("sales.csv", "revenue", "2024Q1"))
    assert [(m.entity.name, m.value) for m in found.measures] == [
        ("North", Decimal(1_200_000)),
        ("South", Decimal(900_000)),
    ]
    assert [m.disagrees for m in found.measures] == [False, True]


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("name;year;tons\nA;2020;7\n", Decimal(7)),
        ("name\tyear\ttons\nA\t2020\t7\n", Decimal(7)),
        ("\ufeffname,year,tons\nA,2020,7\n", Decimal(7)),
        ("名称,年份,tons\nA,2020,7\n".encode("gb18030"), Decimal(7)),
        ("name,year,tons\nA,2020\nA,2021,7,8,9\n", Decimal(7)),
    ],
)
def test_files_come_in_many_dialects(tmp_path: Path, body: str | bytes, value: Decimal) -> None:
    assert scalar(one(tmp_path, body).get("own.csv/A", "tons")).value == value


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    adapter = one(tmp_path, "name,tons\nA,1\n")
    assert scalar(adapter.get("own.csv/A", "tons")).value == Decimal(1)
    (tmp_path / "own.csv").write_text("name,tons\nA,2\n")
    os.utime(tmp_path / "own.csv", (1, 1))
    assert scalar(adapter.get("own.csv/A", "tons")).value == Decimal(2)


@pytest.mark.parametrize(
    "entity", ["/etc/passwd", "../sales.csv", "sales.csv/../../x", "other.csv"]
)
def test_only_the_files_named_can_be_read(files: Adapter, entity: str) -> None:
    failed(files.get(entity, "revenue"), Reason.UNKNOWN_ENTITY)


def test_what_is_not_there_offers_what_is(files: Adapter) -> None:
    none = failed(files.get("sales.csv/North", "revenues"), Reason.UNKNOWN_FIELD)
    assert none.candidates == ("Revenue",)
    assert "it has: Region, Quarter" in none.detail
    assert failed(files.get("sale.csv", "x"), Reason.UNKNOWN_ENTITY).candidates == (
        "csv:sales.csv",
    )
    near = failed(files.get("sales.csv/Norht", "revenue"), Reason.AMBIGUOUS)
    assert near.candidates == ("csv:sales.csv/North",)
    failed(files.get("sales.csv/North", "revenue", "2019"), Reason.NO_VALUE_FOR_PERIOD)


def test_columns_and_rows_are_listed(files: Adapter) -> None:
    columns = files.fields("sales.csv")
    assert not isinstance(columns, Failed)
    assert [column.id for column in columns][:3] == ["Region", "Quarter", "Revenue"]
    rows = files.resolve("south", "en")
    assert not isinstance(rows, Failed)
    assert rows[0].id == "csv:sales.csv/South"
    assert files.check().detail == "sales.csv: 4 rows"


def test_a_file_that_is_gone_or_empty_says_so(tmp_path: Path) -> None:
    missing = CsvFiles({"gone.csv": tmp_path / "gone.csv"})
    assert "No such file" in failed(missing.get("gone.csv/A", "x"), Reason.UNAVAILABLE).detail
    assert not missing.check().is_ok
    failed(one(tmp_path, "").get("own.csv/A", "x"), Reason.EMPTY)
