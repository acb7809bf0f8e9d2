"""What the platform finds about a form by itself: too quick, contradicting, all alike. A person decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from yiyang.assessment import filling, scales
from yiyang.assessment.instrument import Instrument
from yiyang.assessment.models import Form, Result
from yiyang.assessment.rules import rules
from yiyang.registry.stating import keys_of


@dataclass(frozen=True)
class Found:
    """One finding: which rule, in words, and whether it is grave (a verdict against it must be explained)."""

    rule: str
    says: str
    is_grave: bool = False

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the verdict."""
        return {"rule": self.rule, "says": self.says, "grave": self.is_grave}


def findings(form: Form) -> list[Found]:
    """Everything found about a form; nothing is a good sign and no proof."""
    scale = scales.version_of(form.request.instrument, form.version)
    answers = filling.answers_of(form)
    found = [*_times(form, scale), *_alike(form)]
    found += [
        Found(f"doubt.{each.code}", f"前后不一：{each.says}", is_grave=True) for each in scales.doubts(scale, answers)
    ]
    return [*found, *_jump(form, scale, answers)]


def _times(form: Form, scale: Instrument) -> list[Found]:
    quality, took = rules().quality, form.ended_at - form.began_at
    least = max(timedelta(seconds=quality.seconds_an_item * len(scale.items)), _minutes(quality.minutes_at_least))
    found = []
    minutes = round(took.total_seconds() / 60)
    if took < least:
        wanted = round(least.total_seconds() / 60)
        found.append(
            Found("quick", f"只用了 {minutes} 分钟，{len(scale.items)} 项至少要 {wanted} 分钟。", is_grave=True)
        )
    if took > _minutes(quality.longest_minutes):
        found.append(Found("long", f"用了 {minutes} 分钟，可能中途断开过。"))
    if form.received_at - form.ended_at > timedelta(days=quality.late_days):
        days = (form.received_at - form.ended_at).days
        found.append(Found("late", f"评估完成 {days} 天后才收到。"))
    if form.request.appointed and abs(form.began_at - form.request.appointed) > timedelta(days=1):
        found.append(Found("other_day", "评估时间与约定时间相差一天以上。"))
    return found


def _minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def _alike(form: Form) -> list[Found]:
    """So many in a row by the same hand with the very same answers."""
    quality = rules().quality
    since = form.ended_at - timedelta(days=quality.same_days)
    before = (
        Form.objects.filter(
            filled_by=form.filled_by, version=form.version, request__instrument=form.request.instrument,
            ended_at__gte=since, ended_at__lt=form.ended_at,
        )
        .exclude(request=form.request_id)
        .order_by("-ended_at")[: quality.same_answers - 1]
    )  # fmt: skip
    mine, rows = filling.answers_of(form), list(before)
    if len(rows) == quality.same_answers - 1 and all(filling.answers_of(each) == mine for each in rows):
        says = f"与{form.filled_by.user.name}之前连续 {len(rows)} 份评估表的内容完全相同。"
        return [Found("alike", says, is_grave=True)]
    return []


def _jump(form: Form, scale: Instrument, answers: dict[str, str]) -> list[Found]:
    """Two levels or more from the last result within its time: looked at twice."""
    last = (
        Result.objects.filter(person__in=keys_of(form.request.person), instrument=scale.id)
        .exclude(state=Result.State.WITHDRAWN)
        .order_by("-assessed_on", "-pk")
        .first()
    )
    if last is None or scale.kind != "levels":
        return []
    level = scales.score(scale, answers).level
    if abs(level - last.level) < 2:
        return []
    return [Found("jump", f"与上次（{last.assessed_on}，{last.level} 级）相差 {abs(level - last.level)} 级。")]
