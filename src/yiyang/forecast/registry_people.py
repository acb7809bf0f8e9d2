"""The people whom the platform has, by age, beside what the census lets expect. Counts only, kept for ten minutes."""

from __future__ import annotations

from datetime import date

from django.core.cache import cache
from django.db.models import Count, Q

from yiyang.access.scope import acting, current, platform
from yiyang.areas.logic import span
from yiyang.forecast.logic import ELDERS
from yiyang.registry.models import Person

KEPT = 600
RIGHT = "figure.read"


def counted(area: int, on: date) -> dict[int, int]:
    """People living in an area, of 60, 65 and 80 and over; empty outside of his own areas or where none are held."""
    if not current().may(RIGHT, area):
        return {}
    key = f"forecast.people.{area}.{on:%Y%m%d}"
    found: dict[int, int] | None = cache.get(key)
    if found is None:
        found = _count(area, on)
        cache.set(key, found, KEPT)
    return found if any(found.values()) else {}


def _count(area: int, on: date) -> dict[int, int]:
    low, high = span(area)
    born_by = {age: (on.year - age) * 10000 + on.month * 100 + on.day for age in ELDERS}
    counts = {f"over_{age}": Count("pk", filter=Q(birth_date__lte=by)) for age, by in born_by.items()}
    with acting(platform("人口预测")):
        rows = Person.objects.filter(area_code__gte=low, area_code__lt=high, is_current=True, merged_into=None)
        # Whoever died stays in the register one month more.
        rows = rows.exclude(alive=0)
        found = rows.aggregate(**counts)
    return {age: found[f"over_{age}"] for age in ELDERS}
