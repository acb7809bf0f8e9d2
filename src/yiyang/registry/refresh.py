"""What the statements amount to: each affected person's current facts, resolved exactly as from files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
from psycopg import sql as pg

from yiyang.access.ranges import NO_AREA
from yiyang.access.secrets import seal_many
from yiyang.engine.facts import FactBook, as_int
from yiyang.registry import sql, store
from yiyang.registry.contracts import Contracts
from yiyang.registry.models import Delivery
from yiyang.registry.places_in_force import InForce
from yiyang.registry.sql import Connection
from yiyang.registry.tables import resolve_steps, run_steps

# Columns of the people table that are columns of Person too; every other one lies in Person.facts.
OWN = ("household", "sex", "birth_date", "alive")
ID_LABEL = "registry_person.id_number"


@dataclass(frozen=True)
class Standing:
    """What the registry stands on: which registers have been delivered, its month, and what is known until when."""

    there: tuple[str, ...]
    month: str
    known: int

    def is_as_wide_as(self, other: Standing) -> bool:
        """Same month and same registers: then a delivery changes the facts of those it speaks of and of nobody else.

        What a register's silence means depends on which registers have been delivered at all.
        """
        return (self.there, self.month) == (other.there, other.month)


def standing(
    contracts: Contracts, today: date, *, plus: Delivery | None = None, minus: Delivery | None = None
) -> Standing:
    """The standing of today; as if one more delivery were accepted, or one fewer."""
    accepted = Delivery.objects.filter(state=Delivery.State.ACCEPTED)
    if minus is not None:
        accepted = accepted.exclude(pk=minus.pk)
    rows = list(accepted.values_list("register", "month", "known").distinct())
    if plus is not None:
        rows.append((plus.register, plus.month, plus.known))
    registers = {register for register, _, _ in rows}
    return Standing(
        tuple(name for name in contracts if name in registers),
        max((month for _, month, _ in rows), default=""),
        max([as_int(today), *(as_int(known) for _, _, known in rows)]),
    )


def first_day(month: str) -> int:
    """The reference day of a month, yyyymmdd."""
    return as_int(date.fromisoformat(f"{month}-01"))


def resolve_people(con: Connection, contracts: Contracts, facts: FactBook, on: Standing, of: str, scratch: Path) -> str:
    """The DuckDB table `people`, as `registry.tables.resolve` gives it, of a temporary table's people ('' = all)."""
    for name in on.there:
        store.statements(con, contracts[name], facts, scratch, of=of, merged=True)
    run_steps(con, resolve_steps(contracts, facts, first_day(on.month), on.known, on.there))
    return "people"


def put_people(con: Connection, people: str, month: str, of: str, scratch: Path) -> int:
    """Bring resolved facts into Person; returns how many rows changed. Unchanged people are not touched.

    Args:
        of: the temporary table of the people that were resolved ('' = all): who of them is not in `people` has left.
    """
    file = scratch / "people.csv"
    rest = [c for c in sql.columns(con, people) if c not in ("person", *OWN)]
    packed = "json_merge_patch('{}', to_json({" + ", ".join(f"'{c}': {c}" for c in rest) + "}))"
    place(con, people)
    # Where somebody lives; if that is unknown, where he is registered; else nowhere yet.
    query = (
        f"SELECT person, {', '.join(OWN)}, coalesce(lives.place, registered.place, {NO_AREA}), "
        f"coalesce(registered.place, {NO_AREA}), {packed} FROM {people} "
        "LEFT JOIN placed AS lives ON lives.code = resident_area "
        "LEFT JOIN placed AS registered ON registered.code = registered_area"
    )
    store.write_csv(con, query, file)
    store.execute(
        "CREATE TEMP TABLE resolved (id bigint PRIMARY KEY, household bigint, sex smallint, birth_date integer, "
        "alive smallint, area_code bigint, registered_code bigint, facts jsonb) ON COMMIT DROP"
    )
    store.copy_in("resolved", ["id", *OWN, "area_code", "registered_code", "facts"], file)
    file.unlink()
    changed = store.execute(UPDATE, [month])
    among = f"AND p.id IN (SELECT person FROM {of})" if of else ""
    changed += store.execute(GONE.format(among=among))
    store.execute("DROP TABLE resolved")
    return changed


def place(con: Connection, people: str) -> None:
    """The DuckDB relation `placed` (code, place): for each code of the people, the area in force that answers for it.

    Registers go on delivering a code after its area was merged; and of other provinces we know the counties only.
    """
    given = con.execute(f"SELECT resident_area FROM {people} UNION SELECT registered_area FROM {people}").fetchall()
    codes = sorted(code for (code,) in given if code is not None)
    in_force = InForce()
    places = pa.table(
        {"code": pa.array(codes, pa.int64()), "place": pa.array(map(in_force.nearest, codes), pa.int64())}
    )
    con.register("placed", places)


