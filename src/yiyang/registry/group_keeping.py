"""Hardship groups in the database: whoever enters or leaves by a change of facts does so in the same transaction.

Set-based: DuckDB says who belongs (`registry.groups`), PostgreSQL compares with the open memberships and keeps the
difference. A membership begins and ends on the reference day of the month in which the registry came to say so; what
came and went within one month was never in a month's list and leaves no trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from psycopg import sql as pg

from yiyang.catalog.groups import Definition, load_groups
from yiyang.engine.evaluate import YES
from yiyang.registry import groups, sql, store
from yiyang.registry.groups import SEVERAL, UNSETTLED, Month
from yiyang.registry.models import GroupFigure
from yiyang.registry.refresh import OWN, Standing, first_day
from yiyang.registry.sql import Connection

# Why somebody is in a group from the first month that was ever resolved: nothing is known of before.
FIRST = "first"
_TABLES = ("belonging", "movers", "moved", "touched", "undone")


def move(con: Connection, people: str, on: Standing, of: str, scratch: Path) -> None:
    """Bring memberships up to date, before the people themselves are: causes need their facts of before.

    Args:
        people: DuckDB table of resolved people.
        of: temporary table of PostgreSQL with those who were resolved; '' = everybody.
    """
    definitions, day = load_groups(), date.fromisoformat(f"{on.month}-01")
    _go_back(on.month, day)
    _say_who_belongs(con, Month(people, first_day(on.month)), definitions, scratch)
    among = f"AND m.person_id IN (SELECT person FROM {of})" if of else ""
    store.execute(MOVERS.format(among=among))
    store.execute("CREATE INDEX ON movers (person); ANALYZE movers")
    _say_why(con, people, on, definitions, scratch)
    for statement in (UNDO_ENTRIES, LEAVE, COME_BACK, ENTER):
        store.execute(pg.SQL(statement).format(day=pg.Literal(day), several=pg.Literal(SEVERAL)))
    store.execute(NAME_GROUPS, [[each.id for each in definitions]])
    chosen = f"WHERE id IN (SELECT person FROM {of})" if of else "WHERE false"
    store.execute(f"CREATE TEMP TABLE touched ON COMMIT DROP AS SELECT area_code FROM registry_person {chosen}")


def count(on: Standing, of: str) -> None:
    """The month's figures by village anew, where people were resolved; after the people are up to date."""
    day = date.fromisoformat(f"{on.month}-01")
    here = "TRUE"
    if of:
        store.execute(
            f"INSERT INTO touched SELECT area_code FROM registry_person WHERE id IN (SELECT person FROM {of})"
        )
        here = "area_code IN (SELECT area_code FROM touched)"
    store.execute(f"DELETE FROM registry_groupfigure WHERE month = %s AND {here}", [on.month])
    store.execute(
        pg.SQL(FIGURES.replace("{here}", here)).format(
            day=pg.Literal(day), month=pg.Literal(on.month), first=pg.Literal(FIRST)
        )
    )
    store.execute(f"DROP TABLE {', '.join(_TABLES)}")


def _go_back(month: str, day: date) -> None:
    """A delivery of the latest month was taken back: what that month had changed did not happen."""
    later = """SELECT person_id AS person FROM registry_membership WHERE entered > %s OR "left" > %s"""
    store.execute(f"CREATE TEMP TABLE undone ON COMMIT DROP AS {later}", [day, day])
    if not GroupFigure.objects.filter(month__gt=month).exists():
        return
    store.execute("DELETE FROM registry_groupfigure WHERE month > %s", [month])
    store.execute("DELETE FROM registry_membership WHERE entered > %s", [day])
    store.execute(
        """UPDATE registry_membership SET "left" = NULL, left_because = '' WHERE "left" > %s""",
        [day],
    )


def _say_who_belongs(con: Connection, month: Month, definitions: Sequence[Definition], scratch: Path) -> None:
    """The temporary table `belonging` (person, grp)."""
    file = scratch / "belonging.csv"
    rows = groups.group_rows(con, month, definitions)
    store.write_csv(con, f'SELECT person, "group" FROM {rows} WHERE state = {YES}', file)
    store.execute("CREATE TEMP TABLE belonging (person bigint, grp text) ON COMMIT DROP")
    store.copy_in("belonging", ["person", "grp"], file)
    store.execute("CREATE INDEX ON belonging (person); ANALYZE belonging")
    file.unlink()


