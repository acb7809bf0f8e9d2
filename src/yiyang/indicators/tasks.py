"""What the worker does with figures: measuring what was ordered, and everything once a month by itself."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, timedelta

import structlog
from django.utils import timezone
from procrastinate.contrib.django import app

from yiyang.access.scope import Scope, platform
from yiyang.audit.record import work
from yiyang.base.errors import YiyangError
from yiyang.entitlement.models import MonthRun
from yiyang.indicators import measuring
from yiyang.indicators.models import Measurement, PublishedTable
from yiyang.indicators.publication import actions as publication
from yiyang.registry.tasks_exports import AGAIN

log = structlog.get_logger("yiyang.indicators")


@app.task(queue="registry", retry=AGAIN, pass_context=False)
def measure_figures(measurement: int, request: str) -> None:
    """Measure what was ordered: all its figures, or none and the reason."""
    scope = platform(f"指标测量 #{measurement}", request)
    try:
        with work(scope):
            found = Measurement.objects.select_for_update().get(pk=measurement)
            if found.state in (Measurement.State.ORDERED, Measurement.State.RUNNING):
                measuring.carry_out(found)
    except YiyangError as error:
        log.warning("measuring failed", measurement=measurement, kind=type(error).__name__)
        with work(scope):
            Measurement.objects.filter(pk=measurement).update(
                state=Measurement.State.FAILED, problems=[{"zh": error.zh, "en": error.en}]
            )


@app.task(queue="registry", retry=AGAIN, pass_context=False)
def make_publication(table: int, request: str) -> None:
    """Make a table that was ordered: counted, hidden and proved, or the reason why not."""
    scope = platform(f"制作公开统计表 #{table}", request)
    try:
        with work(scope):
            found = PublishedTable.objects.select_for_update().get(pk=table)
            if found.state == PublishedTable.State.ORDERED:
                publication.make(found)
    except YiyangError as error:
        log.warning("publication failed", table=table, kind=type(error).__name__)
        with work(scope):
            PublishedTable.objects.filter(pk=table).update(
                state=PublishedTable.State.FAILED, problems=[{"zh": error.zh, "en": error.en}]
            )


@app.periodic(cron="30 2 2 * *")
@app.task(queue="system", queueing_lock="indicators.monthly", pass_context=False)
def measure_month(timestamp: int) -> None:
    """On the second of every month: the month before, now that its visits are done."""
    last = timezone.localdate().replace(day=1) - timedelta(days=1)
    scope = platform("每月测量指标")
    with work(scope):
        for area in measuring.roots():
            order(measuring.order(by=scope, area=area, on=last), scope)


def after_run(run: MonthRun, tell: Callable[[str], None]) -> dict[str, int]:
    """A month's run is put in force: its figures are measured once that is done. One of settings.AFTER_RUN."""
    first = date.fromisoformat(f"{run.month}-01")
    if first > timezone.localdate():
        return {"measurements": 0}
    tell("下达指标测量")
    scope, on = platform(f"月度运行 #{run.pk} 之后"), last_day(first)
    made = measuring.order(by=scope, area=run.area_code, on=on)
    order(made, scope)
    return {"measurements": 1}


def order(made: Measurement, by: Scope) -> None:
    """Put a measuring in the queue; it commits with the caller's transaction."""
    name = f"indicators.measurement:{made.pk}"
    measure_figures.configure(lock=name).defer(measurement=made.pk, request=by.request)


def order_publication(made: PublishedTable, by: Scope) -> None:
    """Put the making of a table in the queue; one of an area at a time, for each is proved beside the others."""
    lock = f"indicators.publication:{made.area_code}"
    make_publication.configure(lock=lock).defer(table=made.pk, request=by.request)


def last_day(first: date) -> date:
    """The last day of a month; the whole month stands for it, also while it lasts."""
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])
