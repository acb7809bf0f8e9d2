"""A scenario that somebody shared, on a run that was dropped."""

from __future__ import annotations

from datetime import date
from typing import Any

from yiyang.entitlement.models import MonthRun
from yiyang.simulation.models import Scenario
from yiyang.site.tests.access_world.things import Place


def put(there: Place) -> dict[str, Any]:
    """What `simulation` holds for a place."""
    run = MonthRun.objects.create(
        area_code=there.code, month="2026-10", known=date(2026, 10, 31), state="dropped", span=(0, 1),
        ordered_by_name="岗位",
    )  # fmt: skip
    parts = ("items", "by_area", "by_age", "by_hardship", "histogram", "losing", "winning", "said")
    figures = dict.fromkeys(("budget_year_fen", "winners", "losers", "undecided", "open_year_fen", "people"), 0)
    about = {"month": "2026-10", "known": "2026-10-31", "list_hash": "", "synthetic": True, "area": "511724"}
    found = Scenario.objects.create(
        area_code=there.code, title="共享", run=run, is_shared=True, made_by=0, made_by_name="岗位",
        changes={}, result={part: [] for part in parts} | figures | about | {"outlook": {}, "milliseconds": 1.0},
    )  # fmt: skip
    return {"scenario": found.pk}