def _say_why(con: Connection, people: str, on: Standing, definitions: Sequence[Definition], scratch: Path) -> None:
    """The temporary table `moved` (person, grp, cause)."""
    store.execute("CREATE TEMP TABLE moved (person bigint, grp text, cause text) ON COMMIT DROP")
    months = GroupFigure.objects.order_by("-month").values_list("month", flat=True)
    if not months.filter(month__lt=on.month).exists():
        store.execute("INSERT INTO moved SELECT person, grp, %s FROM movers WHERE enters", [FIRST])
        return
    file, before = scratch / "was.csv", months.first() or on.month
    columns = sql.columns(con, people)
    store.copy_out(_facts_before(columns), file)
    sql.table(con, "was", f"SELECT * FROM {store.read_csv(file, dict.fromkeys(columns, 'BIGINT'))}")
    store.copy_out(pg.SQL("SELECT DISTINCT person FROM movers"), file)
    movers = store.read_csv(file, {"person": "BIGINT"})
    sql.table(con, "became", f"SELECT * FROM {people} SEMI JOIN {movers} AS m USING (person)")
    found = groups.changes(con, Month("was", first_day(before)), Month("became", first_day(on.month)), definitions)
    cause = f"CASE change WHEN '{UNSETTLED}' THEN '{UNSETTLED}.' || cause ELSE cause END"
    store.write_csv(con, f'SELECT person, "group", {cause} FROM {found}', file)
    store.copy_in("moved", ["person", "grp", "cause"], file)
    file.unlink()


def _facts_before(columns: Sequence[str]) -> pg.Composable:
    """What the files of the movers say until now."""
    kept = {"person": pg.SQL("p.id"), **{name: pg.Identifier("p", name) for name in OWN}}
    chosen = [kept.get(name) or pg.SQL("(p.facts->>{})::bigint").format(pg.Literal(name)) for name in columns]
    query = "SELECT {} FROM registry_person AS p WHERE p.is_current AND p.id IN (SELECT person FROM movers)"
    return pg.SQL(query).format(pg.SQL(", ").join(chosen))


MOVERS = """
CREATE TEMP TABLE movers ON COMMIT DROP AS
SELECT b.person, b.grp, true AS enters FROM belonging AS b WHERE NOT EXISTS (
    SELECT 1 FROM registry_membership AS m WHERE m.person_id = b.person AND m."group" = b.grp AND m."left" IS NULL)
UNION ALL
SELECT m.person_id, m."group", false FROM registry_membership AS m WHERE m."left" IS NULL {among} AND NOT EXISTS (
    SELECT 1 FROM belonging AS b WHERE b.person = m.person_id AND b.grp = m."group")
"""
UNDO_ENTRIES = """
DELETE FROM registry_membership AS m USING movers AS v WHERE NOT v.enters
AND m.person_id = v.person AND m."group" = v.grp AND m."left" IS NULL AND m.entered >= {day}
"""
LEAVE = """
UPDATE registry_membership AS m SET "left" = {day}, left_because = coalesce(c.cause, {several})
FROM movers AS v LEFT JOIN moved AS c ON c.person = v.person AND c.grp = v.grp
WHERE NOT v.enters AND m.person_id = v.person AND m."group" = v.grp AND m."left" IS NULL
"""
COME_BACK = """
UPDATE registry_membership AS m SET "left" = NULL, left_because = '' FROM movers AS v
WHERE v.enters AND m.person_id = v.person AND m."group" = v.grp AND m."left" = {day}
"""
ENTER = """
INSERT INTO registry_membership (person_id, "group", entered, entered_because, left_because)
SELECT v.person, v.grp, {day}, coalesce(c.cause, {several}), ''
FROM movers AS v JOIN registry_person AS p ON p.id = v.person
LEFT JOIN moved AS c ON c.person = v.person AND c.grp = v.grp
WHERE v.enters AND NOT EXISTS (SELECT 1 FROM registry_membership AS m
    WHERE m.person_id = v.person AND m."group" = v.grp AND m."left" IS NULL)
"""
NAME_GROUPS = """
UPDATE registry_person AS p SET groups = coalesce((
    SELECT jsonb_agg(m."group" ORDER BY array_position(%s::text[], m."group"::text))
    FROM registry_membership AS m WHERE m.person_id = p.id AND m."left" IS NULL), '[]')
WHERE p.id IN (SELECT person FROM movers UNION SELECT person FROM undone)
"""
FIGURES = """
INSERT INTO registry_groupfigure (month, area_code, "group", people, entered, "left")
SELECT {month}, p.area_code, m."group", count(*) FILTER (WHERE m."left" IS NULL),
    count(*) FILTER (WHERE m."left" IS NULL AND m.entered = {day} AND m.entered_because <> {first}),
    count(*) FILTER (WHERE m."left" = {day})
FROM registry_membership AS m JOIN registry_person AS p ON p.id = m.person_id
WHERE (m."left" IS NULL OR m."left" = {day}) AND {here}
GROUP BY p.area_code, m."group"
"""
