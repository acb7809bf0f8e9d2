"""The moves of a change, in SQL over whole tables; for `areas.actions` alone."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.db.models import ProtectedError, Q, QuerySet

from yiyang.areas.changes import Merge
from yiyang.areas.following import by_code, by_id
from yiyang.areas.logic import SIZES, span
from yiyang.areas.models import Area, AreaChange, FormerArea, Membership, MovedRow
from yiyang.areas.preview import Plan
from yiyang.base.errors import UsageError

# Any fixed number: one change of the tree at a time.
_LOCK = 5117_24_0420
# `new` refers to the area already there, so rows and their list are written together.
ABSORB = """
    WITH moved AS (
        UPDATE {table} SET "{column}" = %(new)s WHERE "{column}" = %(old)s RETURNING "{key}"
    )
    INSERT INTO areas_movedrow (change_id, "table", "column", key, old, new)
    SELECT %(change)s, %(table)s, %(column)s, "{key}"::text, %(old)s, %(new)s FROM moved
"""
RESTORE = """
    UPDATE {table} AS t SET "{column}" = m.old FROM areas_movedrow AS m
    WHERE m.change_id = %s AND m."table" = %s AND m."column" = %s
        AND t."{key}" = m.key::{key_type} AND t."{column}" = m.new
"""
SHIFT = """
    UPDATE areas_area AS a SET code = s.code, parent_id = s.parent
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS s(id, code, parent) WHERE a.id = s.id
"""


def take_turns() -> None:
    """Wait until no other change of the tree is under way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def move(change: AreaChange, plan: Plan) -> None:
    """Do everything that the plan says, and keep what was before."""
    touched = {shift.area for shift in plan.shifts} | set(plan.renamed) | {source for source, *_ in plan.absorbed}
    _remember(change, touched)
    created = _create(change, plan)
    _shift([(each.area, each.new, each.parent or created) for each in plan.shifts])
    for source, target, old, new in plan.absorbed:
        _absorb(change, old, new)
        if isinstance(plan.asked, Merge) and plan.asked.hand_over:
            _hand_over(change, source, target)
        _end(change, source, target)
    for pk, name in plan.renamed.items():
        Area.objects.filter(pk=pk).update(name=name)


def _remember(change: AreaChange, touched: set[int]) -> None:
    last = change.effective - timedelta(1)
    since = dict(FormerArea.objects.filter(area__in=touched).order_by("valid_to").values_list("area", "valid_to"))
    FormerArea.objects.bulk_create(
        FormerArea(
            area=area,
            change=change,
            code=area.code,
            name=area.name,
            parent_id=area.parent_id,
            valid_from=since[area.pk] + timedelta(1) if area.pk in since else area.valid_from,
            valid_to=last,
        )
        for area in Area.objects.filter(pk__in=touched)
    )


def _create(change: AreaChange, plan: Plan) -> int | None:
    new = plan.created
    if new is None:
        return None
    made = Area.objects.create(
        code=new.code,
        name=new.name,
        level=new.level,
        kind=new.kind,
        urban_rural=new.urban_rural,
        parent_id=new.parent,
        valid_from=change.effective,
    )
    return made.pk


def _shift(moves: list[tuple[int, int | None, int | None]]) -> None:
    """Codes and parents of areas; rows that refer to a code follow by their foreign keys."""
    if moves:
        with connection.cursor() as cursor:
            cursor.execute(SHIFT, [list(column) for column in zip(*moves, strict=True)])


def _absorb(change: AreaChange, old: int, new: int) -> None:
    with connection.cursor() as cursor:
        for each in by_code():
            if each.is_figure:
                continue
            words: dict[str, int | str] = {
                "table": each.table,
                "column": each.column,
                "old": old,
                "new": new,
                "change": change.pk,
            }
            cursor.execute(ABSORB.format(table=each.table, column=each.column, key=each.key), words)


def _hand_over(change: AreaChange, source: int, target: int) -> None:
    with connection.cursor() as cursor:
        for each in by_id():
            words: dict[str, int | str] = {
                "table": each.table,
                "column": each.column,
                "old": source,
                "new": target,
                "change": change.pk,
            }
            cursor.execute(ABSORB.format(table=each.table, column=each.column, key=each.key), words)


def _end(change: AreaChange, source: int, target: int) -> None:
    last = change.effective - timedelta(1)
    Area.objects.filter(pk=source).update(valid_to=last, successor=target)
    Membership.objects.filter(Q(ends__isnull=True) | Q(ends__gt=last), member=source, starts__lte=last).update(
        ends=last
    )


def put_back(change: AreaChange) -> None:
    """Everything as it was before a change: codes, names, ends, and the rows that it listed.

    Raises:
        UsageError: something hangs on an area that the change made.
    """
    former = {each.area_id: each for each in change.former.all()}
    ended = Area.objects.filter(pk__in=former, valid_to=change.effective - timedelta(1), successor__isnull=False)
    Membership.objects.filter(member__in=ended, ends=change.effective - timedelta(1)).update(ends=None)
    ended.update(valid_to=None, successor=None)
    _shift([(pk, each.code, each.parent_id) for pk, each in former.items() if each.code is not None])
    for pk, each in former.items():
        Area.objects.filter(pk=pk).exclude(name=each.name).update(name=each.name)
    with connection.cursor() as cursor:
        columns = {(each.table, each.column): each for each in (*by_code(), *by_id())}
        for table, column in MovedRow.objects.filter(change=change).values_list("table", "column").distinct():
            its = columns[table, column]
            statement = RESTORE.format(table=table, column=column, key=its.key, key_type=its.key_type)
            cursor.execute(statement, [change.pk, table, column])
    MovedRow.objects.filter(change=change).delete()
    change.former.all().delete()
    _unmake(change)


def _unmake(change: AreaChange) -> None:
    """Remove the area that a split made; its people who have no village go back to where it came from."""
    if change.kind != AreaChange.Kind.SPLIT:
        return
    origin = Area.objects.get(pk=change.asked["area"])
    made = Area.objects.get(name=change.asked["name"], parent_id=origin.parent_id, valid_from=change.effective)
    with connection.cursor() as cursor:
        for each in by_code():
            statement = f'UPDATE {each.table} SET "{each.column}" = %s WHERE "{each.column}" = %s'
            cursor.execute(statement, [origin.code, made.code])
    try:
        made.delete()
    except ProtectedError as error:
        raise UsageError(
            f"{made.name}已有授权、账户或下级区划，不能撤销；请先收回。",
            f"Grants, accounts or areas hang on {made.name}; take them back first.",
        ) from error


def memberships_around(member: Area, starts: date, ends: date | None) -> QuerySet[Membership]:
    """Memberships of an area, of what is above it and of what lies in it, on any of these days."""
    code = member.code or 0
    low, high = span(code)
    above = [code - code % size for _, size in SIZES]
    found = Membership.objects.filter(Q(member__code__gte=low, member__code__lt=high) | Q(member__code__in=above))
    found = found.filter(Q(ends__isnull=True) | Q(ends__gte=starts)).select_related("member", "jurisdiction")
    return found if ends is None else found.filter(starts__lte=ends)
