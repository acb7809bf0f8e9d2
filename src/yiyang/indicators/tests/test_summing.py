"""What counties report is added up to the city's figure once all have reported, and never before."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from conftest import DAZHOU, DAZHU
from yiyang.access.scope import platform
from yiyang.areas.models import Area
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.indicators import actions, reading, summing
from yiyang.indicators.actions import Said
from yiyang.indicators.models import Figure
from yiyang.indicators.tests.test_pages import text

pytestmark = pytest.mark.django_db
LAST = date(2025, 12, 31)
EAST = "达州东部经开区"


def enter(indicator: str, area: int, value: float | None, **more: Any) -> None:
    """A unit of an area reports a figure for the end of the year."""
    with work(platform("test")) as by:
        said = Said(indicator, area, LAST, "台账", value=value, **more)
        actions.enter(by=by, said=said, reason="更正")


def counties() -> tuple[int, ...]:
    """The seven counties of 达州, without its zones."""
    with work(platform("test")):
        parts = summing.parts_of(DAZHOU, LAST)
    assert parts is not None
    assert set(parts.zones) == {"达州高新区", EAST}
    return parts.codes


def of_city(indicator: str) -> Figure | None:
    """The city's figure, and how it came about."""
    with work(platform("test")):
        return reading.figure_of(indicator, DAZHOU, LAST)


def line(indicator: str) -> reading.Line:
    """What is said of the city."""
    with work(platform("test")):
        return next(each for each in reading.board(DAZHOU) if each.indicator.id == indicator)


def test_a_partial_sum_is_told_and_never_the_whole() -> None:
    first, *rest = counties()
    for county in rest:
        enter("beds", county, 100)
    assert of_city("beds") is None
    assert "7 个县（市、区）中 6 个已报（2025-12-31），未报：通川区" in line("beds").why
    enter("beds", first, 50)
    found = of_city("beds")
    assert found is not None
    assert (found.source, found.value) == ("summed", 650)


def test_a_correction_below_moves_the_sum_and_a_withdrawal_takes_it_away() -> None:
    for county in counties():
        enter("beds", county, 100)
    enter("beds", DAZHU, 200)
    found = of_city("beds")
    assert found is not None
    assert found.value == 800
    with work(platform("test")) as by:
        row = reading.figure_of("beds", DAZHU, LAST)
        assert row is not None
        assert row.reported is not None
        actions.withdraw(by=by, reported=row.reported, reason="重报")
    assert of_city("beds") is None


def test_what_the_city_reports_itself_stands_and_the_sum_beside_it() -> None:
    for county in counties():
        enter("beds", county, 100)
    enter("beds", DAZHOU, 720)
    found = line("beds")
    assert found.figure is not None
    assert found.other is not None
    assert (found.figure.source, found.value, found.other.source, found.other.value) == (
        "reported", 720, "summed", 700,
    )  # fmt: skip


def test_a_share_adds_up_by_its_parts_or_not_at_all() -> None:
    for place, county in enumerate(counties()):
        enter("nursing_beds", county, None, numerator=50 + place, denominator=100)
    found = of_city("nursing_beds")
    assert found is not None
    assert (found.numerator, found.denominator) == (371, 700)
    assert found.value == pytest.approx(53)
    enter("nursing_beds", DAZHU, 60)
    assert of_city("nursing_beds") is None
    assert "有的没有报分子、分母，不能汇总" in line("nursing_beds").why


def test_a_zone_is_added_apart_or_lies_in_its_countys_figure() -> None:
    for county in counties():
        enter("beds", county, 100)
    enter("beds", DAZHOU, 30, zone=EAST)
    found = of_city("beds")
    assert found is not None
    assert (found.source, found.value) == ("summed", 730)
    enter("beds", DAZHOU, 30, zone=EAST, within=counties()[1])
    found = of_city("beds")
    assert found is not None
    assert found.value == 700


def test_a_zone_with_a_code_of_its_own_may_lie_in_a_countys_figure_too() -> None:
    codes = counties()
    with work(platform("test")):
        zone = int(Area.objects.get(name="达州高新区").code or 0)
    for county in codes:
        enter("beds", county, 100)
    enter("beds", zone, 40)
    found = of_city("beds")
    assert found is not None
    assert found.value == 740
    enter("beds", zone, 40, within=codes[1])
    found = of_city("beds")
    assert found is not None
    assert found.value == 700


@pytest.mark.parametrize(
    "more", [{"zone": "火星经开区"}, {"zone": EAST, "within": 500151000000}, {"within": DAZHU}, {"zone": "达州高新区"}]
)
def test_a_zone_lies_in_its_city_and_within_one_of_its_counties(more: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        enter("beds", DAZHOU, 30, **more)


def test_the_page_of_the_city_shows_the_sum_its_parts_and_its_zones(grant: Any, logged_in: Any, settings: Any) -> None:
    settings.SECOND_FACTOR = False
    for county in counties():
        enter("beds", county, 100)
    enter("beds", DAZHOU, 30, zone=EAST, within=counties()[1])
    browser = logged_in(grant("爱华", "city_officer", DAZHOU))
    page = text(browser.get("/indicators/beds/?area=511700"))
    assert "汇总 2025-12-31" in page
    assert "达州高新区没有单独填报，按已含在所在县计" in page
    assert f"{EAST} 30 张 （2025-12-31），已含在达川区的数里，不重复相加" in page
    how = text(browser.get(f"/indicators/beds/how/511700/{LAST}/summed/"))
    assert "由下级填报的数相加" in how
    assert "汇总" in text(browser.get("/indicators/"))
    form = text(browser.get("/indicators/reported/enter/"))
    assert EAST in form


def test_why_there_is_no_figure_and_who_has_to_report_it(grant: Any, logged_in: Any, settings: Any) -> None:
    settings.SECOND_FACTOR = False
    page = text(logged_in(grant("爱华", "county_officer", DAZHU)).get("/indicators/lottery_share/"))
    assert "等待财政部门填报" in page
    assert "还没有测量" in line("elders_60").why
