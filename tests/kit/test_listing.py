"""Lists: pages by key meet every row once in either direction, counts are bounded, filters refuse what cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import RequestFactory

from yiyang.areas.models import Area
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.paging import bounded_count, page_of

pytestmark = pytest.mark.django_db
DAZHU, WUMU = 511724000000, 511724101000


def below(code: int, size: int) -> QuerySet[Any]:
    return Area.objects.filter(code__gte=code, code__lt=code + size)


@pytest.fixture
def ended(as_platform: None) -> None:
    """Some areas with and some without an end, so that NULL stands between the pages."""
    below(WUMU, 8).update(valid_to="2026-01-01")
    below(WUMU + 100, 5).update(valid_to="2025-01-01")


class Areas(Table):
    name, title, order = "areas", "区划", "code"
    columns = (
        Column("name", "名称", is_link=True),
        Column("code", "区划代码", kind="code", sort="code"),
        Column("level", "级别", sort="level"),
        Column("parent", "上级", value="parent.name", is_hidden=True),
        Column("pk", "编号", kind="number"),
    )
    filters = (
        Filter("name", "名称", lookup="name__contains"),
        Filter("level", "级别", choices=(("town", "乡级"), ("village", "村级"))),
        Filter("since", "设立不早于", lookup="valid_from__gte", kind="date"),
        Filter("month", "月份", kind="month", lookup=lambda rows, value: rows.filter(name=value)),
    )
    size = 7

    def row_url(self, row: Any) -> str:
        return f"/areas/{row.pk}"


def areas(cookies: dict[str, str] | None = None, **get: str) -> Areas:
    request = RequestFactory().get("/areas/", get)
    request.COOKIES.update(cookies or {})
    return Areas(request, below(DAZHU, 10**6))


@pytest.mark.parametrize("order", ["code", "-code", "name", "-name", "level", "-level", "valid_to", "-valid_to", "pk"])
def test_walking_forth_and_back_meets_every_row_once(ended: None, order: str) -> None:
    rows = below(WUMU, 1000)
    direction = (lambda name: f"-{name}") if order.startswith("-") else (lambda name: name)
    expected = list(rows.order_by(order, direction("pk")).values_list("pk", flat=True))
    forth: list[int] = []
    page = page_of(rows, (order,), size=5)
    last = page
    while page.rows:
        forth += [row.pk for row in page.rows]
        last = page
        if not page.after:
            break
        page = page_of(rows, (order,), after=page.after, size=5)
    assert forth == expected
    back: list[int] = []
    page = last
    while page.before:
        page = page_of(rows, (order,), before=page.before, size=5)
        back = [row.pk for row in page.rows] + back
    assert back == expected[: len(back)]
    assert len(back) >= len(expected) - 5


def test_a_forged_cursor_shows_the_first_page(db: None) -> None:
    assert page_of(below(DAZHU, 10**6), ("code",), after="forged", size=3).rows[0].code == DAZHU


def test_a_row_that_left_the_list_still_marks_the_place(as_platform: None) -> None:
    first = page_of(below(WUMU, 1000), ("code",), size=3)
    shorter = below(WUMU, 1000).exclude(pk=first.rows[-1].pk)
    after = page_of(shorter, ("code",), after=first.after, size=3)
    assert after.rows[0].code > first.rows[-1].code


def test_counts_no_further_than_the_bound(db: None) -> None:
    rows = below(DAZHU, 10**6)
    assert bounded_count(rows, 10) == (10, True)
    assert bounded_count(rows, 10**6) == (rows.count(), False)


def test_orders_only_by_columns_that_allow_it(db: None) -> None:
    assert areas(sort="-level").sort == "-level"
    assert areas(sort="name").sort == "code"
    assert areas(sort="parent__created_by__password").sort == "code"


def test_a_filter_narrows_and_stays_in_the_links(db: None) -> None:
    table = areas(level="town")
    assert {row.level for row in table.page.rows} == {"town"}
    assert "level=town" in table.after_query
    assert table.filter_query == "level=town"


@pytest.mark.parametrize("wrong", [{"level": "galaxy"}, {"since": "2026-13-40"}, {"month": "November"}])
def test_a_value_that_cannot_be_is_told_at_its_field_and_shows_nothing(db: None, wrong: dict[str, str]) -> None:
    table = areas(None, **wrong)
    assert table.page.rows == []
    assert any(problem for _, _, problem in table.fields)


def test_null_characters_break_nothing(db: None) -> None:
    assert areas(name="竹\x00").page.rows


def test_remembers_which_columns_were_chosen(db: None) -> None:
    assert [column.key for column in areas().shown] == ["name", "code", "level", "pk"]
    assert [column.key for column in areas({"columns_areas": "parent"}).shown] == ["name", "parent"]


def test_values_come_by_path_and_links_stand_on_their_column(db: None) -> None:
    row, url, cells = areas({"columns_areas": "parent"}).body[1]
    assert (cells[0].url, cells[1].url) == (url, "")
    assert cells[1].value == row.parent.name
