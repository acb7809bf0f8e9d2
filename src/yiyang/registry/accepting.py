"""What an accepted delivery does to the registry, and what it would do: statements, files of people, current facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils import timezone
from psycopg import sql as pg

from yiyang.catalog.facts import load_facts
from yiyang.engine.duck import connect
from yiyang.engine.facts import as_int
from yiyang.registry import consequences, linking, refresh, renaming, sql, stated_contacts, store
from yiyang.registry.actions import restate
from yiyang.registry.contracts import BASE, load_contracts
from yiyang.registry.intake import staged_columns
from yiyang.registry.models import Delivery, PossibleDouble
from yiyang.registry.sql import Connection
from yiyang.registry.tables import resolve_steps, run_steps

__all__ = ["bring_in", "load_facts", "preview", "put_quarantine", "take_out"]

Tell = Callable[[str], None]
CHECK_STEPS, ACCEPT_STEPS, TAKE_BACK_STEPS = 5, 6, 3
# Above this many affected people the preview counts them and leaves out whose facts change how.
PREVIEWED = 200_000


def _scratch(stage: Path) -> Connection:
    return connect(memory="2GB", spill=stage / "spill")


def _staged(stage: Path, name: str) -> str:
    return sql.parquet(stage / f"{name}.parquet")


def _affected(con: Connection, stage: Path) -> None:
    """The DuckDB table `affected` (person) of a staged delivery."""
    both = f"SELECT person FROM {_staged(stage, 'added')} UNION SELECT person FROM {_staged(stage, 'closed')}"
    sql.table(con, "affected", both)


def preview(delivery: Delivery, stage: Path) -> dict[str, Any]:
    """Whose facts would change if the delivery were accepted now, within the open unit of work."""
    con = _scratch(stage)
    try:
        _affected(con, stage)
        people = sql.number(con, "SELECT count(*) FROM affected")
        if people > PREVIEWED:
            return {"people": people}
        _name_affected(con, "affected", stage)
        try:
            return {"people": people, **_effects(con, delivery, stage)}
        finally:
            store.execute("DROP TABLE affected")
    finally:
        con.close()


def _effects(con: Connection, delivery: Delivery, stage: Path) -> dict[str, Any]:
    facts, contracts, name = load_facts(), load_contracts(), delivery.register
    today = timezone.localdate()
    after = refresh.standing(contracts, today, plus=delivery)
    before = replace(refresh.standing(contracts, today), month=after.month, known=after.known)
    for register in after.there:
        store.statements(con, contracts[register], facts, stage, of="affected", merged=True, with_id=register == name)
    _merges(con, stage)
    sql.table(con, "mine", f"FROM r_{name}")
    sql.table(con, f"r_{name}", "SELECT * EXCLUDE (id) FROM mine")
    _resolve_as(con, "before", before)
    added = (
        "SELECT s.* REPLACE (coalesce(m.person, s.person) AS person) "
        f"FROM {_staged(stage, 'added')} AS s LEFT JOIN merges AS m ON m.key = s.person"
    )
    sql.table(con, f"r_{name}", f"{_with_closed(con, stage)} UNION ALL BY NAME {added}")
    _resolve_as(con, "after", after)
    return refresh.effects(con, "before", "after")


def _merges(con: Connection, stage: Path) -> None:
    """The DuckDB table `merges` (key, person) of merged files among the people affected."""
    file = stage / "merges.csv"
    store.copy_out(
        pg.SQL("SELECT a.key, a.person_id FROM registry_alias AS a JOIN affected AS o ON o.person = a.key"), file
    )
    sql.table(con, "merges", f"FROM {store.read_csv(file, {'key': 'BIGINT', 'person': 'BIGINT'})}")
    file.unlink()


def _with_closed(con: Connection, stage: Path) -> str:
    """SQL: the register's own rows (`mine`) as they would stand once the staged ones are ended."""
    rest = ", ".join(f"m.{c}" for c in sql.columns(con, "mine") if c not in ("id", "known_to"))
    return (
        f"SELECT {rest}, coalesce(c.known_to, m.known_to) AS known_to FROM mine AS m "
        f"LEFT JOIN {_staged(stage, 'closed')} AS c ON c.id = m.id"
    )


def _resolve_as(con: Connection, name: str, on: refresh.Standing) -> None:
    facts, contracts = load_facts(), load_contracts()
    if BASE not in on.there:
        columns = dict.fromkeys(["person", "household", *(fact.column for fact in facts.facts.values())])
        sql.table(con, name, f"SELECT {', '.join(f'CAST(NULL AS BIGINT) AS {c}' for c in columns)} LIMIT 0")
        return
    run_steps(con, resolve_steps(contracts, facts, refresh.first_day(on.month), on.known, on.there))
    sql.table(con, name, "FROM people")


def put_quarantine(delivery: Delivery, stage: Path) -> None:
    """The rows to mend, for whoever delivered them."""
    con = _scratch(stage)
    file = stage / "lines.csv"
    try:
        store.execute("DELETE FROM registry_quarantineline WHERE delivery_id = %s", [delivery.pk])
        given = f"read_csv({sql.quoted(stage / 'quarantine.csv')}, header = true, all_varchar = true)"
        columns = "row, field, left(value, 200), reason, left(remedy, 200)"
        store.write_csv(con, f"SELECT {delivery.pk}, {columns} FROM {given}", file)
        store.append(
            "registry_quarantineline", ["delivery_id", "source_row", "field", "value", "reason", "remedy"], file
        )
    finally:
        con.close()
        file.unlink(missing_ok=True)


