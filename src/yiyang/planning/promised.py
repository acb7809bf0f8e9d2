"""What plans and projects promise, for the rooms above: beds by year, targets that were read in documents."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, Sum

from yiyang.areas.logic import span
from yiyang.planning.models import PlanFile, Project, Record


@dataclass(frozen=True)
class Supply:
    """Places that projects of an area promise by the end of a year, in the whole area."""

    beds: int
    nursing_beds: int
    childcare_places: int


def supply(area: int, year: int) -> Supply:
    """Places of all projects that are to be finished by a year and were not stopped."""
    low, high = span(area)
    finished = Q(to_year__lte=year) | Q(to_year=None, year__lte=year)
    rows = Project.objects.filter(finished, area_code__gte=low, area_code__lt=high).exclude(stage=Project.Stage.STOPPED)
    sums = {
        row["kind"]: row
        for row in rows.order_by().values("kind").annotate(all=Sum("places"), nursing_beds=Sum("nursing"))
    }
    elderly, young = sums.get("elderly", {}), sums.get("childcare", {})
    return Supply(elderly.get("all", 0), elderly.get("nursing_beds", 0), young.get("all", 0))


@dataclass(frozen=True)
class TargetRead:
    """A target as a document states it. `bound`: ge, le or eq."""

    document: str
    title: str
    name: str
    unit: str
    target: Decimal
    bound: str
    year: int | None
    nature: str
    line: int


def targets_read(area: int) -> list[TargetRead]:
    """Targets in the indicator tables of an area's current documents, in the documents' order."""
    files = PlanFile.objects.filter(area_code=area, is_current=True, state=PlanFile.State.READ)
    rows = Record.objects.filter(file__in=files.values("pk"), kind=Record.Kind.INDICATOR).select_related("file")
    return [
        TargetRead(
            row.file.slug, row.file.title, row.data["name"], row.data["unit"], Decimal(row.data["target"]),
            row.data["bound"], row.data["target_year"], row.data["nature"] or "", row.line,
        )
        for row in rows
        if row.data["target"] is not None
    ]  # fmt: skip
