"""Counts of hardship groups in a snapshot, by area, and against an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from yiyang.areas import logic as areas
from yiyang.base.screen import show_table, t
from yiyang.catalog.groups import ALIVE, Definition, load_groups
from yiyang.engine.duck import connect
from yiyang.engine.evaluate import UNDECIDED, YES
from yiyang.engine.facts import as_int
from yiyang.registry import groups, sql
from yiyang.registry.groups import ARRIVED, ENTERED, GONE, LEFT, SEVERAL, UNSETTLED, Month
from yiyang.registry.snapshot import Snapshot, open_snapshot
from yiyang.registry.sql import Connection

Json = dict[str, Any]
# Where somebody lives; if that is unknown, where he is registered.
PLACE = "coalesce(resident_area, registered_area, -1)"
CAUSES = {
    ARRIVED: ("新进入名册", "new in the registers"),
    GONE: ("不再在名册", "no longer in the registers"),
    SEVERAL: ("多项共同变化", "several together"),
    ALIVE: ("去世", "death"),
}


def figures(snapshot: Path, area: str | None = None, previous: Path | None = None) -> Json:
    """Members and undecided people of every group, in all and by the areas below.

    Args:
        area: a code or full name; None = the snapshot's own area.
        previous: an earlier snapshot, to say who entered and left, and why.

    Errors: SnapshotError, UsageError (unknown area).
    """
    opened, definitions = open_snapshot(snapshot), load_groups()
    within = areas.require(area or opened.manifest["area"]).code
    con = connect()
    try:
        with sql.interruptible():
            now = _month(con, opened, "now")
            groups.group_rows(con, now, definitions)
            moved = _moved(con, now, previous, definitions, within)
            found = _counted(con, within)
    finally:
        con.close()
    head: Json = {"month": opened.month, "area": f"{within:012d}", "name": areas.name(within)}
    head |= {"previous": open_snapshot(previous).month if previous else None}
    return head | _told(definitions, found, moved, within)


def _month(con: Connection, opened: Snapshot, name: str) -> Month:
    opened.verify(["people.parquet"])
    sql.view(con, f"people_{name}", f"SELECT * FROM {sql.parquet(opened.path / 'people.parquet')}")
    return Month(f"people_{name}", as_int(date.fromisoformat(f"{opened.month}-01")))


def _counted(con: Connection, within: int) -> list[tuple[int, str, int, int]]:
    """(area below, group, state, people)."""
    below = _size_below(within)
    place = f"CASE WHEN place >= 0 THEN place // {below} * {below} ELSE -1 END"
    people = f"SELECT person, {PLACE} AS place FROM people_now"
    return con.execute(
        f'SELECT {place} AS below, "group", state, count(*) FROM group_rows JOIN ({people}) USING (person) '
        f"WHERE {_is_within(within)} GROUP BY ALL ORDER BY ALL"
    ).fetchall()


def _is_within(code: int) -> str:
    """SQL: whether a place lies in an area; all do in the nation, those unknown too."""
    low, high = areas.span(code)
    return f"(place >= {low} AND place < {high} OR {code == areas.NATION})"


def _size_below(code: int) -> int:
    """The range of one area of the next level down."""
    return max((size for _, size in areas.SIZES if size < dict(areas.SIZES)[areas.level(code)]), default=1)


def _moved(
    con: Connection, now: Month, previous: Path | None, definitions: Sequence[Definition], within: int
) -> list[tuple[str, str, str, int]]:
    """(group, change, cause, people); of somebody who is gone, the place where he was decides."""
    if previous is None:
        return []
    before = _month(con, open_snapshot(previous), "before")
    groups.changes(con, before, now, definitions)
    after, earlier = (f"(SELECT person, {PLACE} AS place FROM people_{name})" for name in ("now", "before"))
    places = f"SELECT person, coalesce(a.place, b.place) AS place FROM {after} a FULL JOIN {earlier} b USING (person)"
    return con.execute(
        f'SELECT "group", change, cause, count(*) FROM group_changes JOIN ({places}) USING (person) '
        f"WHERE {_is_within(within)} GROUP BY ALL ORDER BY ALL"
    ).fetchall()


def _told(definitions: Sequence[Definition], found: list[Any], moved: list[Any], within: int) -> Json:
    by_group = [_group(definition, found, moved) for definition in definitions]
    places = sorted({place for place, *_ in found})
    return {"groups": by_group, "areas": [_place(place, within, found) for place in places]}


def _group(definition: Definition, found: list[Any], moved: list[Any]) -> Json:
    group = definition.group
    states = {state: sum(n for _, name, s, n in found if name == group.id and s == state) for state in (YES, UNDECIDED)}
    told = {
        change: {cause: n for name, what, cause, n in moved if (name, what) == (group.id, change)}
        for change in (ENTERED, LEFT, UNSETTLED)
    }
    return {
        "id": group.id,
        "zh": group.name.zh,
        "en": group.name.en,
        "visited": group.visited,
        "members": states[YES],
        "undecided": states[UNDECIDED],
    } | {change: {"people": sum(causes.values()), "causes": causes} for change, causes in told.items()}


def _place(place: int, within: int, found: list[Any]) -> Json:
    here = [(name, state, n) for where, name, state, n in found if where == place]
    return {
        "code": f"{place:012d}" if place >= 0 else "",
        "name": _named(place, within),
        "members": {name: n for name, state, n in here if state == YES},
        "undecided": {name: n for name, state, n in here if state == UNDECIDED},
    }


def _named(place: int, within: int) -> str:
    if place < 0:
        return t("无区划", "no area")
    # In the area, and nobody knows where: the register names the county only.
    return areas.name(place) + (t("（下级不明）", " (part unknown)") if place == within else "")


def tables(told: Json) -> None:
    """Print the groups, who moved and why, and the areas below."""
    is_compared = told["previous"] is not None
    heads = [("重点人群", "group"), ("人数", "members"), ("待查明", "undecided")]
    heads += [("进入", ENTERED), ("退出", LEFT), ("转为待查明", UNSETTLED)] if is_compared else []
    rows = [_row(group, is_compared) for group in told["groups"]]
    title = t(f"{told['name']} {told['month']} 重点人群", f"{told['name']} {told['month']}: hardship groups")
    show_table(title, [(t(zh, en), "left" if en == "group" else "right") for zh, en in heads], rows)
    if is_compared:
        _show_causes(told)
    _show_places(told)


def _row(group: Json, is_compared: bool) -> list[str]:
    star = " *" if group["visited"] else ""
    cells = [t(group["zh"], group["en"]) + star, f"{group['members']:,}", f"{group['undecided']:,}"]
    return cells + ([f"{group[change]['people']:,}" for change in (ENTERED, LEFT, UNSETTLED)] if is_compared else [])


def _show_causes(told: Json) -> None:
    from yiyang.catalog.facts import load_facts

    words = {name: (fact.zh, fact.en) for name, fact in load_facts().facts.items()} | CAUSES
    changes = {ENTERED: ("进入", "entered"), LEFT: ("退出", "left"), UNSETTLED: ("转为待查明", "unsettled")}
    rows = [
        [t(group["zh"], group["en"]), t(*said), t(*words[cause]), f"{n:,}"]
        for group in told["groups"]
        for change, said in changes.items()
        for cause, n in sorted(group[change]["causes"].items(), key=lambda pair: -pair[1])
    ]
    heads = [(t("重点人群", "group"), "left"), (t("变化", "change"), "left")]
    heads += [(t("原因", "cause"), "left"), (t("人数", "people"), "right")]
    show_table(t("进入、退出的原因", "Why they entered or left"), heads, rows)


def _show_places(told: Json) -> None:
    short = [(each.id, each.group.short) for each in load_groups()]
    heads = [(t("地区", "area"), "left"), *[(t(name.zh, name.en), "right") for _, name in short]]
    rows = [[place["name"], *[f"{place['members'].get(group, 0):,}" for group, _ in short]] for place in told["areas"]]
    show_table(t("各地人数", "Members by area"), heads, rows)
