"""A change that is planned, an earlier name, and a jurisdiction of its own."""

from __future__ import annotations

from datetime import date
from typing import Any

from yiyang.areas.models import Area, AreaChange, FormerArea, Membership
from yiyang.site.tests.access_world.things import SINCE, Place


def put(there: Place) -> dict[str, Any]:
    """What `areas` knows of a place."""
    area = there.home
    change = AreaChange.objects.create(
        kind="rename", state="planned", effective=date(2030, 1, 1), document="文", says=area.name,
        asked={"kind": "rename", "area": area.pk, "name": "新名"}, ordered_by_name="岗位",
    )  # fmt: skip
    FormerArea.objects.create(
        area=area, change=change, code=area.code, name="旧名", valid_from=date(2000, 1, 1), valid_to=date(2001, 1, 1)
    )
    jurisdiction = Area.objects.create(
        name=f"新区{area.pk}", level="county", kind="jurisdiction", parent=area, valid_from=SINCE
    )
    member = Membership.objects.create(
        jurisdiction=jurisdiction, member=area, starts=date(1990, 1, 1), ends=date(1990, 1, 2)
    )
    return {"change": change.pk, "membership": member.pk, "jurisdiction": jurisdiction.pk}
