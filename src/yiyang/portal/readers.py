"""Who looked at a file: when, which unit, in which role, why. No names of staff; one's own looks are called so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yiyang.access.scope import acting, current, platform
from yiyang.accounts.models import User
from yiyang.accounts.roles import load_roles
from yiyang.audit.models import AuditLine
from yiyang.audit.search import lines_about
from yiyang.portal.models import Citizen

SHOWN = 200


@dataclass(frozen=True)
class Look:
    """One line of the log, as the person himself may read it."""

    at: datetime
    who: str
    what: str
    why: str


def lines_of(person: int) -> list[AuditLine]:
    """The latest lines about a person but for his own looks, which would hide those of others; their actors named by
    unit and role. The caller made sure whose file it is."""
    with acting(platform(f"{current().name}（查看记录）"[:150], current().request)):
        own = {f"群众#{pk}" for pk in Citizen.objects.filter(person=person).values_list("pk", flat=True)}
        others = lines_about(person).exclude(kind=AuditLine.Kind.READ, actor_name__in=own)
        lines = list(others[:SHOWN])
        units = _units({line.actor for line in lines if line.actor is not None})
    for line in lines:
        line.actor_name = _who(line, units, own)
    return lines


def looks(person: int) -> list[Look]:
    """The same for a page."""
    return [Look(line.at, line.actor_name, line.get_kind_display(), line.reason) for line in lines_of(person)]


def _who(line: AuditLine, units: dict[int, str], own: set[str]) -> str:
    if line.actor is not None:
        return units.get(line.actor, "工作人员")
    if line.actor_name.startswith("群众#"):
        return "您本人" if line.actor_name.split("（")[0] in own else "代办人"
    return "平台自动办理"


def _units(actors: set[int]) -> dict[int, str]:
    roles = load_roles().roles
    found = {}
    for user in User.objects.filter(pk__in=actors).select_related("area").prefetch_related("grants"):
        held = {roles[grant.role].zh for grant in user.grants.all() if grant.role in roles}
        area = user.area.name if user.area else ""
        found[user.pk] = f"{user.unit or area} {'、'.join(sorted(held))}".strip() or "工作人员"
    return found
