"""Projects of the platform: those in operation stand, the others are planned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Sum

from yiyang.areas.logic import span
from yiyang.planning.logic import STOPPED, is_begun
from yiyang.planning.models import Project
from yiyang.reach.network.places import Facilities, Points
from yiyang.reach.planned import Planned, Stated, kind_in, placed

STANDS = (Project.Stage.HANDED_OVER, Project.Stage.OPERATING)


def projects(area_code: int) -> list[Any]:
    """Elderly-care projects of an area that were not stopped, in order, with their planned money as `fen`."""
    low, high = span(area_code)
    found = Project.objects.filter(kind=Project.Kind.ELDERLY, area_code__gte=low, area_code__lt=high)
    return list(found.exclude(stage=STOPPED).annotate(fen=Sum("money__planned_fen", default=0)).order_by("pk"))


def standing(found: Sequence[Any], points: Points, kind: str) -> Facilities:
    """Those that were handed over or are in operation, as facilities of a kind; of all where none is named."""
    return placed((_stated(each) for each in found if each.stage in STANDS), points, kind).where


def planned(found: Sequence[Any], points: Points, kind: str) -> Planned:
    """Those that are not in operation yet."""
    return placed((_stated(each) for each in found if each.stage not in STANDS), points, kind)


def standing_titles(found: Sequence[Any], kind: str) -> list[str]:
    """Projects of a kind that stand already: a reader of the plan misses them among those to be built."""
    return [each.title for each in found if each.stage in STANDS and kind_in(each.title) == kind]


def _stated(project: Any) -> Stated:
    return Stated(
        f"project:{project.pk}", project.title, kind_in(project.title), project.area_code, project.place,
        project.places, project.fen // 100, project.to_year or project.year, is_begun(project.stage),
        project.longitude, project.latitude,
    )  # fmt: skip
