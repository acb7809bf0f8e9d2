"""The tree of areas, its ranges and its tables."""

from __future__ import annotations

import pytest

from yiyang.areas import logic, tables
from yiyang.base.errors import UsageError

DAZHU, DAZHOU, ZONE = 511724000000, 511700000000, 511771000000


def test_a_code_knows_its_level_and_its_range() -> None:
    cases = {
        0: ("nation", 10**12),
        510000000000: ("province", 520000000000),
        DAZHOU: ("city", 511800000000),
        DAZHU: ("county", 511725000000),
        511724001000: ("town", 511724002000),
        511724001001: ("village", 511724001002),
    }
    for code, (level, high) in cases.items():
        assert logic.level(code) == level
        assert logic.span(code) == (code, high)


def test_every_area_but_the_nation_lies_within_its_parent() -> None:
    for code, area in logic.tree().items():
        assert logic.level(code) == area.level or area.kind == "nation"
        above = logic.parent(code)
        assert above is None if code == 0 else (above in logic.tree() and logic.within(code, above))


def test_counts_of_towns_and_villages_are_those_published() -> None:
    for code, towns, villages in ((DAZHOU, 200, 2283), (360200000000, 59, 718), (500151000000, 28, 333)):
        assert len(logic.descendants(code, "town")) == towns
        assert len(logic.descendants(code, "village")) == villages


def test_names_read_from_the_province_down_without_placeholders() -> None:
    assert logic.full_name(500151000000) == "重庆市铜梁区"
    assert logic.full_name(DAZHU) == "四川省达州市大竹县"
    assert logic.name(511400000000) == "眉山市"
    assert logic.full_name(0) == "全国"
    assert logic.name(511724999999).startswith("大竹县")


def test_the_development_zone_is_a_county_without_towns() -> None:
    zone = logic.find(ZONE)
    assert zone
    assert zone.level == "county"
    assert zone.kind == "development_zone"
    assert not logic.children(ZONE)
    assert zone in logic.children(DAZHOU)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("511724", DAZHU),
        ("511724001", 511724001000),
        ("511724001001", 511724001001),
        ("5117", DAZHOU),
        (" 511724 ", DAZHU),
        (511724, DAZHU),
    ],
)
def test_codes_are_normalised_to_twelve_digits(text: str, code: int) -> None:
    assert logic.normalise(text) == code


@pytest.mark.parametrize("text", ["", "51172", "大竹", "５１１７２４", "-11724", "5117240000000"])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        logic.normalise(text)


def test_an_area_may_be_required_by_code_or_name() -> None:
    assert logic.require("大竹县").code == DAZHU
    assert logic.require("511724").code == DAZHU
    for text in ("511799", "不存在县"):
        with pytest.raises(UsageError):
            logic.require(text)
    with pytest.raises(UsageError) as ambiguous:
        logic.require("鼓楼区")
    assert len(ambiguous.value.problems) > 1


def test_codes_of_renamed_counties_lead_to_today() -> None:
    for old, now in (
        (513021, 511703),
        (511721, 511703),
        (513029, 511724),
        (513001, 511702),
        (500224, 500151),
        (362332, 360281),
    ):
        assert logic.current(logic.normalise(old)) == logic.normalise(now)
    assert logic.current(DAZHU) == DAZHU
    town = logic.children(511703000000)[0].code
    assert logic.current(511721000000 + town % 10**6) == town
    assert logic.current(511721999999) == 511703000000


def test_a_code_that_the_table_lacks_is_near_the_area_above() -> None:
    town = logic.children(DAZHU)[0].code
    assert logic.nearest(town + 999) == town
    assert logic.nearest(110101001001) == 110101000000
    assert logic.has_villages(town)
    assert not logic.has_villages(110101001001)


def test_every_former_code_leads_to_an_area_that_exists() -> None:
    assert all(logic.find(code) for code in logic.former_codes().values())


def test_census_of_the_counties_adds_up_to_the_printed_totals() -> None:
    units = tables.census_elders()
    assert units[DAZHOU].elders == 1_204_411
    assert units[500151000000].elders == 178_860
    for area in (DAZHOU, 360200000000, 500000000000, 510000000000, 360000000000, 0):
        parts = tables.census_units(area)
        for age in (55, *tables.ELDER_GROUPS):
            assert sum(u.male[age] for u in parts) == units[area].male[age]
            assert sum(u.female[age] for u in parts) == units[area].female[age]


def test_both_census_tables_agree_and_have_names() -> None:
    for (code, sex), groups in tables.census().items():
        unit = tables.census_elders()[code]
        assert all(groups[age] == (unit.male if sex == "M" else unit.female)[age] for age in (55, *tables.ELDER_GROUPS))
    assert sum(tables.census()[DAZHOU, "M"].values()) + sum(tables.census()[DAZHOU, "F"].values()) == 5_385_422
    assert all(logic.find(code) for code in tables.census_elders())


def test_boundaries_cover_the_counties_that_have_a_polygon() -> None:
    codes = {f["properties"]["code"] for f in tables.boundaries(DAZHOU)["features"]}
    assert codes == {str(a.code)[:6] for a in logic.counties(DAZHOU)} - {"511771"}
    assert len(tables.boundaries(360200000000)["features"]) == 4
    assert not tables.boundaries(110000000000)["features"]
