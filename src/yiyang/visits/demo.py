"""Two made-up months of visits for the demo county: the last one done, this one under way, findings in all states.

Set-based throughout: a whole county takes seconds. Everything hangs on keys, so the same county is the same each time.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from yiyang.access import secrets
from yiyang.access.scope import Scope, acting, platform
from yiyang.accounts.models import User
from yiyang.audit.record import work
from yiyang.visits import owing
from yiyang.visits.demo_people import chance, make_posts
from yiyang.visits.models import Alert, Finding, Means, Plan, Post, Visit
from yiyang.visits.planning.days import month_days, working_days
from yiyang.visits.policy import load_visits

REASON = "演示数据"
SQL = Path(__file__).parent / "sql"
# About so many findings, all of the last days: how long they take to close is reckoned from them.
FINDINGS, RECENT = 60, 12
ROUND, CALLS = 5, 3
# Minutes of a day that are filled, below what a post has (`minutes_a_day`); minutes of way to each door.
A_DAY, WAY = 330, 9
# What goes wrong: the kind, what the form says of it, what the visitor wrote.
SAID: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("no_food", {"utilities": "cut"}, "家里断电两天，老人吃冷饭。"),
    ("low_mood", {"mood": "low"}, "最近睡不好，不愿出门。"),
    ("home_hazard", {"hazards": ["floor"]}, "卫生间地滑，没有扶手。"),
    ("no_medicine", {"medicine": "out"}, "降压药断了一周，没人陪去医院。"),
    ("fraud", {"fraud": "yes"}, "买了三千多元保健品。"),
    ("fire_risk", {"hazards": ["fire"]}, "煤气管老化，能闻到气味。"),
    ("no_money", {"money": "short"}, "这个月药费多，生活费不够。"),
    ("house_unsafe", {"hazards": ["house"]}, "厨房漏雨，墙有裂缝。"),
    ("no_carer", {"care": "none"}, "白天没有人照料，几次摔倒。"),
    ("fallen", {"fell": "hurt"}, "昨天在院里摔倒，胯骨痛，起不来。"),
)
# How a report reads, by its last two digits: mostly well, sometimes not.
FINE = {
    "met": "yes", "means": "home", "meals": "fine", "utilities": "fine", "money": "fine", "fraud": "no",
    "health": "same", "fell": "no", "medicine": "yes", "family": "often", "mood": "good",
    "living_arrangement": "same", "severity": "no",
}  # fmt: skip
VARIANTS: tuple[dict[str, Any], ...] = (
    FINE,
    FINE | {"medicine": "none", "family": "seldom"},
    FINE | {"health": "worse", "daily": "no", "money": "short"},
    FINE | {"meals": "less", "wishes": ["adaptation"]},
)
NOT_MET = {"met": "no", "means": "home", "not_met_words": "门锁着，邻居说去了女儿家。"}


def make(county: int) -> None:
    """Visitors, posts, visits, reports and findings of a county. Does nothing where visits are there already."""
    today = timezone.localdate()
    by = platform(REASON)
    with work(by):
        if Post.objects.exists() or Visit.objects.exists():
            return
        if not make_posts(county, today, list(load_visits().skills)):
            return
    before = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    for first in (before, today.replace(day=1)):
        with work(by):
            owing.owe(by=by, area_code=county, month=f"{first:%Y-%m}", start=first)
            _plan(by, county, first)
            _round_for_cun(today)
            _carry_out(first, today)
    with work(by):
        found = _findings()
    _work_off(found)
    with work(by):
        _alert(county, today)


def _run(name: str, words: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        # Behind row security the planner expects a handful of rows and joins 100,000 with 100,000 one by one: hours.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute((SQL / f"demo_{name}.sql").read_text(encoding="utf-8"), words)
        made = int(cursor.rowcount)
        cursor.execute("SET LOCAL enable_nestloop = on")
        return made


def _plan(by: Scope, county: int, first: date) -> None:
    """A simple plan in force: everybody's village visitor, spread over the month's working days."""
    month = f"{first:%Y-%m}"
    plan: Plan = Plan.objects.create(
        area_code=county, month=month, state=Plan.State.IN_FORCE, seconds=0, ordered_by_name=REASON,
        decided_by_name=REASON, decided_at=timezone.now(), starts=first,
    )  # fmt: skip
    days = list(working_days(*month_days(month)))
    _run("plan", {"plan": plan.pk, "month": month, "days": days, "a_day": A_DAY, "way": WAY})
    rows = Visit.objects.filter(month=month).exclude(state=Visit.State.EXCUSED)
    planned = rows.filter(plan=plan)
    plan.figures = {
        "visits": rows.count(), "planned": planned.count(),
        "visitors": planned.order_by().values("visitor").distinct().count(),
    }  # fmt: skip
    plan.save(update_fields=["figures"])


def _carry_out(first: date, today: date) -> None:
    """What was done by today, and the reports of it."""
    month, is_over = f"{first:%Y-%m}", (first.year, first.month) < (today.year, today.month)
    _run("done", {"month": month, "today": today, "over": is_over})
    if is_over:
        left = Visit.objects.filter(month=month, state=Visit.State.OWED)
        left.update(state=Visit.State.MISSED, reason="该村没有探访员")
    column, since = "visits_report.answers", today - timedelta(days=RECENT)
    recent = Visit.objects.filter(month=month, state=Visit.State.DONE, done_on__gte=since).count()
    words = {
        "month": month, "version": load_visits().version, "since": since, "variants": len(VARIANTS), "kinds": len(SAID),
        "sealed": [secrets.seal(_json(each), column) for each in VARIANTS],
        "bad": [secrets.seal(_json(FINE | more | {"other": said}), column) for _, more, said in SAID],
        "not_met": secrets.seal(_json(NOT_MET), column),
        # Of a thousand reports of the last weeks so many find something wrong.
        "share": min(1000 * FINDINGS // (recent + 1), 250),
    }  # fmt: skip
    _run("reports", words)


def _round_for_cun(today: date) -> None:
    """Whoever tries the visitor's pages finds a round today: doors first, and some calls behind them."""
    mine = Visit.objects.filter(visitor__username="cun", state=Visit.State.PLANNED, first__lte=today, last__gte=today)
    # A full county gives a round by itself; a second one laid over it would send him two ways at once.
    if mine.filter(on=today, means=Means.HOME).count() >= ROUND:
        return
    rows = sorted(mine.order_by("-on", "pk"), key=lambda each: each.means != Means.HOME)[: ROUND + CALLS]
    for number, visit in enumerate(rows):
        is_door = number < ROUND
        # In a small demo few are due at home: whom a call would do for is looked in on as well.
        visit.means = Means.HOME if is_door else visit.means
        visit.minutes = max(visit.minutes, load_visits().defaults.minutes) if is_door else visit.minutes
        visit.on, visit.turn, visit.at = today, number + 1, 540 + number * 45
    Visit.objects.bulk_update(rows, ["on", "turn", "at", "means", "minutes"])


