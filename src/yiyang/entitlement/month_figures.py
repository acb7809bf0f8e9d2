"""What a month's run changed, counted: item by item, area by area, and what is to be found out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from yiyang.areas import logic as areas
from yiyang.entitlement.models import Change, MonthRun, Unknown
from yiyang.entitlement.month_pages import cause_word, fact_name, names_of


@dataclass(frozen=True)
class ItemLine:
    """One item's changes in a run, within the scope."""

    item: str
    name: str
    new: int
    changed: int
    ended: int
    open: int
    fen: int
    causes: str


def changes_by_item(run: MonthRun) -> list[ItemLine]:
    """What changed, item by item: how many of each kind, and the causes, the most frequent first."""
    rows = Change.objects.filter(run=run).order_by().values("item", "kind", "cause")
    counted = list(rows.annotate(n=Count("pk"), more=Sum(F("fen") - F("fen_before"))))
    names = names_of(run)
    return [_item_line(item, names.get(item, item), counted) for item in sorted({row["item"] for row in counted})]


def _item_line(item: str, name: str, counted: Iterable[dict[str, Any]]) -> ItemLine:
    mine = [row for row in counted if row["item"] == item]
    kinds = {kind: sum(row["n"] for row in mine if row["kind"] == kind) for kind in Change.Kind.values}
    causes: dict[str, int] = {}
    for row in mine:
        causes[row["cause"]] = causes.get(row["cause"], 0) + row["n"]
    told = sorted(causes.items(), key=lambda pair: -pair[1])[:4]
    words = "、".join(f"{cause_word(cause)} {number:,}" for cause, number in told)
    return ItemLine(item, name, **kinds, fen=sum(row["more"] or 0 for row in mine), causes=words)


@dataclass(frozen=True)
class AreaLine:
    """One area's changes in a run."""

    code: int
    name: str
    new: int
    changed: int
    ended: int
    open: int


def changes_by_area(run: MonthRun) -> list[AreaLine]:
    """What changed, by the areas one level below the run's."""
    size = 10**6 if areas.level(run.area_code) in ("city", "province") else 10**3
    rows = Change.objects.filter(run=run).order_by().annotate(unit=F("area_code") / size).values("unit")
    kinds = {kind: Count("pk", filter=Q(kind=kind)) for kind in Change.Kind.values}
    return [
        AreaLine(row["unit"] * size, areas.name(row["unit"] * size) if row["unit"] > 0 else "未落区划",
                 row["new"], row["changed"], row["ended"], row["open"])
        for row in rows.annotate(**kinds).order_by("unit")
    ]  # fmt: skip


def unknown_by_fact(rows: QuerySet[Unknown]) -> list[tuple[str, str, int, int]]:
    """(fact, name, people, fen a year) of what is to be found out, most money first."""
    found = rows.order_by().values("fact").annotate(n=Count("pk"), fen=Sum("year_fen")).order_by("-fen", "-n")
    return [(row["fact"], fact_name(row["fact"]), row["n"], row["fen"] or 0) for row in found]
