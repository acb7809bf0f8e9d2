"""The month on the platform: runs, what changed from one to the next, what is unknown, what is owed from before.

A run's answers for everybody lie in its folder (`RunFolder`), frozen and replayable; the database holds who changed.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField
from django.contrib.postgres.fields.ranges import RangeOperators
from django.db import models
from django.db.backends.postgresql.psycopg_any import NumericRange
from django.db.models import Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.ranges import ALL, NO_AREA
from yiyang.access.scope import Scope
from yiyang.access.scoped import Scoped
from yiyang.areas.logic import span


def span_of(area_code: int, month: str) -> tuple[int, int]:
    """What `MonthRun.span` holds: the month before the area's codes, half open."""
    low, high = span(area_code)
    base = int(month.replace("-", "")) * 10**12
    return base + low, base + high


class MonthRun(Scoped):
    """Everybody of an area under the lists in force, for one month, as known on one day.

    It names nobody: whoever answers for a part of its area sees it, and a citizen in the portal what is in force.
    """

    LOCK = "work"

    class State(models.TextChoices):
        ORDERED = "ordered", "排队中"
        RUNNING = "running", "运行中"
        READY = "ready", "待启用"
        STARTING = "starting", "启用中"
        IN_FORCE = "in_force", "已启用"
        DROPPED = "dropped", "已作废"
        FAILED = "failed", "未完成"

    class Purpose(models.TextChoices):
        MONTH = "month", "月度运行"
        RECKON_AGAIN = "reckon_again", "补算"

    area_code = models.BigIntegerField(verbose_name="区划")
    month = models.CharField(max_length=7, verbose_name="月份")
    purpose = models.CharField(max_length=12, choices=Purpose.choices, default=Purpose.MONTH, verbose_name="用途")
    known = models.DateField(verbose_name="获知日期")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ORDERED, verbose_name="状态")
    # The first run of an area takes over what is already being received; nobody is "newly found" by it.
    is_baseline = models.BooleanField(default=False, verbose_name="首月承接")
    is_scheduled = models.BooleanField(default=False, verbose_name="定时下达")
    # month × 10¹² + area code, half open: two runs of one month in force may not answer for the same place.
    span = BigIntegerRangeField(verbose_name="月份与区划")
    # The area's codes, half open.
    within = BigIntegerRangeField(verbose_name="区划范围")
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="上一次运行")
    folder = models.CharField(max_length=200, blank=True, verbose_name="存放位置")
    list_hash = models.CharField(max_length=64, blank=True, verbose_name="清单指纹")
    snapshot_hash = models.CharField(max_length=64, blank=True, verbose_name="快照指纹")
    manifest = models.JSONField(default=dict, verbose_name="运行说明")
    # The newest accepted delivery (`Delivery.order`) and the lists' hash when the snapshot was frozen.
    stands_on = models.JSONField(default=dict, verbose_name="所依据的数据与清单")
    summary = models.JSONField(default=dict, verbose_name="汇总")
    changes = models.JSONField(default=dict, verbose_name="变化汇总")
    problems = models.JSONField(default=list, verbose_name="问题")
    done = models.PositiveSmallIntegerField(default=0, verbose_name="完成步数")
    steps = models.PositiveSmallIntegerField(default=0, verbose_name="总步数")
    step = models.CharField(max_length=100, blank=True, verbose_name="当前步骤")
    ordered_by = models.BigIntegerField(null=True, verbose_name="下达人编号")
    ordered_by_name = models.CharField(max_length=150, verbose_name="下达人")
    ordered_at = models.DateTimeField(auto_now_add=True, verbose_name="下达时间")
    ready_at = models.DateTimeField(null=True, verbose_name="完成时间")
    decided_by_name = models.CharField(max_length=150, blank=True, verbose_name="启用人")
    decided_at = models.DateTimeField(null=True, verbose_name="启用时间")
    reason = models.CharField(max_length=400, blank=True, verbose_name="说明")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "月度运行"
        ordering = ("-month", "-id")
        constraints = (
            ExclusionConstraint(
                name="entitlement_monthrun_one_in_force",
                expressions=[("span", RangeOperators.OVERLAPS)],
                condition=Q(state__in=["starting", "in_force"], purpose="month"),
            ),
            models.UniqueConstraint(
                fields=("area_code", "month", "purpose"),
                condition=Q(state__in=["ordered", "running"]),
                name="entitlement_monthrun_one_under_way",
            ),
        )

    def save(self, *given: Any, **named: Any) -> None:
        """With the ranges that follow from area and month."""
        if self._state.adding:
            self.within = NumericRange(*span(self.area_code))
            self.span = NumericRange(*span_of(self.area_code, self.month))
        super().save(*given, **named)

    @classmethod
    def scope_q(cls, scope: Scope) -> Q:
        if scope.work == ALL:
            return Q()
        found = Q(state="in_force") if scope.citizen is not None else Q(pk__in=[])
        for low, high in scope.work.spans:
            found |= Q(within__overlap=NumericRange(low, high))
        return found


