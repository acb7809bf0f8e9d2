"""Who asks in the tests of this room, and questions answered at once."""

from __future__ import annotations

from typing import Any

from conftest import DAZHU
from yiyang.access.scope import Scope, platform
from yiyang.accounts.middleware import today
from yiyang.accounts.scopes import scope_of
from yiyang.audit.record import work
from yiyang.reach import asking, tasks
from yiyang.reach.asking import Asked
from yiyang.reach.models import Reckoning


def scope(user: Any) -> Scope:
    """What an account may do today."""
    with work(platform("test")):
        return scope_of(user, today(), request="test", address="test")


def answered(found: Reckoning) -> Reckoning:
    """Do at once what the worker would do."""
    tasks.reckon_reach.func(reckoning=found.pk, user=None, request="test")
    with work(platform("test")):
        return Reckoning.objects.get(pk=found.pk)


def circle(by: Scope, area: int = DAZHU, kind: str = "") -> Reckoning:
    """A circle, reckoned."""
    with work(by):
        found, _ = asking.order_circle(by=by, area_code=area, kind=kind)
    return answered(found)


def siting(by: Scope, area: int = DAZHU, **words: Any) -> Reckoning:
    """Where to build day-care centres: ten of them unless it is said otherwise."""
    given: dict[str, Any] = {"kind": "day_care", "count": 10, "seconds": 30} | words
    asked = Asked(**given)
    with work(by):
        found, _ = asking.order_siting(by=by, area_code=area, asked=asked)
    return answered(found)
