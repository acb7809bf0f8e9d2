"""What the demo county has published already: its figures of a month, and how many elders of which sex in each town.

Ordered by one of its officers, decided by another, as in earnest; so that the page of the public has something to read.
"""

from __future__ import annotations

from django.utils import timezone

from yiyang.access.scope import Scope, platform
from yiyang.accounts.models import User
from yiyang.accounts.scopes import scope_of
from yiyang.audit.record import work
from yiyang.indicators.publication import actions, source
from yiyang.indicators.publication.actions import Wanted
from yiyang.indicators.publication.models import PublishedTable

MAKER, DECIDER = "xian", "juzhang"
TABLES = ((source.INDICATORS,), ("area", "sex"))


def make(area: int, month: str) -> int:
    """Publish the tables of a month, "2026-10", of a demo county. Returns how many; those that are there stay.

    Errors: NotHidden for a table that cannot be protected. User.DoesNotExist where the demo's accounts are missing.
    """
    made = 0
    for grouped in TABLES:
        wanted = Wanted(area, month, grouped)
        with work(_scope(MAKER)) as by:
            if PublishedTable.objects.filter(area_code=area, month=month, slug=wanted.slug).exists():
                continue
            table = actions.order(by=by, wanted=wanted)
        with work(platform("演示数据")):
            actions.make(table)
        with work(_scope(DECIDER)) as by:
            actions.publish(by=by, table=table)
        made += 1
    return made


def _scope(username: str) -> Scope:
    return scope_of(User.objects.get(username=username, is_demo=True), timezone.localdate())
