"""`registry build`: from a delivery folder to a snapshot, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections import Counter
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

import yiyang
from yiyang.base.errors import DeliveryError, SnapshotError
from yiyang.base.output import atomic_folder
from yiyang.base.screen import Steps, progress
from yiyang.catalog.facts import load_facts
from yiyang.engine.duck import connect
from yiyang.engine.facts import FactBook, as_int
from yiyang.registry import history, identities, quarantine, sql, unidentified
from yiyang.registry.contracts import Contract, Contracts, delivered, load_contracts
from yiyang.registry.delivery import Delivery, open_delivery, open_sources
from yiyang.registry.fields import OPEN
from yiyang.registry.history import Arrival
from yiyang.registry.identity import person_key
from yiyang.registry.places import places
from yiyang.registry.reading import Reader
from yiyang.registry.settling import settle
from yiyang.registry.snapshot import FORMAT, Snapshot, open_snapshot, sha256
from yiyang.registry.sources import Source
from yiyang.registry.tables import resolve_steps, run_steps, view_register

Json = dict[str, Any]
MEMORY = "2GB"
COUNTED = ["in", "kept", "merged", "quarantined", "doubtful_people", "conflicting_people", "new", "unchanged", "closed"]


def build(
    folder: Path,
    *,
    known: date,
    out: Path,
    previous: Path | None = None,
    links: Path | None = None,
    unidentified_out: Path | None = None,
) -> Snapshot:
    """Make a snapshot of a delivery.

    Args:
        folder: DIR/<YYYY-MM> with delivery.json and one file a register.
        known: the day on which the delivery was known.
        out: the snapshot's folder; earlier output there is replaced when the new one is whole.
        previous: the snapshot before; its history is carried over.
        links: Parquet with register, row_key, person: whom rows without a usable id number are about, as decided.
            A row whose only fault is its id number then is a good row of that person.
        unidentified_out: folder for unidentified.parquet and contacts.parquet, which linkage takes.

    Raises:
        DeliveryError: the delivery cannot be used, with every reason.
        SnapshotError: `previous` is damaged, or made under another person key.
    """
    facts = load_facts()
    contracts = load_contracts(facts=facts)
    delivery = open_delivery(folder, known, contracts)
    before = _before(previous, delivery, known)
    total = len(delivery.files) + 4
    with (
        progress(f"{delivery.note.month} 建立快照", f"build {delivery.note.month}", total=total) as bar,
        atomic_folder(out) as work,
        sql.interruptible(),
    ):
        builder = Builder(work, facts, contracts, delivery, known, before, bar, links, unidentified_out)
        builder.run()
    return replace(open_snapshot(out), seconds=builder.seconds)


def _before(previous: Path | None, delivery: Delivery, known: date) -> Snapshot | None:
    """The snapshot before, if it is whole and fits."""
    if previous is None:
        return None
    before = open_snapshot(previous)
    before.verify()
    if before.manifest["person_key"] != key_mark():
        raise SnapshotError(
            "上一快照使用了另一个 YIYANG_PERSON_KEY，人员对不上。请设回当时的密钥。",
            "The snapshot before was made under another YIYANG_PERSON_KEY. Set the key of that time.",
        )
    if before.month > delivery.note.month or before.known > as_int(known):
        raise DeliveryError(
            f"上一快照（{before.month}，数据截止 {before.manifest['known']}）比这次交付"
            f"（{delivery.note.month}，{known}）更新。请按时间顺序建立。",
            f"The snapshot before ({before.month}, known {before.manifest['known']}) is newer than this delivery "
            f"({delivery.note.month}, {known}). Build in the order of time.",
        )
    return before


def key_mark() -> str:
    """Tells person keys apart without giving them away."""
    return hashlib.sha256(f"mark of {person_key()}".encode()).hexdigest()[:12]


class Builder:
    """One build. `work` becomes the snapshot."""

    def __init__(
        self,
        work: Path,
        facts: FactBook,
        contracts: Contracts,
        delivery: Delivery,
        known: date,
        before: Snapshot | None,
        bar: Steps,
        links: Path | None = None,
        unidentified_out: Path | None = None,
    ) -> None:
        self.work, self.facts, self.contracts, self.delivery, self.before, self.bar = (
            work,
            facts,
            contracts,
            delivery,
            before,
            bar,
        )
        self.known = known
        self.con = connect(memory=MEMORY, spill=work / "spill")
        self.links, self.unidentified_out = links, unidentified_out
        linking, collecting = links is not None, unidentified_out is not None
        self.reader = Reader(self.con, facts, as_int(known), places, linking=linking, collecting=collecting)
        self.about: dict[str, Json] = {}
        self.seconds: dict[str, float] = {}

    def run(self) -> None:
        (self.work / "registers").mkdir()
        (self.work / "copies").mkdir()
        identities.begin(self.con)
        quarantine.begin(self.con)
        unidentified.load_links(self.con, self.links)
        unidentified.begin(self.con)
        self.bar.step("打开文件", "opening the files")
        sources = open_sources(self.delivery, self.contracts, self.work / "copies")
        for name, source in sources.items():
            began = time.perf_counter()
            self.bar.step(self.contracts[name].name.zh, self.contracts[name].name.en)
            self._register(self.contracts[name], source)
            self.seconds[name] = round(time.perf_counter() - began, 3)
        self._rest()
        self.con.close()
        for scratch in ("copies", "spill"):
            shutil.rmtree(self.work / scratch, ignore_errors=True)
        self._write_manifest()

    def _register(self, contract: Contract, source: Source) -> None:
        """Read, judge, settle and write one register."""
        name = contract.register_
        self.reader.read(contract, source)
        counts = settle(self.con, contract, source, self.facts, as_int(self.known))
        self._refuse_empty(contract, counts.delivered)
        identities.add(self.con, contract, source)
        linked = unidentified.note_linked(self.con, contract, source) if self.links else None
        changes = history.write(
            self.con, contract, self.facts, source.label, self._arrival(name), self._old(name), self._path(name)
        )
        for stage in ("judged", "bad", "settled"):
            self.con.execute(f"DROP TABLE {stage}_{name}")
        self.about[name] = {
            "file": source.label,
            "format": source.encoding,
            "in": counts.delivered,
            "kept": counts.kept,
            "merged": counts.merged,
            "quarantined": counts.quarantined,
            "doubtful_people": counts.doubtful_people,
            "conflicting_people": counts.conflicting_people,
            **asdict(changes),
            **({} if linked is None else {"linked": linked}),
            "headings_unknown": list(source.heading.unknown),
            "columns_missing": [n for n in contract.read if n not in source.heading.places],
            "deliveries": self._deliveries(name),
        }

    @staticmethod
    def _refuse_empty(contract: Contract, rows: int) -> None:
        if rows == 0 and contract.delivery == "full":
            raise DeliveryError(
                f"{contract.file} 只有表头没有数据。这是全量登记册，空表意味着所有人都被移出；请核对后重新导出。",
                f"{contract.file} has headings but no rows. This register is delivered in full, so an empty one "
                "would remove everybody. Export it again.",
            )

    def _arrival(self, name: str) -> Arrival:
        month = self.delivery.note.month
        same = [as_int(date.fromisoformat(d["known"])) for d in self._earlier(name) if d["month"] == month]
        return Arrival(self.delivery.first, as_int(self.known), min(same, default=OPEN))

    def _deliveries(self, name: str) -> list[Json]:
        """All deliveries of a register; the same month known on the same day counts once."""
        here = {"month": self.delivery.note.month, "known": self.known.isoformat()}
        return [*(d for d in self._earlier(name) if d != here), here]

    def _earlier(self, name: str) -> list[Json]:
        about = self.before.manifest["registers"].get(name) if self.before else None
        return list(about["deliveries"]) if about else []

    def _old(self, name: str) -> Path | None:
        return self.before.registers.get(name) if self.before else None

    def _path(self, name: str) -> Path:
        return self.work / "registers" / f"{name}.parquet"

    def _rest(self) -> None:
        """What is written once all registers are read."""
        self.bar.step("身份对照", "identities")
        self._carry_over()
        unidentified.add_nameless(self.con)
        identities.write(self.con, self.work / "identities.parquet")
        self.con.execute("DROP TABLE identities")
        if self.unidentified_out is not None:
            unidentified.write(self.con, self.unidentified_out)
        self.bar.step("待核数据", "quarantine")
        quarantine.write(self.con, list(self.contracts), self.work / "quarantine.csv")
        self.bar.step("归集到人", "people")
        self._people()

    def _carry_over(self) -> None:
        """Registers that were not delivered this time stay as they were."""
        if self.before is None:
            return
        identities.carry_over(self.con, self.before.path / "identities.parquet")
        for name, path in self.before.registers.items():
            if name not in self.about:
                shutil.copyfile(path, self._path(name))
                kept = self.before.manifest["registers"][name]
                nothing: Json = {
                    "file": None,
                    "format": None,
                    **dict.fromkeys(COUNTED, 0),
                    "headings_unknown": [],
                    "columns_missing": [],
                }
                self.about[name] = nothing | {"rows": kept["rows"], "deliveries": kept["deliveries"]}

    def _people(self) -> None:
        began = time.perf_counter()
        there = [name for name in self.contracts if name in self.about]
        for name in there:
            view_register(self.con, self.contracts[name], self.facts, self._path(name))
        run_steps(
            self.con, resolve_steps(self.contracts, self.facts, as_int(self.delivery.first), as_int(self.known), there)
        )
        sql.write_parquet(self.con, "FROM people", self.work / "people.parquet")
        self.people = sql.number(self.con, "SELECT count(*) FROM people")
        self.seconds["people"] = round(time.perf_counter() - began, 3)

    def _write_manifest(self) -> None:
        """Everything but the timings, so that the same inputs give the same bytes."""
        files = sorted(path for path in self.work.rglob("*") if path.is_file())
        reasons: Counter[str] = quarantine.by_reason(self.work / "quarantine.csv")
        manifest = {
            "kind": "snapshot",
            "format": FORMAT,
            "month": self.delivery.note.month,
            "known": self.known.isoformat(),
            "area": self.delivery.note.area,
            "synthetic": self.delivery.note.synthetic,
            "versions": {"yiyang": yiyang.__version__, "duckdb": duckdb.__version__},
            "person_key": key_mark(),
            "people": self.people,
            "registers": {name: self.about[name] for name in self.contracts if name in self.about},
            "missing": [name for name in delivered(self.contracts) if name not in self.about],
            "not_delivered": list(self.delivery.missing),
            "strangers": list(self.delivery.strangers),
            "quarantine": dict(reasons.most_common()),
            **({} if self.links is None else {"links": sha256(self.links)}),
            "files": {path.relative_to(self.work).as_posix(): sha256(path) for path in files},
        }
        (self.work / "manifest.json").write_text(
            json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
