"""Putting a run in force: one unit of work with all that follows from it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from yiyang.access.scope import Scope
from yiyang.audit.record import record, work
from yiyang.base.errors import YiyangError
from yiyang.entitlement.models import MonthRun
from yiyang.registry.progress import Progress

Follower = Callable[[MonthRun, Callable[[str], None]], None]
State = MonthRun.State


def followers() -> list[Follower]:
    """What is done when a run is put in force, in order: the table AFTER_RUN of the settings."""
    return [import_string(name) for name in settings.AFTER_RUN]


def put_in_force(scope: Scope, run: MonthRun) -> None:
    """All that follows from a run and its state, or nothing; where a follower refuses, the run is ready again."""
    called = followers()
    try:
        with work(scope), Progress(run.pk, 4 * len(called) + 1, "entitlement_monthrun") as tell:
            tell.hold(f"yiyang.run.{run.pk}")
            if not MonthRun.objects.filter(pk=run.pk, state=State.STARTING).exists():
                return
            for follow in called:
                follow(run, tell)
            tell("启用")
            record("system", what=f"run:{run.pk}", area=run.area_code, detail={"month": run.month, "in_force": True})
            MonthRun.objects.filter(pk=run.pk).update(state=State.IN_FORCE, decided_at=timezone.now(), problems=[])
    except YiyangError as error:
        said = [[zh, en] for zh, en in ((error.zh, error.en), *error.problems)]
        with work(scope):
            MonthRun.objects.filter(pk=run.pk).update(state=State.READY, problems=said)
