"""Two times: what holds when, and what was known when."""

from __future__ import annotations

from typing import Any

import pytest

from yiyang.registry.identity import person_of
from yiyang.registry.tests.hall import AIHUA, BAOGUO, CHUNLAN, Hall, person_row
from yiyang.registry.tests.test_build import LOW_INCOME, pension, tree


def low(who: str, since: str = "2020-01-01", until: str = "") -> dict[str, str]:
    return {"身份证号": who, "享受开始日期": since, "停止日期": until}


def october(hall: Hall, register: str, rows: list[dict[str, str]]) -> None:
    """Build October with one register beside the police's, and go on to November."""
    hall.police()
    hall.deliver(register, rows)
    hall.build()
    hall.month = "2026-11"
    hall.police()


def times(hall: Hall, register: str) -> list[tuple[Any, ...]]:
    """(valid_from, valid_to, known_from, known_to, state) of the newest snapshot's rows."""
    keys = ("valid_from", "valid_to", "known_from", "known_to", "state")
    return [tuple(row[key] for key in keys) for row in hall.rows(hall.built[-1], register)]


def test_the_same_delivery_on_its_own_result_changes_nothing(hall: Hall) -> None:
    hall.police(person_row(AIHUA), person_row(AIHUA), person_row(BAOGUO, 性别="?"), person_row(CHUNLAN, 登记日期=""))
    hall.deliver("pensions", [pension(AIHUA), pension(AIHUA, since=""), pension(BAOGUO, "?")])
    first, second = hall.build(), hall.build()
    names = [name for name in tree(first.path) if name != "manifest.json"]
    assert {name: tree(first.path)[name] for name in names} == {name: tree(second.path)[name] for name in names}
    later = hall.build("2026-10-20")
    assert tree(first.path)["registers/pensions.parquet"] == tree(later.path)["registers/pensions.parquet"]
    assert later.manifest["registers"]["pensions"]["unchanged"] == 2


def test_what_a_full_register_drops_held_until_the_eve_of_the_month(hall: Hall) -> None:
    october(hall, "pensions", [pension(AIHUA), pension(BAOGUO)])
    hall.deliver("pensions", [pension(BAOGUO)])
    snapshot = hall.build()
    assert snapshot.manifest["registers"]["pensions"]["closed"] == 1
    assert [hall.fact(snapshot, AIHUA, "pension", month) for month in ("2026-10", "2026-11")] == [2, 0]
    assert hall.fact(snapshot, AIHUA, "pension", "2026-11", "2026-11-04") == 2  # as known before the delivery
    assert (20050101, 20261031, 20261105, 99991231, 1) in times(hall, "pensions")


def test_october_as_known_in_october_stays_what_it_was(hall: Hall) -> None:
    october(hall, "pensions", [pension(AIHUA), pension(BAOGUO, "?")])
    then = hall.people(hall.built[0])
    hall.deliver(
        "pensions", [pension(AIHUA, "职工养老", "2004-01-01"), pension(BAOGUO), pension(CHUNLAN, since="2026-09-01")]
    )
    snapshot = hall.build()
    assert hall.people(snapshot, "2026-10", "2026-10-05") == then
    assert [hall.fact(snapshot, who, "pension", "2026-10") for who in (AIHUA, BAOGUO, CHUNLAN)] == [1, 2, 2]


def test_a_new_row_with_a_later_date_takes_over_on_that_day(hall: Hall) -> None:
    october(hall, "pensions", [pension(AIHUA)])
    hall.deliver("pensions", [pension(AIHUA, "职工养老", "2026-10-20")])
    snapshot = hall.build()
    assert [hall.fact(snapshot, AIHUA, "pension", month) for month in ("2026-10", "2026-11")] == [2, 1]


def test_a_row_that_begins_within_the_month_leaves_no_gap(hall: Hall) -> None:
    october(hall, "pensions", [pension(AIHUA)])
    hall.deliver("pensions", [pension(AIHUA, "职工养老", "2026-11-03")])
    snapshot = hall.build()
    assert [hall.fact(snapshot, AIHUA, "pension", month) for month in ("2026-10", "2026-11", "2026-12")] == [2, 2, 1]


