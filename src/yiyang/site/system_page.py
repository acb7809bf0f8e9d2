"""How the installation is doing: the doctor's checks, jobs, workers, deliveries. Counts and states, never people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Count, F, Max, Q
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

import yiyang
from yiyang.access.scope import acting, platform
from yiyang.audit import verify
from yiyang.kit.parts import Definition, Figure
from yiyang.kit.wording import size
from yiyang.registry.models import CLERK, Delivery
from yiyang.site.doctor import cli as doctor
from yiyang.site.doctor.finding import OK, WARNING, WRONG, Check, Finding, Place

# Left out on the page: it is the answer to whether the port answers; the owner's connection is not known here.
NOT_HERE = frozenset({"port", "audit"})
KEPT = 60  # seconds that the checks are kept: some start programs
ALIVE = timedelta(minutes=2)
SHOWN = 50
WORDS = {OK: ("ok", "正常"), WARNING: ("waiting", "注意"), WRONG: ("wrong", "错误")}
JOBS = {
    "check_delivery": "检查交付",
    "accept_delivery": "交付入库",
    "take_back_delivery": "撤回交付",
    "tell_contacts": "登记联系人",
    "look_for_doubles": "查找疑似同一人",
    "look_for_doubles_monthly": "每月查找疑似同一人",
    "make_export": "生成导出文件",
    "expire_exports": "清理到期的导出",
    "carry_out_due": "到期的区划变更",
    "anchor": "审计存证",
    "forget_callers": "清理接口调用记录",
    "sweep_files": "清理无主的交付文件",
    "rescue": "接手中断的任务",
    "reckon_month": "月度运行",
    "start_month": "启用月度运行",
    "replay_month": "重放核对月度运行",
    "order_months": "每月下达运行",
    "make_batch": "生成告知批次",
    "forget_codes": "清理验证码",
    "daily": "个案到期与升级",
    "open_routine_assessments": "到期的常规评估",
    "open_immediate_assessments": "情况变化的即时评估",
    "raise_late_assessments": "评估超期督办",
    "send_events": "推送个案进展",
    "make_plan": "编制探访计划",
    "measure_figures": "指标测量",
    "make_publication": "制作公开统计表",
    "measure_month": "每月测量指标",
    "visits_nightly": "每日列出应探访",
    "visits_late": "异常情况超时督办",
    "read_plan": "读取规划文件",
    "check_plans": "核对规划文件",
    "reckon_reach": "可达与选址测算",
}


@dataclass(frozen=True)
class Line:
    """One check as the page shows it."""

    title: str
    slug: str
    word: str
    says: str
    mend: str


@dataclass(frozen=True)
class Job:
    """A job of the queue: what it does, since when it stands so, and how long it runs."""

    pk: int
    title: str
    queue: str
    attempts: int
    since: datetime | None
    minutes: int = 0


def checks() -> list[Line]:
    """The doctor's findings that can be had as the application, and the end of the log; wrong ones first."""
    found: list[Line] | None = cache.get("site.system.checks")
    if found is None:
        with _entered() as place:
            lines = [_line(check, finding) for check, finding in _examined(place)]
        found = sorted([*lines, _chain()], key=lambda line: ("wrong", "waiting", "ok").index(line.slug))
        cache.set("site.system.checks", found, KEPT)
    return found


def _entered() -> psycopg.Connection[Any]:
    # A connection of its own: a check that fails must not undo the request's transaction, and one of them asks what is
    # seen without a scope.
    words = {key: value for key, value in connection.get_connection_params().items() if key in _ADDRESS}
    return psycopg.connect(**words, autocommit=True, connect_timeout=10)


_ADDRESS = ("dbname", "host", "port", "user", "password")


def _examined(entered: psycopg.Connection[Any]) -> list[tuple[Check, Finding]]:
    place = Place(Path(settings.DATA), app=entered)
    return [(check, doctor.run(check, place)) for check in doctor.checks() if check.name not in NOT_HERE]


def _line(check: Check, finding: Finding) -> Line:
    return Line(check.title[0], *WORDS[finding.state], finding.says[0], finding.mend[0])


