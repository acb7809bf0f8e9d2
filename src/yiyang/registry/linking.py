"""Rows without a usable id number on their way into the registry, and people who may be registered twice.

Within a check: `begin` loads what was decided before, `ask` links what is new, `set_aside` takes out what a clerk must
judge, `stage` leaves it beside the delivery; `keep` brings it into the database when the delivery is accepted.
`look_for_doubles` compares people with people. Telephones, addresses and id numbers are opened in memory only; what is
staged of a row is sealed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils import timezone
from psycopg import sql as pg

from yiyang.access.ranges import NO_AREA
from yiyang.access.secrets import seal_many, unseal_many
from yiyang.areas import logic
from yiyang.registry import settling, sql, store, unidentified
from yiyang.registry.contracts import Contract
from yiyang.registry.linkage.link import find_doubles, link_rows
from yiyang.registry.linkage.model import CONDITIONS
from yiyang.registry.linkage.settings import load_settings
from yiyang.registry.models import Delivery, PossibleDouble
from yiyang.registry.settling import Counts, stored_columns
from yiyang.registry.sources import Source
from yiyang.registry.sql import Connection, quoted

State = PossibleDouble.State
ROW_LABEL = "registry_possibledouble.row"
BATCH = 50_000
# Columns of registry_person that are sealed → what linkage calls them.
SEALED = {"id_number": "id_text", "phone": "phone", "address": "address"}
DOUBLES = {
    "row_key": "BIGINT", "person": "BIGINT", "probability": "DOUBLE", "is_automatic": "BOOLEAN",
    "area": "BIGINT", "levels": "VARCHAR", "row": "VARCHAR",
}  # fmt: skip


class Quiet:
    """Steps of the linkage that nobody watches: the job has its own progress."""

    def step(self, zh: str, en: str, advance: float = 1) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Linked:
    """Rows without a usable id number: linked by an earlier decision, automatically, for a clerk, and neither."""

    decided: int = 0
    automatic: int = 0
    judge: int = 0
    different: int = 0


def begin(con: Connection, contract: Contract) -> None:
    """The tables `links` (decided for this register), `apart` (what was found to be different) and `unidentified`."""
    unidentified.load_links(con, None)
    unidentified.begin(con)
    decided = PossibleDouble.objects.filter(register=contract.register_, row_key__isnull=False)
    same = decided.filter(state=State.SAME).values_list("row_key", "person_id", "person__merged_into")
    # A merged file keeps its statements; the key of the day of the decision stays the row's.
    _put(con, "same", [(key, person) for key, person, _ in same])
    _put(con, "apart", decided.filter(state__in=(State.DIFFERENT, State.UNDONE)).values_list("row_key", "person_id"))
    con.execute(f"INSERT INTO links SELECT {quoted(contract.register_)}, key, person FROM same")


def _put(con: Connection, name: str, pairs: Any) -> None:
    rows = list(pairs)
    table = pa.table(
        {"key": pa.array([r[0] for r in rows], pa.int64()), "person": pa.array([r[1] for r in rows], pa.int64())}
    )
    con.register("incoming", table)
    sql.table(con, name, "SELECT * FROM incoming")
    con.unregister("incoming")


def to_ask(con: Connection) -> int:
    """How many rows have no other fault than their id number, and no decision; makes the table `asked` of them."""
    sql.table(
        con,
        "asked",
        "SELECT * FROM unidentified WHERE only_id AND key NOT IN (SELECT row_key FROM links) "
        "QUALIFY row_number() OVER (PARTITION BY key ORDER BY source_row) = 1",
    )
    return sql.number(con, "SELECT count(*) FROM asked")


def ask(con: Connection, contract: Contract, area: int, stage: Path) -> None:
    """Compare the rows `asked` with the people of an area; adds automatic links and stand-ins for what is to be judged.

    Makes `found` (pairs with their decision) and `stand_ins` (key, person): a row that a clerk must judge is read as if
    it were about somebody new, so that what it states is known; `set_aside` takes it out again.
    """
    name = contract.register_
    people(con, stage, area)
    listed = f"SELECT {quoted(name)} AS register, person FROM judged_{name} WHERE n IS NOT NULL AND NOT is_bad"
    sql.table(con, "listed_here", listed)
    link_rows(
        con,
        "asked",
        "known_people",
        load_settings(),
        stage / "linkage",
        listed="FROM listed_here",
        bar=Quiet(),  # type: ignore[arg-type]
    )
    con.execute("DROP TABLE known_people")
    sql.table(con, "found", "SELECT d.* FROM decided AS d ANTI JOIN apart USING (key, person)")
    chosen = "SELECT DISTINCT key FROM found WHERE decision = '{}'"
    con.execute(f"INSERT INTO links SELECT {quoted(name)}, key, person FROM found WHERE decision = 'automatic' ")
    person = unidentified.person_of_row_sql("key")
    sql.table(con, "stand_ins", f"SELECT key, {person} AS person FROM ({chosen.format('judge')}) "
              "WHERE key NOT IN (SELECT row_key FROM links)")  # fmt: skip
    con.execute(f"INSERT INTO links SELECT {quoted(name)}, key, person FROM stand_ins")
    # Faults as they stand without the stand-ins: `set_aside` puts their rows' lines back.
    sql.table(con, "lines_before", "SELECT * FROM quarantine")


def set_aside(con: Connection, contract: Contract, source: Source) -> Counts:
    """Take the rows that a clerk must judge out of what was settled, back into quarantine; counts them anew.

    Makes `aside`: what each of them states.
    """
    name = contract.register_
    sql.table(con, "aside", f"SELECT s.key, t.* FROM settled_{name} AS t JOIN stand_ins AS s USING (person)")
    sql.table(con, "aside_rows", f"SELECT j.source_row FROM judged_{name} AS j JOIN stand_ins USING (person)")
    con.execute(f"DELETE FROM settled_{name} WHERE person IN (SELECT person FROM stand_ins)")
    con.execute("DELETE FROM repeated WHERE source_row IN (FROM aside_rows)")
    con.execute("INSERT INTO quarantine SELECT * FROM lines_before WHERE source_row IN (FROM aside_rows)")
    return settling.balance(con, name, source)


def stage(con: Connection, contract: Contract, source: Source, start: int, folder: Path) -> Linked:
    """Write what was linked and what is to be judged beside the delivery.

    Args:
        start: yyyymmdd from which a row holds that does not say.

    linked.parquet: row_key, person, source_row. doubles.parquet: as `DOUBLES`; what identifies the person is sealed.
    """
    here = "SELECT u.key AS row_key, l.person, u.source_row FROM unidentified AS u JOIN links AS l ON l.row_key = u.key"
    con.execute("CREATE TEMP TABLE IF NOT EXISTS stand_ins (key BIGINT, person BIGINT)")
    taken = f"{here} WHERE u.key NOT IN (SELECT key FROM stand_ins)"
    sql.write_parquet(con, f"{taken} ORDER BY row_key, source_row", folder / "linked.parquet")
    linked = sql.number(con, f"SELECT count(*) FROM ({taken})")
    if "found" not in _tables(con):
        return Linked(decided=linked)
    automatic = sql.number(con, "SELECT count(DISTINCT key) FROM found WHERE decision = 'automatic'")
    judge = sql.number(con, "SELECT count(*) FROM stand_ins")
    asked = sql.number(con, "SELECT count(*) FROM asked")
    _stage_doubles(con, contract, source, start, folder)
    again = sql.number(con, f"SELECT count(*) FROM ({taken}) JOIN found ON key = row_key WHERE decision = 'automatic'")
    return Linked(linked - again, automatic, judge, asked - automatic - judge)


def _tables(con: Connection) -> set[str]:
    return {row[0] for row in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}


def _stage_doubles(con: Connection, contract: Contract, source: Source, start: int, folder: Path) -> None:
    rows = con.sql("SELECT key, id_text, phone, address FROM asked SEMI JOIN found USING (key) ORDER BY key").fetchall()
    words = [json.dumps({"id_number": i, "phone": p, "address": a}, ensure_ascii=False) for _, i, p, a in rows]
    sealed = [value.hex() if value else None for value in seal_many(words, ROW_LABEL)]
    con.register("incoming", pa.table({"key": pa.array([row[0] for row in rows], pa.int64()), "sealed": sealed}))
    values = ", ".join(f"{quoted(name)}: {name}" for name in stored_columns(contract, _facts()))
    states = (
        f"SELECT key, list({{'valid_from': COALESCE(stated_from, {start}), 'valid_to': valid_to, "
        f"'source_row': source_row, 'row_hash': row_hash, 'values': {{{values}}}}} ORDER BY source_row) AS states "
        "FROM aside GROUP BY key"
    )
    row = (
        "to_json({'name': asked.name, 'sex': asked.sex, 'birth': asked.birth, 'area': area, 'source_row': source_row, "
        f"'source_file': {quoted(source.label)}, 'sealed': sealed, 'states': states}})"
    )
    levels = ", ".join(f"{quoted(name)}: f.{name}" for name in CONDITIONS)
    pairs = "FROM found AS f JOIN asked USING (key) JOIN incoming USING (key) LEFT JOIN states USING (key)"
    told = "decision = 'automatic' OR (decision = 'judge' AND key IN (SELECT key FROM stand_ins))"
    sql.write_parquet(
        con,
        f"WITH states AS ({states}) SELECT key AS row_key, f.person, f.probability, "
        f"decision = 'automatic' AS is_automatic, area, to_json({{{levels}}})::VARCHAR AS levels, "
        f"{row}::VARCHAR AS row {pairs} WHERE {told} ORDER BY key, f.rank",
        folder / "doubles.parquet",
    )
    con.unregister("incoming")


def _facts() -> Any:
    from yiyang.catalog.facts import load_facts

    return load_facts()


def people(con: Connection, scratch: Path, area: int | None) -> int:
    """The table `known_people` (as linkage takes people) of an area, or of everywhere; opened in memory."""
    file = scratch / "people.csv"
    columns = ("id", "name", "sex", "birth_date", "area_code", "registered_code", *SEALED)
    query = pg.SQL("SELECT {} FROM registry_person WHERE merged_into_id IS NULL").format(
        pg.SQL(", ").join(map(pg.Identifier, columns))
    )
    if area is not None and area != logic.NATION:
        query += pg.SQL(" AND (area_code <@ {0} OR registered_code <@ {0} OR area_code = {1})").format(
            pg.Literal("[{},{})".format(*logic.span(area))) + pg.SQL("::int8range"), pg.Literal(NO_AREA)
        )
    store.copy_out(query, file)
    kinds = dict(
        zip(columns, ("BIGINT", "VARCHAR", "INTEGER", "INTEGER", "BIGINT", "BIGINT", *["VARCHAR"] * 3), strict=True)
    )
    nobody = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in _KNOWN.items())
    sql.table(con, "known_people", f"SELECT {nobody} LIMIT 0")
    for batch in con.cursor().sql(f"FROM {store.read_csv(file, kinds)}").to_arrow_reader(BATCH):
        con.register("incoming", _opened(pa.table(batch)))
        con.execute(f"INSERT INTO known_people BY NAME SELECT {', '.join(_KNOWN)} FROM incoming")
        con.unregister("incoming")
    file.unlink()
    return sql.number(con, "SELECT count(*) FROM known_people")


_KNOWN = {
    "key": "BIGINT", "id_text": "VARCHAR", "name": "VARCHAR", "sex": "INTEGER", "birth": "INTEGER", "phone": "VARCHAR",
    "address": "VARCHAR", "area": "BIGINT", "other_area": "BIGINT",
}  # fmt: skip


def _opened(batch: pa.Table) -> pa.Table:
    """A batch of people with its sealed columns opened."""
    plain = {}
    for column, name in SEALED.items():
        sealed = [bytes.fromhex(value[2:]) if value else None for value in batch[column].to_pylist()]
        plain[name] = pa.array(unseal_many(sealed, f"registry_person.{column}"), pa.string())
    places = {
        name: pa.array([code if code != NO_AREA else None for code in batch[column].to_pylist()], pa.int64())
        for column, name in (("area_code", "area"), ("registered_code", "other_area"))
    }
    kept = {"key": batch["id"], "name": batch["name"], "sex": batch["sex"], "birth": batch["birth_date"]}
    return pa.table(kept | plain | places)


def keep(con: Connection, delivery: Delivery, folder: Path) -> None:
    """Bring what was staged into the database, within the transaction that accepts the delivery."""
    if (folder / "linked.parquet").exists():
        _note_links(con, delivery, folder)
    _close_moot(con, delivery, folder)
    if (folder / "doubles.parquet").exists():
        _keep_doubles(con, delivery, folder)


def _keep_doubles(con: Connection, delivery: Delivery, folder: Path) -> None:
    file = folder / "doubles.csv"
    store.write_csv(con, f"SELECT {', '.join(DOUBLES)} FROM {sql.parquet(folder / 'doubles.parquet')}", file)
    store.execute(
        "CREATE TEMP TABLE judging (row_key bigint, person bigint, probability float8, is_automatic boolean, "
        "area bigint, levels jsonb, row jsonb) ON COMMIT DROP"
    )
    store.copy_in("judging", DOUBLES, file)
    file.unlink()
    store.execute(KEEP, [delivery.register, delivery.pk, delivery.area_code])
    store.execute("DROP TABLE judging")


# A pair that stands open already takes the newer row; what a clerk has decided stays.
KEEP = """
INSERT INTO registry_possibledouble (register, row_key, person_id, row, delivery_id, area_code, other_area_code,
    probability, levels, is_automatic, state, judged_by_name, judged_at, reason, undo)