class Ground(models.Model):
    """Why an answer is what it is, in words, with articles; shared by everybody whom the same conditions decide."""

    run = models.ForeignKey(MonthRun, models.CASCADE, related_name="grounds", verbose_name="运行")
    item = models.SlugField(max_length=60, verbose_name="项目")
    list_area = models.CharField(max_length=12, verbose_name="清单区划")
    cell = models.IntegerField(verbose_name="人群格")
    # [{"says": …, "state": "met"|"not_met"|"unknown"}], and the documents with their articles.
    lines = models.JSONField(default=list, verbose_name="理由")
    articles = models.JSONField(default=list, verbose_name="依据")

    class Meta:
        verbose_name = verbose_name_plural = "判定理由"
        constraints = (
            models.UniqueConstraint(fields=("run", "list_area", "item", "cell"), name="entitlement_ground_once"),
        )


class Change(Scoped):
    """A person × item whose entitlement began, has another amount, or ended, from one run in force to the next."""

    PERSON = "person"

    class Kind(models.TextChoices):
        NEW = "new", "新增"
        CHANGED = "changed", "变更"
        ENDED = "ended", "终止"
        OPEN = "open", "转为待定"

    run = models.ForeignKey(MonthRun, models.PROTECT, related_name="changed", verbose_name="运行")
    person = models.BigIntegerField(verbose_name="人员")
    item = models.SlugField(max_length=60, verbose_name="项目")
    list_area = models.CharField(max_length=12, verbose_name="清单区划")
    kind = models.CharField(max_length=8, choices=Kind.choices, verbose_name="变化")
    cause = models.CharField(max_length=40, verbose_name="原因")
    fen_before = models.BigIntegerField(default=0, verbose_name="原标准（分）")
    fen = models.BigIntegerField(default=0, verbose_name="标准（分）")
    every = models.CharField(max_length=8, verbose_name="周期")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="办理区划")
    ground = models.ForeignKey(Ground, models.PROTECT, null=True, db_index=False, verbose_name="理由")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "待遇变化"
        indexes = (
            models.Index(fields=("run", "kind", "area_code", "id"), name="entitlement_change_work"),
            models.Index(fields=("person", "run"), name="entitlement_change_person"),
        )
        constraints = (models.UniqueConstraint(fields=("run", "item", "person"), name="entitlement_change_once"),)


class Unknown(Scoped):
    """A fact to find out about a person, because an entitlement hangs on it: the newest run's list, and its answer."""

    PERSON = "person"

    class State(models.TextChoices):
        OPEN = "open", "待了解"
        ASKED = "asked", "已登记"
        SETTLED = "settled", "已明确"

    run = models.ForeignKey(MonthRun, models.PROTECT, related_name="unknowns", verbose_name="运行")
    person = models.BigIntegerField(verbose_name="人员")
    fact = models.SlugField(max_length=40, verbose_name="事实")
    items = models.SmallIntegerField(verbose_name="涉及项目数")
    year_fen = models.BigIntegerField(default=0, verbose_name="涉及金额（分/年）")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="办理区划")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN, verbose_name="状态")
    # What whoever asked was told, as the fact is stored; a clerk confirms it, and then it is a correction.
    value = models.BigIntegerField(null=True, verbose_name="了解到的情况")
    note = models.CharField(max_length=400, blank=True, verbose_name="登记说明")
    settled_by_name = models.CharField(max_length=150, blank=True, verbose_name="登记人")
    settled_at = models.DateTimeField(null=True, verbose_name="登记时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "待了解的事实"
        indexes = (
            models.Index(fields=("run", "state", "area_code", "-year_fen", "id"), name="entitlement_unknown_work"),
        )
        constraints = (models.UniqueConstraint(fields=("run", "person", "fact"), name="entitlement_unknown_once"),)


class Arrear(Scoped):
    """What a later knowledge of an earlier month means in money: back-pay (positive) or recovery (negative)."""

    PERSON = "person"

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        CONFIRMED = "confirmed", "已确认"
        WAIVED = "waived", "不予补追"

    run = models.ForeignKey(MonthRun, models.PROTECT, related_name="arrears", verbose_name="补算")
    month = models.CharField(max_length=7, verbose_name="所属月份")
    person = models.BigIntegerField(verbose_name="人员")
    item = models.SlugField(max_length=60, verbose_name="项目")
    list_area = models.CharField(max_length=12, verbose_name="清单区划")
    fen = models.BigIntegerField(verbose_name="补发（正）或追回（负）（分）")
    cause = models.CharField(max_length=40, blank=True, verbose_name="原因")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="办理区划")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN, verbose_name="状态")
    decided_by_name = models.CharField(max_length=150, blank=True, verbose_name="处理人")
    decided_at = models.DateTimeField(null=True, verbose_name="处理时间")
    reason = models.CharField(max_length=400, blank=True, verbose_name="说明")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "补发追回"
        constraints = (
            # A late fact counts once, however often the month is reckoned again.
            models.UniqueConstraint(fields=("run", "month", "person", "item"), name="entitlement_arrear_once"),
        )


sorted_fields(MonthRun, PERSONAL, "ordered_by_name", "decided_by_name")
sorted_fields(
    MonthRun, OPEN, "id", "area_code", "month", "purpose", "known", "state", "is_baseline", "is_scheduled", "span",
    "within", "previous", "folder", "list_hash", "snapshot_hash", "manifest", "stands_on", "summary", "changes",
    "problems", "done", "steps", "step", "ordered_by", "ordered_at", "ready_at", "decided_at", "reason",
)  # fmt: skip
sorted_fields(Ground, OPEN, "*")
for model in (Change, Unknown, Arrear):
    sorted_fields(model, PERSONAL, "*")
