"""Which people a table counts and by what: the elders of an area at the end of a month, as the registry knows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from yiyang.areas.logic import level, span
from yiyang.areas.names import name
from yiyang.base.errors import UsageError
from yiyang.catalog.facts import load_facts
from yiyang.engine.conditions import Condition
from yiyang.engine.language import parse
from yiyang.indicators.formula import condition_sql
from yiyang.indicators.publication.counting import from_groups
from yiyang.indicators.publication.tables import Table
from yiyang.indicators.rows import Moment, Rows

UNIVERSE = "elders_60"
TITLE = "60周岁及以上老年人"
AREA, UNKNOWN = "area", "unknown"
AGES = {
    "60-64": "age >= 60 and age < 65", "65-69": "age >= 65 and age < 70", "70-74": "age >= 70 and age < 75",
    "75-79": "age >= 75 and age < 80", "80-84": "age >= 80 and age < 85", "85-89": "age >= 85 and age < 90",
    "90+": "age >= 90",
}  # fmt: skip
# Of the registry's facts, those by which elders are told apart in public.
FACTS = ("sex", "ability", "hardship", "living_arrangement")


@dataclass(frozen=True)
class Grouping:
    """One way to tell elders apart: its classes as conditions; whoever meets none is unknown."""

    name: str
    zh: str
    classes: dict[str, tuple[str, str]]


def groupings() -> dict[str, Grouping]:
    """All ways, by name; areas (towns) besides."""
    ages = {code: (f"{code.replace('+', '及以上')}岁", condition) for code, condition in AGES.items()}
    found = {"age": Grouping("age", "年龄", ages)}
    book = load_facts()
    for each in FACTS:
        fact = book[each]
        classes = {value.name: (value.zh, f"{each} == {value.name}") for value in fact.values}
        found[each] = Grouping(each, fact.zh, classes)
    return found


def titles() -> dict[str, str]:
    """What a table can be grouped by, with the words for it."""
    return {AREA: "乡镇（街道）"} | {each.name: each.zh for each in groupings().values()}


def count(area: int, on: date, grouped: list[str], *, slug: str, title: str) -> Table:
    """Count the elders of an area on a day. Raises UsageError without groups or people."""
    known = groupings()
    if not grouped or any(each != AREA and each not in known for each in grouped):
        raise UsageError("请至少选一种分组。", "Choose at least one grouping.")
    chosen = [known[each] for each in grouped if each != AREA]
    rows = _rows(area, on, chosen, AREA in grouped)
    if not rows:
        raise UsageError("这个区划这一天没有老年人可以统计。", "There is nobody to count.")
    places = [_lowest(row[0]) if AREA in grouped else row[0] for row in rows]
    groups: dict[str, list[str]] = {AREA: [f"{code:012d}" for code in places]}
    for place, each in enumerate(chosen, 1):
        groups[each.name] = [row[place] for row in rows]
    words = {each.name: {code: zh for code, (zh, _) in each.classes.items()} | {UNKNOWN: "未知"} for each in chosen}
    # Totals of counties stand in a city's table, too.
    words[AREA] = {f"{code:012d}": _place(code) for code in {*places, *(code - code % 10**6 for code in places), area}}
    return from_groups(
        groups, [int(row[-1]) for row in rows], areas=AREA, name=slug, title=title, universe=UNIVERSE,
        moment=f"{on:%Y-%m}", labels=words, titles=titles(), root=f"{area:012d}",
    )  # fmt: skip


# In place of the town of those whose town nobody knows: no town has this number.
NO_TOWN = 999


def _lowest(code: int) -> int:
    """A place as the lowest level of a table: whoever is known to live in a county only stands in no town of it."""
    if level(code) == "county":
        return code + NO_TOWN * 1000
    return code + 99 * 10**6 + NO_TOWN * 1000 if level(code) == "city" else code


def _place(code: int) -> str:
    """A place's name."""
    if code // 10**6 % 100 == 99:
        return "未落到县（市、区）"
    return f"{name(code - code % 10**6)}未落到乡镇" if code // 1000 % 1000 == NO_TOWN else name(code)


def _rows(area: int, on: date, chosen: list[Grouping], by_town: bool) -> list[tuple[Any, ...]]:
    book, moment = load_facts(), Moment(area, on)
    old = parse("age >= 60 and alive", book, {})
    conditions = {each.name: {c: parse(text, book, {}) for c, (_, text) in each.classes.items()} for each in chosen}
    columns = _columns(old).union(*(_columns(one) for each in conditions.values() for one in each.values()))
    low, high = span(area)
    town = "CAST(area - area % 1000 AS bigint)" if by_town else f"CAST({area} AS bigint)"
    found = [_case(each, moment.reference) for each in conditions.values()]
    keys = ", ".join(str(place) for place in range(1, len(found) + 2))
    query = (
        f"SELECT {', '.join([town, *found])}, count(*) FROM {{rows}} AS d WHERE area >= {low} AND area < {high} "
        f"AND {condition_sql(old, moment.reference)} GROUP BY {keys} ORDER BY {keys}"
    )
    with Rows(moment) as rows:
        inside, is_duck = rows.where("people", columns)
        if is_duck:
            return list(rows.con.execute(query.format(rows=inside)).fetchall())
        with connection.cursor() as cursor:
            cursor.execute(query.format(rows=inside))
            return list(cursor.fetchall())


def _columns(condition: Condition) -> set[str]:
    from yiyang.engine.conditions import leaves

    return {leaf.fact.column for leaf in leaves(condition)}


def _case(classes: dict[str, Condition], reference: int) -> str:
    arms = " ".join(f"WHEN {condition_sql(each, reference)} THEN '{code}'" for code, each in classes.items())
    return f"CASE {arms} ELSE '{UNKNOWN}' END"
