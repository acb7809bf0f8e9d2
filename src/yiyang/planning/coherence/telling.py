"""A report as plain data: for JSON, and as rows for sheet, paper and page, grouped by document and severity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from yiyang.planning.coherence.checks import BY_ID
from yiyang.planning.coherence.findings import SEVERITIES, SEVERITY_ZH, Amount, Finding, Report, Spot, number
from yiyang.planning.records import Document, Place

HEADS = ("程度", "检查", "说明", "位置一", "数一", "位置二", "数二", "相差", "把握", "编号")


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one document (the first of a finding's two), gravest first."""

    title: str
    findings: tuple[Finding, ...]


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data: documents, findings, dismissed ones."""
    return {
        "documents": [_document(each) for each in report.documents],
        "findings": [_finding(each) for each in report.findings],
        "dismissed": [_finding(each.finding) | {"reason": each.reason} for each in report.dismissed],
    }


def _document(document: Document) -> dict[str, Any]:
    return {
        "slug": document.slug,
        "title": document.title,
        "area": None if document.area is None else f"{document.area:012d}",
        "projects": len(document.projects),
        "indicators": len(document.indicators),
        "tasks": len(document.tasks),
        "doubts": len(document.doubts),
    }


def _finding(found: Finding) -> dict[str, Any]:
    return {
        "check": found.check,
        "kind": found.kind,
        "severity": found.severity,
        "sure": found.sure,
        "why": found.why_zh,
        "places": [_spot(each) for each in found.spots],
        "figures": [{"value": plain(each.value), "unit": each.unit, "text": each.text} for each in found.figures],
        "difference": plain(found.difference),
        "key": found.key,
    }


def _spot(spot: Spot) -> dict[str, Any]:
    place = spot.place
    return {
        "document": place.document,
        "line": place.line,
        "path": list(place.path),
        "table": place.table,
        "row": place.row,
        "text": spot.text,
    }


def plain(value: Decimal | None) -> int | float | None:
    """A figure as a number of JSON: whole where it is whole."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def groups(report: Report) -> Iterator[Group]:
    """Findings by document, in the order of the documents; findings of two documents stand with the first."""
    for document in report.documents:
        own = tuple(each for each in report.findings if each.places[0].document == document.slug)
        if own:
            yield Group(document.title or document.slug, own)


def row(report: Report, found: Finding) -> tuple[str, ...]:
    """A finding under `HEADS`."""
    first, second = found.spots
    return (
        SEVERITY_ZH[found.severity],
        BY_ID[found.check].zh,
        found.why_zh,
        where(report, first),
        shown(found.figures[0]),
        where(report, second),
        shown(found.figures[1]),
        _difference(found),
        f"{found.sure:.0%}",
        found.key,
    )


def _difference(found: Finding) -> str:
    if found.difference is None:
        return ""
    unit = found.figures[0].unit
    return f"{number(found.difference)}{'个百分点' if unit == '%' else unit}"


def shown(amount: Amount) -> str:
    """A figure as it reads."""
    return amount.text


def where(report: Report, spot: Spot) -> str:
    """A place in words with its quotation: 《title》第 12 行，表 2 第 3 行：“…”."""
    title = report.title(spot.place.document)
    named = f"《{title}》" if any(each.slug == spot.place.document for each in report.documents) else title
    quoted = f"：“{spot.text}”" if spot.text else ""
    return f"{named}{position(spot.place)}{quoted}"


def position(place: Place) -> str:
    """Line, table and row in words; nothing for a table of the product."""
    if not place.line:
        return ""
    table = "" if place.table is None else f"，表 {place.table}" + ("，" if place.row is not None else "")
    line = "" if place.row is None else f"第 {place.row} 行"
    return f"第 {place.line} 行{table}{line}"


def counts(report: Report) -> dict[str, int]:
    """How many findings there are of each severity, in words."""
    return {
        SEVERITY_ZH[severity]: sum(each.severity == severity for each in report.findings) for severity in SEVERITIES
    }
