"""Counted where the rows lie, added up by area, kept, counted again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from django.db import connection
from django.utils import timezone

from conftest import DAZHOU, DAZHU, TONGCHUAN, WUMU, ZHUYANG
from yiyang.access.scope import acting, platform
from yiyang.areas.following import by_code
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.engine.duck import connect
from yiyang.indicators import measuring, reading
from yiyang.indicators.datasets import TABLES, books, datasets
from yiyang.indicators.formula import Aggregate, aggregates, grouped_sql
from yiyang.indicators.models import Figure
from yiyang.indicators.policy import find, load_indicators
from yiyang.indicators.rows import Moment, Rows, live_people
from yiyang.indicators.tests.town import MONTH, ON, OTHER, TODAY, VILLAGE, figure, furnish, measured, scope
from yiyang.registry.models import Person

pytestmark = pytest.mark.django_db


def test_counts_city_to_village_and_who_lies_in_no_village_counts_for_his_town(person: Any) -> None:
    furnish(person)
    made = measured()
    assert made.state == "done"
    assert made.figures > 5_000
    assert made.basis["people"]["kind"] == "live"
    assert [figure("elders_60", code).value for code in (DAZHU, ZHUYANG, VILLAGE, WUMU, OTHER)] == [4, 3, 2, 1, 1]
    visited = figure("visited_monthly")
    assert (visited.numerator, visited.denominator) == (2, 3)
    assert visited.value == pytest.approx(200 / 3)
    assert figure("visited_monthly", VILLAGE).value == 50
    # Nobody there: nothing to divide by, and no zero either.
    assert figure("share_80", ZHUYANG + 2).value is None
    assert figure("elders_60", ZHUYANG + 2).value == 0
    assert figure("living_alone_share").value == 50


def test_nothing_is_measured_outside_of_the_area(person: Any) -> None:
    furnish(person)
    person("别处", TONGCHUAN + 1001, is_current=True)
    measured()
    with work(platform("test")):
        assert not reading.figures().filter(area_code__in=(TONGCHUAN, DAZHOU)).exists()


def test_a_day_to_come_is_not_measured(as_platform: None) -> None:
    with pytest.raises(UsageError):
        measuring.order(by=platform("test"), area=DAZHU, on=timezone.localdate() + timedelta(days=40))


def test_measured_again_the_same_day_there_is_one_figure_and_it_is_the_new_one(person: Any) -> None:
    found = furnish(person)
    measured()
    with work(platform("test")):
        Person.objects.filter(pk=found["保国"].pk).update(alive=0)
    measured()
    assert figure("elders_60").value == 3
    with work(platform("test")):
        assert Figure.objects.filter(indicator="elders_60", area_code=DAZHU, on=ON).count() == 1


def test_counting_again_says_whether_it_is_the_same(person: Any) -> None:
    found = furnish(person)
    measured()
    kept = figure("elders_60", ZHUYANG)
    with work(platform("test")):
        kept = Figure.objects.select_related("measurement").get(pk=kept.pk)
        assert measuring.again(kept, find("elders_60")).is_same
        Person.objects.filter(pk=found["保国"].pk).update(is_current=False)
        changed = measuring.again(kept, find("elders_60"))
    assert (changed.is_same, changed.numerator) == (False, 2)


def test_who_counts_a_part_sees_that_part_and_no_other(person: Any, grant: Any) -> None:
    furnish(person)
    measured()
    for name, role, code, seen in (
        ("爱华", "township_clerk", ZHUYANG, {ZHUYANG}),
        ("保国", "county_officer", DAZHU, {DAZHU, ZHUYANG, WUMU}),
        ("春兰", "assessor", DAZHU, set()),
    ):
        by = scope(grant(name, role, code))
        with work(by):
            rows = reading.figures().filter(indicator="elders_60", area_code__in=(DAZHU, ZHUYANG, WUMU))
            assert set(rows.values_list("area_code", flat=True)) == seen
    # The second lock, asked without the first.
    with acting(scope(grant("爱华", "township_clerk", ZHUYANG))), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT area_code - area_code %% 1000 FROM indicators_figure", [])
        assert cursor.fetchall() == [(ZHUYANG,)]


def _everything(name: str, words: dict[str, Any], query: str) -> pa.Table:
    """All rows of a dataset as PostgreSQL gives them."""
    wanted = ["area", "person", *datasets()[name].columns]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(wanted)} FROM ({query}) AS d", words)
        rows = cursor.fetchall()
    columns = list(zip(*rows, strict=True)) or [()] * len(wanted)
    return pa.table(
        {n: pa.array([v if v is None else int(v) for v in c], pa.int64()) for n, c in zip(wanted, columns, strict=True)}
    )


def _numbers(name: str) -> list[Aggregate]:
    pairs = [aggregates(each, books(), ON) for each in load_indicators().values() if each.measure]
    return [number for pair in pairs for number in pair if number is not None and number.dataset == name]


@pytest.mark.parametrize("name", [key for key, each in datasets().items() if each.source == TABLES] + ["people"])
def test_both_databases_give_the_same_numbers_on_the_same_rows(name: str, person: Any) -> None:
    furnish(person)
    moment = Moment(DAZHU, ON)
    numbers = _numbers(name) or [Aggregate(name, aggregates(find("visited_monthly"), books(), ON)[0].condition)]
    with work(platform("test")), Rows(moment, {"people": {"kind": "live"}}) as rows:
        there = rows.grouped(name, "month", numbers)
        query = live_people(set(datasets()[name].columns)) if name == "people" else datasets()[name].query
        table = _everything(name, moment.words("month"), query)
    con = connect()
    con.register("given", table)
    here = con.sql(grouped_sql("given", numbers, moment.reference)).to_arrow_table()
    assert there is not None
    assert sorted(map(repr, there.to_pylist())) == sorted(map(repr, here.cast(there.schema).to_pylist()))
    if name in ("people", "visited", "villages"):
        assert here.num_rows
    con.close()


def test_visits_that_became_known_later_do_not_count_for_the_time_before(person: Any) -> None:
    furnish(person)
    with work(platform("test")), Rows(Moment(DAZHU, ON, TODAY - timedelta(days=2))) as rows:
        table = rows.grouped("visited", "month", list(dict.fromkeys(_numbers("visited"))))
    assert table is not None
    assert sum(table["a0"].to_pylist()) == 0
    assert f"{ON:%Y-%m}" == MONTH


def test_figures_stay_with_their_area_when_two_become_one(as_platform: None) -> None:
    ours = {each.table: each.is_figure for each in by_code() if each.table.startswith("indicators_")}
    assert ours
    assert all(ours.values())
