"""Figures of the home page: counts within a scope, never names. Kept for ten minutes, because a city counts long."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.core.cache import cache
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from yiyang.access.scope import Scope, acting, platform
from yiyang.audit import verify
from yiyang.audit.models import AuditLine
from yiyang.registry.models import CLERK, Delivery, GroupFigure, Person

KEPT = 600
MONTHS, DAYS = 12, 14
Found = TypeVar("Found")


@dataclass(frozen=True)
class People:
    """Elders by the area of a size (the last digits of the code cut off) and how many of them are 80 or older."""

    by_area: dict[int, int]
    very_old: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_area.values())


@dataclass(frozen=True)
class Groups:
    """People by group and month, and how many entered and left in the last month."""

    months: list[str]
    people: dict[str, list[int | None]]
    entered: int
    left: int


def kept(name: str, scope: Scope, found: Callable[[], Found]) -> Found:
    """Counted once in ten minutes for all who see the same."""
    seen = "|".join(
        scope.where(right).multirange() for right in ("person.read", "group.read", "audit.read", "delivery.read")
    )
    key = f"home.{name}.{hashlib.sha256(seen.encode()).hexdigest()[:24]}"
    there: Found | None = cache.get(key)
    if there is None:
        there = found()
        cache.set(key, there, KEPT)
    return there


def people(scope: Scope, size: int, on: date) -> People:
    """Who lives in the scope. `size`: 10**6 by county, 10**3 by town, 1 by village."""

    def count() -> People:
        born_by = (on.year - 80) * 10000 + on.month * 100 + on.day
        rows = (
            Person.objects.filter(scope.people.q("area_code"), is_current=True, merged_into=None)
            .annotate(unit=F("area_code") / size)
            .values("unit")
            .annotate(people=Count("pk"), very_old=Count("pk", filter=Q(birth_date__lte=born_by)))
        )
        found = list(rows.values_list("unit", "people", "very_old"))
        return People({unit * size: number for unit, number, _ in found}, sum(old for *_, old in found))

    return kept(f"people.{size}", scope, count)


def groups(scope: Scope) -> Groups:
    """The last twelve months of every hardship group."""

    def count() -> Groups:
        within = GroupFigure.objects.filter(scope.where("group.read").q("area_code"))
        months = sorted(within.order_by("-month").values_list("month", flat=True).distinct()[:MONTHS])
        sums: defaultdict[str, dict[str, int]] = defaultdict(dict)
        rows = within.filter(month__in=months).order_by().values("group", "month")
        for row in rows.annotate(number=Sum("people")):
            sums[row["group"]][row["month"]] = row["number"]
        last = within.filter(month=months[-1] if months else "").aggregate(entered=Sum("entered"), left=Sum("left"))
        people = {group: [found.get(month) for month in months] for group, found in sums.items()}
        return Groups(months, people, last["entered"] or 0, last["left"] or 0)

    return kept("groups", scope, count)


def registers_in(scope: Scope) -> tuple[str, int]:
    """The latest month of which anything was delivered, and how many registers of it are accepted."""
    month = Delivery.objects.exclude(source=CLERK).order_by("-month").values_list("month", flat=True).first() or ""
    accepted = Delivery.objects.filter(month=month, state=Delivery.State.ACCEPTED).exclude(source=CLERK)
    return month, accepted.order_by().values("register").distinct().count()


def audit_days(scope: Scope) -> tuple[list[str], dict[str, list[int | None]], dict[str, int]]:
    """Lines of the log by kind: each of the last fourteen days, and the last one."""

    def count() -> tuple[list[str], dict[str, list[int | None]], dict[str, int]]:
        today = timezone.localdate()
        days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
        since = timezone.make_aware(datetime.combine(days[0], time()))
        rows = AuditLine.objects.filter(scope.where("audit.read").q("area_code"), at__gte=since)
        sums: Any = {
            (row["kind"], row["day"]): row["lines"]
            for row in rows.annotate(day=TruncDate("at")).order_by().values("kind", "day").annotate(lines=Count("pk"))
        }
        kinds = [kind for kind in AuditLine.Kind.values if any(each == kind for each, _ in sums)]
        series = {kind: [sums.get((kind, day), 0) for day in days] for kind in kinds}
        return [f"{day:%m-%d}" for day in days], series, {kind: values[-1] for kind, values in series.items()}

    return kept("audit", scope, count)


def chain_faults(scope: Scope) -> str:
    """What is wrong with the end of the audit log, '' if nothing; `yiyang audit verify` checks the whole of it."""

    def check() -> str:
        # The chain is one for the whole city: whoever sees only some of its lines would miss the others.
        with acting(platform("audit check", scope.request)):
            verdict = verify.quick()
        return "；".join(fault.zh for fault in verdict.faults[:2])

    return kept("chain", scope, check)
