"""Random re-assessment: a share of a month's results is drawn (`lots`) and assessed again by others.

The seed comes from a public source, the pool is published with its hash. Whoever cannot be assessed again by others is
left out before the draw, with the reason, not after it.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.areas.logic import span
from yiyang.assessment import conflicts, requesting, steps
from yiyang.assessment.lots import METHOD, drawn_of, pool_hash
from yiyang.assessment.models import Draw, Request, Result
from yiyang.assessment.rules import rules
from yiyang.audit.record import record
from yiyang.base.errors import UsageError

RIGHT = "assessment.check"
Json = dict[str, Any]


def draw(*, by: Scope, area: int, month: str, seed: str, seed_from: str) -> Draw:
    """Draw a share of a month's results in an area, and open a request to assess each again by others.

    Args:
        month: "2026-10", over already.
        seed: as the public source gave it. seed_from: the source, so that anybody can look it up.

    Raises:
        UsageError: no seed or source, the month is not over, drawn already, or nothing to draw from.
        PermissionDenied: he may not check there.
    """
    by.require(RIGHT, area)
    _check(month, seed, seed_from)
    share = Decimal(str(rules().sample.share))
    with steps.elevated(by):
        pool, excluded = _pool(area, month)
        if not pool:
            raise UsageError("这个月没有可抽的评估结果。", "There is nothing to draw from in that month.")
        drawn = drawn_of(pool, seed.strip(), share, rules().sample.at_least)
        words = {"seed": seed.strip(), "seed_from": seed_from.strip()[:200], "share": share}
        made = _kept(
            by, area, month, pool=sorted(pool), excluded=excluded, drawn=drawn, pool_hash=pool_hash(pool), **words
        )
        for result in Result.objects.filter(number__in=drawn).select_related("person", "request"):
            _again(by, result, made)
        record("decide", what=f"draw:{made.pk}", area=area, detail={"pool": len(pool), "drawn": len(drawn)})
    return made


def _check(month: str, seed: str, seed_from: str) -> None:
    if not seed.strip() or len(seed.strip()) > 64 or not seed_from.strip():
        raise UsageError("请填写公开的种子（64 字以内）和它的出处。", "A seed and where it was published are needed.")
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise UsageError("月份应写作 2026-11。", "A month is written 2026-11.") from error
    if (first + timedelta(days=32)).replace(day=1) > timezone.localdate():
        raise UsageError("这个月还没有过完，名录还会变。", "The month is not over: the pool may still change.")


def _kept(by: Scope, area: int, month: str, **fields: Any) -> Draw:
    try:
        with transaction.atomic():
            made: Draw = Draw.objects.create(area_code=area, month=month, drawn_by_name=by.name[:150], **fields)
    except IntegrityError as error:
        raise UsageError("这个月已经抽过。", "That month has been drawn from already.") from error
    return made


def _pool(area: int, month: str) -> tuple[list[str], dict[str, str]]:
    """Numbers that may be drawn, and those left out before the draw with the reason."""
    low, high = span(area)
    first = date.fromisoformat(f"{month}-01")
    after = (first + timedelta(days=32)).replace(day=1)
    rows = Result.objects.filter(
        area_code__gte=low, area_code__lt=high, issued_at__date__gte=first, issued_at__date__lt=after
    ).select_related("person", "request")
    pool, excluded = [], {}
    for result in rows.order_by("number"):
        why = _left_out(result)
        if why:
            excluded[result.number] = why
        else:
            pool.append(result.number)
    return pool, excluded


def _left_out(result: Result) -> str:
    if result.state != Result.State.VALID:
        return f"结果{result.get_state_display()}"
    if result.person.alive == 0 or result.person.merged_into_id is not None:
        return "老人已去世或档案已并入"
    if result.request.kind in (Request.Kind.SAMPLE, Request.Kind.DISPUTE):
        return "本身就是复评"
    if not _others(result):
        return "当地没有可以回避原评估的机构和人员"
    return ""


def _others(result: Result) -> bool:
    """Whether two others of one agency, one of them medical, are there to assess again."""
    before = {result.request.lead_id, result.request.second_id}
    asked = Request(person=result.person, area_code=result.area_code, provider_code=result.request.provider_code,
                    purposes=result.request.purposes)  # fmt: skip
    today = timezone.localdate()
    for agency in conflicts.agencies_for(result.area_code):
        if conflicts.of_agency(asked, agency, today, conflicts.Loads()):
            continue
        staff = [each for each in agency.assessors.select_related("agency") if each.pk not in before]
        fit = [each for each in staff if steps.qualified(each, today) and result.person_id not in each.kin]
        if len(fit) > 1 and any(each.is_medical for each in fit):
            return True
    return False


def _again(by: Scope, result: Result, made: Draw) -> Request:
    return requesting.opened(
        person=result.person,
        by=by,
        instrument=result.instrument,
        kind=Request.Kind.SAMPLE,
        channel=Request.Channel.SAMPLE,
        purposes=result.request.purposes,
        reason=f"{made.month} 随机抽查",
        again_because=f"随机抽查，名录指纹 {made.pool_hash[:12]}",
        provider_code=result.request.provider_code,
        contested=result,
    )


def as_file(made: Draw) -> Json:
    """A draw as it is published: all that is needed to draw again, and nobody's name."""
    return {
        "kind": "assessment-draw",
        "method": METHOD,
        "area": f"{made.area_code:012d}",
        "month": made.month,
        "seed": made.seed,
        "seed_from": made.seed_from,
        "share": str(made.share.normalize()),
        "at_least": rules().sample.at_least if len(made.drawn) == rules().sample.at_least else 0,
        "pool_hash": made.pool_hash,
        "pool": list(made.pool),
        "excluded": dict(made.excluded),
        "drawn": list(made.drawn),
    }