def bring_in(delivery: Delivery, stage: Path, tell: Tell, *, resolve: bool = True) -> None:
    """Accept a staged delivery within the open unit of work: all of it or nothing.

    Args:
        resolve: False when several go in together and `resolve_everybody` follows.
    """
    facts, contract = load_facts(), load_contracts()[delivery.register]
    con = _scratch(stage)
    try:
        _lock(delivery)
        if not _is(delivery, Delivery.State.ACCEPTING):
            return
        tell("写入陈述")
        columns = staged_columns(contract, facts)
        store.add_statements(con, contract, _staged(stage, "added"), columns, delivery.pk, stage)
        tell("停止采信旧陈述")
        store.close_statements(con, _staged(stage, "closed"), delivery.pk, stage)
        today = timezone.localdate()
        on = refresh.standing(load_contracts(), today, plus=delivery)
        tell("核对档案")
        refresh.add_people(con, stage / "identities.parquet", on.month, stage, tell)
        if delivery.register == BASE:
            renaming.rename_people(con, stage / "identities.parquet", stage, stage.parent)
        linking.keep(con, delivery, stage)
        _affected(con, stage)
        before = refresh.standing(load_contracts(), today)
        if resolve:
            resolve_again(con, "affected" if on.is_as_wide_as(before) else "", on, stage, tell)
        # Last: the job's progress is told through another connection, which must not wait for this row.
        last = Delivery.objects.aggregate(last=Max("order"))["last"] or 0
        Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.State.ACCEPTED, order=last + 1)
    finally:
        con.close()


def resolve_again(con: Connection, of: str, on: refresh.Standing, scratch: Path, tell: Tell) -> int:
    """Resolve the people of a DuckDB table `of` ('' = everybody) from the accepted statements, and keep the outcome.

    Returns how many files changed.
    """
    facts, contracts = load_facts(), load_contracts()
    if BASE not in on.there:
        return _forget_everybody()
    tell("归集到人")
    if of:
        _name_affected(con, of, scratch)
    people = refresh.resolve_people(con, contracts, facts, on, "affected" if of else "", scratch)
    tell("更新档案")
    with consequences.drawn(con, people, on, "affected" if of else "", scratch):
        changed = refresh.put_people(con, people, on.month, "affected" if of else "", scratch)
    if of:
        store.execute("DROP TABLE affected")
    else:
        # Until the database looks by itself, minutes later, it would plan pages with the figures of an empty table.
        store.execute("SELECT registry_analyze()")
    return changed


def resolve_everybody(scratch: Path, tell: Tell) -> int:
    """Resolve all people anew within the open unit of work; returns how many files changed."""
    con = _scratch(scratch)
    try:
        return resolve_again(con, "", refresh.standing(load_contracts(), timezone.localdate()), scratch, tell)
    finally:
        con.close()


def _forget_everybody() -> int:
    """Without the register that makes people there is nobody, and nobody is in a group; the files stay."""
    for statement in ("DELETE FROM registry_membership", "DELETE FROM registry_groupfigure"):
        store.execute(statement)
    return store.execute(
        "UPDATE registry_person SET is_current = false, groups = '[]', changed_at = now() WHERE is_current"
    )


def _name_affected(con: Connection, of: str, scratch: Path) -> None:
    """The temporary table `affected` of the keys in a DuckDB table, and of the people whose files they belong to."""
    store.name_people(con, of, "affected", scratch)
    store.execute(
        "INSERT INTO affected SELECT a.person_id FROM registry_alias AS a JOIN affected AS o ON o.person = a.key "
        "ON CONFLICT DO NOTHING"
    )


def take_out(delivery: Delivery, *, as_of: date, tell: Tell) -> None:
    """Undo an accepted delivery within the open unit of work: what the registry says is what it said before."""
    scratch = _folder(delivery)
    con = _scratch(scratch)
    try:
        _lock(delivery)
        if not _is(delivery, Delivery.State.TAKING_BACK):
            return
        tell("恢复陈述")
        file = scratch / "people.csv"
        touched = "SELECT person FROM registry_statement WHERE opened_id = {id} OR closed_id = {id}"
        store.copy_out(pg.SQL(touched).format(id=pg.Literal(delivery.pk)), file)
        sql.table(con, "affected", f"SELECT DISTINCT person FROM {store.read_csv(file, {'person': 'BIGINT'})}")
        file.unlink()
        # Of what became known on a day to come, nothing was believed before that day.
        restate(delivery, as_int(max(as_of, delivery.known)))
        questions = PossibleDouble.objects.filter(delivery=delivery, state=PossibleDouble.State.OPEN)
        linking.close_moot(questions, "这批数据已撤回")
        stated_contacts.take_out(delivery)
        renaming.put_back(scratch.parent)
        before = refresh.standing(load_contracts(), as_of)
        after = refresh.standing(load_contracts(), as_of, minus=delivery)
        resolve_again(con, "affected" if after.is_as_wide_as(before) else "", after, scratch, tell)
        Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.State.TAKEN_BACK)
    finally:
        con.close()


def _folder(delivery: Delivery) -> Path:
    folder = (Path(settings.DATA) / delivery.file).parent / "undo"
    folder.mkdir(exist_ok=True)
    return folder


def _is(delivery: Delivery, state: str) -> bool:
    """Whether nobody has done it meanwhile: a job that was thought dead may be run twice, one after the other."""
    return bool(Delivery.objects.filter(pk=delivery.pk, state=state).exists())


def _lock(delivery: Delivery) -> None:
    """One delivery goes in or out at a time: current facts depend on all registers. Released with the transaction."""
    store.execute("SELECT pg_advisory_xact_lock(hashtext('yiyang.registry'))")
