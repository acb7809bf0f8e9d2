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
from yiyang.indicators.datasets import item_names
from yiyang.indicators.formula import condition_sql
from yiyang.indicators.publication.counting import from_groups
from yiyang.indicators.publication.elders import (
    AGES,
    AREA,
    FACTS,
    INDICATORS,
    ITEM,
    NO,
    OF_ITEM,
    OLD,
    SUBTOTALS,
    TITLE,
    UNIVERSE,
    UNKNOWN,
    YES,
    Grouping,
    groupings,
    titles,
)
from yiyang.indicators.publication.tables import Table
from yiyang.indicators.rows import Moment, Rows

__all__ = [
    "AGES",
    "AREA",
    "FACTS",
    "INDICATORS",
    "ITEM",
    "NO",
    "OF_ITEM",
    "OLD",
    "SUBTOTALS",
    "TITLE",
    "UNIVERSE",
    "UNKNOWN",
    "YES",
    "Grouping",
    "count",
    "count_by_item",
    "groupings",
    "lowest",
    "place_name",
    "titles",
]


def count(area: int, on: date, grouped: list[str], *, slug: str, title: str) -> Table:
    """Count the elders of an area on a day. Raises UsageError without groups or people."""
    chosen = _chosen(grouped)
    rows = _counted(area, on, chosen, AREA in grouped)
    return _table(area, on, chosen, AREA in grouped, rows, slug=slug, title=title)


def count_by_item(area: int, on: date, grouped: list[str], *, slug: str, title: str) -> list[Table]:
    """A table for every service of which somebody is certainly entitled: the elders, told apart by yes and no.

    Raises UsageError without groups or people, or where there is no month's run of that month.
    """
    by_town = AREA in grouped
    chosen = _chosen([each for each in grouped if each != ITEM] or [AREA])
    every = _counted(area, on, chosen, by_town)
    with_item: dict[str, dict[tuple[Any, ...], int]] = {}
    for *key, item, number in _entitled(area, on, chosen, by_town):
        with_item.setdefault(item, {})[tuple(key)] = int(number)
    if not with_item:
        raise UsageError("这个月没有人确定应享任何项目。", "Nobody is entitled to anything in that month.")
    return [
        _table(
            area, on, chosen, by_town, _split(every, with_item[item]), slug=f"{slug}_{item}", title=title, item=item
        )
        for item in item_names() if item in with_item
    ]  # fmt: skip


def _split(every: list[tuple[Any, ...]], with_item: dict[tuple[Any, ...], int]) -> list[tuple[Any, ...]]:
    """Each group in two: who is entitled, and who is not (or not known to be)."""
    found = []
    for *key, number in every:
        has = with_item.get(tuple(key), 0)
        found += [(*key, YES, has), (*key, NO, int(number) - has)]
    return found


def _chosen(grouped: list[str]) -> list[Grouping]:
    known = groupings()
    if not grouped or any(each != AREA and each not in known for each in grouped):
        raise UsageError("请至少选一种分组。", "Choose at least one grouping.")
    return [known[each] for each in grouped if each != AREA]


def _table(
    area: int, on: date, chosen: list[Grouping], by_town: bool, rows: list[tuple[Any, ...]], *, slug: str, title: str,
    item: str = "",
) -> Table:  # fmt: skip
    if not rows:
        raise UsageError("这个区划这一天没有老年人可以统计。", "There is nobody to count.")
    places = [lowest(row[0]) if by_town else row[0] for row in rows]
    groups: dict[str, list[str]] = {AREA: [f"{code:012d}" for code in places]}
    for place, each in enumerate(chosen, 1):
        groups[each.name] = [row[place] for row in rows]
    words = {each.name: {code: zh for code, (zh, _) in each.classes.items()} | {UNKNOWN: "未知"} for each in chosen}
    called = titles()
    if item:
        groups[OF_ITEM + item] = [row[-2] for row in rows]
        words[OF_ITEM + item] = {YES: "应享", NO: "不应享或待定"}
        called[OF_ITEM + item] = item_names()[item]
    # Totals of counties stand in a city's table, too.
    words[AREA] = {f"{code:012d}": place_name(code) for code in {*places, *(c - c % 10**6 for c in places), area}}
    return from_groups(
        groups, [int(row[-1]) for row in rows], areas=AREA, name=slug, title=title, universe=UNIVERSE,
        moment=f"{on:%Y-%m}", labels=words, titles=called, root=f"{area:012d}",
        subtotals={each.name: each.subtotals for each in chosen},
    )  # fmt: skip


