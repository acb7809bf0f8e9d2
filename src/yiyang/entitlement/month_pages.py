"""What the pages of months show: lists of runs, of changes, of what is unknown and owed."""

from __future__ import annotations

from functools import cached_property
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import current
from yiyang.areas import logic as areas
from yiyang.catalog.facts import load_facts
from yiyang.engine.facts import Fact
from yiyang.entitlement import months
from yiyang.entitlement.causes import CAUSES
from yiyang.entitlement.models import Arrear, Change, MonthRun, Unknown
from yiyang.entitlement.next_facts import settled_by
from yiyang.kit.listing import Bulk, Column, Filter, Table
from yiyang.kit.parts import Empty, Progress
from yiyang.registry import store
from yiyang.registry.models import Person
from yiyang.registry.person_page import in_words as said_in_words

State = MonthRun.State
RUNNING = (State.ORDERED, State.RUNNING, State.STARTING)
JOBS = {State.ORDERED: "reckon_month", State.RUNNING: "reckon_month", State.STARTING: "start_month"}
BASELINE = "首月承接"
PERIODS = {"month": "每月", "year": "每年", "quarter": "每季", "week": "每周", "once": "一次", "time": "每次"}


def cause_word(cause: str) -> str:
    """A cause in Chinese."""
    return BASELINE if cause == "baseline" else CAUSES.get(cause, (cause, cause))[0]


def names_of(run: MonthRun | None) -> dict[str, str]:
    """Item → Chinese name, as the run's lists call it."""
    items = run.summary.get("items", []) if run else []
    return {item["item"]: item["name_zh"] for item in items}


def fact_name(fact: str) -> str:
    """A fact in Chinese."""
    known = load_facts().facts.get(fact)
    return known.zh if known else fact


def in_words(fact: Fact, value: int) -> str:
    """A stored value as one says it."""
    return said_in_words(fact, value, timezone.localdate())


def hangs_on(unknown: Unknown) -> list[str]:
    """The items that learning the fact may settle for the person, by name: as many as the list counts."""
    folder = months.opened(unknown.run) if unknown.run.list_hash else None
    if folder is None or unknown.person not in folder:
        return []
    cell = int(folder.people.cell[folder.place_of(unknown.person)])
    rules = settled_by(folder, cell, unknown.fact, months.direct_of(unknown.run))
    return list(dict.fromkeys(folder.bound.infos[number].item.name.zh for number in rules))


