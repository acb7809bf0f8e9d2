"""What was read, laid out as rows: records, doubts, findings; and rows as projects and tasks of the platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from yiyang.areas.logic import ancestors, span
from yiyang.planning.coherence import Finding as Found
from yiyang.planning.coherence.findings import number
from yiyang.planning.departments import department_of
from yiyang.planning.models import Doubt, PlanFile, Record
from yiyang.planning.project_actions import NewProject
from yiyang.planning.records import Document, Place
from yiyang.planning.task_actions import NewTask

Json = dict[str, Any]
KINDS = (
    (Record.Kind.PROJECT, "projects", "name"),
    (Record.Kind.TOTAL, "totals", "text"),
    (Record.Kind.INDICATOR, "indicators", "name"),
    (Record.Kind.TASK, "tasks", "title"),
    (Record.Kind.MEASURE, "measures", "name"),
)
# A task's own words may be long; as a title the platform keeps so many characters.
TITLE = 60


def lay(file: PlanFile, document: Document) -> dict[str, int]:
    """Replace what a file's rows say; returns how many of each kind."""
    Record.objects.filter(file=file).delete()
    Doubt.objects.filter(file=file).delete()
    rows = [_record(file, kind, each, title) for kind, name, title in KINDS for each in getattr(document, name)]
    Record.objects.bulk_create(rows, batch_size=500)
    Doubt.objects.bulk_create(
        Doubt(
            file=file, key=each.key, field=each.field, line=each.where.line, what=each.what[:400],
            reason=each.reason[:400], guess=each.guess[:400], sure=each.sure, choices=list(each.choices),
        )
        for each in document.doubts
    )  # fmt: skip
    return {kind.value: len(getattr(document, name)) for kind, name, _ in KINDS} | {"lines": len(document.lines)}


def _record(file: PlanFile, kind: str, each: Any, title: str) -> Record:
    where: Place = each.where
    return Record(
        file=file, kind=kind, key=each.key[:64], number=getattr(each, "number", None),
        title=(getattr(each, title) or "")[:300], line=where.line, table=where.table, row=where.row,
        data=plain(asdict(each)),
    )  # fmt: skip


def plain(value: Any) -> Any:
    """As JSON holds it: decimals as text, days in ISO form."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def finding_values(found: Found, areas: Mapping[str, int | None]) -> Json:
    """A finding as its row; see `area_of` for where it lies."""
    slugs = [each.document for each in found.places if each.document in areas]
    return {
        "area_code": area_of([areas[slug] or 0 for slug in slugs]),
        "check_name": found.check, "kind": found.kind, "severity": found.severity,
        "sure": found.sure, "why": found.why_zh[:600], "documents": list(dict.fromkeys(slugs)),
        "difference": number(found.difference) if found.difference is not None else "",
        "places": [plain(asdict(spot.place)) | {"text": spot.text} for spot in found.spots],
        "figures": [plain(asdict(each)) for each in found.figures],
    }  # fmt: skip


def area_of(codes: Sequence[int]) -> int:
    """Whose a contradiction between documents of these areas is: the lowest one's where it lies in all others.

    Neither of two counties is shown what the other's plan says: it lies with the area above both. 0: nobody's.
    """
    lowest = min(codes, key=lambda code: span(code)[1] - span(code)[0], default=0)
    if all(_lies_in(lowest, code) for code in codes):
        return lowest
    return next((area for area in ancestors(lowest) if all(_lies_in(code, area) for code in codes)), 0)


def _lies_in(code: int, area: int) -> bool:
    low, high = span(area)
    return low <= code < high


def new_project(file: PlanFile, data: Mapping[str, Any]) -> NewProject:
    """A project as it was read. Money asked for from the centre is that; the rest of the total is not yet found."""
    central = data["central_fen"] or 0
    total = central if data["money_fen"] is None else data["money_fen"]
    money = {"central": min(central, total), "open": max(total - central, 0)}
    return NewProject(
        area_code=data["county"] or file.area_code, kind=data["kind"], title=data["name"][:200],
        year=data["section_year"] or data["to_year"] or data["from_year"] or (file.issued or file.given_at).year,
        nature=data["nature"][:20], from_year=data["from_year"], to_year=data["to_year"], place=data["place"][:200],
        unit=data["unit"][:100], department=department_of(data["unit"]), places=data["places"] or 0, money=money,
        sources=({"document": file.slug, "key": data["key"], "number": data["number"]},), origin="plan",
    )  # fmt: skip


def new_task(data: Mapping[str, Any]) -> NewTask:
    """A task as it was read; without a leading unit the first that takes part leads."""
    lead, part = data["lead"] or data["part"][:1], data["part"] if data["lead"] else data["part"][1:]
    return NewTask(
        number=data["number"] or 0, title=(data["title"] or data["text"])[:TITLE],
        lead=tuple((name[:100], department_of(name)) for name in lead),
        part=tuple((name[:100], department_of(name)) for name in part), local=tuple(data["local"]),
    )  # fmt: skip