def _json(answers: dict[str, Any]) -> str:
    return json.dumps(answers, ensure_ascii=False)


def _findings() -> list[int]:
    """What the reports found wrong; keys of the findings."""
    kinds = load_visits().findings.kinds
    words = {
        "kinds": [kind for kind, *_ in SAID], "words": [said for *_, said in SAID], "count": len(SAID),
        "severities": [kinds[kind].severity for kind, *_ in SAID], "units": [kinds[kind].unit for kind, *_ in SAID],
    }  # fmt: skip
    _run("findings", words)
    return list(Finding.objects.order_by("pk").values_list("pk", flat=True))


def _work_off(found: list[int]) -> None:
    """By several hands: half is closed, the rest stands at every step, a few are late and one was a false alarm."""
    users = {
        user.username: user for user in User.objects.filter(username__in=("xian", "xiang", "chuzhi"), is_demo=True)
    }
    if len(users) < 3:
        return
    officer, clerk, responder = (_as(users[name]) for name in ("xian", "xiang", "chuzhi"))
    parts = {place: [key for n, key in enumerate(found) if n % 10 in places] for place, places in PARTS.items()}
    sent = {"unit": Finding.Unit.TOWNSHIP, "assigned_to": users["chuzhi"], "due": timezone.now() + timedelta(days=1)}
    _step(
        officer,
        "请尽快上门处理。",
        [key for place, keys in parts.items() if place != "open" for key in keys],
        "assigned",
        sent,
    )
    done = [*parts["acted"], *parts["closed"]]
    _step(responder, "已上门处理，老人情况稳定。", done, "acted", {"due": timezone.now() + timedelta(days=2)})
    _step(clerk, "电话核实，老人说问题解决了。", parts["closed"], "closed", {})
    _step(officer, "探访员看错了，老人由女儿照料。", parts["void"], "void", {})
    with work(platform(REASON)):
        _say("超过时限，上一级督办")
        late, soon = parts["open"][::4], parts["open"][2::4]
        # Those at the top stay late; the others would rise by themselves.
        Finding.objects.filter(pk__in=late).update(escalated=2, due=timezone.now() - timedelta(hours=3))
        Finding.objects.filter(pk__in=soon).update(escalated=1, due=timezone.now() + timedelta(hours=4))


PARTS = {"open": (0,), "assigned": (1, 2), "acted": (3,), "closed": (4, 5, 6, 7, 8), "void": (9,)}


def _as(user: User) -> Scope:
    """The platform's own hand under somebody's name: what it writes is his."""
    return Scope(user.pk, user.name, request="demo", is_self=True)


def _step(by: Scope, words: str, keys: list[int], state: str, fields: dict[str, Any]) -> None:
    with work(by), acting(by):
        _say(words)
        Finding.objects.filter(pk__in=keys).update(state=state, **fields)


def _say(words: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yiyang.why', %s, true)", [words])


def _alert(county: int, today: date) -> None:
    """A cold spell some weeks ago, ended: so that the page has a past."""
    first = today - timedelta(days=20 + chance("alert", 5))
    made = Alert.objects.create(
        area_code=county, kind="cold", words="寒潮，最低气温降到 2 度，请多看望高龄独居老人。", first=first,
        last=first + timedelta(days=3), made_by_name=REASON, ended_at=timezone.now() - timedelta(days=16),
    )  # fmt: skip
    # Given on its first day: the field is set to now when the row is made.
    Alert.objects.filter(pk=made.pk).update(made_at=timezone.now() - (today - first))