def with_names(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows that speak of a person, with his name."""
    named = Person.objects.filter(pk=OuterRef("person")).values("name")[:1]
    return rows.annotate(person_name=Subquery(named))


class Runs(Table):
    """Every run in scope, the latest first."""

    name, title, order = "runs", "月度运行", "-id"
    columns = (
        Column("month", "月份", kind="month", is_link=True),
        Column("area_code", "区划", kind="area"),
        Column("purpose", "用途", value=lambda row: BASELINE if row.is_baseline else row.get_purpose_display()),
        Column("state", "状态", kind="state"),
        Column("people", "涉及老人", kind="number", value=lambda row: row.summary.get("people")),
        Column(
            "changes", "变化", kind="number", value=lambda row: row.changes.get("changes", row.changes.get("arrears"))
        ),
        Column("known", "截至所知", kind="day"),
        Column("ordered_by_name", "下达人"),
        Column("ordered_at", "下达时间", kind="when", sort="id"),
        Column("decided_by_name", "启用人", is_hidden=True),
        Column("id", "编号", kind="number", sort="id", is_hidden=True),
    )
    filters = (
        Filter("month", "月份", kind="month"),
        Filter("state", "状态", choices=State.choices),
        Filter("purpose", "用途", choices=MonthRun.Purpose.choices),
    )
    empty = Empty("还没有月度运行", "各部门登记册入库后，下达一次运行，就知道每位老人应享什么待遇。", icon="runs")

    def row_url(self, row: Any) -> str:
        return reverse("entitlement:run", args=[row.pk])


def _town(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    low, high = areas.span(int(value))
    return rows.filter(area_code__gte=low, area_code__lt=high)


class OfPeople(Table):
    """A list of rows that speak of people, of one run or of what is current."""

    def __init__(self, request: HttpRequest, rows: QuerySet[Any], run: MonthRun | None) -> None:
        self.run = run
        super().__init__(request, with_names(rows))

    @cached_property
    def items(self) -> dict[str, str]:
        """Item → name, for columns and filters."""
        return names_of(self.run)

    def towns(self) -> list[tuple[int, str]]:
        """The towns that occur, for a filter."""
        towns = self.base.order_by().values_list(F("area_code") / 1000, flat=True).distinct()[:400]
        codes = sorted(code * 1000 for code in towns if code and code > 0)
        return [(code, areas.name(code)) for code in codes]


AnyList = TypeVar("AnyList", bound=OfPeople)


class Changes(OfPeople):
    """Who began, changed or ended in a run."""

    name, title, order = "changes", "待遇变化", "-id"
    empty = Empty("没有变化", "和上次启用的运行相比，辖区内没有人的待遇有变化。", icon="done")

    @cached_property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        return (
            Column("person_name", "姓名", is_link=True),
            Column("area_code", "办理地", kind="area"),
            Column("item", "项目", value=lambda row: self.items.get(row.item, row.item)),
            Column("kind", "变化", kind="state"),
            Column("cause", "原因", value=lambda row: cause_word(row.cause)),
            Column("fen_before", "原标准（元）", kind="money"),
            Column("fen", "现标准（元）", kind="money"),
            Column("every", "周期", value=lambda row: PERIODS.get(row.every, row.every)),
            Column("id", "编号", kind="number", sort="id", is_hidden=True),
        )

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        causes = [("baseline", BASELINE), *((slug, zh) for slug, (zh, _) in CAUSES.items())]
        return (
            Filter("run", "运行", lookup="run_id", choices=[(run.pk, run_word(run)) for run in runs_to_choose()]),
            Filter("item", "项目", choices=sorted(self.items.items(), key=lambda pair: pair[1])),
            Filter("kind", "变化", choices=Change.Kind.choices),
            Filter("cause", "原因", choices=causes),
            Filter("town", "乡镇（街道）", lookup=_town, choices=self.towns()),
        )

    def row_url(self, row: Any) -> str:
        return reverse("entitlement:person", args=[row.person]) if row.person_name is not None else ""


class Unknowns(OfPeople):
    """What is to be found out, most money first."""

    name, title, order = "unknowns", "待了解的事实", "-year_fen"
    empty = Empty("没有要了解的", "影响待遇的事实都已清楚。", icon="done")
    columns = (
        Column("person_name", "姓名", is_link=True),
        Column("area_code", "居住地", kind="area"),
        Column("fact", "要了解的", value=lambda row: fact_name(row.fact)),
        Column("items", "涉及项目", kind="number"),
        Column("year_fen", "涉及金额（元/年）", kind="money", sort="year_fen"),
        Column("state", "状态", kind="state"),
    )

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        facts = self.base.order_by().values_list("fact", flat=True).distinct()
        return (
            Filter("fact", "要了解的", choices=[(fact, fact_name(fact)) for fact in sorted(facts)]),
            Filter("state", "状态", choices=Unknown.State.choices),
            Filter("town", "乡镇（街道）", lookup=_town, choices=self.towns()),
        )

    def row_url(self, row: Any) -> str:
        return reverse("entitlement:unknown", args=[row.pk])


class Arrears(OfPeople):
    """Back-pay and recovery."""

    name, title, order = "arrears", "补发追回", "-id"
    empty = Empty("没有补发、追回", "对已启用的月份“补算”后，与当时不同的列在这里。", icon="done")

    @cached_property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        return (
            Column("person_name", "姓名", is_link=True),
            Column("area_code", "办理地", kind="area"),
            Column("month", "所属月份", kind="month"),
            Column("item", "项目", value=lambda row: self.items.get(row.item, row.item)),
            Column("kind", "补发/追回", value=lambda row: "补发" if row.fen > 0 else "追回"),
            Column("fen", "金额（元）", kind="money"),
            Column("cause", "原因", value=lambda row: cause_word(row.cause)),
            Column("state", "状态", kind="state"),
            Column("decided_by_name", "处理人", is_hidden=True),
            Column("reason", "说明", is_hidden=True),
            Column("id", "编号", kind="number", sort="id", is_hidden=True),
        )

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        found = self.base.order_by().values_list("month", flat=True).distinct()
        return (
            Filter("state", "状态", choices=Arrear.State.choices),
            Filter("month", "所属月份", choices=[(month, month) for month in sorted(found, reverse=True)]),
            Filter("item", "项目", choices=sorted(self.items.items(), key=lambda pair: pair[1])),
            Filter("town", "乡镇（街道）", lookup=_town, choices=self.towns()),
        )

    def row_url(self, row: Any) -> str:
        return reverse("entitlement:arrear", args=[row.pk])


def run_word(run: MonthRun) -> str:
    """A run in one phrase."""
    again = "（补算）" if run.purpose == MonthRun.Purpose.RECKON_AGAIN else ""
    return f"{run.month} {areas.name(run.area_code)}{again} {run.get_state_display()}"


def runs_to_choose() -> list[MonthRun]:
    """Runs whose changes can be looked at, the latest first."""
    rows = MonthRun.objects.filter(state__in=(State.READY, State.STARTING, State.IN_FORCE))
    return list(rows.filter(purpose=MonthRun.Purpose.MONTH).order_by("-id")[:24])


def changes_table(request: HttpRequest) -> Changes:
    """The list of changes that a request asks for: of the run named, else of the newest in force."""
    wanted = request.GET.get("run", "")
    runs = runs_to_choose()
    run = next((each for each in runs if str(each.pk) == wanted), None)
    if run is not None:
        return _exported(Changes(request, Change.objects.filter(run=run), run))
    newest = months.newest()
    rows = months.current(Change.objects.all(), newest)
    return _exported(Changes(request, rows, newest[0] if newest else None))


def unknowns_table(request: HttpRequest) -> Unknowns:
    """What is to be found out by the newest runs in force."""
    runs = months.newest()
    found = Unknowns(request, months.current(Unknown.objects.all(), runs), runs[0] if runs else None)
    found.bulk = tuple(
        Bulk(word, reverse(url)) for word, url, right, *_ in settings.UNKNOWN_WAYS if current().may(right)
    )
    return _exported(found)


def arrears_table(request: HttpRequest) -> Arrears:
    """Everything that is owed."""
    runs = months.newest()
    return _exported(Arrears(request, Arrear.objects.all(), runs[0] if runs else None))


def _exported(table: AnyList) -> AnyList:
    """With the way to take it out, for whoever may."""
    table.export_url = reverse("registry:order_export") if current().may("person.export") else ""
    return table


def progress_of(run: MonthRun) -> Progress:
    """The bar of the job that a run waits for."""
    done = run.state not in RUNNING
    return Progress(
        "run-progress", reverse("entitlement:run_progress", args=[run.pk]), run.done if not done else run.steps,
        run.steps, "已完成" if done else run.step or "排队中", run.state, run.get_state_display(), done,
        reverse("entitlement:run", args=[run.pk]),
    )  # fmt: skip


def is_stuck(run: MonthRun) -> bool:
    """Whether the job that a run waits for is neither queued nor running: it failed for good."""
    if run.state not in RUNNING:
        return False
    task = f"yiyang.entitlement.tasks.{JOBS[State(run.state)]}"
    return not store.execute(
        "SELECT 1 FROM procrastinate_jobs WHERE task_name = %s AND status IN ('todo', 'doing') "
        "AND (args->>'run')::bigint = %s",
        [task, run.pk],
    )