_SET = ("household", "sex", "birth_date", "alive", "area_code", "registered_code", "facts")
UPDATE = (
    f"UPDATE registry_person AS p SET {', '.join(f'{c} = r.{c}' for c in _SET)}, month = %s, "
    f"is_current = true, changed_at = now() FROM resolved AS r WHERE p.id = r.id "
    f"AND ({', '.join(f'p.{c}' for c in _SET)}, p.is_current) "
    f"IS DISTINCT FROM ({', '.join(f'r.{c}' for c in _SET)}, true)"
)
GONE = (
    "UPDATE registry_person AS p SET is_current = false, changed_at = now() "
    "WHERE p.is_current AND NOT EXISTS (SELECT 1 FROM resolved AS r WHERE r.id = p.id) {among}"
)


def add_people(con: Connection, identities: Path, month: str, scratch: Path, tell: Callable[[str], None]) -> int:
    """Open a file for everybody of a delivery who has none: name, pinyin, the id number sealed. Returns how many."""
    sql.table(con, "given", f"SELECT person, id_number, coalesce(name, '') AS name FROM {sql.parquet(identities)}")
    store.name_people(con, "given", "arriving", scratch)
    file = scratch / "known.csv"
    query = "SELECT o.person FROM arriving AS o JOIN registry_person AS p ON p.id = o.person"
    store.copy_out(pg.SQL(query), file)
    known = store.read_csv(file, {"person": "BIGINT"})
    new = con.sql(f"SELECT * FROM given ANTI JOIN {known} AS k USING (person) ORDER BY person").to_arrow_table()
    file.unlink()
    store.execute("DROP TABLE arriving")
    if new.num_rows:
        tell("新建档案")
        _copy_people(new, month, scratch)
    return int(new.num_rows)


def _copy_people(new: pa.Table, month: str, scratch: Path) -> None:
    file = scratch / "new.csv"
    names = new["name"].to_pylist()
    sounds = {name: spelled(name) for name in set(names)}
    sealed = seal_many(new["id_number"].to_pylist(), ID_LABEL)
    table = pa.table(
        {
            "id": new["person"],
            "id_number": pa.array([f"\\x{value.hex()}" if value else None for value in sealed], pa.string()),
            "name": new["name"],
            "pinyin": [sounds[name][0] for name in names],
            "initials": [sounds[name][1] for name in names],
            "month": [month] * len(names),
        }
    )
    pyarrow.csv.write_csv(table, file, pyarrow.csv.WriteOptions(include_header=False))
    store.execute(NEW)
    store.copy_in("opening", table.column_names, file)
    file.unlink()
    # Two deliveries at once may bring the same newcomer: the first one in opens the file.
    columns = ", ".join(table.column_names)
    store.execute(
        f"INSERT INTO registry_person ({columns}, area_code, registered_code, facts, groups, contested, is_current, "
        f"changed_at) SELECT {columns}, {NO_AREA}, {NO_AREA}, '{{}}', '[]', '[]', false, now() "
        "FROM opening ON CONFLICT (id) DO NOTHING"
    )
    store.execute("DROP TABLE opening")


NEW = (
    "CREATE TEMP TABLE opening (id bigint, id_number bytea, name text, pinyin text, initials text, month text) "
    "ON COMMIT DROP"
)


def spelled(name: str) -> tuple[str, str]:
    """Pinyin without tones, and its initials, of a name of a few characters."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(name))[:200], "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))[:40]


def effects(con: Connection, before: str, after: str, sample: int = 50) -> dict[str, Any]:
    """Whose facts would change: how many people fact by fact, and some of them with both values."""
    columns = [name for name in sql.columns(con, after) if name not in ("person", "household")]
    joined = f"{before} AS b FULL JOIN {after} AS a USING (person)"
    counts = ", ".join(f"count(*) FILTER (WHERE b.{c} IS DISTINCT FROM a.{c}) AS {c}" for c in columns)
    row = con.execute(f"SELECT {counts} FROM {joined} WHERE a.person IS NOT NULL AND b.person IS NOT NULL").fetchone()
    by_fact = {name: int(n) for name, n in zip(columns, row or (), strict=True) if n}
    new, gone = (
        sql.number(con, f"SELECT count(*) FROM {one} ANTI JOIN {other} USING (person)")
        for one, other in ((after, before), (before, after))
    )
    return {"facts": by_fact, "new_people": new, "gone_people": gone, "sample": _sample(con, joined, by_fact, sample)}


def _sample(con: Connection, joined: str, by_fact: dict[str, int], sample: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name in by_fact:
        rows = con.execute(
            f"SELECT person, b.{name}, a.{name} FROM {joined} WHERE a.person IS NOT NULL AND b.person IS NOT NULL "
            f"AND b.{name} IS DISTINCT FROM a.{name} ORDER BY person LIMIT {max(1, sample // len(by_fact))}"
        ).fetchall()
        found += [{"person": person, "fact": name, "before": old, "after": new} for person, old, new in rows]
    return found