def _chain() -> Line:
    with acting(platform("system page")):
        verdict = verify.quick()
    if verdict.is_good:
        return Line("审计链", *WORDS[OK], f"末尾 {verdict.lines:,} 行完好，最新一行 {verdict.head[0]:,}", "")
    told = "；".join(fault.zh for fault in verdict.faults[:2])
    return Line("审计链", *WORDS[WRONG], told, "运行 yiyang audit verify，并保全备份")


def figures(lines: list[Line]) -> list[Figure]:
    """What stands on top."""
    bad, notes = (sum(line.slug == slug for line in lines) for slug in ("wrong", "waiting"))
    counts = dict(ProcrastinateJob.objects.values_list("status").annotate(Count("pk")))
    return [
        Figure("安装检查", "有错误" if bad else "正常", "", f"{bad} 项错误，{notes} 项注意，共 {len(lines)} 项"),
        Figure("后台进程", alive(), "个", "两分钟内有心跳"),
        Figure("等待的任务", counts.get("todo", 0), "项", f"进行中 {counts.get('doing', 0)} 项"),
        Figure("失败的任务", counts.get("failed", 0), "项"),
    ]


def alive() -> int:
    """Workers heard of lately."""
    return ProcrastinateWorker.objects.filter(last_heartbeat__gte=_now() - ALIVE).count()


def _now() -> datetime:
    # The database's clock wrote the heartbeats.
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def about() -> list[Definition]:
    """Versions, size and place."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_database_size(current_database())")
        version, octets = cursor.fetchone()
        cursor.execute("SELECT count(*), max(applied) FROM django_migrations")
        migrations, applied = cursor.fetchone()
    return [
        Definition("颐养版本", yiyang.__version__),
        Definition("PostgreSQL", version),
        Definition("数据库大小", size(octets)),
        Definition("数据库变更", f"{migrations} 个"),
        Definition("最近一次变更", applied, kind="when"),
        Definition("数据文件夹", str(settings.DATA)),
    ]


def running() -> list[Job]:
    """Jobs in hand, the longest first."""
    now = _now()
    rows = _told(ProcrastinateJob.objects.filter(status="doing"), "started")
    return [_job(row, round((now - row.since).total_seconds() / 60) if row.since else 0) for row in rows]


def failed() -> list[Job]:
    """Jobs that failed, the latest first."""
    return [_job(row) for row in reversed(_told(ProcrastinateJob.objects.filter(status="failed"), "failed"))]


def _told(rows: Any, event: str) -> list[Any]:
    happened = Max("procrastinateevent__at", filter=Q(procrastinateevent__type=event))
    return list(rows.annotate(since=happened).order_by(F("since").asc(nulls_last=True))[:SHOWN])


def _job(row: Any, minutes: int = 0) -> Job:
    return Job(row.pk, title_of(row.task_name), row.queue_name, row.attempts, row.since, minutes)


def title_of(task: str) -> str:
    """What a job does, in Chinese where it has a word; else the name of its function."""
    name = task.rsplit(".", 1)[-1]
    return JOBS.get(name, name)


def waiting() -> list[tuple[str, int]]:
    """How many jobs wait, by what they do."""
    rows = ProcrastinateJob.objects.filter(status="todo").values_list("task_name").annotate(jobs=Count("pk"))
    return [(title_of(task), jobs) for task, jobs in rows.order_by("-jobs", "task_name")]


def workers() -> list[tuple[int, datetime, str, str]]:
    """Number, last heartbeat, and whether it lives as slug and word."""
    since = _now() - ALIVE
    rows = ProcrastinateWorker.objects.order_by("-last_heartbeat").values_list("pk", "last_heartbeat")[:SHOWN]
    return [(pk, at, *(("ok", "在岗") if at >= since else ("bad", "失联"))) for pk, at in rows]


def deliveries() -> list[tuple[str, str, int]]:
    """State, word and number of all deliveries: a count, so that whoever keeps the system sees work pile up."""
    with acting(platform("system page")):
        found = dict(Delivery.objects.exclude(source=CLERK).order_by().values_list("state").annotate(Count("pk")))
    return [(state.value, str(state.label), found[state]) for state in Delivery.State if state in found]
