"""A file, a circle with a point, and a question of siting with a site."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from yiyang.reach.models import Given, Reckoning, Site, Spot
from yiyang.site.tests.access_world.things import Place

TOLD: dict[str, Any] = {
    "standards": [{"name": "城镇15分钟", "minutes": 15, "mode": "walk"}], "points": 1, "nodes": 1, "facilities": [],
    "people": {"elders": 9}, "groups": {"elders": {"before": 0, "after": 9}}, "drawn": [[107.2, 30.7, 9, 2]],
    "objective": 9, "bound": 9, "gap": 0.0, "status": "optimal", "status_zh": "已证明最优", "seconds": 0.1,
    "question": None, "planned": 0,
}  # fmt: skip
ASKED: dict[str, Any] = {
    "kind": "day_care", "count": 1, "budget": None, "by_year": [], "group": "elders", "size": 0, "keeps": "leave",
    "seconds": 60, "urban": None, "rural": None, "first_year": 0,
}  # fmt: skip


def put(there: Place) -> dict[str, Any]:
    """What `reach` holds for a place: keys of one row of each kind."""
    code, name = there.code, f"甲{there.number}"
    given = Given.objects.create(
        area_code=code, kind="roads", name="a.osm.pbf", sha256=f"{there.number:064d}", size=1, given_by_name="岗位"
    )
    if code < 0:
        return {"reach_given": given.pk}
    ready: dict[str, Any] = {
        "area_code": code, "title": name, "state": "ready", "result": TOLD, "ordered_by_name": "岗位",
        "finished_at": timezone.now(),
    }  # fmt: skip
    circle = Reckoning.objects.create(what="circle", made_from=f"c{there.number}", **ready)
    Spot.objects.create(
        reckoning=circle, code=code, name=name, longitude=107.2, latitude=30.7, is_urban=True, is_made_up=True,
        elders=9, allowed=15, mode="walk", is_covered=False,
    )  # fmt: skip
    siting = Reckoning.objects.create(
        what="siting", kind="day_care", made_from=f"s{there.number}", question=ASKED, **ready
    )
    Site.objects.create(
        reckoning=siting, number=1, code=code, name=name, longitude=107.2, latitude=30.7, is_made_up=True, adds=9,
        within_reach=9, places=20, yuan=500_000,
    )  # fmt: skip
    return {"reach_given": given.pk, "circle": circle.pk, "siting": siting.pk}
