"""Scenarios are kept, renamed, shared and thrown away by whoever made them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from yiyang.access.scope import Scope
from yiyang.areas.models import Area
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.simulation import bases
from yiyang.simulation.models import Scenario

Json = dict[str, Any]
RIGHT = "simulation.use"
MOST_KEPT = 200


def visible(by: Scope) -> QuerySet[Scenario]:
    """One's own scenarios, and those shared where one may simulate."""
    mine = Q(made_by=by.user) | Q(is_shared=True)
    return Scenario.objects.filter(by.where(RIGHT).q("area_code"), mine)


def save(*, by: Scope, area: Area, title: str, note: str, changes: Json, is_shared: bool) -> Scenario:
    """Keep a change with what it comes to on the run in force.

    Raises:
        UsageError, NoEffect, PolicyError: no title, no run, or the change changes nothing.
    """
    code = area.code or 0
    by.require(RIGHT, code)
    base = bases.base_of(area)
    if base is None:
        raise UsageError("这里还没有启用的月度运行，不能测算。", "no run is in force here")
    if by.user is None or Scenario.objects.filter(made_by=by.user).count() >= MOST_KEPT:
        raise UsageError(f"每人最多保存 {MOST_KEPT} 个方案，请先删除不用的。", f"at most {MOST_KEPT} scenarios each")
    found = Scenario(
        area_code=code,
        run=base.run,
        changes=changes,
        result=bases.reckon(base, changes),
        made_by=by.user,
        made_by_name=by.name,
        **_words(title, note, is_shared),
    )
    found.save()
    record("write", what=f"simulation_scenario:{found.pk}", area=code, detail={"shared": is_shared})
    return found


def edit(*, by: Scope, scenario: Scenario, title: str, note: str, is_shared: bool) -> None:
    """Rename, annotate, share or unshare one's own. Raises PermissionDenied for somebody else's."""
    _own(by, scenario)
    for name, value in _words(title, note, is_shared).items():
        setattr(scenario, name, value)
    scenario.save()
    record("write", what=f"simulation_scenario:{scenario.pk}", area=scenario.area_code, detail={"shared": is_shared})


def delete(*, by: Scope, scenario: Scenario) -> None:
    """Throw one's own away. Raises PermissionDenied for somebody else's."""
    _own(by, scenario)
    record("write", what=f"simulation_scenario:{scenario.pk}", area=scenario.area_code, detail={"deleted": True})
    scenario.delete()


def _own(by: Scope, scenario: Scenario) -> None:
    by.require(RIGHT, scenario.area_code)
    if by.user is None or scenario.made_by != by.user:
        raise PermissionDenied(RIGHT)


def _words(title: str, note: str, is_shared: bool) -> Json:
    title = " ".join(title.split())
    if not title:
        raise UsageError("请给方案起个名称。", "a scenario needs a title")
    return {"title": title[:100], "note": note.strip()[:1000], "is_shared": is_shared}
