"""Rows without a usable id number: what they leave behind, and how a decided link makes good rows of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from yiyang.base.errors import SnapshotError
from yiyang.registry.build import build
from yiyang.registry.identity import hash_sql, person_of
from yiyang.registry.snapshot import Snapshot
from yiyang.registry.tests.hall import AIHUA, BAOGUO, CHUNLAN, ZHUYANG, Hall, ask, person_row
from yiyang.registry.unidentified import person_of_row

ALONE = 1  # index in the values of `living_arrangement`


def survey(id_number: str = "", **changes: str) -> dict[str, str]:
    """A row of the townships' survey about 春兰, her number left out."""
    row = {
        "身份证号码": id_number,
        "姓名": "春兰",
        "性别": "女",
        "出生日期": "1955-06-30",
        "联系电话": "138 0000 0003",
        "家庭住址": "竹阳街道1组9号",
        "居住状况": "独居",
        "是否孤寡": "否",
        "现住地区划代码": ZHUYANG,
        "摸排日期": "2026-09-01",
    }
    return row | changes


def snap(hall: Hall, *rows: dict[str, str], links: Path | None = None, name: str = "s", **more: Any) -> Snapshot:
    """Build the month with these rows of the survey."""
    hall.police()
    hall.deliver("township_living", list(rows))
    known = date.fromisoformat(f"{hall.month}-05")
    collected = hall.root / f"{name}-rows"
    return build(hall.folder, known=known, out=hall.root / name, links=links, unidentified_out=collected, **more)


def collected(hall: Hall, name: str = "s") -> list[dict[str, Any]]:
    return ask(f"SELECT * FROM read_parquet('{hall.root}/{name}-rows/unidentified.parquet') ORDER BY source_row")


def decide(hall: Hall, key: int, person: int, register: str = "township_living") -> Path:
    """A file with one decided link."""
    path = hall.root / "links.parquet"
    link = f"SELECT '{register}' AS register, {key}::BIGINT AS row_key, {person}::BIGINT AS person"
    duckdb.execute(f"COPY ({link}) TO '{path}' (FORMAT parquet)")
    return path


def test_collecting_changes_nothing_in_the_snapshot(hall: Hall) -> None:
    collecting = snap(hall, survey(), survey(AIHUA, 姓名="爱华"))
    plain = build(hall.folder, known=date(2026, 10, 5), out=hall.root / "plain")
    assert plain.manifest == collecting.manifest


def test_a_row_leaves_what_it_tells_of_its_person(hall: Hall) -> None:
    snap(hall, survey(), survey(CHUNLAN))
    (row,) = collected(hall)
    told = {k: row[k] for k in ("register", "source_row", "id_text", "name", "sex", "birth", "area", "only_id")}
    assert told == {
        "register": "township_living",
        "source_row": 2,
        "id_text": None,
        "name": "春兰",
        "sex": 1,
        "birth": 19550630,
        "area": int(ZHUYANG),
        "only_id": True,
    }
    contacts = ask(f"SELECT * FROM read_parquet('{hall.root}/s-rows/contacts.parquet')")
    assert contacts == [{"person": person_of(CHUNLAN), "phone": "138 0000 0003", "address": "竹阳街道1组9号"}]


def test_keeps_a_day_that_only_the_lunar_calendar_has(hall: Hall) -> None:
    snap(hall, survey(出生日期="1955年2月30日"))
    assert collected(hall)[0]["birth"] == 19550230


def test_the_key_does_not_hang_on_file_row_blanks_or_facts(hall: Hall) -> None:
    snap(hall, survey(), name="a")
    snap(hall, survey(AIHUA, 姓名="爱华"), survey(姓名="春 兰", 居住状况="空巢", 摸排日期="2026-10-01"), name="b")
    snap(hall, survey(联系电话="13800000004"), name="c")
    first, same, other = (collected(hall, name)[0]["key"] for name in "abc")
    assert first == same
    assert first != other


def test_a_row_that_tells_nothing_but_a_name_has_no_key(hall: Hall) -> None:
    snap(hall, survey(出生日期="", 联系电话="", 家庭住址=""))
    assert collected(hall) == []


def test_a_linked_row_is_a_good_row_of_its_person(hall: Hall) -> None:
    before = snap(hall, survey(), survey(AIHUA, 姓名="爱华"))
    assert hall.fact(before, CHUNLAN, "living_arrangement") != ALONE
    links = decide(hall, collected(hall)[0]["key"], person_of(CHUNLAN))
    after = snap(hall, survey(), survey(AIHUA, 姓名="爱华"), links=links, name="t")
    about = after.manifest["registers"]["township_living"]
    assert [about[k] for k in ("in", "kept", "merged", "quarantined", "linked")] == [2, 2, 0, 0, 1]
    assert hall.fact(after, CHUNLAN, "living_arrangement") == ALONE
    assert hall.quarantine(after) == []


