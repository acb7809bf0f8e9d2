"""A village with its visitor, clerks around it, and elders in hardship: what the tests of this room start from."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from conftest import ZHUYANG
from yiyang.access.scope import Scope, platform
from yiyang.accounts.middleware import today
from yiyang.accounts.scopes import scope_of
from yiyang.audit.record import work
from yiyang.visits import reporting
from yiyang.visits.models import Post, Report, Visit

VILLAGE = ZHUYANG + 1
FINE: dict[str, Any] = {
    "meals": "fine", "utilities": "fine", "money": "fine", "fraud": "no", "health": "same", "fell": "no",
    "medicine": "yes", "family": "often", "mood": "good", "living_arrangement": "same", "severity": "no",
}  # fmt: skip


def scope(user: Any) -> Scope:
    """What an account may do today."""
    with work(platform("test")):
        return scope_of(user, today(), request="test", address="test")


def in_need(person: Any, name: str = "秀英", code: int = VILLAGE, **fields: Any) -> Any:
    """An elder who lives alone."""
    given = {"groups": ["living_alone"], "facts": {"living_arrangement": 1}, "is_current": True} | fields
    return person(name, code, **given)


def named(visitor: Any, code: int = VILLAGE, **fields: Any) -> Post:
    """Somebody is the visitor of a village."""
    with work(platform("test")):
        made: Post = Post.objects.create(area_code=code, visitor=visitor, starts=date(2020, 1, 1), **fields)
    return made


def visit_of(person: Any, **fields: Any) -> Visit:
    """A visit owed today, which may be made in any way."""
    on = timezone.localdate()
    given = {
        "area_code": person.area_code, "month": f"{on:%Y-%m}", "cause": "monthly", "first": on, "last": on,
        "counts": ["home", "phone", "neighbour"], "groups": ["living_alone"],
    } | fields  # fmt: skip
    with work(platform("test")):
        made: Visit = Visit.objects.create(person=person, **given)
    return made


def report(by: Scope, visit: Visit, *, met: bool = True, means: str = "home", **more: Any) -> Report:
    """A report of just now; `answers` on top of a fine day."""
    ended: datetime = more.pop("ended_at", timezone.now())
    answers = {**(FINE if met else {}), **more.pop("answers", {})}
    with work(by):
        return reporting.report(
            by=by, visit=visit, answers=answers, met=met, means=means, began_at=ended - timedelta(minutes=15),
            ended_at=ended, **more,
        )  # fmt: skip


def again(thing: Any) -> Any:
    """A row as it stands now."""
    with work(platform("test")):
        return type(thing).objects.get(pk=thing.pk)
