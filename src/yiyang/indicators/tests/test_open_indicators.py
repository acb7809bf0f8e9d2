"""Indicators as open data: a small count is withheld, and nothing that is told gives it away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from conftest import DAZHU, WUMU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.engine.facts import as_int
from yiyang.indicators.datasets import books
from yiyang.indicators.formula import aggregates
from yiyang.indicators.models import Figure, Measurement
from yiyang.indicators.policy import load_indicators
from yiyang.indicators.publication import files, measured, source
from yiyang.indicators.publication.attack import attack
from yiyang.indicators.publication.policy import load_publication
from yiyang.indicators.publication.protecting import check, protect
from yiyang.indicators.publication.rules import Rules
from yiyang.indicators.publication.ways import Way, way_of
from yiyang.indicators.publication.whole_levels import Limits, Part, told

ON = date(2026, 10, 31)
RULES = Rules(least=10, width=5)
THIRD = DAZHU + 103000
ABOUT: dict[str, Any] = {"rules": {"least": 10, "width": 5}, "licence": "x", "note": "y"}
# numerator and denominator by town: the second town has four elders living alone.
ELDERS = {ZHUYANG: 2000, WUMU: 800, THIRD: 500}
ALONE = {ZHUYANG: 300, WUMU: 4, THIRD: 60}


def way(name: str) -> Way:
    """How an indicator is protected."""
    found = load_indicators()[name]
    return way_of(found, aggregates(found, books(), ON), source.groupings(), as_int(ON.replace(day=1)))


def put(name: str, above: Mapping[int, float], below: Mapping[int, float] | None = None, rest: int = 0) -> None:
    """Measured figures of towns and, added up, of the county; `rest`: so many more in no town that is known."""
    per = load_indicators()[name].per
    every = {**above, DAZHU: sum(above.values()) + rest}
    under = {**below, DAZHU: sum(below.values()) + rest} if below else {}
    measurement, _ = Measurement.objects.get_or_create(
        area_code=DAZHU, on=ON, known=ON, state="done", defaults={"ordered_by_name": "test"}
    )
    Figure.objects.bulk_create(
        Figure(
            indicator=name, area_code=code, on=ON, known=ON, source="measured", numerator=number,
            denominator=under.get(code), value=number * per / under[code] if under.get(code) else number,
            size=10**6 if code == DAZHU else 10**3, measurement=measurement,
        )
        for code, number in every.items()
    )  # fmt: skip


def published() -> dict[str, Any]:
    """What would be told of the county's October."""
    with work(platform("test")):
        release = measured.release(DAZHU, ON)
        secured, proof = protect(release.tables, RULES)
        assert check(secured, proof).holds
        found: dict[str, Any] = json.loads(release.tell(secured, ABOUT))
    return found


def figures(told: dict[str, Any], name: str) -> dict[int, dict[str, Any]]:
    """An indicator's figures by area."""
    rows = [dict(zip(told["columns"], row, strict=True)) for row in told["figures"]]
    return {int(row["area"]): row for row in rows if row["indicator"] == name}


@pytest.fixture
def county(db: Any) -> None:
    """Three towns with elders, some of whom live alone."""
    with work(platform("test")):
        put("elders_60", ELDERS)
        put("living_alone_share", ALONE, ELDERS)


@pytest.mark.usefixtures("county")
def test_a_small_count_is_withheld_and_another_with_it() -> None:
    found = figures(published(), "living_alone_share")
    assert found[WUMU]["status"] == "Q"
    assert found[WUMU]["value"] is None
    assert found[WUMU]["numerator"] is None
    assert [code for code, row in found.items() if row["status"] == "Q"] != [WUMU]
    assert (found[DAZHU]["numerator"], found[DAZHU]["status"]) == (364, "A")


@pytest.mark.usefixtures("county")
def test_whoever_has_the_file_does_not_work_it_out() -> None:
    seen = files.read_all(json.dumps(published()))
    assert [each.name for each in seen] == ["elders_60", "living_alone_share"]
    found = attack(seen)
    assert found.hidden > 0
    assert not [each for each in found.closest if each.low < RULES.least]