SELECT %s, j.row_key, p.id, j.row, %s, p.area_code, coalesce(a.code, %s), j.probability, j.levels, j.is_automatic,
    CASE WHEN j.is_automatic THEN 'same' ELSE 'open' END, CASE WHEN j.is_automatic THEN '自动关联' ELSE '' END,
    CASE WHEN j.is_automatic THEN now() END, '', '{}'
FROM judging AS j JOIN registry_person AS p ON p.id = j.person LEFT JOIN areas_area AS a ON a.code = j.area
ON CONFLICT (register, row_key, person_id) WHERE row_key IS NOT NULL DO UPDATE SET row = excluded.row,
    delivery_id = excluded.delivery_id, probability = excluded.probability, levels = excluded.levels,
    is_automatic = excluded.is_automatic, state = excluded.state, judged_by_name = excluded.judged_by_name,
    judged_at = excluded.judged_at
WHERE registry_possibledouble.state = 'open' OR registry_possibledouble.is_moot
"""


def _close_moot(con: Connection, delivery: Delivery, folder: Path) -> None:
    """What was open about rows that this delivery no longer brings has nothing to decide."""
    staged = folder / "doubles.parquet"
    keys = (
        [r[0] for r in con.sql(f"SELECT DISTINCT row_key FROM {sql.parquet(staged)}").fetchall()]
        if staged.exists()
        else []
    )
    series = PossibleDouble.objects.filter(
        register=delivery.register, state=State.OPEN, row_key__isnull=False, delivery__area_code=delivery.area_code
    )
    close_moot(series.exclude(row_key__in=keys), "之后的交付里已没有这一行")


def close_moot(rows: Any, reason: str) -> int:
    """Close open questions that nobody needs to answer any more."""
    return int(rows.update(state=State.UNDONE, is_moot=True, reason=reason, judged_at=timezone.now()))


def _note_links(con: Connection, delivery: Delivery, folder: Path) -> None:
    """Which rows came in through which decision, so that a decision can be undone with all that came of it."""
    file = folder / "linked.csv"
    store.write_csv(con, f"FROM {sql.parquet(folder / 'linked.parquet')}", file)
    store.execute("CREATE TEMP TABLE linking (row_key bigint, person bigint, source_row integer) ON COMMIT DROP")
    store.copy_in("linking", ["row_key", "person", "source_row"], file)
    file.unlink()
    store.execute(
        "INSERT INTO registry_linkedrow (delivery_id, register, row_key, source_row) "
        "SELECT %s, %s, row_key, source_row FROM linking",
        [delivery.pk, delivery.register],
    )
    store.execute("DROP TABLE linking")


def look_for_doubles(con: Connection, scratch: Path, area: int | None) -> int:
    """Compare the people of an area with each other and put suspected doubles before clerks; how many are new."""
    if people(con, scratch, area) < 2:
        return 0
    find_doubles(con, "known_people", load_settings(), scratch, bar=Quiet())  # type: ignore[arg-type]
    con.execute("DROP TABLE known_people")
    levels = ", ".join(f"{quoted(name)}: {name}" for name in CONDITIONS)
    file = scratch / "pairs.csv"
    store.write_csv(
        con,
        f"SELECT least(key, person), greatest(key, person), probability, to_json({{{levels}}})::VARCHAR "
        "FROM decided WHERE decision <> 'different' QUALIFY row_number() OVER "
        "(PARTITION BY least(key, person), greatest(key, person) ORDER BY probability DESC) = 1",
        file,
    )
    store.execute(
        "CREATE TEMP TABLE pairing (person bigint, other bigint, probability float8, levels jsonb) ON COMMIT DROP"
    )
    store.copy_in("pairing", ["person", "other", "probability", "levels"], file)
    file.unlink()
    found = store.execute(PAIRS)
    store.execute("DROP TABLE pairing")
    return found


PAIRS = """
INSERT INTO registry_possibledouble (register, person_id, other_id, row, area_code, other_area_code, probability,
    levels, is_automatic, state, judged_by_name, reason, undo, is_moot)
SELECT '', p.id, o.id, '{}', p.area_code, o.area_code, j.probability, j.levels, false, 'open', '', '', '{}', false
FROM pairing AS j JOIN registry_person AS p ON p.id = j.person JOIN registry_person AS o ON o.id = j.other
ON CONFLICT (person_id, other_id) WHERE row_key IS NULL DO NOTHING
"""


def write_links(out: Path) -> int:
    """Write what was decided as `registry build --links` takes it; returns how many rows."""
    same = PossibleDouble.objects.filter(state=State.SAME, row_key__isnull=False).order_by("register", "row_key")
    rows = list(same.values_list("register", "row_key", "person_id"))
    columns = [pa.array([row[place] for row in rows], field.type) for place, field in enumerate(unidentified.LINKS)]
    pq.write_table(pa.table(columns, schema=unidentified.LINKS), out)
    return len(rows)
