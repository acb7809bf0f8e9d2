"""A figure that was measured, one that was reported, and the measuring itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from yiyang.areas.logic import SIZES, level
from yiyang.areas.logic import short as short_code
from yiyang.indicators.models import Figure, Measurement, PrivacySpending, PublishedTable, Reported
from yiyang.site.tests.access_world.things import Place

ON, KNOWN = date(2026, 10, 31), date(2026, 11, 2)


def put(there: Place) -> dict[str, Any]:
    """What `indicators` holds for a place. Of no area there is no figure to ask for."""
    made = Measurement.objects.create(
        area_code=there.code, on=ON, known=KNOWN, state="done", ordered_by_name="岗位",
        basis={"people": {"kind": "live"}, "visited": {"kind": "tables"}},
    )  # fmt: skip
    entered = Reported.objects.create(
        area_code=there.code, indicator="nursing_beds", on=ON, value=50, source="台账", entered_by_name="岗位"
    )
    size = 1 if there.code < 0 else dict(SIZES)[level(there.code)]
    given: dict[str, Any] = {"area_code": there.code, "on": ON, "known": KNOWN, "size": size}
    Figure.objects.create(**given, indicator="nursing_beds", source="reported", value=50, reported=entered)
    figure = Figure.objects.create(
        **given, indicator="elders_60", source="measured", numerator=2, value=2, measurement=made
    )
    table = PublishedTable.objects.create(
        area_code=there.code, title="老年人人数", slug="elders_60_sex", month="2026-10", state="ready",
        made_by_name="岗位",
    )  # fmt: skip
    PrivacySpending.objects.create(
        area_code=there.code, year=2026, epsilon=1, table=table, number="1", title="老年人人数", spent_by_name="岗位"
    )
    area = "999999" if there.code < 0 else short_code(there.code)
    return {"reported_figure": entered.pk, "figure": figure.pk, "published_table": table.pk, "figure_area": area}