def test_a_decision_holds_in_the_next_month(hall: Hall) -> None:
    snap(hall, survey())
    links = decide(hall, collected(hall)[0]["key"], person_of(CHUNLAN))
    october = snap(hall, survey(), links=links, name="t")
    hall.month = "2026-11"
    november = snap(hall, survey(AIHUA, 姓名="爱华"), survey(), links=links, name="n", previous=october.path)
    about = november.manifest["registers"]["township_living"]
    assert (about["linked"], about["unchanged"], about["new"]) == (1, 1, 1)
    assert hall.fact(november, CHUNLAN, "living_arrangement") == ALONE


def test_a_linked_row_with_another_fault_stays_in_quarantine_and_makes_a_doubt(hall: Hall) -> None:
    row = survey(居住状况="其他")
    snap(hall, row)
    assert collected(hall)[0]["only_id"] is False
    links = decide(hall, collected(hall)[0]["key"], person_of(CHUNLAN))
    after = snap(hall, row, links=links, name="t")
    about = after.manifest["registers"]["township_living"]
    assert (about["kept"], about["quarantined"], about["doubtful_people"]) == (0, 1, 1)
    assert [line["field"] for line in hall.quarantine(after)] == ["居住状况"]


def test_a_link_of_another_register_does_not_hold(hall: Hall) -> None:
    snap(hall, survey())
    links = decide(hall, collected(hall)[0]["key"], person_of(CHUNLAN), register="civil_low_income")
    assert snap(hall, survey(), links=links, name="t").manifest["registers"]["township_living"]["linked"] == 0


def test_a_person_without_any_number_has_the_key_of_his_row(hall: Hall) -> None:
    snap(hall, survey(姓名="无名氏"))
    key = collected(hall)[0]["key"]
    person = person_of_row(key)
    assert ask(f"SELECT {hash_sql(repr('R') + f' || {key}')} AS p") == [{"p": person}]
    october = snap(hall, survey(姓名="无名氏"), links=decide(hall, key, person), name="t")
    found = ask(
        f"SELECT id_number, name FROM read_parquet('{october.path}/identities.parquet') WHERE person = {person}"
    )
    assert found == [{"id_number": None, "name": "无名氏"}]
    hall.month = "2026-11"
    links = decide(hall, key, person)
    november = snap(hall, survey(姓名="无名氏"), links=links, name="n", previous=october.path)
    assert len(hall.rows(november, "township_living")) == 1
    people = ask(f"SELECT person FROM read_parquet('{november.path}/identities.parquet') WHERE person = {person}")
    assert len(people) == 1


def test_a_household_row_linked_to_a_new_person_makes_him_one_of_the_people(hall: Hall) -> None:
    nameless = person_row("", 姓名="无名氏", 出生日期="1950-01-02")
    hall.deliver("police_households", [person_row(BAOGUO), nameless])
    rows = hall.root / "rows"
    build(hall.folder, known=date(2026, 10, 5), out=hall.root / "a", unidentified_out=rows)
    (row,) = ask(f"SELECT key FROM read_parquet('{rows}/unidentified.parquet')")
    links = decide(hall, row["key"], person_of_row(row["key"]), register="police_households")
    made = build(hall.folder, known=date(2026, 10, 5), out=hall.root / "b", links=links)
    assert hall.people(made)[person_of_row(row["key"])]["birth_date"] == 19500102


def test_refuses_a_row_that_is_linked_to_two_persons(hall: Hall) -> None:
    path = hall.root / "links.parquet"
    two = "SELECT 'pensions' AS register, 1::BIGINT AS row_key, unnest([2, 3])::BIGINT AS person"
    duckdb.execute(f"COPY ({two}) TO '{path}' (FORMAT parquet)")
    hall.police()
    with pytest.raises(SnapshotError, match="two persons"):
        build(hall.folder, known=date(2026, 10, 5), out=hall.root / "s", links=path)


def test_refuses_a_file_that_holds_no_links(hall: Hall) -> None:
    hall.police()
    with pytest.raises(SnapshotError, match="lacks the columns"):
        build(hall.folder, known=date(2026, 10, 5), out=hall.root / "s", links=hall.root / "nothing.parquet")
