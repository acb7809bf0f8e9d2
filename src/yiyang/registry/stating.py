"""What is stated of one person and counts at once: by a clerk's correction, an assessment, a visitor's report.

Each act is a small delivery (source `clerk`) of its register, so that its rows are traced and ended like any other's.
Whoever calls has asked who may; rows and current facts are the platform's doing, under the name of who stated.
"""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from zlib import crc32

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone

from yiyang.access.scope import Scope, acting, current, platform
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.catalog.facts import load_facts
from yiyang.engine.duck import connect
from yiyang.engine.facts import as_int
from yiyang.registry import accepting, refresh, sql
from yiyang.registry.contracts import PLATFORM, load_contracts
from yiyang.registry.corrected import Corrected, Piece, pieces
from yiyang.registry.fields import OPEN
from yiyang.registry.models import CLERK, STILL, Alias, Delivery, Person, Stated, Statement
from yiyang.registry.settling import DELIVERED

# A delivery of a city going in holds the registry for minutes; whoever states is told rather than kept waiting.
PATIENCE = 3.0


def state(
    *,
    by: Scope,
    register: str,
    person: Person,
    facts: Mapping[str, int | None],
    valid_from: date,
    valid_to: date | None = None,
    title: str,
    reason: str,
) -> Delivery:
    """State facts of a person in one of the platform's own registers, and resolve him at once.

    Args:
        register: one with `delivery: platform` (policy/registers).
        facts: fact → value as stored; None ends what the register said of it before.
        valid_from, valid_to: the first and last day on which it holds; None = without an end. It counts from the first
            reference day (the first of a month) not before it.
        title: what it came from, as the file calls its source: a certificate's or a visit's number.

    Returns:
        The delivery, by which it can be taken back (`take_back`).

    Raises:
        UsageError: no such register or fact, a value that the fact cannot have, days the wrong way round, a file that
            was merged, or the registry is busy.
    """
    _check(register, person, facts, valid_from, valid_to)
    with transaction.atomic():
        hold()
        with acting(platform(by.name[:150], by.request)):
            made = delivery(by, person, register, title, reason)
            Stated.objects.create(
                person=person,
                register=register,
                facts=dict(facts),
                valid_from=valid_from,
                valid_to=valid_to,
                delivery=made,
            )
            _restate(made, person)
    _note(person, register, facts, made, "stated", reason)
    return made


def take_back(made: Delivery, *, by: Scope | None = None, reason: str = "") -> None:
    """What a delivery of `state` said is believed no longer; what it replaced speaks again.

    Raises:
        UsageError: taken back already, or the registry is busy.
    """
    by = by or current()
    with transaction.atomic():
        hold()
        with acting(platform(by.name[:150], by.request)):
            said = Stated.objects.select_related("person").get(delivery=made)
            gone = {"taken_back_at": timezone.now(), "taken_back_by_name": by.name[:150]}
            if not Stated.objects.filter(pk=said.pk, taken_back_at=None).update(**gone):
                raise UsageError("这一条已经撤回。", "It has been taken back already.")
            again = delivery(by, said.person, made.register, f"撤回：{made.file_name}"[:200], reason)
            _restate(again, said.person)
    _note(said.person, made.register, said.facts, made, "taken back", reason)


def _check(
    register: str, person: Person, facts: Mapping[str, int | None], valid_from: date, valid_to: date | None
) -> None:
    contract, book, problems = load_contracts().get(register), load_facts(), []
    if contract is None or contract.delivery != PLATFORM:
        raise UsageError(f"没有平台登记册“{register}”。", f"{register} is no register of the platform's own.")
    for name, value in facts.items():
        if name not in contract.facts:
            problems.append((f"{register} 不提供“{name}”。", f"{register} states no {name}."))
        elif value is not None and not (0 <= value < book[name].size if book[name].is_listed else True):
            problems.append((f"“{book[name].zh}”没有这个取值。", f"{name} has no such value."))
    if valid_to is not None and valid_to < valid_from:
        problems.append(("截止日期早于起始日期。", "The last day is before the first."))
    if person.merged_into_id is not None:
        problems.append(("这份档案已并入另一份，请在那里登记。", "The file was merged: state it of the other one."))
    if problems:
        raise UsageError("不能入库：", "It cannot be stated:", problems)


def _note(
    person: Person, register: str, facts: Mapping[str, int | None], made: Delivery, act: str, reason: str
) -> None:
    detail = {"register": register, "facts": sorted(facts), "act": act}
    record("decide", what=f"delivery:{made.pk}", person=person.pk, area=person.area_code, reason=reason, detail=detail)


def _restate(made: Delivery, person: Person) -> None:
    keys = keys_of(person)
    lay_out(made, person.pk, keys, _in_force(keys, made.register))
    resolve([person.pk])


