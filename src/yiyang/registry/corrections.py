"""Corrections by clerks: made, withdrawn, and resolved at once. They are statements of the clerks' own register.

Each act is a small delivery (`registry.stating`), so that its rows are traced and ended like any other's. The
correction is written in the clerk's name; what the platform derives from it (rows, current facts, groups) in its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from yiyang.access.scope import Scope, acting, platform
from yiyang.areas.models import Area
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.catalog.facts import load_facts
from yiyang.engine.facts import Fact, Kind, as_int
from yiyang.registry import documents, refresh, stating
from yiyang.registry.contracts import corrections as corrections_register
from yiyang.registry.contracts import load_contracts
from yiyang.registry.corrected import Corrected
from yiyang.registry.models import Correction, Person
from yiyang.registry.reach import require

FIRST_DAY = date(1900, 1, 1)


def correct(
    *,
    by: Scope,
    person: Person,
    fact: str,
    value: int,
    valid_from: date,
    reason: str,
) -> Correction:
    """State a fact against what the registers say, and resolve the person at once.

    Args:
        value: as the fact is stored (index of an enum, yyyymmdd, 12-digit area code).
        valid_from: since when it holds; it counts from the first reference day not before it.

    Raises:
        UsageError: no such fact or value, a day that cannot be, no reason, or the registry is busy.
        PermissionDenied: the person lies outside of where he may correct.
    """
    require(by, "person.correct", person)
    asked = load_facts()[fact]
    _check(asked, value, valid_from, reason, person)
    stating.hold()
    stated = person_value(person, asked)
    made = Correction.objects.create(
        person=person,
        fact=fact,
        value=value,
        stated=stated,
        valid_from=valid_from,
        reason=reason.strip()[:400],
        made_by=by.user or 0,
        made_by_name=by.name,
    )
    detail = {"fact": fact, "correction": made.pk}
    record(
        "decide", what=f"correction:{made.pk}", person=person.pk, area=person.area_code, reason=reason, detail=detail
    )
    _restate(by, person, f"更正 #{made.pk}", reason, made)
    return made


def withdraw(*, by: Scope, correction: Correction, reason: str) -> None:
    """Take a correction back: from today the registers speak again.

    Raises:
        UsageError: withdrawn already, no reason, or the registry is busy.
        PermissionDenied: the person lies outside of where he may correct.
    """
    person = correction.person
    require(by, "person.correct", person)
    if not reason.strip():
        raise UsageError("请写明撤销理由。", "Withdrawing needs a reason.")
    stating.hold()
    moved = Correction.objects.filter(pk=correction.pk, withdrawn_at=None).update(
        withdrawn_at=timezone.now(), withdrawn_by_name=by.name
    )
    if not moved:
        raise UsageError("这条更正已经撤销。", "The correction has been withdrawn already.")
    detail = {"fact": correction.fact, "correction": correction.pk, "withdrawn": True}
    record(
        "decide",
        what=f"correction:{correction.pk}",
        person=person.pk,
        area=person.area_code,
        reason=reason,
        detail=detail,
    )
    _restate(by, person, f"撤销更正 #{correction.pk}", reason, None)


def attach(*, by: Scope, correction: Correction, title: str, blocks: Iterable[bytes]) -> None:
    """Keep the proof of a correction among the person's papers. Errors as of `documents.add`."""
    paper = documents.add(by=by, person=correction.person, title=title, blocks=blocks)
    Correction.objects.filter(pk=correction.pk).update(document=paper)


def person_value(person: Person, fact: Fact) -> int | None:
    """What a file says of a fact now, as stored."""
    if fact.column in refresh.OWN:
        value: int | None = getattr(person, fact.column)
        return value
    found: int | None = person.facts.get(fact.column)
    return found


def _check(fact: Fact, value: int, valid_from: date, reason: str, person: Person) -> None:
    problems = []
    today = timezone.localdate()
    if not reason.strip():
        problems.append(("请写明更正的理由。", "A correction needs a reason."))
    if not FIRST_DAY <= valid_from <= today:
        problems.append((f"起始日期须在 1900-01-01 至 {today} 之间。", f"It must hold from a day up to {today}."))
    if not is_possible(fact, value, today):
        problems.append((f"“{fact.zh}”没有这个取值。", f"{fact.name} has no such value."))
    if person.merged_into_id is not None:
        problems.append(("这份档案已并入另一份，请在那里更正。", "The file was merged: correct the other one."))
    if problems:
        raise UsageError("更正不能登记：", "The correction cannot be taken:", problems)


def is_possible(fact: Fact, value: int, today: date) -> bool:
    """Whether a stored value can be one of the fact's."""
    if fact.is_listed:
        return 0 <= value < fact.size
    if fact.kind is Kind.AREA:
        return Area.objects.filter(code=value, code__gt=0, valid_to=None, level__in=("town", "village")).exists()
    if fact.kind in (Kind.YEARS, Kind.DATE):
        try:
            day = date(value // 10000, value // 100 % 100, value % 100)
        except ValueError:
            return False
        return FIRST_DAY <= day <= today
    return fact.minimum <= value <= fact.maximum


def _restate(by: Scope, person: Person, title: str, reason: str, made: Correction | None) -> None:
    """Lay the corrections in force out anew and resolve the person, in the platform's name."""
    with acting(platform(f"{by.name}（更正）"[:150], by.request)):
        keys = stating.keys_of(person)
        register = corrections_register(load_contracts())
        delivery = stating.delivery(by, person, register, title, reason)
        opened = stating.lay_out(delivery, person.pk, keys, _in_force(keys))
        if made is not None:
            made.statement = next((each for each in opened if each.source_row == made.pk), None)
            made.save(update_fields=["statement"])
        stating.resolve([person.pk])


def _in_force(keys: Iterable[int]) -> list[Corrected]:
    facts = load_facts()
    in_force = Correction.objects.filter(person__in=keys, withdrawn_at=None, value__isnull=False)
    return [
        Corrected(each.pk, facts[each.fact].column, each.value, as_int(each.valid_from))
        for each in in_force
        if each.fact in facts.facts
    ]