@pytest.mark.usefixtures("county")
def test_a_complement_is_as_small_as_a_count() -> None:
    with work(platform("test")):
        put("assessed_share", {code: number - (3 if code == THIRD else 100) for code, number in ELDERS.items()}, ELDERS)
    assert figures(published(), "assessed_share")[THIRD]["status"] == "Q"


@pytest.mark.usefixtures("county")
def test_people_of_no_known_town_stand_beside_the_towns() -> None:
    with work(platform("test")):
        put("medical_insured_60", {code: number - 40 for code, number in ELDERS.items()}, ELDERS, rest=0)
        put("visited_monthly", {ZHUYANG: 100, WUMU: 50, THIRD: 40}, {ZHUYANG: 120, WUMU: 70, THIRD: 60}, rest=3)
    told_ = published()
    assert "大竹县未落到乡镇" in [each["label"] for each in told_["areas"]]
    assert figures(told_, "visited_monthly")[DAZHU]["status"] in ("A", "Q")
    # Zeros are told, so they may be worked out.
    assert not [each for each in attack(files.read_all(json.dumps(told_))).closest if each.high > 0 and each.low < 10]


@pytest.mark.usefixtures("county")
def test_a_mean_is_told_of_all_towns_or_of_none() -> None:
    with work(platform("test")):
        put("assessment_days", {ZHUYANG: 900, WUMU: 50, THIRD: 200}, {ZHUYANG: 60, WUMU: 4, THIRD: 20})
    found = figures(published(), "assessment_days")
    assert [found[code]["value"] for code in (ZHUYANG, WUMU, THIRD)] == [None, None, None]
    assert found[DAZHU]["value"] is not None


@pytest.mark.usefixtures("county")
def test_money_is_not_told_where_nobody_knows_whose_it_is() -> None:
    with work(platform("test")):
        put("entitled_year_yuan", {ZHUYANG: 1_234_567, WUMU: 90_000, THIRD: 400_000})
    assert {row["value"] for row in figures(published(), "entitled_year_yuan").values()} == {None}


def test_a_level_is_told_whole_or_not_at_all() -> None:
    up = {1: None, 10: 1, 11: 1, 100: 10, 101: 10, 110: 11}
    parts = {code: Part(50) for code in up} | {101: Part(4)}
    assert told(parts, up.get, Limits(), lambda code: True) == {1, 10, 11, 110}
    assert told(parts | {110: Part(50, 0.8)}, up.get, Limits(), lambda code: True) == {1, 10, 11}
    assert told(parts | {1: Part(3)}, up.get, Limits(), lambda code: True) == set()


@pytest.mark.parametrize(
    ("name", "dimension", "code"),
    [
        ("share_80", "age", "80+"), ("elders_65", "age", "65+"), ("living_alone_share", "living_arrangement", "alone"),
        ("economic_hardship_share", "hardship", "economic"), ("moderately_disabled_elders", "ability", "moderate+"),
        ("assessed_share", "ability", "assessed"), ("family_doctor_60", "family_doctor_60", "in"),
    ],
)  # fmt: skip
def test_what_tables_count_too_is_the_same_cell(name: str, dimension: str, code: str) -> None:
    [cells] = way(name).tables
    assert cells.codes is not None
    assert (cells.universe, cells.codes.name, cells.codes.codes[1]) == (source.UNIVERSE, dimension, code)


def test_a_denominator_is_a_cell_among_all_elders() -> None:
    [cells] = way("health_managed_65").tables
    assert cells.codes is not None
    assert (cells.codes.name, cells.codes.codes[1]) == ("age", "65+")
    assert len(cells.codes.leaves) == 3


def test_every_measured_indicator_has_a_way() -> None:
    rules = {each.id: way(each.id).rule for each in load_indicators().values() if each.measure and _of_people(each.id)}
    assert {name for name, rule in rules.items() if rule == "levels"} == {
        "assessment_days", "grant_days", "entitled_year_yuan",
    }  # fmt: skip


def _of_people(name: str) -> bool:
    return name != "villages_with_visitor"


def test_what_is_said_to_count_things_is_reported() -> None:
    known = load_indicators()
    assert all(known[name].reported is not None for name in load_publication().things)
