"""A snapshot for the engine straight from the database: the folder that `registry build` makes from files, to the byte.

Statements and people stream through COPY into DuckDB and from there into Parquet; nothing passes row by row.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from django.utils import timezone
from psycopg import sql as pg

import yiyang
from yiyang.access.scope import platform
from yiyang.access.secrets import unseal_many
from yiyang.areas.logic import level, span
from yiyang.audit.record import record, work
from yiyang.base.errors import SnapshotError
from yiyang.base.output import atomic_folder
from yiyang.catalog.facts import load_facts
from yiyang.engine.duck import connect
from yiyang.engine.facts import as_int
from yiyang.registry import refresh, sql, store
from yiyang.registry.build import COUNTED, key_mark
from yiyang.registry.contracts import BASE, delivered, load_contracts
from yiyang.registry.history import ORDER
from yiyang.registry.models import Delivery
from yiyang.registry.snapshot import FORMAT, Snapshot, open_snapshot, sha256
from yiyang.registry.sql import Connection
from yiyang.registry.tables import resolve_steps, run_steps

Tell = Callable[[str], None]
Json = dict[str, Any]


def freeze(
    out: Path,
    *,
    area: int,
    today: date,
    month: str = "",
    known: date | None = None,
    tell: Tell = lambda _: None,
    is_narrow: bool = False,
) -> Snapshot:
    """Write a snapshot of what the registry says, within the open unit of work (of the platform itself).

    Args:
        out: the folder; replaced when the new one is whole.
        area: 12-digit code that the snapshot is said to be of.
        month: "2026-11"; '' = the latest that was accepted.
        known: what became known later is left out; None = everything that is known today.
        is_narrow: only people who are registered or live in the area (of a city, also those of no known area).

    Raises:
        SnapshotError: the household register has not been accepted yet.
    """
    contracts = load_contracts()
    on = refresh.standing(contracts, today)
    if BASE not in on.there:
        raise SnapshotError(
            "公安户籍登记尚未入库，还没有可以冻结的人员。", "The household register has not been accepted yet."
        )
    month, until = month or on.month, as_int(known) if known else on.known
    with atomic_folder(out) as work:
        _Freezer(work, area, month, until, on.there, tell, is_narrow).run()
    return open_snapshot(out)


def freeze_now(out: Path, *, area: int, month: str, known: date | None, tell: Tell) -> Snapshot:
    """`freeze` as the platform itself, in a unit of work of its own."""
    with work(platform("freeze")):
        record("export", what="snapshot", area=area, detail={"month": month})
        return freeze(out, area=area, today=timezone.localdate(), month=month, known=known, tell=tell)


class _Freezer:
    def __init__(
        self, work: Path, area: int, month: str, known: int, there: tuple[str, ...], tell: Tell, is_narrow: bool
    ) -> None:
        self.work, self.area, self.month, self.known, self.there, self.tell = work, area, month, known, there, tell
        self.is_narrow = is_narrow
        self.facts, self.contracts = load_facts(), load_contracts()
        self.con: Connection = connect(memory="2GB", spill=work / "spill")
        self.rows: dict[str, int] = {}

    def run(self) -> None:
        (self.work / "registers").mkdir()
        for name in self.there:
            self.tell(self.contracts[name].name.zh)
            store.statements(self.con, self.contracts[name], self.facts, self.work, merged=True)
            if not self.is_narrow:
                self._register(name, "")
        self.tell("归集到人")
        steps = resolve_steps(self.contracts, self.facts, refresh.first_day(self.month), self.known, self.there)
        run_steps(self.con, steps)
        if self.is_narrow:
            self._narrow()
        sql.write_parquet(self.con, "FROM people", self.work / "people.parquet")
        self.people = sql.number(self.con, "SELECT count(*) FROM people")
        self.con.close()
        self.tell("身份对照")
        self._identities()
        self._quarantine()
        shutil.rmtree(self.work / "spill", ignore_errors=True)
        self._manifest()

    def _register(self, name: str, of: str) -> None:
        path = self.work / "registers" / f"{name}.parquet"
        sql.write_parquet(self.con, f"SELECT * FROM r_{name} {of} ORDER BY {ORDER}", path)
        self.rows[name] = sql.number(self.con, f"SELECT count(*) FROM r_{name} {of}")

    def _narrow(self) -> None:
        """Leave out whoever is neither registered nor lives in the area, and what was stated on him."""
        low, high = span(self.area)
        within = [f"({area} >= {low} AND {area} < {high})" for area in ("registered_area", "resident_area")]
        if level(self.area) not in ("county", "town", "village"):
            within.append("(registered_area IS NULL AND resident_area IS NULL)")
        self.con.execute(f"DELETE FROM people WHERE ({' OR '.join(within)}) IS NOT TRUE")
        for name in self.there:
            self._register(name, "SEMI JOIN people USING (person)")

    def _identities(self) -> None:
        """Id numbers are unsealed block by block; the file is the only one with names and numbers."""
        file, out = self.work / "identities.csv", self.work / "identities.parquet"
        store.copy_out(
            pg.SQL("SELECT id, id_number, name FROM registry_person WHERE merged_into_id IS NULL ORDER BY id"), file
        )
        types = {"person": pa.int64(), "id_number": pa.string(), "name": pa.string()}
        read = pyarrow.csv.ReadOptions(column_names=list(types), block_size=32 << 20)
        convert = pyarrow.csv.ConvertOptions(
            column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=False
        )
        schema = pa.schema(list(types.items()))
        plain = self.work / "plain.parquet"
        with pq.ParquetWriter(plain, schema) as writer:
            for batch in pyarrow.csv.open_csv(file, read, convert_options=convert):
                writer.write_batch(_opened(batch, schema))
        con = connect()
        people = sql.parquet(self.work / "people.parquet")
        of = f"AS i SEMI JOIN {people} AS p ON p.person = i.person ORDER BY person" if self.is_narrow else ""
        query = f"SELECT person, id_number, nullif(name, '') AS name FROM {sql.parquet(plain)} {of}"
        sql.write_parquet(con, query, out)
        con.close()
        plain.unlink()
        file.unlink()

    def _quarantine(self) -> None:
        """The lines of the newest accepted delivery of each register."""
        query = pg.SQL(
            "SELECT d.register, d.month || '/' || split_part(d.file, '/', -1), q.source_row, q.field, q.value, "
            "q.reason, q.remedy FROM registry_quarantineline AS q JOIN registry_delivery AS d ON d.id = q.delivery_id "
            "WHERE d.state = 'accepted' ORDER BY d.register, q.source_row, q.id"
        )
        file = self.work / "lines.csv"
        store.copy_out(query, file)
        head = "\ufeffregister,file,row,field,value,reason,remedy\n"
        with (self.work / "quarantine.csv").open("w", encoding="utf-8") as out, file.open(encoding="utf-8") as lines:
            out.write(head)
            shutil.copyfileobj(lines, out)
        file.unlink()

    def _manifest(self) -> None:
        files = sorted(path for path in self.work.rglob("*") if path.is_file())
        with (self.work / "quarantine.csv").open(encoding="utf-8-sig", newline="") as lines:
            reasons = Counter(line["reason"] for line in csv.DictReader(lines))
        manifest = {
            "kind": "snapshot",
            "format": FORMAT,
            "month": self.month,
            "known": _iso(self.known),
            "area": f"{self.area:012d}"[:6],
            "synthetic": _is_synthetic(),
            "versions": {"yiyang": yiyang.__version__, "duckdb": duckdb.__version__},
            "person_key": key_mark(),
            "people": self.people,
            "registers": self._about(),
            "missing": [name for name in delivered(self.contracts) if name not in self.there],
            "not_delivered": [],
            "strangers": [],
            "quarantine": dict(reasons.most_common()),
            "files": {path.relative_to(self.work).as_posix(): sha256(path) for path in files},
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        (self.work / "manifest.json").write_text(text, encoding="utf-8")

    def _about(self) -> Json:
        accepted = defaultdict(list)
        for delivery in Delivery.objects.filter(state=Delivery.State.ACCEPTED).order_by("order"):
            accepted[delivery.register].append(delivery)
        return {
            name: {
                **_origin(accepted[name][-1]),
                **{key: accepted[name][-1].counts.get(_COUNT.get(key, key), 0) for key in COUNTED},
                "rows": self.rows[name],
                "deliveries": [{"month": d.month, "known": d.known.isoformat()} for d in accepted[name]],
            }
            for name in self.there
        }


_COUNT = {"in": "delivered"}


def _origin(delivery: Delivery) -> Json:
    """What the check said of a delivery's file."""
    return {
        "file": f"{delivery.month}/{Path(delivery.file).name}",
        "format": delivery.preview.get("encoding"),
        "headings_unknown": delivery.preview.get("headings_unknown", []),
        "columns_missing": delivery.preview.get("columns_missing", []),
    }


def _is_synthetic() -> bool:
    accepted = Delivery.objects.filter(state=Delivery.State.ACCEPTED)
    return accepted.exists() and not accepted.filter(is_synthetic=False).exists()


def _iso(day: int) -> str:
    return date(day // 10000, day // 100 % 100, day % 100).isoformat()


def _opened(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    sealed = [None if text is None else bytes.fromhex(text[2:]) for text in batch["id_number"].to_pylist()]
    plain = pa.array(unseal_many(sealed, refresh.ID_LABEL), pa.string())
    return pa.record_batch([batch["person"], plain, batch["name"]], schema=schema)
