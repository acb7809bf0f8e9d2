"""What the pages on deliveries show: registers by month, the preview in words, what taking back would do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.catalog.facts import load_facts
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Empty, Progress
from yiyang.registry import store
from yiyang.registry.actions import JOBS, series
from yiyang.registry.contracts import Contract, delivered, load_contracts
from yiyang.registry.merging import elevated
from yiyang.registry.models import CLERK, Delivery, Person, QuarantineLine
from yiyang.registry.person_page import in_words

State = Delivery.State
RUNNING = tuple(JOBS)
# Months between two deliveries of a rhythm, and days after a month's end until a delivery counts as overdue.
RHYTHM = {"monthly": 1, "quarterly": 3, "yearly": 12}
RHYTHM_WORDS = {"monthly": "每月", "quarterly": "每季", "yearly": "每年"}
GRACE = 10
MONTHS_SHOWN = 6


def register_name(register: str) -> str:
    """The register in Chinese."""
    contract = load_contracts().get(register)
    return contract.name.zh if contract else register


def registers_for(scope: Scope) -> dict[str, Contract]:
    """The registers whose deliveries somebody may see or make."""
    return {n: c for n, c in delivered(load_contracts()).items() if scope.registers is None or n in scope.registers}


class Deliveries(Table):
    """All deliveries in scope."""

    name, title, order = "deliveries", "数据交付", "-id"
    columns = (
        Column("register", "登记册", value=lambda row: register_name(row.register), is_link=True),
        Column("month", "月份", kind="month"),
        Column("area_code", "区划", kind="area"),
        Column("state", "状态", kind="state"),
        Column("rows", "行数", kind="number", value=lambda row: row.counts.get("delivered")),
        Column("quarantined", "待核", kind="number", value=lambda row: row.counts.get("quarantined")),
        Column("delivered_by_name", "交付人"),
        Column("delivered_at", "交付时间", kind="when", sort="id"),
        Column("decided_by_name", "确认人", is_hidden=True),
        Column("file_name", "文件名", is_hidden=True),
        Column("size", "大小", kind="size", is_hidden=True),
        Column("id", "编号", kind="number", sort="id", is_hidden=True),
    )
    filters = (
        Filter("register", "登记册", choices=tuple((n, c.name.zh) for n, c in delivered(load_contracts()).items())),
        Filter("month", "月份", kind="month"),
        Filter("state", "状态", choices=State.choices),
    )
    empty = Empty("还没有交付", "部门交付登记册后列在这里。", icon="deliveries")

    def row_url(self, row: Any) -> str:
        return reverse("registry:delivery", args=[row.pk])


class Lines(Table):
    """Faults of the rows of one delivery."""

    name, title, order = "quarantine", "待核数据", "source_row"
    columns = (
        Column("source_row", "行号", kind="number", sort="source_row", is_fixed=True),
        Column("field", "栏目"),
        Column("value", "内容"),
        Column("reason", "原因"),
        Column("remedy", "处理办法"),
    )
    filters = (Filter("reason", "原因"), Filter("field", "栏目"))
    empty = Empty("没有待核的行", "每一行都能使用。", icon="done")

    def __init__(self, request: Any, rows: QuerySet[QuarantineLine], reasons: Iterable[str]) -> None:
        self.filters = (  # type: ignore[misc]
            Filter("reason", "原因", choices=[(reason, reason) for reason in reasons]),
            Filter("field", "栏目"),
        )
        super().__init__(request, rows)


@dataclass(frozen=True)
class Cell:
    """One register in one month. `state`: of the newest delivery, or waiting, overdue, or nothing expected ('')."""

    state: str
    word: str
    url: str
    areas: int = 1


@dataclass(frozen=True)
class Line:
    """One register over the months shown."""

    name: str
    rhythm: str
    cells: list[Cell]


def months_shown(today: date) -> list[str]:
    """The month of a day and those before it, the latest first."""
    first = today.year * 12 + today.month - 1
    return [f"{m // 12}-{m % 12 + 1:02d}" for m in range(first, first - MONTHS_SHOWN, -1)]


def matrix(scope: Scope, today: date) -> tuple[list[str], list[Line]]:
    """Months, and a line for each register."""
    months = months_shown(today)
    rows = Delivery.objects.exclude(source=CLERK).filter(month__in=months).order_by("id")
    newest: dict[tuple[str, str], Delivery] = {}
    areas: dict[tuple[str, str], set[int]] = {}
    for row in rows.only("id", "register", "month", "state", "area_code"):
        key = (row.register, row.month)
        if key not in newest or row.state not in (State.FAILED, State.REFUSED, State.TAKEN_BACK):
            newest[key] = row
        areas.setdefault(key, set()).add(row.area_code)
    lines = []
    for name, contract in registers_for(scope).items():
        first = min((m for r, m in newest if r == name), default=months[0])
        found = [(m, newest.get((name, m)), len(areas.get((name, m), ()))) for m in months]
        cells = [_cell(row, contract, m, first, today, count) for m, row, count in found]
        lines.append(Line(contract.name.zh, RHYTHM_WORDS[contract.rhythm], cells))
    return months, lines


def _cell(found: Delivery | None, contract: Contract, month: str, first: str, today: date, areas: int) -> Cell:
    if found is not None:
        url = reverse("registry:delivery", args=[found.pk])
        if areas > 1:
            url = f"{reverse('registry:deliveries')}?register={found.register}&month={month}"
        return Cell(found.state, found.get_state_display(), url, areas)
    months = (int(month[:4]) - int(first[:4])) * 12 + int(month[5:]) - int(first[5:])
    if months < 0 or months % RHYTHM[contract.rhythm]:
        return Cell("", "", "")
    url = f"{reverse('registry:deliver')}?month={month}&register={contract.register_}"
    due = date.fromisoformat(f"{month}-01") + timedelta(days=31 + GRACE)
    late = today > due
    return Cell("overdue" if late else "waiting", "逾期未交" if late else "待交付", url)


def progress_of(delivery: Delivery) -> Progress:
    """The bar of the job that a delivery waits for."""
    url = reverse("registry:delivery_progress", args=[delivery.pk])
    here = reverse("registry:delivery", args=[delivery.pk])
    done = delivery.state not in RUNNING
    text = delivery.step if not done else "已完成"
    return Progress(
        "delivery-progress", url, delivery.done if not done else delivery.steps, delivery.steps,
        text or "排队中", delivery.state, delivery.get_state_display(), done, here,
    )  # fmt: skip


def is_stuck(delivery: Delivery) -> bool:
    """Whether the job that a delivery waits for is neither queued nor running: it failed for good."""
    if delivery.state not in RUNNING:
        return False
    task = f"yiyang.registry.tasks.{JOBS[State(delivery.state)]}"
    return not store.execute(
        "SELECT 1 FROM procrastinate_jobs WHERE task_name = %s AND status IN ('todo', 'doing') "
        "AND (args->>'delivery')::bigint = %s",
        [task, delivery.pk],
    )


def counted(delivery: Delivery) -> list[tuple[str, int, str]]:
    """Word, number and explanation of what the check counted."""
    counts = delivery.counts
    words = (
        ("delivered", "交付行数", "文件中的数据行"),
        ("kept", "可用", "检查通过、逐行保存的"),
        ("merged", "重复", "与同一人的前一行完全相同"),
        ("quarantined", "待核", "有差错，须部门改正"),
        ("new", "新增", "上次没有的内容"),
        ("unchanged", "不变", "与上次相同"),
        ("closed", "消失", "上次有、这次没有"),
    )
    return [(word, counts[name], says) for name, word, says in words if name in counts]


def linked(delivery: Delivery) -> list[tuple[str, int]]:
    """What became of the rows without a usable id number; nothing if there were none."""
    words = (
        ("decided", "按以前的判定关联"),
        ("automatic", "自动关联"),
        ("judge", "待人工判定"),
        ("different", "找不到对应的人"),
    )
    found = [(word, delivery.counts.get(name, 0)) for name, word in words]
    return found if any(number for _, number in found) else []


def changes(delivery: Delivery, scope: Scope, today: date) -> dict[str, Any]:
    """Facts that would change: how many people by fact; some of them by name for those who may see people."""
    facts = {fact.column: fact for fact in load_facts().facts.values()}
    counts = delivery.preview.get("facts", {})
    by_fact = [(facts[c].zh if c in facts else c, n) for c, n in sorted(counts.items(), key=lambda item: -item[1])]
    sample = delivery.preview.get("sample", []) if scope.may("person.read") else []
    people = Person.objects.in_bulk({row["person"] for row in sample})
    shown = []
    for row in (row for row in sample if row["person"] in people and row["fact"] in facts):
        fact = facts[row["fact"]]
        said = (in_words(fact, row[when], today) for when in ("before", "after"))
        shown.append((people[row["person"]], fact.zh, *said))
    return {"by_fact": by_fact, "sample": shown, "hidden": bool(counts) and not sample}


def beside(delivery: Delivery) -> list[int]:
    """Areas within or around this one for which the same register was accepted too: series of their own."""
    rows = Delivery.objects.filter(register=delivery.register, state=State.ACCEPTED)
    return sorted(rows.exclude(area_code=delivery.area_code).values_list("area_code", flat=True).distinct().order_by())


def may_take_back(delivery: Delivery) -> bool:
    """Whether nothing later stands on it."""
    later = series(delivery).filter(order__gt=delivery.order or 0, state__in=(State.ACCEPTED, State.TAKING_BACK))
    return delivery.state == State.ACCEPTED and delivery.source != CLERK and not later.exists()


def undoing(delivery: Delivery, scope: Scope) -> dict[str, int]:
    """What taking a delivery back would do: statements no longer believed, believed again, and people concerned."""
    from django.db import connection

    with elevated(scope), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE opened_id = %(id)s AND known_to = 99991231), "
            "count(*) FILTER (WHERE closed_id = %(id)s AND opened_id <> %(id)s), count(DISTINCT person) "
            "FROM registry_statement WHERE opened_id = %(id)s OR closed_id = %(id)s",
            {"id": delivery.pk},
        )
        ended, again, people = cursor.fetchone() or (0, 0, 0)
    return {"ended": ended, "again": again, "people": people}


def today() -> date:
    """The day here."""
    return timezone.localdate()
