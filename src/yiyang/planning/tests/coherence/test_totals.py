"""Rows against totals: every figure of every total is compared, and rounding is no contradiction."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiyang.planning.coherence import check
from yiyang.planning.records import Document, Project, Total
from yiyang.planning.tests.coherence.made import CITY, DAZHU, QUXIAN, WAN, XUANHAN, found, kinds, plan, project, total

ROWS = (
    project(1, "甲镇项目", county=DAZHU, places=200, wan=3200, year=2023, section=2023),
    project(2, "乙镇项目", county=XUANHAN, places=300, wan=4800, year=2023, section=2023),
    project(3, "丙镇项目", county=XUANHAN, places=80, wan=850, year=2024, section=2024),
)


def test_totals_that_add_up_are_silent() -> None:
    sums = [
        total(count=3, wan=8850, places=580),
        total("year", year=2023, count=2, wan=8000, places=500),
        total("county", county=XUANHAN, count=2, wan=5650, places=380),
        total("county", county=XUANHAN, year=2024, count=1, wan=850, places=80),
    ]
    assert kinds(plan(projects=ROWS, totals=sums)) == []


@pytest.mark.parametrize(
    ("wrong", "kind", "stated", "real"),
    [
        (total(count=4), "count", "4个", "3个"),
        (total(wan=8800), "money", "8,800万元", "8,850万元"),
        (total(places=600), "places", "600张", "580张"),
        (total("year", year=2023, places=520), "places", "520张", "500张"),
        (total("county", county=XUANHAN, wan=565), "money", "565万元", "5,650万元"),
        (total("county", county=XUANHAN, year=2024, count=2), "count", "2个", "1个"),
    ],
)
def test_each_wrong_total_is_told_with_both_figures(wrong: Total, kind: str, stated: str, real: str) -> None:
    (told,) = found(plan(projects=ROWS, totals=[wrong]))
    assert (told.check, told.kind) == ("totals", kind)
    assert [each.text for each in told.figures] == [stated, real]
    assert {each.line for each in told.places} >= {190}


def test_central_money_is_added_up_too() -> None:
    rows = [project(1, central_wan=2400), project(2, "另一项目", central_wan=3600)]
    assert kinds(plan(projects=rows, totals=[total(central_wan=6000)])) == []
    assert kinds(plan(projects=rows, totals=[total(central_wan=6100)])) == [("totals", "central")]


def test_money_cut_off_or_rounded_to_its_last_digit_is_no_contradiction() -> None:
    rows = [project(1, wan=152_370)]
    for wan in (152_300, 152_400):
        assert kinds(plan(projects=rows, totals=[total(wan=wan, step_wan=100)])) == []
    assert kinds(plan(projects=rows, totals=[total(wan=152_200, step_wan=100)])) == [("totals", "money")]


def test_a_cell_that_could_not_be_read_is_no_contradiction_of_the_plan() -> None:
    assert kinds(plan(projects=[project(1, places=None)], totals=[total(places=200)])) == []


def test_clauses_without_rows_are_added_up() -> None:
    clauses = [total("county", county=DAZHU, count=3, wan=1000), total("county", county=QUXIAN, count=2, wan=2000)]
    assert kinds(plan(totals=[total(count=5, wan=3000), *clauses])) == []
    assert kinds(plan(totals=[total(count=5, wan=3300), *clauses])) == [("totals", "money_clauses")]


def test_years_without_rows_never_come_to_more_than_all_of_them() -> None:
    years = [total("year", year=2022, places=500), total("year", year=2023, places=700)]
    assert kinds(plan(totals=[total(places=1500), *years])) == []
    assert kinds(plan(totals=[total(places=1100), *years])) == [("totals", "places_years")]
    own = [total("county", county=DAZHU, year=year, wan=800) for year in (2022, 2023)]
    assert kinds(plan(totals=[total("county", county=DAZHU, wan=1600), *own])) == []
    assert kinds(plan(totals=[total("county", county=DAZHU, wan=160), *own])) == [("totals", "money_years")]


@st.composite
def coherent(draw: st.DrawFn) -> Document:
    """A list of projects with every total and subtotal as the rows say."""
    rows = [
        project(
            at, f"{name}项目", county=county, year=year, section=year,
            places=draw(st.integers(20, 900)), wan=draw(st.integers(100, 9000)),
        )
        for at, (name, county, year) in enumerate(draw(st.lists(_ROW, min_size=2, max_size=12, unique_by=_name)), 1)
    ]  # fmt: skip
    sums = [_sum(rows, total())]
    sums += [_sum(rows, total("year", year=year)) for year in {each.section_year for each in rows}]
    sums += [_sum(rows, total("county", county=county)) for county in {each.county for each in rows}]
    return plan(projects=rows, totals=sums)


_ROW = st.tuples(
    st.text("甲乙丙丁戊己", min_size=3, max_size=6), st.sampled_from((DAZHU, XUANHAN, CITY)), st.integers(2022, 2024)
)


def _name(row: tuple[str, int, int]) -> str:
    return row[0]


def _sum(rows: list[Project], empty: Total) -> Total:
    mine = [each for each in rows if empty.year in (None, each.section_year) and empty.county in (None, each.county)]
    money = sum(each.money_fen or 0 for each in mine)
    return replace(empty, count=len(mine), money_fen=money, places=sum(each.places or 0 for each in mine))


@settings(max_examples=60, deadline=None)
@given(coherent())
def test_coherent_lists_are_silent(document: Document) -> None:
    assert found(document, only="totals") == []


@settings(max_examples=60, deadline=None)
@given(coherent(), st.data())
def test_one_changed_total_is_the_one_that_is_told(document: Document, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(document.totals) - 1))
    field, step = data.draw(st.sampled_from([("count", 1), ("places", 7), ("money_fen", 5 * WAN)]))
    wrong = replace(document.totals[at], **{field: getattr(document.totals[at], field) + step})
    changed = replace(document, totals=(*document.totals[:at], wrong, *document.totals[at + 1 :]))
    (told,) = check([changed]).contradictions
    assert (told.check, told.kind) == ("totals", field.removesuffix("_fen"))


@settings(max_examples=40, deadline=None)
@given(coherent(), st.data())
def test_one_changed_row_breaks_all_and_only_the_totals_that_cover_it(document: Document, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(document.projects) - 1))
    row = document.projects[at]
    wrong = replace(row, places=(row.places or 0) + 9)
    changed = replace(document, projects=(*document.projects[:at], wrong, *document.projects[at + 1 :]))
    told = check([changed]).contradictions
    assert {each.kind for each in told} == {"places"}
    assert len(told) == 3
