"""Which areas an account sees, and what hangs on them within its scope."""

from __future__ import annotations

from functools import cache

from django.db import connection
from django.db.models import Q, QuerySet

from yiyang.access.scope import current
from yiyang.areas.following import Count, by_code, by_id
from yiyang.areas.logic import normalise, span
from yiyang.areas.models import Area
from yiyang.areas.tables import boundaries
from yiyang.kit.maps import Shapes, shapes_of

BOUND = 10_000


def areas(right: str = "area.read") -> QuerySet[Area]:
    """Areas where a right holds; jurisdictions without a code where it holds in their city."""
    within = current().where(right)
    return Area.objects.filter(within.q("code") | (Q(code__isnull=True) & within.q("parent__code"))).exclude(code=-1)


def tops() -> list[Area]:
    """The highest areas that are seen: where the tree begins."""
    seen = areas().filter(valid_to__isnull=True)
    return list(seen.exclude(parent__in=seen.values("pk")).order_by("code")[:50])


def hanging_on(area: Area) -> list[Count]:
    """Rows within an area that the scope in force sees, each counted up to `BOUND`; grants and accounts of the area."""
    found = []
    with connection.cursor() as cursor:
        for each in by_code() if area.code is not None else []:
            low, high = span(area.code or 0)
            query = f'SELECT 1 FROM {each.table} WHERE "{each.column}" >= %s AND "{each.column}" < %s LIMIT %s'
            cursor.execute(f"SELECT count(*) FROM ({query}) AS bounded", [low, high, BOUND])
            found.append(Count(each.label, cursor.fetchone()[0]))
        for each in by_id():
            cursor.execute(f'SELECT count(*) FROM {each.table} WHERE "{each.column}" = %s', [area.pk])
            found.append(Count(each.label, cursor.fetchone()[0], False))
    return found


@cache
def shapes(code: int) -> Shapes:
    """County shapes within an area, simplified once a process; empty where none are held."""
    collection = boundaries(code)
    for feature in collection["features"]:
        feature["properties"]["code"] = normalise(feature["properties"]["code"])
    return shapes_of(collection)
