"""The only code that writes questions: ordered, stopped, asked again, set aside; a site made a project."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from yiyang.access.scope import Scope, acting, platform
from yiyang.areas.logic import level
from yiyang.areas.names import full_name, name
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.base.paths import policy_dir
from yiyang.forecast import projections
from yiyang.planning import project_actions
from yiyang.planning.models import Money, Project
from yiyang.planning.project_actions import NewProject
from yiyang.reach import files, standing
from yiyang.reach.files import USE
from yiyang.reach.models import Reckoning, Site
from yiyang.reach.policy import FILE, load_reach

State, What = Reckoning.State, Reckoning.What
UNDER_WAY = (State.ORDERED, State.RUNNING)
KEPT = (*UNDER_WAY, State.READY)
SECONDS = (5, 600)
LEVELS = ("city", "county", "town")
YEARS = 15
KEEPS = ("keep", "under_way", "question", "leave")


@dataclass(frozen=True)
class Asked:
    """A question of siting.

    Attributes:
        kind: of facilities; count: how many in all; budget: in yuan; by_year: money of each year, in yuan.
        group: whose cover counts; size: which of the kind's sizes, from 0.
        urban, rural: minutes instead of the standard's.
        keeps: the plan's projects: keep, under_way (those begun, the rest is questioned), question, leave.
        seconds: how long the search may take.
        first_year, years: over which years; with neither number nor money of each year the plan's own money is spent.
        grows: over years, whether the need follows the forecast.
    """

    kind: str
    count: int | None = None
    budget: int | None = None
    by_year: tuple[int, ...] = ()
    group: str = "elders"
    size: int = 0
    urban: int | None = None
    rural: int | None = None
    keeps: str = "leave"
    seconds: int = 60
    first_year: int = 0
    years: int = 0
    grows: bool = True
    more: Mapping[str, Any] = field(default_factory=dict)


def order_circle(*, by: Scope, area_code: int, kind: str = "") -> tuple[Reckoning, bool]:
    """Order an area's circle, of one kind of facility or of all. Returns it, and whether it is new.

    The same question about the same data is not reckoned again. Raises UsageError, PermissionDenied.
    """
    if kind:
        load_reach().kind(kind)
    return _order(by, area_code, What.CIRCLE, kind, {}, f"{name(area_code)}养老服务圈")


def order_siting(*, by: Scope, area_code: int, asked: Asked) -> tuple[Reckoning, bool]:
    """Order where to build. Returns it, and whether it is new.

    Raises:
        UsageError: neither count nor money, or too little; a wrong group, size, year or time. PermissionDenied.
    """
    policy = load_reach()
    slug, kind = policy.kind(asked.kind)
    _refuse(asked, len(kind.sizes), tuple(policy.groups))
    if asked.budget is not None:
        kind.refuse_too_little(asked.budget)
    if asked.by_year and asked.keeps == "leave":
        kind.refuse_too_little(sum(asked.by_year))
    years = asked.years or len(asked.by_year)
    what = What.PHASED if years else What.SITING
    question = asdict(asked) | {"kind": slug, "by_year": list(asked.by_year), "years": years}
    question["first_year"] = (asked.first_year or timezone.localdate().year + 1) if years else 0
    question.pop("more")
    amount = _amount(question)
    return _order(by, area_code, what, slug, question, f"{name(area_code)}{kind.zh} {amount}")


def _amount(question: Mapping[str, Any]) -> str:
    """How much is asked for, so that two questions about one area can be told apart by their titles."""
    first, years = question["first_year"], question["years"]
    if years:
        return f"{first}—{first + years - 1}年" if years > 1 else f"{first}年"
    count = f"{question['count']} 处" if question["count"] else ""
    money = f"{question['budget'] // 10_000:,} 万元" if question["budget"] else ""
    return f"最多 {count}、{money}" if count and money else count or money


def _refuse(asked: Asked, sizes: int, groups: tuple[str, ...]) -> None:
    problems = []
    if not asked.count and not asked.budget and not asked.by_year and not asked.years:
        problems.append(("请填写建多少处，或多少预算，或几年", "say how many, for how much, or for how many years"))
    if asked.years and not asked.by_year and asked.keeps == "leave":
        problems.append(("不计规划项目时，请填写各年预算", "without the plan's projects say how much each year has"))
    if asked.years and asked.by_year and asked.years != len(asked.by_year):
        problems.append(("年数与各年预算的个数不一致", "the number of years is not that of the budgets"))
    if asked.group not in groups:
        problems.append(("没有这类人群", "there is no such group"))
    if not 0 <= asked.size < sizes:
        problems.append(("没有这种规模", "there is no such size"))
    if max(len(asked.by_year), asked.years) > YEARS:
        problems.append((f"最多 {YEARS} 年", f"at most {YEARS} years"))
    if not SECONDS[0] <= asked.seconds <= SECONDS[1]:
        problems.append((f"时限在 {SECONDS[0]} 到 {SECONDS[1]} 秒之间", f"{SECONDS[0]} to {SECONDS[1]} seconds"))
    if asked.keeps not in KEEPS:
        problems.append(("规划项目只能保留、只保留在建、质疑或不计", "keeps is keep, under_way, question or leave"))
    if problems:
        raise UsageError("测算要求有误：", "The question is not right:", problems)


def _order(
    by: Scope, area_code: int, what: str, kind: str, question: dict[str, Any], title: str
) -> tuple[Reckoning, bool]:  # fmt: skip
    by.require(USE, area_code)
    if level(area_code) not in LEVELS:
        raise UsageError("请选择市、县或乡镇。", "Choose a city, a county or a town.")
    with acting(by), transaction.atomic():
        made_from = hash_of(area_code, kind, question)
        there = _there(area_code, what, made_from)
        if there is not None:
            return there, False
        try:
            with transaction.atomic():
                made: Reckoning = Reckoning.objects.create(
                    area_code=area_code, what=what, kind=kind, title=title[:100], question=question,
                    made_from=made_from, ordered_by=by.user, ordered_by_name=by.name,
                )  # fmt: skip
        except IntegrityError:
            # Somebody asked the same between our look and our word.
            there = _there(area_code, what, made_from)
            if there is None:
                raise
            return there, False
        record("decide", what=f"reckoning:{made.pk}", area=area_code, detail={"what": str(what)})
        _enqueue(made, by)
    return made, True


def _there(area_code: int, what: str, made_from: str) -> Reckoning | None:
    same = Reckoning.objects.filter(area_code=area_code, what=what, made_from=made_from, state__in=KEPT)
    found: Reckoning | None = same.first()
    return found


def hash_of(area_code: int, kind: str, question: Mapping[str, Any]) -> str:
    """What an answer stands on: the question, files, projects and policy."""
    # A county is reckoned with the city's file where it has none, though its officers do not see that file.
    with acting(platform("测算依据")):
        given = {key: each.sha256 for key, each in files.in_use(area_code).items()}
    rows = [
        (
            each.pk,
            each.title,
            each.stage,
            each.place,
            each.longitude,
            each.latitude,
            each.places,
            each.to_year,
            each.year,
            each.fen,
        )
        for each in standing.projects(area_code)
    ]
    policy = hashlib.sha256((policy_dir() / FILE).read_bytes()).hexdigest()
    rests_on = projections.made_from() if question.get("grows") and question.get("years") else ""
    whole = json.dumps([area_code, kind, question, given, rows, policy, rests_on], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()


def _enqueue(reckoning: Reckoning, by: Scope) -> None:
    from yiyang.reach import tasks

    job = tasks.reckon_reach.configure(queueing_lock=f"reach:{reckoning.pk}")
    with suppress(AlreadyEnqueued), transaction.atomic():
        job.defer(reckoning=reckoning.pk, user=by.user, request=by.request)


def stop(*, by: Scope, reckoning: Reckoning) -> None:
    """End a search with the best answer so far; one that has not begun is set aside. Raises UsageError."""
    by.require(USE, reckoning.area_code)
    with acting(by), transaction.atomic():
        mine = Reckoning.objects.filter(pk=reckoning.pk)
        if not mine.filter(state__in=UNDER_WAY).exists():
            raise UsageError("测算已经结束。", "It has come to an end already.")
        if not mine.filter(state=State.ORDERED).update(state=State.STOPPED):
            mine.filter(state=State.RUNNING).update(is_stopping=True)
        record("decide", what=f"reckoning:{reckoning.pk}", area=reckoning.area_code, detail={"stop": True})


def again(*, by: Scope, reckoning: Reckoning) -> None:
    """Go on with one that was stopped or failed, from what is known now. Raises UsageError."""
    by.require(USE, reckoning.area_code)
    with acting(by), transaction.atomic():
        ended = Reckoning.objects.filter(pk=reckoning.pk, state__in=(State.STOPPED, State.FAILED))
        made_from = hash_of(reckoning.area_code, reckoning.kind, reckoning.question)
        same = Reckoning.objects.filter(
            area_code=reckoning.area_code, what=reckoning.what, made_from=made_from, state__in=KEPT
        )
        if same.exists():
            raise UsageError("同样的测算已有结果或正在进行。", "The same is there already or under way.")
        fresh = {"state": State.ORDERED, "is_stopping": False, "problems": [], "made_from": made_from}
        if not ended.update(**fresh):
            raise UsageError("只有已停止或未完成的测算可以继续。", "Only what was stopped or failed goes on.")
        record("decide", what=f"reckoning:{reckoning.pk}", area=reckoning.area_code, detail={"again": True})
        _enqueue(reckoning, by)


def drop(*, by: Scope, reckoning: Reckoning) -> None:
    """Set one aside that has come to an end. Raises UsageError."""
    by.require(USE, reckoning.area_code)
    with acting(by), transaction.atomic():
        if not Reckoning.objects.filter(pk=reckoning.pk).exclude(state__in=UNDER_WAY).update(state=State.DROPPED):
            raise UsageError("正在测算，请先停止。", "Stop it first.")
        record("decide", what=f"reckoning:{reckoning.pk}", area=reckoning.area_code, detail={"drop": True})


def make_project(*, by: Scope, site: Site) -> Project:
    """A suggested site becomes a project in the stage of an idea; asked twice it is the same one.

    Raises:
        UsageError: it is a project already planned, or one of that name is there. PermissionDenied.
    """
    reckoning, kind = site.reckoning, load_reach().kinds[site.reckoning.kind]
    if site.is_planned:
        raise UsageError("这处已是规划项目。", "It is a planned project already.")
    with acting(by), transaction.atomic():
        there = Site.objects.select_for_update(of=("self",)).get(pk=site.pk)
        if there.project is not None:
            found: Project = there.project
            return found
        area = there.code // 10**6 * 10**6 if there.code else reckoning.area_code
        # Degrees are a project's only where somebody gave them.
        where: dict[str, Any] = {} if there.is_made_up else {"longitude": there.longitude, "latitude": there.latitude}
        note = f"选址测算 {reckoning.pk}：新覆盖 {there.adds:,} 人；{reckoning.result.get('status_zh', '')}。"
        new = NewProject(
            area_code=area, kind=Project.Kind.ELDERLY, title=_project_title(there, kind.zh, area), nature="新建",
            year=there.year or timezone.localdate().year + 1, place=full_name(there.code) if there.code else there.name,
            places=there.places, money={Money.Source.OPEN: there.yuan * 100}, origin="siting", note=note,
            is_synthetic=bool(reckoning.made_up), **where,
        )  # fmt: skip
        made = project_actions.add(by=by, new=new)
        Site.objects.filter(pk=there.pk).update(project=made)
    return made


def _project_title(site: Site, kind: str, area: int) -> str:
    """After the village and the kind; with the town before it where another village of that name came first."""
    title = f"{site.name}{kind}"
    is_taken = Project.objects.filter(area_code=area, kind=Project.Kind.ELDERLY, title=title).exists()
    return f"{name(site.code // 1000 * 1000)}{title}" if is_taken and site.code else title