# In place of the town of those whose town nobody knows: no town has this number.
NO_TOWN = 999


def lowest(code: int) -> int:
    """A place as the lowest level of a table: whoever is known to live in a county only stands in no town of it."""
    if level(code) == "county":
        return code + NO_TOWN * 1000
    return code + 99 * 10**6 + NO_TOWN * 1000 if level(code) == "city" else code


def place_name(code: int) -> str:
    """A place's name."""
    if code // 10**6 % 100 == 99:
        return "未落到县（市、区）"
    return f"{name(code - code % 10**6)}未落到乡镇" if code // 1000 % 1000 == NO_TOWN else name(code)


@dataclass(frozen=True)
class _Query:
    """Which elders, and the expressions by which they are told apart."""

    where: str
    keys: list[str]
    columns: set[str]

    def sql(self, rows: str, *, more: str = "", join: str = "") -> str:
        """Counts by group; `more`: another key, of what is joined."""
        keys = [*self.keys, *([more] if more else [])]
        numbers = ", ".join(str(place) for place in range(1, len(keys) + 1))
        return (
            f"SELECT {', '.join(keys)}, count(*) FROM {rows} AS d{join} WHERE {self.where} "
            f"GROUP BY {numbers} ORDER BY {numbers}"
        )


def _query(area: int, moment: Moment, chosen: list[Grouping], by_town: bool) -> _Query:
    book = load_facts()
    old = parse(OLD, book, {})
    conditions = {each.name: {c: parse(text, book, {}) for c, (_, text) in each.classes.items()} for each in chosen}
    columns = _columns(old).union(*(_columns(one) for each in conditions.values() for one in each.values()))
    low, high = span(area)
    town = "CAST(area - area % 1000 AS bigint)" if by_town else f"CAST({area} AS bigint)"
    where = f"area >= {low} AND area < {high} AND {condition_sql(old, moment.reference)}"
    return _Query(where, [town, *(_case(each, moment.reference) for each in conditions.values())], columns)


def _counted(area: int, on: date, chosen: list[Grouping], by_town: bool) -> list[tuple[Any, ...]]:
    moment = Moment(area, on)
    query = _query(area, moment, chosen, by_town)
    with Rows(moment) as rows:
        inside, is_duck = rows.where("people", query.columns)
        if is_duck:
            return list(rows.con.execute(query.sql(inside)).fetchall())
        with connection.cursor() as cursor:
            cursor.execute(query.sql(inside))
            return list(cursor.fetchall())


def _entitled(area: int, on: date, chosen: list[Grouping], by_town: bool) -> list[tuple[Any, ...]]:
    """Groups, a service's id, and how many elders are certainly entitled to it by the month's run."""
    moment = Moment(area, on)
    query = _query(area, moment, chosen, by_town)
    with Rows(moment) as rows:
        people, is_duck = rows.where("people", query.columns)
        answers, _ = rows.where("answers", {"item", "certain"})
        if not is_duck:
            raise UsageError("这个月还没有生效的月度运行。", "There is no month's run in force for that month.")
        join = f" JOIN (SELECT DISTINCT person, item FROM {answers} WHERE certain = 1) AS a USING (person)"
        found = rows.con.execute(query.sql(people, more="a.item", join=join)).fetchall()
    names = list(item_names())
    return [(*key, names[item], number) for *key, item, number in found]


def _columns(condition: Condition) -> set[str]:
    from yiyang.engine.conditions import leaves

    return {leaf.fact.column for leaf in leaves(condition)}


def _case(classes: dict[str, Condition], reference: int) -> str:
    arms = " ".join(f"WHEN {condition_sql(each, reference)} THEN '{code}'" for code, each in classes.items())
    return f"CASE {arms} ELSE '{UNKNOWN}' END"
