"""Projects as facilities: those in operation stand, those under way are planned. Where they lie, or in which town."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from yiyang.areas import logic
from yiyang.areas.logic import span
from yiyang.planning.logic import STOPPED
from yiyang.planning.models import Project
from yiyang.reach.network.places import Facilities, Points

# The first that stands in a project's name says what kind of facility it is.
KINDS = (
    ("助餐", "dining"), ("食堂", "dining"), ("互助", "mutual_aid"), ("日间照料", "day_care"), ("综合体", "complex"),
    ("社区养老", "complex"), ("区域性", "regional_home"), ("敬老院", "regional_home"), ("中心", "regional_home"),
)  # fmt: skip
STANDS = (Project.Stage.HANDED_OVER, Project.Stage.OPERATING)


def projects(area_code: int) -> list[Project]:
    """Elderly-care projects of an area that were not stopped, in order."""
    low, high = span(area_code)
    found = Project.objects.filter(kind=Project.Kind.ELDERLY, area_code__gte=low, area_code__lt=high)
    return list(found.exclude(stage=STOPPED).order_by("pk"))


def kind_of(project: Project) -> str:
    """What kind of facility a project builds; empty where its name does not say."""
    return next((kind for word, kind in KINDS if word in project.title), "")


def as_facilities(found: Sequence[Project], points: Points) -> Facilities:
    """Those projects of which somebody said where they are, by degrees or by the name of a town."""
    placed = [(project, place) for project in found if (place := _place(project, points))]
    spots = np.array([place for _, place in placed], float).reshape(-1, 3)
    return Facilities(
        [f"project:{project.pk}" for project, _ in placed], [project.title for project, _ in placed],
        [kind_of(project) for project, _ in placed], spots[:, 0], spots[:, 1],
        np.array([project.places for project, _ in placed], np.int64), spots[:, 2] > 0,
    )  # fmt: skip


def _place(project: Project, points: Points) -> tuple[float, float, bool] | None:
    """Degrees, and whether they are a guess."""
    if project.longitude is not None and project.latitude is not None:
        return project.longitude, project.latitude, False
    town = _town(project)
    rows = np.flatnonzero(points.code // 1000 * 1000 == town) if town else np.zeros(0, np.int64)
    if not len(rows):
        return None
    row = int(rows[points.people["elders"][rows].argmax()])
    return float(points.lon[row]), float(points.lat[row]), True


def _town(project: Project) -> int | None:
    """The town that a project's place or name speaks of: the longest name that fits, in its own area."""
    if project.area_code % 10**6:
        return project.area_code // 1000 * 1000
    text = project.place + project.title
    names = [(area.name, area.code) for area in logic.descendants(project.area_code, "town")]
    fits = [(len(name), code) for name, code in names if name in text or name.rstrip("街道镇乡") + "镇" in text]
    return max(fits)[1] if fits else None
