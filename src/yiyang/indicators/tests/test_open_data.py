"""The catalogue, its files and the calendar: found, downloaded and read by others' tools."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import DAZHU, TONGCHUAN
from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.catalog.publication_schema import Planned
from yiyang.indicators import measuring
from yiyang.indicators.models import PublishedTable
from yiyang.indicators.publication import actions, sdmx
from yiyang.indicators.publication.actions import Wanted
from yiyang.indicators.publication.calendar import due_of, last_over, period_words, standing
from yiyang.indicators.tests.town import MONTH, furnish, measured, scope

pytestmark = pytest.mark.django_db
TABLE, INDICATORS = Wanted(DAZHU, MONTH, ("area", "sex")), Wanted(DAZHU, MONTH, ("indicators",))
ID = "511724-elders_60_area_sex"


@pytest.fixture
def officers(grant: Any, person: Callable[..., Any]) -> tuple[Any, Any]:
    """爱华 makes, 保国 decides."""
    furnish(person)
    measured()
    return scope(grant("爱华", "county_officer", DAZHU)), scope(grant("保国", "county_officer", DAZHU))


def published(officers: tuple[Any, Any], wanted: Wanted) -> PublishedTable:
    """A publication, in force."""
    with work(officers[0]):
        found = actions.order(by=officers[0], wanted=wanted)
    with work(platform("test")):
        actions.make(found)
    with work(officers[1]):
        actions.publish(by=officers[1], table=found)
    return found


def get(name: str, *args: object, **query: str) -> Any:
    """As somebody who is not logged in."""
    return Client().get(reverse(f"portal:{name}", args=args), query)


def test_the_catalogue_lists_what_is_published_and_finds_it(officers: tuple[Any, Any]) -> None:
    assert "还没有公开的统计数据" in get("statistics").content.decode()
    published(officers, TABLE)
    published(officers, INDICATORS)
    page = get("statistics").content.decode()
    assert "共 2 种数据" in page
    assert "大竹县：养老服务指标" in page
    assert "找到 1 种数据" in get("statistics", q="大竹 性别").content.decode()
    assert "没有符合的数据" in get("statistics", q="没有的词").content.decode()
    assert "找到 1 种数据" in get("statistics", kind="indicators").content.decode()


def test_every_version_stays_where_it_is_and_the_newest_has_an_address_of_its_own(officers: tuple[Any, Any]) -> None:
    first = published(officers, TABLE)
    second = published(officers, Wanted(DAZHU, MONTH, TABLE.grouped, correction="补登两人"))
    page = get("statistics_dataset", ID).content.decode()
    assert "更正说明：补登两人" in page
    assert get("statistic_json", first.number).status_code == 200
    latest = get("statistics_latest", ID, ".sdmx.csv")
    assert latest["Location"].endswith(f"{second.number}.sdmx.csv")
    assert Client().get(latest["Location"]).status_code == 200
    assert get("statistics_dataset", "511724-elders_60_age").status_code == 404


def test_the_catalogue_is_told_in_dcat(officers: tuple[Any, Any]) -> None:
    found = published(officers, TABLE)
    answer = get("statistics_json")
    assert answer["Content-Type"].startswith("application/ld+json")
    [told] = json.loads(answer.content)["dcat:dataset"]
    assert told["dct:identifier"] == ID
    assert {each["dct:format"] for each in told["dcat:distribution"]} == {"CSV", "JSON", "CSVW", "SDMX-CSV"}
    address = told["dcat:distribution"][0]["dcat:downloadURL"]["@id"]
    assert address.endswith(f"/portal/statistics/{found.number}.csv")
    assert Client().get(address).status_code == 200
    assert Client().get(reverse("portal:statistics_json"), headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_indicators_are_read_by_everybody(officers: tuple[Any, Any]) -> None:
    found = published(officers, INDICATORS)
    page = get("statistic", found.number, indicator="living_alone_share", area="").content.decode()
    assert "独居" in page
    assert "不公开" in page
    lines = get("statistic_csv", found.number).content.decode().splitlines()
    assert lines[0].startswith("TIME_PERIOD,REF_AREA,REF_AREA_LABEL,INDICATOR")
    csvw = get("statistic_csvw", found.number).json()
    assert [each["name"] for each in csvw["tableSchema"]["columns"]] == lines[0].split(",")


def test_indicators_are_published_of_counties_and_cities_that_were_measured(officers: tuple[Any, Any]) -> None:
    with work(officers[0]):
        found = actions.order(by=officers[0], wanted=Wanted(DAZHU, "2025-01", ("indicators",)))
    with work(platform("test")), pytest.raises(UsageError, match="Nothing was measured"):
        actions.make(found)


def test_an_sdmx_library_reads_tables_and_indicators(officers: tuple[Any, Any]) -> None:
    import pysdmx.io as pysdmx
    from pysdmx.io.pd import PandasDataset

    for wanted, dimension in ((TABLE, "SEX"), (INDICATORS, "INDICATOR")):
        found = published(officers, wanted)
        text = sdmx.as_csv(json.loads(found.body))
        [read] = pysdmx.read_sdmx(io.BytesIO(text.encode()), validate=False).data or []
        assert isinstance(read, PandasDataset)
        assert read.short_urn.endswith(sdmx.flow_of(json.loads(found.body)))
        assert {"FREQ", "REF_AREA", dimension, "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS"} <= set(read.data.columns)
        assert len(read.data) == len(text.splitlines()) - 1


def test_codes_are_written_as_sdmx_allows_them() -> None:
    assert [sdmx.code_of(code) for code in ("60-64", "80+", "_T", "moderate+")] == [
        "Y60T64", "Y_GE80", "_T", "moderate_AND_MORE",
    ]  # fmt: skip


MONTHLY = Planned(title="每月的", grouped=("indicators",), every="month", months_after=1, day=15)
YEARLY = Planned(title="每年的", grouped=("age",), every="year", months_after=3, day=20)


def test_what_is_late_is_told_until_it_is_published() -> None:
    calendar = {"m": MONTHLY, "y": YEARLY}
    today = date(2026, 11, 16)
    first = standing(calendar, {}, "2026-01", today)[0]
    assert (first.month, first.state, first.days_late, first.due) == ("2026-10", "late", 1, date(2026, 11, 15))
    states = {(line.key, line.month): line.state for line in standing(calendar, {"m": {"2026-10"}}, "2026-01", today)}
    assert states == {("m", "2026-10"): "published", ("m", "2026-11"): "ahead", ("y", "2026-12"): "ahead"}


def test_nothing_is_owed_of_a_time_before_anything_was_known() -> None:
    assert [line.state for line in standing({"y": YEARLY}, {}, "2026-03", date(2026, 11, 1))] == ["ahead"]


def test_periods_end_and_are_called_as_people_do() -> None:
    assert last_over("quarter", date(2026, 11, 16)) == "2026-09"
    assert last_over("year", date(2026, 11, 16)) == "2025-12"
    assert due_of(YEARLY, "2025-12") == date(2026, 3, 20)
    assert period_words("quarter", "2026-09") == "2026年第3季度"


def test_whoever_publishes_sees_the_calendar(
    grant: Any, person: Callable[..., Any], settings: Any, logged_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SECOND_FACTOR = False
    furnish(person)
    measured(date(2026, 8, 31))
    monkeypatch.setattr(measuring, "roots", lambda: [DAZHU])
    page = logged_in(grant("爱华", "county_officer", DAZHU)).get(reverse("indicators:calendar")).content.decode()
    assert "养老服务指标" in page
    assert "逾期" in page
    assert f"?area={DAZHU}&amp;month=" in page
    elsewhere = logged_in(grant("春兰", "county_officer", TONGCHUAN)).get(reverse("indicators:calendar"))
    assert "还没有要公开的数据" in elsewhere.content.decode()


def test_programs_ask_for_parts_of_it(officers: tuple[Any, Any], grant: Any, logged_in: Any, settings: Any) -> None:
    settings.SECOND_FACTOR = False
    published(officers, INDICATORS)
    published(officers, TABLE)
    # 春兰 answers for another county: what is published is hers to read as it is everybody's.
    program = logged_in(grant("春兰", "county_officer", TONGCHUAN))
    listed = program.get("/api/v1/open-data", {"limit": 1}).json()
    assert [each["id"] for each in listed["items"]] == [ID]
    [second] = program.get("/api/v1/open-data", {"limit": 1, "cursor": listed["next"]}).json()["items"]
    assert second["releases"][0]["in_force"]
    address = f"/api/v1/open-data/{second['id']}/figures"
    answer = program.get(address, {"indicator": "elders_60", "area": f"{DAZHU:012d}"})
    assert [each["keys"]["indicator"] for each in answer.json()["items"]] == ["elders_60"]
    again = program.get(
        address, {"indicator": "elders_60", "area": f"{DAZHU:012d}"}, headers={"If-None-Match": answer["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    cells = program.get(f"/api/v1/open-data/{ID}/figures", {"limit": 200}).json()["items"]
    assert {*cells[0]["keys"]} == {"period", "area", "sex"}
    assert {each["status"] for each in cells} <= {"A", "Q"}
    assert program.get("/api/v1/open-data", {"cursor": "x"}).status_code == 422
    assert program.get(address, {"month": "1999-01"}).status_code == 404
    assert Client().get(address).status_code == 401
