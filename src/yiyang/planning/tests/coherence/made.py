"""Small plans for the tests: made-up towns' texts, projects and indicators, as records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from yiyang.planning.coherence import Finding, check
from yiyang.planning.records import (
    Block,
    Bound,
    Cell,
    Document,
    Indicator,
    Place,
    Project,
    ProjectKind,
    Row,
    Table,
    Task,
    Total,
    TotalLevel,
)

CITY, DAZHU, XUANHAN, QUXIAN, KAIJIANG = 511700000000, 511724000000, 511722000000, 511725000000, 511723000000
WAN = 1_000_000
NAMES = {DAZHU: "大竹县", XUANHAN: "宣汉县", QUXIAN: "渠县", KAIJIANG: "开江县", CITY: "市本级"}


def plan(
    *lines: str,
    path: tuple[str, ...] = (),
    projects: Sequence[Project] = (),
    totals: Sequence[Total] = (),
    indicators: Sequence[Indicator] = (),
    tasks: Sequence[Task] = (),
    slug: str = "plan",
    area: int | None = CITY,
) -> Document:
    """A plan of some lines of text and records."""
    blocks = tuple(Block("paragraph", 0, text, Place(slug, at, path)) for at, text in enumerate(lines, 1))
    return Document(
        slug, "试编规划", area, date(2024, 1, 1), tuple(lines), blocks, (), tuple(projects), tuple(totals),
        tuple(indicators), tuple(tasks),
    )  # fmt: skip


def box(*items: str, caption: str = "专栏1", slug: str = "plan") -> Table:
    """A box whose items are rows of one cell."""
    rows = tuple(Row((Cell(text, Place(slug, 100 + at, (), 1, at)),)) for at, text in enumerate(items, 1))
    return Table(1, caption, "boxes", (), rows, Place(slug, 99, (), 1))


def project(
    number: int = 1,
    name: str = "照护楼项目",
    *,
    county: int = DAZHU,
    kind: ProjectKind = "elderly",
    places: int | None = 200,
    wan: int = 3200,
    central_wan: int | None = None,
    year: int = 2024,
    to_year: int | None = None,
    section: int | None = None,
    place: str = "",
    description: str = "",
    unit: str = "",
    slug: str = "plan",
) -> Project:
    """One project, money in 万元."""
    return Project(
        number, name, "新建", year, to_year or year, place or NAMES[county], county, NAMES[county], description, kind,
        places, wan * WAN, None if central_wan is None else central_wan * WAN, unit or f"{NAMES[county]}人民政府",
        section,
        Place(slug, 200 + number, ("项目清单",), 3, number),
    )  # fmt: skip


def total(
    level: TotalLevel = "all",
    *,
    county: int | None = None,
    year: int | None = None,
    kind: ProjectKind = "elderly",
    count: int | None = None,
    wan: int | None = None,
    step_wan: int = 1,
    places: int | None = None,
    central_wan: int | None = None,
) -> Total:
    """A total or subtotal, money in 万元."""
    return Total(
        level, kind, year, county, NAMES.get(county or 0, ""), count, None if wan is None else wan * WAN,
        step_wan * WAN, None if central_wan is None else central_wan * WAN, places, "合计",
        Place("plan", 190, ("项目清单",), 3, 1),
    )  # fmt: skip


def indicator(
    name: str,
    target: str | None,
    unit: str = "%",
    *,
    base: str | None = None,
    year: int | None = 2025,
    bound: Bound = "ge",
    number: int = 1,
    slug: str = "plan",
) -> Indicator:
    """One promised figure."""
    value = None if target is None else Decimal(target)
    start = None if base is None else Decimal(base)
    return Indicator(
        number, name, unit, start, 2020, value, bound, year, None, Place(slug, 80 + number, ("指标",), 2, number)
    )


def found(*documents: Document, only: str = "", hints: bool = False, **options: Any) -> list[Finding]:
    """What the checks find in some plans; those of one check alone if it is named."""
    report = check(documents, **options)
    return [each for each in report.findings if (hints or not each.is_hint) and only in ("", each.check)]


def kinds(*documents: Document, **options: Any) -> list[tuple[str, str]]:
    """Check and kind of everything found."""
    return [(each.check, each.kind) for each in found(*documents, **options)]


def boxed(document: Document, *items: str) -> Document:
    """The plan with a box."""
    return replace(document, tables=(*document.tables, box(*items, slug=document.slug)))
