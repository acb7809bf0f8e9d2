"""Two townships with elders and visits, measured: what the tests of this room start from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from conftest import DAZHU, WUMU, ZHUYANG
from yiyang.access.scope import Scope, platform
from yiyang.accounts.scopes import scope_of
from yiyang.audit.record import work
from yiyang.indicators import measuring, reading
from yiyang.indicators.models import Figure, Measurement
from yiyang.indicators.tasks import last_day
from yiyang.visits.models import Visit

VILLAGE, OTHER = ZHUYANG + 1, WUMU + 1
TODAY = timezone.localdate()
MONTH, ON = f"{TODAY:%Y-%m}", last_day(TODAY.replace(day=1))
LAST = TODAY.replace(day=1) - timedelta(days=1)


def furnish(person: Callable[..., Any]) -> dict[str, Any]:
    """爱华 and 保国 in one township, 春兰 in the other, somebody of whom only the township is known, one who died."""
    given: dict[str, Any] = {"is_current": True}
    found = {
        "爱华": person("爱华", VILLAGE, birth_date=19400101, **given, facts={"living_arrangement": 1, "ability": 3}),
        "保国": person("保国", VILLAGE, birth_date=19580101, **given, facts={"living_arrangement": 0, "ability": 0}),
        "春兰": person("春兰", OTHER, birth_date=19450101, **given, facts={"living_arrangement": 1, "hardship": 1}),
        "某人": person("某人", ZHUYANG, birth_date=19500101, **given, facts={}),
        "逝者": person("逝者", VILLAGE, birth_date=19400101, alive=0, is_current=True),
    }
    with work(platform("test")):
        for name, state in (("爱华", "done"), ("保国", "planned"), ("春兰", "done")):
            who = found[name]
            Visit.objects.create(
                person=who, area_code=who.area_code, month=MONTH, cause="monthly", first=TODAY, last=TODAY, state=state,
                done_on=TODAY if state == "done" else None,
            )  # fmt: skip
    return found


def measured(on: date = ON) -> Measurement:
    """The county, for this month or another."""
    with work(platform("test")) as by:
        [made] = measuring.measure(by=by, on=on, areas=[DAZHU])
    return made


def figure(indicator: str, area: int = DAZHU) -> Figure:
    """The newest figure of this month."""
    with work(platform("test")):
        found = reading.figure_of(indicator, area, ON)
    assert found is not None
    return found


def scope(user: Any) -> Scope:
    """What an account may do today."""
    with work(platform("test")):
        return scope_of(user, TODAY, request="test", address="test")
