"""The contradictions that the platform keeps, as the report of `planning.coherence`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from yiyang.access.scope import Scope, acting
from yiyang.planning.coherence import Amount, Report, Spot, paper, workbook
from yiyang.planning.coherence import Finding as Found
from yiyang.planning.coherence.findings import SEVERITIES, Dismissed, Severity
from yiyang.planning.models import Finding, PlanFile
from yiyang.planning.records import Document, Place

WRITERS: Mapping[str, Callable[[Report, Path], None]] = {"xlsx": workbook.xlsx, "pdf": paper.pdf}


def report(*, by: Scope) -> Report:
    """What is still there in the scope: open and confirmed ones as findings, dismissed ones apart, gravest first."""
    with acting(by):
        reach = by.where("plan.read").q("area_code")
        files = PlanFile.objects.filter(reach, is_current=True, state=PlanFile.State.READ).order_by("area_code", "id")
        documents = tuple(Document(each.slug, each.title, each.area_code, each.issued) for each in files)
        kept = sorted(Finding.objects.filter(reach, is_gone=False), key=lambda each: SEVERITIES.index(_severity(each)))
        left = tuple(_found(each) for each in kept if each.state in (Finding.State.OPEN, Finding.State.CONFIRMED))
        apart = tuple(Dismissed(_found(each), each.reason) for each in kept if each.state == Finding.State.DISMISSED)
    return Report(documents, left, apart)


def _severity(row: Finding) -> Severity:
    return cast(Severity, row.severity)


def _found(row: Finding) -> Found:
    spots = tuple(Spot(_place(each), each.get("text", "")) for each in row.places)
    amounts = tuple(Amount(each["text"], _decimal(each["value"]), each["unit"]) for each in row.figures)
    values = [each.value for each in amounts if each.value is not None]
    difference = abs(values[0] - values[1]) if len(values) == 2 else None
    return Found(
        row.check_name, row.kind, (spots[0], spots[1]), (amounts[0], amounts[1]), difference, row.sure, _severity(row),
        row.why, row.key,
    )  # fmt: skip


def _place(data: Mapping[str, Any]) -> Place:
    fields = {name: data.get(name) for name in ("table", "row", "column", "sentence")}
    return Place(data["document"], data["line"], tuple(data.get("path") or ()), **fields)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
