"""Values however departments write them."""

from __future__ import annotations

import duckdb
import pytest

from yiyang.catalog.facts import load_facts
from yiyang.registry.contracts import Column
from yiyang.registry.fields import careful, quick


def read(column: Column, text: str | None) -> int | None:
    """Both readings, as the registry combines them."""
    facts = load_facts()
    value = f"COALESCE({quick(column, 'raw', facts)}, {careful(column, 'raw', facts)})"
    sql = f"SELECT {value} FROM (SELECT CAST(? AS VARCHAR) AS raw)"
    found: int | None = duckdb.execute(sql, [text]).fetchall()[0][0]
    return found


def column(kind: str, **more: object) -> Column:
    return Column.model_validate({"headers": ["x"], "type": kind} | more)


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-01",
        "2026/10/01",
        "2026/10/1",
        "2026-10-1",
        "20261001",
        "2026年10月1日",
        "2026年10月01日",
        "2026.10.1",
        " 2026-10-01 ",
        "２０２６年１０月１日",
        "2026-10-01 00:00:00",
        "2026/10/1 0:00",
        "2026-10-01T00:00:00",
        "202610",
        "2026-10",
        "2026年10月",
        "46296",
    ],
)
def test_reads_the_first_of_october(text: str) -> None:
    assert read(column("date"), text) == 20261001


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "2026-13-01",
        "20261301",
        "2026101",
        "01/10/2026",
        "昨天",
        "epoch",
        "infinity",
        "today",
        "0",
        "10-01",
    ],
)
def test_refuses_what_is_no_date(text: str) -> None:
    assert read(column("date"), text) is None


@pytest.mark.parametrize("text", ["长期", "永久", "9999-12-31", "99991231"])
def test_an_end_may_be_open(text: str) -> None:
    assert read(column("date", role="valid_to"), text) == 99991231
    assert read(column("date"), "长期") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("是", 1), ("否", 0), ("1", 1), ("0", 0), (" 是 ", 1), ("y", 1), ("√", 1), ("有", 1), ("无", 0), ("也许", None)],
)
def test_reads_yes_and_no(text: str, value: int | None) -> None:
    assert read(column("bool", fact="lonely"), text) == value


def test_reads_codes_by_the_contract() -> None:
    sex = column("enum", fact="sex", codes={"男": "male", "女": "female", "m": "male"})
    assert [read(sex, text) for text in ("男", " 女", "女　", "M", "m", "中", None)] == [0, 1, 1, 0, 0, None, None]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("511724", 511724000000),
        ("511724001", 511724001000),
        ("511724001001", 511724001001),
        (" 511724 ", 511724000000),
        ("５１１７２４", 511724000000),
        ("5117", None),
        ("大竹县", None),
        ("511724001001001", None),
    ],
)
def test_reads_area_codes_of_three_lengths(text: str, code: int | None) -> None:
    assert read(column("area", fact="registered_area"), text) == code


def test_reads_whole_numbers_only() -> None:
    number = column("int")
    assert [read(number, text) for text in ("42", " 42", "４２", "4.5x", "x")] == [42, 42, 42, None, None]
