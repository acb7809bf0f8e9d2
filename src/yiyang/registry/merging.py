"""Two files of one person become one, and two again: what registers stated stays, only who it is about changes.

A merge adds to `Alias` the key whose statements are the other's from now on, hands over what clerks attached, and
resolves both anew. What is needed to undo it exactly is kept with the question that was judged (`PossibleDouble.undo`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from yiyang.access.scope import Scope, acting, current
from yiyang.base.errors import YiyangError
from yiyang.catalog.facts import load_facts
from yiyang.engine.duck import connect
from yiyang.registry import accepting, refresh, sql, stated_contacts, store
from yiyang.registry.contracts import BASE, load_contracts
from yiyang.registry.fields import OPEN
from yiyang.registry.models import (
    Alias,
    Contact,
    Correction,
    Document,
    Membership,
    Person,
    PossibleDouble,
    Stated,
    Statement,
)
from yiyang.registry.sql import Connection
from yiyang.registry.tables import resolve_steps, run_steps

ATTACHED: dict[str, Any] = {
    "contacts": Contact,
    "documents": Document,
    "corrections": Correction,
    "stated": Stated,
}
# What of a file follows from statements: kept to be put back where nothing can be resolved any more.
DERIVED = (
    "household", "sex", "birth_date", "alive", "area_code", "registered_code", "facts", "groups", "contested", "month",
    "is_current",
)  # fmt: skip
PATIENCE = 5.0  # seconds that a page waits for a delivery that is going in


class CannotMerge(YiyangError):
    """A decision that is not possible (any more)."""

    exit_code = 2


@dataclass(frozen=True)
class Outcome:
    """What a merge would do.

    Attributes:
        stays, goes: the file that stays and the one that becomes part of it.
        facts: (fact column, value of the one that stays, of the other, afterwards), those that differ.
        moved: what is handed over → how many.
    """

    stays: Person
    goes: Person
    facts: list[tuple[str, Any, Any, Any]]
    moved: dict[str, int]


@contextmanager
def elevated(by: Scope) -> Iterator[Scope]:
    """Act as the platform under the clerk's name: a file is one, though part of it lies beyond his area."""
    with acting(replace(by, is_self=True)) as scope:
        yield scope


def hold_registry() -> None:
    """Let nobody else change who is who until the transaction ends. Raises CannotMerge while a delivery goes in."""
    until = time.monotonic() + PATIENCE
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('yiyang.registry'))")
            row = cursor.fetchone()
        if row and row[0]:
            return
        if time.monotonic() > until:
            raise CannotMerge(
                "正在入库一批数据，请一两分钟后再判定。", "A delivery is going in; try again in a minute."
            )
        time.sleep(0.1)


def which_stays(one: Person, other: Person) -> Person:
    """The file with an id number; of two the one in the people of the month; then the one of whom more is stated."""
    return min((one, other), key=lambda p: (p.id_number is None, not p.is_current, -_stated(p), p.pk))


def _stated(person: Person) -> int:
    return Statement.objects.filter(person=person.pk, known_to=OPEN).count()


def preview(one: Person, other: Person, stays: Person | None = None) -> Outcome:
    """What a merge would do, without doing it."""
    stays = stays or which_stays(one, other)
    goes = other if stays.pk == one.pk else one
    now = {person.pk: _columns(person) for person in (stays, goes)}
    after = _resolved_as_one(stays, goes)
    names = [name for name in after if name not in ("person", "household")]
    facts = [(name, now[stays.pk].get(name), now[goes.pk].get(name), after[name]) for name in names]
    moved = {name: model.objects.filter(person=goes).count() for name, model in ATTACHED.items()}
    return Outcome(stays, goes, [fact for fact in facts if len({str(value) for value in fact[1:]}) > 1], moved)


def _columns(person: Person) -> dict[str, Any]:
    return {**person.facts, "sex": person.sex, "birth_date": person.birth_date, "alive": person.alive}


def _resolved_as_one(stays: Person, goes: Person) -> dict[str, Any]:
    """The facts that all statements about both amount to; empty if there is nothing to resolve."""
    with elevated(current()):
        return _resolve_pair(stays, goes)


def _resolve_pair(stays: Person, goes: Person) -> dict[str, Any]:
    contracts, facts = load_contracts(), load_facts()
    on = refresh.standing(contracts, timezone.localdate())
    if BASE not in on.there:
        return {}
    with scratch() as (con, folder):
        sql.table(con, "pair", f"SELECT unnest([{stays.pk}, {goes.pk}]) AS person")
        store.name_people(con, "pair", "pair", folder)
        for name in on.there:
            relation = store.statements(con, contracts[name], facts, folder, of="pair", merged=True)
            con.execute(f"UPDATE {relation} SET person = {stays.pk}")
        store.execute("DROP TABLE pair")
        run_steps(con, resolve_steps(contracts, facts, refresh.first_day(on.month), on.known, on.there))
        row = con.sql("FROM people").to_arrow_table().to_pylist()
    return dict(row[0]) if row else {}


@contextmanager
def scratch() -> Iterator[tuple[Connection, Path]]:
    """A small DuckDB and a folder, both gone afterwards."""
    with TemporaryDirectory(dir=settings.DATA, prefix="merge-") as folder:
        con = connect(memory="500MB", spill=Path(folder) / "spill", threads=1)
        try:
            yield con, Path(folder)
        finally:
            con.close()


