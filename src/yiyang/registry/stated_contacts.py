"""Telephones and addresses as registers state them: kept sealed, delivery by delivery; the latest one speaks.

A job of its own after the delivery went in: sealing a million values takes a minute that nobody needs to wait for.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
from psycopg import sql as pg

from yiyang.access.secrets import seal_many
from yiyang.registry import sql, store
from yiyang.registry.identity import hash_sql
from yiyang.registry.models import Delivery, StatedContact
from yiyang.registry.sql import Connection

BATCH = 50_000
COLUMNS = ("delivery_id", "register", "person", "fingerprint", "phone", "address")


def bring_in(con: Connection, delivery: Delivery, staged: Path, scratch: Path) -> int:
    """Seal and keep what a delivery tells that the register did not tell before; returns how many. Once a delivery."""
    if StatedContact.objects.filter(delivery=delivery).exists():
        return 0
    mark = hash_sql("coalesce(phone, '') || chr(31) || coalesce(address, '')")
    sql.table(con, "told", f"SELECT *, {mark} AS fingerprint FROM {sql.parquet(staged)}")
    _leave_out_known(con, delivery, scratch)
    file = scratch / "sealed.csv"
    with file.open("wb") as out:
        for batch in con.sql("FROM fresh ORDER BY person").to_arrow_reader(BATCH):
            pyarrow.csv.write_csv(_sealed(batch, delivery), out, pyarrow.csv.WriteOptions(include_header=False))
    if file.stat().st_size:
        store.append("registry_statedcontact", COLUMNS, file)
    file.unlink()
    speak(f"SELECT person FROM registry_statedcontact WHERE delivery_id = {delivery.pk}")
    return sql.number(con, "SELECT count(*) FROM fresh")


def _leave_out_known(con: Connection, delivery: Delivery, scratch: Path) -> None:
    """Keep of the table `told` what differs from the register's word before."""
    file = scratch / "before.csv"
    store.name_people(con, "told", "told_people", scratch)
    store.copy_out(
        pg.SQL(
            "SELECT DISTINCT ON (person) person, fingerprint FROM registry_statedcontact AS s "
            "JOIN told_people USING (person) JOIN registry_delivery AS d ON d.id = s.delivery_id "
            "WHERE s.register = {register} AND d.state = 'accepted' ORDER BY person, d.\"order\" DESC"
        ).format(register=pg.Literal(delivery.register)),
        file,
    )
    known = store.read_csv(file, {"person": "BIGINT", "fingerprint": "BIGINT"})
    sql.table(con, "fresh", f"SELECT t.* FROM told AS t ANTI JOIN {known} AS k USING (person, fingerprint)")
    file.unlink()
    store.execute("DROP TABLE told_people")


def _sealed(batch: pa.RecordBatch, delivery: Delivery) -> pa.Table:
    def column(name: str) -> list[str | None]:
        values = seal_many(batch[name].to_pylist(), f"registry_person.{name}")
        return [f"\\x{value.hex()}" if value else None for value in values]

    count = batch.num_rows
    return pa.table(
        {
            "delivery_id": [delivery.pk] * count,
            "register": [delivery.register] * count,
            "person": batch["person"],
            "fingerprint": batch["fingerprint"],
            "phone": pa.array(column("phone"), pa.string()),
            "address": pa.array(column("address"), pa.string()),
        }
    )


def take_out(delivery: Delivery) -> None:
    """What an undone delivery told is no longer told: the word before speaks again."""
    mine = f"SELECT person FROM registry_statedcontact WHERE delivery_id = {delivery.pk}"
    store.execute(f"CREATE TEMP TABLE silenced ON COMMIT DROP AS {mine}")
    StatedContact.objects.filter(delivery=delivery).delete()
    speak("SELECT person FROM silenced")
    store.execute("DROP TABLE silenced")


def speak(people: str) -> None:
    """Bring Person.phone and address of the people of a query up to date; a merged file speaks for both."""
    for statement in (ASKED.format(people=people), KEYS, "ANALYZE asked, keys", SPEAK, "DROP TABLE asked, keys"):
        store.execute(statement)


# Merged files are one person: the word of either counts. What nobody states any more is emptied.
# As tables that know their size: of a new delivery the planner expects no row, and joins everybody with everybody.
ASKED = """
CREATE TEMP TABLE asked ON COMMIT DROP AS SELECT DISTINCT coalesce(a.person_id, q.person) AS person
FROM ({people}) AS q LEFT JOIN registry_alias AS a ON a.key = q.person
"""
KEYS = """
CREATE TEMP TABLE keys ON COMMIT DROP AS SELECT person AS key, person FROM asked
UNION SELECT a.key, a.person_id FROM registry_alias AS a JOIN asked ON asked.person = a.person_id
"""
SPEAK = """
WITH words AS (SELECT keys.person, s.phone, s.address, d."order" AS place FROM registry_statedcontact AS s
               JOIN keys ON keys.key = s.person JOIN registry_delivery AS d ON d.id = s.delivery_id),
     phones AS (SELECT DISTINCT ON (person) person, phone FROM words WHERE phone IS NOT NULL
                ORDER BY person, place DESC),
     addresses AS (SELECT DISTINCT ON (person) person, address FROM words WHERE address IS NOT NULL
                   ORDER BY person, place DESC)
UPDATE registry_person AS p SET phone = t.phone, address = t.address, changed_at = now()
FROM asked LEFT JOIN phones AS t1 USING (person) LEFT JOIN addresses AS t2 USING (person),
     LATERAL (SELECT t1.phone, t2.address) AS t
WHERE p.id = asked.person AND (p.phone, p.address) IS DISTINCT FROM (t.phone, t.address)
"""
