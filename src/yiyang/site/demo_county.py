"""The demo county: a synthetic 大竹县 delivered register by register, as its departments would deliver it."""

from __future__ import annotations

import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from yiyang.access.scope import Scope, platform
from yiyang.accounts import demo as demo_accounts
from yiyang.accounts.models import User
from yiyang.assessment import demo as demo_assessments
from yiyang.audit.record import work
from yiyang.base.errors import DeliveryError, UsageError
from yiyang.base.screen import progress, say, show_table, t
from yiyang.entitlement import month_actions
from yiyang.entitlement import tasks as month_tasks
from yiyang.entitlement.models import MonthRun
from yiyang.indicators import demo as demo_indicators
from yiyang.indicators import demo_published
from yiyang.planning import demo as demo_plans
from yiyang.portal import demo as demo_citizens
from yiyang.reach import demo as demo_reach
from yiyang.registry import accepting, actions, tasks
from yiyang.registry.contracts import BASE, Contracts, load_contracts
from yiyang.registry.models import Delivery
from yiyang.synthetic.cli import make_into
from yiyang.visits import demo as demo_visits

AREA = 511724000000
MONTHS = ("2026-10", "2026-11")


def is_empty() -> bool:
    """Whether nobody has an account and nothing was delivered."""
    with work(platform("demo")):
        return not User.objects.exists() and not Delivery.objects.exists()


def load(elders: int | None) -> None:
    """Make the county, open the demo accounts and deliver the first month; the second lies ready to be delivered."""
    folder = Path(settings.DATA) / "demo"
    began = time.monotonic()
    make_into(folder, area=str(AREA)[:6], seed=1, elders=elders, months=",".join(MONTHS), unidentified=0.002)
    demo_accounts.make_demo_accounts(AREA)
    contracts = load_contracts()
    files = month_files(folder / MONTHS[0], contracts)
    with progress("载入演示县", "load the demo county", total=len(files) + 2) as bar:
        for register, file in files:
            bar.step(contracts[register].name.zh, contracts[register].name.en)
            _deliver(register, file, MONTHS[0])
        with work(platform("演示数据")), tempfile.TemporaryDirectory() as scratch:
            accepting.resolve_everybody(Path(scratch), lambda step: bar.step(step, step))
    _first_month()
    demo_citizens.make()
    _away_from_the_desk()
    say(
        f"演示县已载入，用时 {time.monotonic() - began:.0f} 秒。"
        f"第二个月的登记册在 {folder / MONTHS[1]}，可在“数据交付”页交付。",
        f"Demo county loaded in {time.monotonic() - began:.0f} s; the second month lies in {folder / MONTHS[1]}.",
    )


def _first_month() -> None:
    """The first month reckoned and put in force, so that there are cases to work off from the first click."""
    by = platform("演示数据")
    with work(by):
        run = month_actions.order(by=by, area=AREA, month=MONTHS[0])
    _work_off(by, run, MonthRun.State.READY, month_tasks.reckon_month, "为每位老人判定应享待遇", "answering everybody")
    with work(by):
        month_actions.start(by=by, run=run, reason="演示数据")
    _work_off(by, run, MonthRun.State.IN_FORCE, month_tasks.start_month, "生成首月个案", "opening the first cases")


def _away_from_the_desk() -> None:
    """Visitors and two months of visits; agencies and assessments in all states."""
    with progress("生成探访与评估", "making visits and assessments", total=2) as bar:
        bar.step("探访员、计划、记录、异常情况", "visitors, plans, reports, findings")
        demo_visits.make(AREA)
        bar.step("评估机构、评估员、申请与结果", "agencies, assessors, requests and results")
        demo_assessments.make(AREA)
    with progress("测量指标", "measuring figures", total=2) as bar:
        bar.step("各月实测，文件所载的填报", "measured months, figures that documents state")
        demo_indicators.make(AREA, MONTHS[0])
        bar.step("公开的指标和统计表", "figures and tables for the public")
        demo_published.make(AREA, MONTHS[0])
    with progress("登记项目与任务", "entering projects and tasks", total=1) as bar:
        bar.step("各规划文件的项目、任务", "projects and tasks of the documents")
        demo_plans.make(AREA, timezone.localdate())
    with progress("测算服务圈与选址", "reckoning the care circle", total=1) as bar:
        bar.step("大竹县的服务圈、日间照料中心选址", "the county's circle, sites of day-care centres")
        demo_reach.make(AREA)


def _work_off(by: Scope, run: MonthRun, state: str, job: Any, zh: str, en: str) -> None:
    """Do at once what a worker would do; its own turn then finds it done."""
    with progress(zh, en, total=1) as bar:
        bar.step(zh, en)
        job.func(run=run.pk, user=None, request="demo")
    with work(by):
        run.refresh_from_db()
    if run.state != state:
        raise UsageError(f"{run.month} 的月度运行未能完成。", f"The run of {run.month} failed.", run.problems)


def month_files(folder: Path, contracts: Contracts) -> list[tuple[str, Path]]:
    """(register, file) of a month's folder, the register of people first."""
    by_stem = {path.stem: path for path in folder.iterdir() if path.name != "delivery.json"}
    names = [BASE, *(name for name in contracts if name != BASE)]
    return [(name, by_stem[contracts[name].file]) for name in names if contracts[name].file in by_stem]


def _deliver(register: str, file: Path, month: str) -> None:
    """One register, all the way in, under the platform's own name."""
    by: Scope = platform("演示数据")
    with work(by), file.open("rb") as given:
        delivery = actions.receive(
            by=by,
            register=register,
            month=month,
            area=AREA,
            known=date.fromisoformat(f"{month}-05"),
            file_name=file.name,
            blocks=iter(lambda: given.read(1 << 20), b""),
            source="command",
            is_synthetic=True,
        )
    tasks.check_delivery.func(delivery=delivery.pk, user=None, request="demo")
    with work(by):
        delivery.refresh_from_db()
        if delivery.state == Delivery.State.FAILED:
            raise DeliveryError(f"{file.name} 未能载入。", f"{file.name} was not loaded.", delivery.problems)
        actions.accept(by=by, delivery=delivery, reason="演示数据")
    # All registers of the month go in before anybody is resolved: once instead of seventeen times.
    tasks.bring_in(by, delivery, resolve=False)
    # At once, not by the worker afterwards: whom a visitor may telephone is asked before there is a worker.
    tasks.tell_contacts.func(delivery=delivery.pk, user=None, request="demo")


def show_accounts() -> None:
    """The demo accounts by role, if this is a demo."""
    rows = demo_accounts.shown()
    if rows:
        heads = (t("角色", "role"), t("区划", "area"), t("用户名", "user"), t("密码", "password"))
        show_table(t("演示账户", "Demo accounts"), [(head, "left") for head in heads], rows)
    if citizens := demo_citizens.shown():
        heads = (t("群众", "citizen"), t("姓名", "name"), t("身份证号码", "id number"), t("手机", "telephone"))
        title = t("演示群众（虚构，在 /portal/ 登录，验证码显示在页面上）", "Demo citizens, for /portal/")
        show_table(title, [(head, "left") for head in heads], citizens)
