"""Reported figures keep their history; a sheet goes in whole or not at all, and twice is once."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from django.core.exceptions import PermissionDenied

from conftest import DAZHU, WUMU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.indicators import actions, reading, sheets
from yiyang.indicators.actions import Said
from yiyang.indicators.models import Figure, Reported
from yiyang.indicators.tests.town import TODAY, scope

pytestmark = pytest.mark.django_db
LAST = date(2025, 12, 31)


@pytest.fixture
def officer(grant: Any) -> Any:
    """爱华 enters for the county."""
    return scope(grant("爱华", "county_officer", DAZHU))


def say(value: float | None = None, **more: Any) -> Said:
    given: dict[str, Any] = {"indicator": "nursing_beds", "area": DAZHU, "on": LAST, "source": "台账", "value": value}
    return Said(**(given | more))


def enter(by: Any, said: Said, reason: str = "") -> tuple[Reported, bool]:
    with work(by):
        return actions.enter(by=by, said=said, reason=reason)


def shown() -> Figure | None:
    with work(platform("test")):
        return reading.figure_of("nursing_beds", DAZHU, LAST)


def test_a_value_follows_from_its_parts_and_must_agree_with_them(officer: Any) -> None:
    made, is_new = enter(officer, say(numerator=1620, denominator=3000))
    assert (is_new, made.value) == (True, 54)
    figure = shown()
    assert figure is not None
    assert (figure.source, figure.value, figure.numerator) == ("reported", 54, 1620)
    with pytest.raises(UsageError, match="not what its parts give"):
        enter(officer, say(60, numerator=1620, denominator=3000, on=LAST - timedelta(days=365)))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"value": 101}, "不能超过"),
        ({"value": None}, "请填数值"),
        ({"numerator": 5}, "一起填"),
        ({"on": TODAY + timedelta(days=2)}, "今天之后"),
        ({"source": " "}, "来源"),
        ({"value": float("nan")}, "不能为负"),
    ],
)
def test_what_cannot_be_is_refused(officer: Any, more: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as found:
        enter(officer, say(**({"value": 50} | more)))
    assert said in found.value.zh


def test_a_correction_needs_a_reason_and_keeps_what_was_said(officer: Any) -> None:
    first, _ = enter(officer, say(50))
    assert enter(officer, say(50)) == (first, False)
    with pytest.raises(UsageError, match="needs a reason"):
        enter(officer, say(52))
    second, _ = enter(officer, say(52), "漏计一家")
    with work(platform("test")):
        rows = list(Reported.objects.order_by("id").values_list("state", "value", "replaced_by"))
    assert rows == [("replaced", 50, second.pk), ("in_force", 52, None)]
    figure = shown()
    assert figure is not None
    assert figure.value == 52
    with work(officer):
        actions.withdraw(by=officer, reported=second, reason="口径不对")
    assert shown() is None


def test_who_enters_elsewhere_is_refused(grant: Any) -> None:
    by = scope(grant("保国", "township_clerk", ZHUYANG))
    with pytest.raises(PermissionDenied):
        enter(by, say(50, area=WUMU))
    with pytest.raises(PermissionDenied):
        enter(scope(grant("春兰", "reviewer", DAZHU)), say(50))


def sheet(*rows: tuple[Any, ...]) -> bytes:
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet()
    for line, cells in enumerate([sheets.HEADS, *rows]):
        for place, cell in enumerate(cells):
            page.write(line, place, cell)
    book.close()
    return out.getvalue()


def row(
    indicator: str = "nursing_beds", area: str = "511724", on: str = "2025-12-31", value: Any = 55
) -> tuple[Any, ...]:
    return (indicator, "", "%", area, "", on, "", "", value, "台账", "", "")


def take(by: Any, body: bytes) -> sheets.Taken:
    with work(by):
        return sheets.take(by=by, body=body)


def test_the_same_sheet_twice_changes_nothing(officer: Any) -> None:
    body = sheet(row(), row("beds", value=4900))
    assert (take(officer, body).entered, take(officer, body).same) == (2, 2)
    with work(platform("test")):
        assert Reported.objects.count() == 2


def test_a_sheet_with_one_fault_goes_in_not_at_all_and_says_which_row(officer: Any) -> None:
    body = sheet(row(), row("no_such"), row(area="51x"), row(on="去年"), row("beds", value="多"), row(area="510000"))
    found = take(officer, body)
    assert found.entered == 0
    assert [(each.row, each.column) for each in found.faults] == [
        (3, "指标编号"), (4, "区划代码"), (5, "统计日期"), (6, "数值"), (7, "区划代码"),
    ]  # fmt: skip
    with work(platform("test")):
        assert not Reported.objects.exists()


def test_the_empty_sheet_can_be_filled_and_brought_back_and_another_file_cannot(officer: Any) -> None:
    with work(officer):
        assert take(officer, sheets.template(DAZHU, LAST)).faults == []
    with pytest.raises(UsageError, match="no readable workbook"):
        take(officer, b"no workbook")