def merge(*, by: Scope, stays: Person, goes: Person) -> dict[str, Any]:
    """Make one file of two within the caller's transaction, which holds the registry; returns what undoing needs.

    Raises:
        CannotMerge: one of them is part of another file already, or nobody decided about two valid id numbers.
    """
    stays.refresh_from_db()
    goes.refresh_from_db()
    if stays.merged_into_id or goes.merged_into_id or stays.pk == goes.pk:
        raise CannotMerge("其中一份档案刚被并入别的档案，请刷新再看。", "One of the files was just merged; look again.")
    if by.user is None and stays.id_number and goes.id_number:
        raise CannotMerge("两份档案都有有效证件号，必须由人判定。", "Both have valid id numbers: a person must decide.")
    undo: dict[str, Any] = {
        "stays": stays.pk,
        "goes": goes.pk,
        "before": {str(p.pk): {name: getattr(p, name) for name in DERIVED} for p in (stays, goes)},
        "memberships": {str(p.pk): _memberships(p) for p in (stays, goes)},
        "aliases": [goes.pk, *Alias.objects.filter(person=goes).values_list("key", flat=True)],
        "questions": _hand_over_questions(stays, goes),
    }
    for name, model in ATTACHED.items():
        undo[name] = list(model.objects.filter(person=goes).values_list("pk", flat=True))
        model.objects.filter(pk__in=undo[name]).update(person=stays)
    Alias.objects.filter(person=goes).update(person=stays)
    Alias.objects.create(key=goes.pk, person=stays)
    Person.objects.filter(pk=goes.pk).update(merged_into=stays, is_current=False)
    resolve(stays, goes)
    return undo


def _hand_over_questions(stays: Person, goes: Person) -> list[list[Any]]:
    """Open questions about the file that goes are asked about the one that stays; returns them as they were."""
    kept: list[list[Any]] = []
    for column in ("person", "other"):
        asked = PossibleDouble.objects.filter(**{column: goes}, state=PossibleDouble.State.OPEN)
        for question in asked.select_for_update():
            kept.append([question.pk, column])
            _ask_about(question, column, stays)
    return kept


def _ask_about(question: PossibleDouble, column: str, person: Person) -> None:
    other = question.other_id if column == "person" else question.person_id
    same: dict[str, Any] = {"person": person} if column == "person" else {"other": person}
    same |= {"other_id": question.other_id} if column == "person" else {"person_id": question.person_id}
    same |= {"register": question.register, "row_key": question.row_key}
    is_asked = PossibleDouble.objects.filter(**same).exclude(pk=question.pk).exists()
    if other == person.pk or is_asked:
        question.state, question.is_moot, question.reason = PossibleDouble.State.UNDONE, True, "档案已合并"
    else:
        setattr(question, column, person)
    question.save()


def unmerge(undo: dict[str, Any]) -> None:
    """Make two files again within the caller's transaction, which holds the registry.

    What came to the merged file meanwhile stays with the file it is about: statements by their keys, what clerks added
    with the file that stayed.
    """
    goes = Person.objects.get(pk=undo["goes"])
    holder = goes.merged_into
    if holder is None:
        raise CannotMerge("这两份档案已经分开了。", "The files are apart already.")
    for name, model in ATTACHED.items():
        # Of a merge made before a kind of attachment was known nothing of it was handed over.
        model.objects.filter(pk__in=undo.get(name, [])).update(person=goes)
    own = [key for key in undo["aliases"] if key != goes.pk]
    Alias.objects.filter(key__in=own, person=holder).update(person=goes)
    Alias.objects.filter(key=goes.pk).delete()
    Person.objects.filter(pk=goes.pk).update(merged_into=None)
    _ask_again(undo, goes)
    goes.refresh_from_db()
    resolve(holder, goes)
    _put_back(undo)


def _ask_again(undo: dict[str, Any], goes: Person) -> None:
    for key, column in undo["questions"]:
        state = PossibleDouble.State
        question = PossibleDouble.objects.filter(pk=key).first()
        if question is None or not (question.state == state.OPEN or question.is_moot):
            continue
        setattr(question, column, goes)
        question.state, question.is_moot, question.reason = state.OPEN, False, ""
        question.save()


def _put_back(undo: dict[str, Any]) -> None:
    """Where nothing came between, a file is as it was to the letter; what is resolved no more is as it was too."""
    for key, before in undo["before"].items():
        person = Person.objects.get(pk=int(key))
        if person.merged_into_id is not None:
            continue
        facts = {name: value for name, value in before.items() if name not in ("month", "groups", "contested")}
        is_same = all(getattr(person, name) == value for name, value in facts.items())
        if is_same or not person.is_current:
            Person.objects.filter(pk=person.pk).update(**before)
        if is_same:
            _put_memberships_back(person, undo["memberships"][key])


def _memberships(person: Person) -> list[dict[str, Any]]:
    rows = Membership.objects.filter(person=person).order_by("pk").values()
    return [{name: str(v) if isinstance(v, date) else v for name, v in row.items()} for row in rows]


def _put_memberships_back(person: Person, before: list[dict[str, Any]]) -> None:
    """The same groups for the same facts: since when and why is as it was."""
    if _memberships(person) != before:
        Membership.objects.filter(person=person).delete()
        Membership.objects.bulk_create([Membership(**row) for row in before])


def resolve(*people: Person) -> None:
    """Bring the current facts, telephones and addresses of a few people up to date."""
    keys = ", ".join(str(person.pk) for person in people)
    with scratch() as (con, folder):
        sql.table(con, "affected", f"SELECT unnest([{keys}]) AS person")
        on = refresh.standing(load_contracts(), timezone.localdate())
        accepting.resolve_again(con, "affected", on, folder, lambda step: None)
    stated_contacts.speak(f"SELECT unnest(ARRAY[{keys}]::bigint[]) AS person")
