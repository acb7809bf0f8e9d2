"""What the worker does for areas."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from yiyang.access.scope import platform
from yiyang.areas import actions
from yiyang.areas.models import AreaChange
from yiyang.audit.record import work


@app.periodic(cron="5 0 * * *")
@app.task(queue="system", queueing_lock="areas.due", pass_context=False)
def carry_out_due(timestamp: int) -> None:
    """Carry out the changes whose day has come, in the order of their days.

    They were authorised when they were ordered, so the platform itself acts; the order names who gave it.
    """
    due = AreaChange.objects.filter(state=AreaChange.State.PLANNED, effective__lte=timezone.localdate())
    for change in due.order_by("effective", "pk"):
        scope = platform(f"区划变更 #{change.pk}（{change.ordered_by_name}）")
        with work(scope):
            actions.carry_out_planned(change, by=scope)