def _in_force(keys: Iterable[int], register: str) -> list[Corrected]:
    book = load_facts()
    rows = Stated.objects.filter(person__in=keys, register=register, taken_back_at=None)
    return [
        Corrected(
            each.pk, book[fact].column, value, as_int(each.valid_from), as_int(each.valid_to) if each.valid_to else OPEN
        )
        for each in rows
        for fact, value in each.facts.items()
        if fact in book.facts
    ]


def to_come(person: Person, on: date) -> dict[str, int]:
    """Fact → value as stored, of what was stated and counts by a day, but not in the month that the file stands at."""
    rows = Stated.objects.filter(person__in=keys_of(person), taken_back_at=None, valid_from__lte=on)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__gt=date.fromisoformat(f"{person.month}-01"))
    said = [(fact, value) for each in rows.order_by("pk") for fact, value in each.facts.items()]
    return {fact: value for fact, value in said if value is not None}


def keys_of(person: Person) -> list[int]:
    """The keys under which statements on a person stand: his own, and those merged into it."""
    return [person.pk, *Alias.objects.filter(person=person).values_list("key", flat=True)]


def hold() -> None:
    """The registry's lock, as a delivery takes it (`accepting`), until the transaction ends.

    Raises:
        UsageError: a delivery is going in.
    """
    until = time.monotonic() + PATIENCE
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('yiyang.registry'))")
            if cursor.fetchone()[0]:
                return
        if time.monotonic() > until:
            raise UsageError("正在入库一批数据，请几分钟后再试。", "A delivery is going in; try again in some minutes.")
        time.sleep(0.2)


def delivery(by: Scope, person: Person, register: str, title: str, reason: str) -> Delivery:
    """A delivery on one person, accepted at once. The caller holds the registry and acts as the platform."""
    standing = refresh.standing(load_contracts(), timezone.localdate())
    last = Delivery.objects.aggregate(last=Max("order"))["last"] or 0
    now = timezone.now()
    made: Delivery = Delivery.objects.create(
        register=register,
        month=standing.month or f"{now:%Y-%m}",
        area_code=person.area_code,
        known=timezone.localdate(),
        state=Delivery.State.ACCEPTED,
        file_name=title[:200],
        file="",
        size=0,
        sha256=uuid.uuid4().hex * 2,
        source=CLERK,
        is_synthetic=Delivery.objects.filter(is_synthetic=True).exists(),
        delivered_by=by.user,
        delivered_by_name=by.name[:150],
        decided_by_name=by.name[:150],
        decided_at=now,
        decision_reason=reason.strip()[:400],
        order=last + 1,
        counts={"delivered": 1, "kept": 1},
    )
    return made


def lay_out(made: Delivery, person: int, keys: Iterable[int], found: Iterable[Corrected]) -> list[Statement]:
    """Close the rows of a delivery's register that no longer hold and open those that do; returns the new ones."""
    today = as_int(timezone.localdate())
    wanted = {(piece.valid_from, piece.valid_to, tuple(sorted(piece.values.items()))): piece for piece in pieces(found)}
    rows = Statement.objects.filter(person__in=keys, register=made.register, known_to=STILL)
    for row in rows:
        key = (row.valid_from, row.valid_to, tuple(sorted(row.values.items())))
        if row.person == person and key in wanted:
            del wanted[key]
        else:
            row.known_to, row.closed = max(row.known_from, today), made
            row.save(update_fields=["known_to", "closed"])
    return Statement.objects.bulk_create(_row(piece, person, made, today) for piece in wanted.values())


def _row(piece: Piece, person: int, made: Delivery, today: int) -> Statement:
    return Statement(
        register=made.register,
        person=person,
        valid_from=piece.valid_from,
        valid_to=piece.valid_to,
        known_from=today,
        source_file=made.file_name,
        source_row=piece.source,
        row_hash=crc32(repr(sorted(piece.values.items())).encode()),
        state=DELIVERED,
        values=dict(piece.values),
        opened=made,
    )


def resolve(people: Iterable[int]) -> None:
    """Bring the current facts and groups of a few people up to date, within the caller's transaction."""
    with tempfile.TemporaryDirectory(prefix="yiyang-resolve-") as folder:
        con = connect(memory="512MB", spill=Path(folder) / "spill")
        try:
            rows = ", ".join(f"({key})" for key in people)
            sql.table(con, "chosen", f"SELECT CAST(person AS BIGINT) AS person FROM (VALUES {rows}) AS t (person)")
            on = refresh.standing(load_contracts(), timezone.localdate())
            accepting.resolve_again(con, "chosen", on, Path(folder), lambda _step: None)
        finally:
            con.close()
