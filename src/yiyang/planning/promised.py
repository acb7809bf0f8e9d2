"""What plans and projects promise, for the rooms above: beds by year, targets that were read in documents."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, Sum

from yiyang.areas.logic import span
from yiyang.planning.models import Doubt, PlanFile, Project, Record


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
    """A target as a document states it. `bound`: ge, le or eq.

    Attributes:
        file, document, key: the document's row, its slug, and the row of its table; both outlive a new reading.
        place: where it stands, in words.
        is_doubted: the reader was unsure of the row and nobody has decided yet.
    """

    file: int
    area: int
    document: str
    title: str
    key: str
    name: str
    unit: str
    target: Decimal
    bound: str
    year: int | None
    nature: str
    line: int
    place: str
    is_doubted: bool


def targets_read(areas: Collection[int]) -> list[TargetRead]:
    """Targets in the indicator tables of the current documents of areas, in the documents' order."""
    files = PlanFile.objects.filter(area_code__in=areas, is_current=True, state=PlanFile.State.READ)
    doubted = Exists(Doubt.objects.filter(file=OuterRef("file"), key=OuterRef("key")).exclude(key=""))
    rows = Record.objects.filter(file__in=files.values("pk"), kind=Record.Kind.INDICATOR).select_related("file")
    return [_target(row) for row in rows.annotate(is_doubted=doubted) if row.data["target"] is not None]


def _target(row: Any) -> TargetRead:
    data, file = row.data, row.file
    table = f"表 {row.table} 第 {row.row} 行，" if row.table and row.row else ""
    return TargetRead(
        file.pk, file.area_code, file.slug, file.title or file.name, row.key, data["name"], data["unit"],
        Decimal(data["target"]), data["bound"], data["target_year"], data["nature"] or "", row.line,
        f"{table}第 {row.line} 行", row.is_doubted,
    )  # fmt: skip
