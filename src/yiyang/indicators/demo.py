"""Figures of the demo county: measured for the months that it has, reported from what the documents state."""

from __future__ import annotations

import calendar
from datetime import date

from django.utils import timezone

from yiyang.access.scope import Scope, platform
from yiyang.areas import logic as areas
from yiyang.areas.models import Area
from yiyang.audit.record import work
from yiyang.indicators import actions, demo_reported, measuring
from yiyang.indicators.actions import Said
from yiyang.indicators.policy import document_titles, load_indicators, year_end

BY = "演示数据"
# Months before the first run, resolved from the statements: they hold from before they were delivered.
BACK = 2


def make(area: int, first: str) -> int:
    """Measure a demo area and enter what the documents state of it and of the areas above. Returns how many figures.

    Args:
        first: the month of its first run, "2026-10".
    """
    with work(platform(BY)) as by:
        return (
            _reported(by, area) + demo_reported.make(by, area) + _measured(by, area, date.fromisoformat(f"{first}-01"))
        )


def _measured(by: Scope, area: int, first: date) -> int:
    count, today = 0, timezone.localdate()
    number = first.year * 12 + first.month - 1
    for back in range(BACK, -1, -1):
        year, month = divmod(number - back, 12)
        on = date(year, month + 1, calendar.monthrange(year, month + 1)[1])
        count += sum(each.figures for each in measuring.measure(by=by, on=on, areas=[area]))
    if (today.year, today.month) > (first.year, first.month):
        on = today.replace(day=calendar.monthrange(today.year, today.month)[1])
        count += sum(each.figures for each in measuring.measure(by=by, on=on, areas=[area]))
    return count


def _reported(by: Scope, area: int) -> int:
    """The baselines of the documents, as the units would have entered them."""
    titles, wanted = document_titles(), {area, *areas.ancestors(area)} - {areas.NATION}
    there = set(Area.objects.filter(code__in=wanted, valid_to=None).values_list("code", flat=True))
    count = 0
    for indicator in load_indicators().values():
        for each in indicator.baselines:
            code = areas.normalise(each.area)
            if code in there and indicator.reported is not None:
                said = Said(
                    indicator.id, code, year_end(each.year), f"《{titles[each.source.document]}》{each.source.article}",
                    value=each.value, note=each.note or "",
                )  # fmt: skip
                actions.enter(by=by, said=said, synthetic=False)
                count += 1
    return count
