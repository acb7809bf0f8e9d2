"""How many of whose results are severe, by assessor and by agency: for a plot of what chance would make of it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from yiyang.assessment.models import Result
from yiyang.assessment.rules import rules

# Name, how many results, how many of them severe, key.
Counted = tuple[str, int, int, int]


def results_of(slug: str) -> QuerySet[Any]:
    """Results of the scope that count: those taken back say nothing about who assessed."""
    return Result.objects.filter(instrument=slug).exclude(state=Result.State.WITHDRAWN).order_by()


def by_assessor(slug: str) -> list[Counted]:
    """Each lead assessor."""
    return _counted(slug, "request__lead__user__name", "request__lead")


def by_agency(slug: str) -> list[Counted]:
    """Each agency."""
    return _counted(slug, "request__agency__name", "request__agency")


def _counted(slug: str, name: str, key: str) -> list[Counted]:
    lowest = rules().figures.severe_from[slug]
    rows = results_of(slug).exclude(**{key: None}).values_list(name, key)
    found = rows.annotate(of=Count("pk"), severe=Count("pk", filter=Q(level__gte=lowest)))
    return sorted((said, of, severe, pk) for said, pk, of, severe in found)


def centre(rows: list[Counted]) -> float:
    """The share of all, 0 to 1."""
    total = sum(of for _, of, _, _ in rows)
    return sum(severe for _, _, severe, _ in rows) / total if total else 0.0
