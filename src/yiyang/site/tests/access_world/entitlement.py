"""A month that failed, and what an earlier one left to find out and to pay."""

from __future__ import annotations

from datetime import date
from typing import Any

from yiyang.entitlement.models import Arrear, MonthRun, Unknown
from yiyang.site.tests.access_world.things import Place


def put(there: Place) -> dict[str, Any]:
    """What `entitlement` knows of a place."""
    run = MonthRun.objects.create(
        area_code=there.code, month="2026-11", known=date(2026, 11, 5), state="failed", ordered_by_name="岗位"
    )
    words = {"run": run, "person": there.who.pk, "area_code": there.code}
    unknown = Unknown.objects.create(**words, fact="living_arrangement", items=1)
    arrear = Arrear.objects.create(**words, month="2026-10", item="old_age_allowance", list_area="511724", fen=6000)
    return {"run": run.pk, "unknown": unknown.pk, "arrear": arrear.pk}