def test_a_change_without_a_new_date_holds_from_the_month_on(hall: Hall) -> None:
    october(hall, "pensions", [pension(AIHUA), pension(BAOGUO, since="")])
    hall.deliver("pensions", [pension(AIHUA, "职工养老"), pension(BAOGUO, "职工养老", since="")])
    snapshot = hall.build()
    for who in (AIHUA, BAOGUO):
        assert [hall.fact(snapshot, who, "pension", month) for month in ("2026-10", "2026-11")] == [2, 1]


def test_an_earlier_date_is_a_correction_of_the_past(hall: Hall) -> None:
    october(hall, "pensions", [pension(AIHUA, since="2026-01-01")])
    hall.deliver("pensions", [pension(AIHUA, "职工养老", "2025-01-01")])
    snapshot = hall.build()
    assert [hall.fact(snapshot, AIHUA, "pension", month) for month in ("2025-06", "2026-10", "2026-11")] == [1, 1, 1]


def test_a_mended_row_comes_back_also_for_the_past(hall: Hall) -> None:
    october(hall, "pensions", [pension(AIHUA, "?")])
    hall.deliver("pensions", [pension(AIHUA)])
    snapshot = hall.build()
    assert [hall.fact(snapshot, AIHUA, "pension", month) for month in ("2026-10", "2026-11")] == [2, 2]
    assert hall.fact(snapshot, AIHUA, "pension", "2026-10", "2026-10-05") is None


def test_a_row_that_turned_bad_is_unknown_from_this_month_only(hall: Hall) -> None:
    october(hall, "pensions", [pension(AIHUA)])
    hall.deliver("pensions", [pension(AIHUA, "?")])
    snapshot = hall.build()
    assert [hall.fact(snapshot, AIHUA, "pension", month) for month in ("2026-10", "2026-11")] == [2, None]


def test_a_doubtful_person_who_is_dropped_stays_doubtful_for_the_past(hall: Hall) -> None:
    october(hall, "pensions", [pension(AIHUA, "?"), pension(BAOGUO)])
    hall.deliver("pensions", [pension(BAOGUO)])
    snapshot = hall.build()
    assert [hall.fact(snapshot, AIHUA, "pension", month) for month in ("2026-10", "2026-11")] == [None, 0]
    again = hall.build()
    assert tree(snapshot.path)["registers/pensions.parquet"] == tree(again.path)["registers/pensions.parquet"]


def test_a_second_delivery_of_the_month_corrects_the_first(hall: Hall) -> None:
    october(hall, "pensions", [pension(AIHUA), pension(BAOGUO)])
    hall.deliver("pensions", [pension(AIHUA), pension(BAOGUO), pension(CHUNLAN, since="2001-01-01")])
    hall.build("2026-11-05")
    hall.deliver("pensions", [pension(AIHUA), pension(BAOGUO)])
    for known in ("2026-11-05", "2026-11-09"):  # the same day, or later
        hall.built = hall.built[:2]
        snapshot = hall.build(known)
        assert [hall.fact(snapshot, CHUNLAN, "pension", month) for month in ("2026-10", "2026-11")] == [0, 0]
        assert [hall.fact(snapshot, AIHUA, "pension", month) for month in ("2026-10", "2026-11")] == [2, 2]


def test_a_delta_only_adds_and_the_newest_speaks(hall: Hall) -> None:
    def assessed(level: str, on: str, until: str = "") -> dict[str, str]:
        return {"身份证号": AIHUA, "能力等级": level, "评估日期": on, "有效期至": until}

    october(
        hall,
        "ability_assessments",
        [assessed("轻度失能", "2025-01-10"), assessed("能力完好", "2023-01-10", "2024-12-31")],
    )
    hall.deliver("ability_assessments", [assessed("重度失能", "2026-10-11", "2026-12-31")])
    snapshot = hall.build()
    months = ("2024-12", "2025-01", "2026-10", "2026-11", "2027-01")
    assert [hall.fact(snapshot, AIHUA, "ability", month) for month in months] == [0, None, 1, 3, 1]
    assert snapshot.manifest["registers"]["ability_assessments"]["closed"] == 0


