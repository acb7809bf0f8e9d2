"""Steps on findings in the order in which they may be read by a cursor (`cases.feed`), and none is missed."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q

from yiyang.cases.feed import Place, settled
from yiyang.visits.models import Finding, FindingStep


def after(place: Place, *, unit: str = "", most: int = 200) -> list[FindingStep]:
    """The next steps within the scope in force. `unit`: only of findings that are with it; '' = all."""
    at, number = place
    seen = Finding.objects.filter(pk=OuterRef("finding_id"))
    seen = seen.filter(unit=unit) if unit else seen
    later = Q(at__gt=at) | Q(at=at, pk__gt=number)
    # The time of a step lies after the begin of its transaction; read is what no transaction under way can add to.
    rows = FindingStep.objects.filter(Exists(seen), later, at__gte=at, at__lt=settled())
    return list(rows.select_related("finding").order_by("at", "pk")[:most])


def event(step: FindingStep) -> dict[str, Any]:
    """What is said of a step: the finding, never the person."""
    return {
        "id": step.pk,
        "at": step.at.isoformat(),
        "finding": step.finding.number,
        "kind": step.finding.kind,
        "severity": step.finding.severity,
        "unit": step.finding.unit,
        "step": step.slug,
        "from_state": step.from_state,
        "to_state": step.to_state,
    }
