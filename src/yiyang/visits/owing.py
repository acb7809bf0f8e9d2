"""Who is owed a visit: laid out for a month in a few statements, and brought up to date every night.

Twice is once: what is there stays; who came new is added, who need not be visited any more is excused with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from yiyang.access.scope import Scope, acting, platform
from yiyang.areas.logic import span
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.catalog.facts import load_facts
from yiyang.visits import owing_sql
from yiyang.visits.models import Alert, Post, Visit
from yiyang.visits.policy import Visits, load_visits

COUNTY = 10**6


@dataclass(frozen=True)
class Owed:
    """What laying out a month changed: visits that are new, excused, owed again, moved to another village.

    `seen`: calls that became visits at home, because last month's visit at home was missed.
    """

    new: int
    excused: int
    resumed: int
    moved: int
    seen: int = 0
    alerts: int = 0


def owe(*, by: Scope, area_code: int, month: str, start: date | None = None) -> Owed:
    """Lay out the visits that a month owes to the people of an area; what is there already stays.

    Args:
        month: as 2026-12.
        start: visits whose days have all passed before it are not owed any more; None = today.

    Raises:
        UsageError: no such month. PermissionDenied: he may not plan visits there.
    """
    by.require("visit.plan", area_code)
    _refuse_month(month)
    with acting(platform(f"{by.name}（应探访）"[:150], by.request)), transaction.atomic():
        found = _lay_out(area_code, month, start or timezone.localdate())
    record("decide", what=f"visits:{month}", area=area_code, detail=vars(found))
    return found


def _refuse_month(month: str) -> None:
    if not re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", month):
        raise UsageError(f"月份应形如 2026-12，现在是“{month}”。", f"a month looks like 2026-12, this is {month}")


def _lay_out(area_code: int, month: str, start: date) -> Owed:
    policy, book = load_visits(), load_facts()
    first, last = owing_sql.month_days(month)
    low, high = span(area_code)
    words: dict[str, Any] = {
        "low": low, "high": high, "month": month, "start": first, "from": max(first, start),
        "days": (last - first).days + 1, "gap": policy.defaults.gap, "opens": policy.defaults.opens,
        "closes": policy.defaults.closes, "call": policy.defaults.by_phone_minutes,
        "turn": first.year * 12 + first.month, "before": f"{first - timedelta(days=1):%Y-%m}",
        "said": [each.zh for each in policy.excused.values()],
    }  # fmt: skip
    with connection.cursor() as cursor:
        # Of two at once the second waits, and then finds everything there.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"yiyang.visits.{month}"])
        _gather(cursor, policy, first, words)
        counts = {
            "moved": _run(cursor, owing_sql.MOVE, words),
            "resumed": _run(cursor, owing_sql.RESUME, words),
            "excused": _run(cursor, owing_sql.excuse_sql(policy, first, book), words),
            "new": _run(cursor, owing_sql.OWE, words),
            "seen": _run(cursor, owing_sql.SEE, words),
        }
        cursor.execute("DROP TABLE owing")
        if counts["new"] > 1000:
            cursor.execute("SELECT visits_analyze()")
    return Owed(**counts)


def _gather(cursor: Any, policy: Visits, first: date, words: dict[str, Any]) -> None:
    """Everybody of the area for whom a rule holds, as a table that knows its size."""
    people = owing_sql.people_sql(policy, first, load_facts())
    cursor.execute("DROP TABLE IF EXISTS owing")
    cursor.execute(f"CREATE TEMP TABLE owing ON COMMIT DROP AS {people}", words)
    cursor.execute("CREATE INDEX ON owing (person)")
    cursor.execute("ANALYZE owing")


def _run(cursor: Any, statement: str, words: dict[str, Any]) -> int:
    cursor.execute(statement, words)
    return int(cursor.rowcount)


def raise_alert(*, by: Scope, area_code: int, kind: str, words: str, first: date, last: date) -> Alert:
    """Ask for more visits while heat, cold, flood or an epidemic lasts; they are owed at once.

    Raises:
        UsageError: no such kind, no words, days upside down or past, longer than its policy allows.
        PermissionDenied: he may not raise alerts there.
    """
    by.require("visit.alert", area_code)
    rule = load_visits().alerts.get(kind)
    if rule is None:
        raise UsageError("没有这种预警。", f"there is no alert {kind}", [(slug, slug) for slug in load_visits().alerts])
    if not words.strip():
        raise UsageError("请写明预警的说明。", "An alert has words.")
    if not timezone.localdate() <= last or not first <= last <= first + timedelta(days=rule.every_days * rule.most - 1):
        raise UsageError(
            f"预警的日期不对：不早于今天，最长 {rule.every_days * rule.most} 天。",
            f"The days are wrong: not past, and {rule.every_days * rule.most} days at most.",
        )
    with acting(by), transaction.atomic():
        made: Alert = Alert.objects.create(
            area_code=area_code, kind=kind, words=words.strip()[:400], first=first, last=last, made_by_name=by.name
        )
        record("decide", what=f"alert:{made.pk}", area=area_code, detail={"kind": kind, "last": str(last)})
        with acting(platform(f"{by.name}（预警）"[:150], by.request)):
            add_alert_visits(made, timezone.localdate())
    return made


def end_alert(*, by: Scope, alert: Alert) -> int:
    """End an alert early; what it still asked for is excused. Returns how many visits.

    Raises:
        UsageError: ended already. PermissionDenied: he may not raise alerts there.
    """
    by.require("visit.alert", alert.area_code)
    now = timezone.now()
    with acting(by), transaction.atomic():
        if not Alert.objects.filter(pk=alert.pk, ended_at=None).update(ended_at=now):
            raise UsageError("这次预警已经解除。", "The alert has ended already.")
        open_still = Visit.objects.filter(alert=alert, state__in=(Visit.State.OWED, Visit.State.PLANNED))
        ended: int = open_still.update(state=Visit.State.EXCUSED, state_since=now, reason="预警已解除")
        record("decide", what=f"alert:{alert.pk}", area=alert.area_code, detail={"ended": True, "visits": ended})
    return ended


def add_alert_visits(alert: Alert, start: date) -> int:
    """The visits that an alert asks for from a day on; asked again it adds who came new. Returns how many."""
    policy = load_visits()
    kind = policy.alerts[alert.kind]
    low, high = span(alert.area_code)
    days = (alert.last - alert.first).days + 1
    words: dict[str, Any] = {
        "alert": alert.pk, "low": low, "high": high, "first": alert.first, "last": alert.last, "from": start,
        "every": kind.every_days, "times": min(kind.most, -(-days // kind.every_days)), "way": kind.means[0],
        "counts": owing_sql.counts_json(kind.means), "minutes": kind.minutes, "opens": policy.defaults.opens,
        "closes": policy.defaults.closes,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(owing_sql.alert_sql(policy, kind, start.replace(day=1), load_facts()), words)
        return int(cursor.rowcount)


def counties() -> list[int]:
    """Counties where somebody is named to visit."""
    codes = Post.objects.filter(ends=None).values_list("area_code", flat=True)
    return sorted({code - code % COUNTY for code in codes if code > 0})


def bring_up_to_date(on: date) -> Owed:
    """What the nightly job does: this month's visits, from the 20th the next month's too, and those of alerts.

    Runs under the platform's own scope, in the caller's unit of work.
    """
    following = (on.replace(day=28) + timedelta(days=7)).strftime("%Y-%m")
    months = [f"{on:%Y-%m}", *([following] if on.day >= load_visits().targets.remind_from_day else [])]
    found = [_lay_out(area, month, on) for area in counties() for month in months]
    alerts = Alert.objects.filter(ended_at=None, last__gte=on)
    added = sum(add_alert_visits(alert, on) for alert in alerts)
    sums = {name: sum(getattr(each, name) for each in found) for name in ("new", "excused", "resumed", "moved", "seen")}
    return Owed(**sums, alerts=added)