def test_a_good_row_of_a_delta_clears_the_doubt(hall: Hall) -> None:
    october(hall, "ability_assessments", [{"身份证号": AIHUA, "能力等级": "？", "评估日期": "2026-01-10"}])
    hall.deliver("ability_assessments", [{"身份证号": BAOGUO, "能力等级": "0", "评估日期": "2026-01-10"}])
    assert hall.fact(hall.build(), AIHUA, "ability") is None
    hall.deliver("ability_assessments", [{"身份证号": AIHUA, "能力等级": "1", "评估日期": "2026-01-10"}])
    assert [hall.fact(hall.build(), AIHUA, "ability", month) for month in ("2026-10", "2026-11")] == [1, 1]


def test_a_late_death_changes_the_months_since(hall: Hall) -> None:
    october(hall, "police_deaths", [{"身份证号": BAOGUO, "死亡日期": "2026-09-30"}])
    hall.deliver("health_deaths", [{"身份证号": AIHUA, "死亡日期": "2026-09-15"}])
    snapshot = hall.build()
    assert [hall.fact(snapshot, AIHUA, "alive", month) for month in ("2026-09", "2026-10", "2026-11")] == [1, 0, 0]
    assert hall.fact(snapshot, AIHUA, "alive", "2026-10", "2026-11-04") == 1


def test_a_benefit_that_ended_does_not_hold_after_its_last_day(hall: Hall) -> None:
    hall.police()
    hall.deliver("civil_low_income", [low(AIHUA, until="2026-09-30"), low(BAOGUO, until="2026-10-01"), low(CHUNLAN)])
    hall.deliver("civil_destitute", [{"身份证号": "110101194001010000", "供养方式": "集中"}])
    hall.deliver("civil_edge", [{"身份证号": CHUNLAN, "困难类型": "低保边缘"}])
    snapshot = hall.build()
    assert [hall.fact(snapshot, who, "hardship") for who in (AIHUA, BAOGUO, CHUNLAN)] == [0, LOW_INCOME, LOW_INCOME]


def test_who_moved_away_is_gone_from_people_and_who_died_stays_a_month(hall: Hall) -> None:
    october(hall, "police_deaths", [{"身份证号": CHUNLAN, "死亡日期": "2020-01-01"}])
    hall.police(person_row(CHUNLAN))
    hall.deliver("police_deaths", [{"身份证号": AIHUA, "死亡日期": "2026-10-15"}])
    november = hall.build()
    people = hall.people(november)
    assert set(people) == {person_of(CHUNLAN), person_of(AIHUA)}
    assert (people[person_of(AIHUA)]["alive"], people[person_of(AIHUA)]["sex"]) == (0, 1)
    assert set(hall.people(november, "2026-12")) == {person_of(CHUNLAN)}
    assert len(hall.people(november, "2026-10")) == 4


def test_a_register_that_is_not_delivered_again_is_carried_over(hall: Hall) -> None:
    october(hall, "pensions", [pension(AIHUA)])
    snapshot = hall.build()
    assert tree(snapshot.path)["registers/pensions.parquet"] == tree(hall.built[0].path)["registers/pensions.parquet"]
    assert hall.fact(snapshot, AIHUA, "pension") == 2
    assert "pensions" in snapshot.manifest["not_delivered"]
    assert "pensions" not in snapshot.manifest["missing"]


def test_a_person_keeps_his_identity_after_he_left(hall: Hall) -> None:
    october(hall, "pensions", [pension(AIHUA)])
    hall.police(person_row(BAOGUO))
    snapshot = hall.build()
    assert tree(snapshot.path)["identities.parquet"] == tree(hall.built[0].path)["identities.parquet"]


@pytest.mark.parametrize("register", ["pensions", "police_households"])
def test_three_months_on_end_keep_one_row_for_what_never_changed(hall: Hall, register: str) -> None:
    for month in ("2026-10", "2026-11", "2026-12"):
        hall.month = month
        hall.police()
        hall.deliver("pensions", [pension(AIHUA), pension(BAOGUO)])
        hall.build()
    assert {row[2:] for row in times(hall, register)} == {(20261005, 99991231, 0)}
