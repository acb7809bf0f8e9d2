"""Pages of targets that were read in documents: which documents have any, and those of one, to be confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.areas.names import full_name
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.indicators.policy import AT, GROUPS, document_titles, load_indicators, targets_of, written
from yiyang.indicators.promises import actions
from yiyang.indicators.promises.actions import ENTER
from yiyang.indicators.promises.reading import READ, STATES, Read, of_areas
from yiyang.kit.listing import Column, Table
from yiyang.kit.parts import Empty, Figure
from yiyang.planning import document_page
from yiyang.planning.document_page import Shown
from yiyang.planning.models import PlanFile

TOP = "指标"
LATER = "?"
# So many lines of the text before and after a target.
LINES = 3
OPEN = ("unasked", "unchecked", "unlike")


def files() -> QuerySet[PlanFile]:
    """The current documents with targets that the scope may read."""
    return _readable().filter(counts__indicator__gt=0)


def _readable() -> QuerySet[PlanFile]:
    found: QuerySet[PlanFile] = PlanFile.objects.filter(
        current().where(READ).q("area_code"), is_current=True, state=PlanFile.State.READ
    )
    return found


class Documents(Table):
    """Documents that state targets."""

    name, title, order = "promises", "文件目标", "-id"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("title", "文件", is_link=True, sort="title", value=lambda row: row.title or row.name),
        Column("area_code", "区划", kind="area", sort="area_code"),
        Column("targets", "目标", kind="number", value=lambda row: row.targets),
        Column("open", "未核对", kind="number", value=lambda row: row.open),
        Column("given_at", "载入时间", kind="when", sort="given_at"),
        Column("id", "编号", kind="number", sort="id", is_hidden=True),
    )
    empty = Empty("载入的文件里没有指标表", "在“规划与项目”载入规划原文，读出的目标列在这里核对。", icon="file")

    @cached_property
    def body(self) -> list[Any]:
        """As ever, with how many targets each document of the page has and how many of them are open."""
        rows = of_areas({row.area_code for row in self.page.rows})
        for file in self.page.rows:
            mine = [each for each in rows if each.read.file == file.pk]
            file.targets, file.open = len(mine), sum(each.state in OPEN for each in mine)
        return super().body

    def row_url(self, row: Any) -> str:
        """Its targets."""
        return reverse("indicators:promise", args=[row.pk])


def _crumbs(*way: tuple[str, str]) -> list[tuple[str, str]]:
    here = reverse("indicators:promises") if way else ""
    return [(TOP, reverse("indicators:board")), ("文件目标", here), *way]


@page(READ)
def documents(request: HttpRequest) -> HttpResponse:
    """The documents that state targets."""
    table = Documents(request, files())
    record("search", what="indicators:promises")
    context = {
        "table": table, "title": "文件目标", "crumbs": _crumbs(),
        "lead": "从载入的规划里读得的目标，对应到指标、核对无误后，与实测的数并列。",
    }  # fmt: skip
    return render(request, "indicators/promises.html", context)


def document_url(read: Read) -> str:
    """The page on which a target is confirmed."""
    return reverse("indicators:promise", args=[read.read.file])


@page(READ)
def document(request: HttpRequest, key: int) -> HttpResponse:
    """The targets of one document, beside what policy keeps."""
    file, rows = _targets(key)
    # What waits for somebody stands first.
    rows.sort(key=lambda each: each.state not in OPEN)
    may = current().may(ENTER, file.area_code)
    record("read", what=f"promises:{file.pk}", area=file.area_code)
    held = next((each.held for each in rows if each.held), "")
    context = {
        "title": "核对文件目标", "file": file, "may": may, "held": document_titles().get(held, ""),
        "lead": f"{full_name(file.area_code)}，{file.title or file.name}",
        "crumbs": _crumbs((file.title or file.name, "")), "figures": _figures(rows), "groups": _groups(),
        "rows": [_asked(file, field, each) for field, each in _named(rows)], "later": LATER,
    }  # fmt: skip
    return render(request, "indicators/promise.html", context)


def _named(rows: list[Read]) -> Iterator[tuple[str, Read]]:
    """The name of each row's field, and the row. Rows are known by their keys: the document may be read meanwhile."""
    return ((f"i-{each.read.key}", each) for each in rows)


def _targets(key: int) -> tuple[PlanFile, list[Read]]:
    file: PlanFile = get_object_or_404(_readable(), pk=key)
    return file, [each for each in of_areas([file.area_code]) if each.read.file == file.pk]


@page(ENTER)
@require_POST
def confirm(request: HttpRequest, key: int) -> HttpResponse:
    """Say which indicators are meant, and that the targets were read right."""
    file, rows = _targets(key)
    current().require(ENTER, file.area_code)
    chosen = {each.read: request.POST.get(field, LATER) for field, each in _named(rows)}
    wanted = {row: indicator for row, indicator in chosen.items() if indicator != LATER}
    try:
        count = actions.confirm(by=current(), rows=wanted)
    except YiyangError as error:
        messages.error(request, error.zh)
    else:
        messages.success(request, f"已核对 {count} 个目标，名称的对应以后照此。")
    return redirect("indicators:promise", file.pk)


@dataclass(frozen=True)
class Asked:
    """One row of the page: what the document says, what policy keeps, and what may be chosen."""

    field: str
    read: Read
    target: str
    kept: str
    look: tuple[str, str]
    chosen: str
    nearest: list[tuple[str, str]]
    around: list[Shown]


def _asked(file: PlanFile, field: str, each: Read) -> Asked:
    known = load_indicators()
    indicator = known.get(each.indicator)
    year = f"{each.read.year}年 " if each.read.year else "年份未读出 "
    target = f"{year}{AT[each.at]}{each.read.target:f} {each.read.unit}"
    kept = ""
    if indicator is not None:
        own = [goal for goal in targets_of(indicator, each.area) if goal.source.document == each.held]
        kept = "、".join(f"{goal.year}年 {AT[goal.at]}{written(indicator, goal.value)}{indicator.unit}" for goal in own)
    is_doubtful = each.read.is_doubted or not each.read.year
    chosen = {"confirmed": each.indicator, "strange": "", "unchecked": each.indicator, "unlike": each.indicator}
    first = LATER if is_doubtful and each.state != "confirmed" else chosen.get(each.state, LATER)
    nearest = [(key, f"{known[key].name.zh}（{known[key].unit}）") for key in each.match.nearest if key in known]
    if indicator is not None and each.indicator not in each.match.nearest:
        nearest.insert(0, (indicator.id, f"{indicator.name.zh}（{indicator.unit}）"))
    around = document_page.around(file, each.read.line, LINES) if each.state in OPEN else []
    return Asked(field, each, target, kept, STATES[each.state], first, nearest, around)


def _groups() -> list[tuple[str, list[tuple[str, str]]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for each in load_indicators().values():
        found.setdefault(GROUPS[each.group], []).append((each.id, f"{each.name.zh}（{each.unit}）"))
    return list(found.items())


def _figures(rows: list[Read]) -> list[Figure]:
    open_ones = sum(each.state in OPEN for each in rows)
    return [
        Figure("读得目标", len(rows), "个"),
        Figure("未核对", open_ones, "个"),
        Figure("平台已收录", sum(each.state == "held" for each in rows), "个"),
    ]
