"""A month's plan and the visits that are owed to people."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.ranges import NO_AREA
from yiyang.access.scoped import Scoped
from yiyang.registry.models import Person
from yiyang.visits.models.posts import Alert

USER = settings.AUTH_USER_MODEL


class Means(models.TextChoices):
    """How somebody is looked in on."""

    HOME = "home", "上门"
    PHONE = "phone", "电话"
    NEIGHBOUR = "neighbour", "邻里"
    DEVICE = "device", "设备感知"


class Plan(Scoped):
    """The visits of a month in an area: reckoned, checked by our own checker, put in force."""

    LOCK = "work"

    class State(models.TextChoices):
        ORDERED = "ordered", "排队中"
        RUNNING = "running", "编制中"
        READY = "ready", "待启用"
        IN_FORCE = "in_force", "已启用"
        DROPPED = "dropped", "已作废"
        FAILED = "failed", "未完成"

    area_code = models.BigIntegerField(verbose_name="区划")
    month = models.CharField(max_length=7, verbose_name="月份")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ORDERED, verbose_name="状态")
    seconds = models.IntegerField(default=600, verbose_name="编制时限（秒）")
    # Visits, visitors, metres and minutes of travel, share of usual visitors kept, loads; beside village order.
    figures = models.JSONField(default=dict, verbose_name="指标")
    # Promises that cannot be kept, each in words with whom and why.
    problems = models.JSONField(default=list, verbose_name="不能满足的要求")
    done = models.PositiveSmallIntegerField(default=0, verbose_name="完成步数")
    steps = models.PositiveSmallIntegerField(default=0, verbose_name="总步数")
    step = models.CharField(max_length=100, blank=True, verbose_name="当前步骤")
    ordered_by = models.BigIntegerField(null=True, verbose_name="下达人编号")
    ordered_by_name = models.CharField(max_length=150, verbose_name="下达人")
    ordered_at = models.DateTimeField(auto_now_add=True, verbose_name="下达时间")
    decided_by_name = models.CharField(max_length=150, blank=True, verbose_name="启用人")
    decided_at = models.DateTimeField(null=True, verbose_name="启用时间")
    # Visits before it are left as they are: a month may be planned anew from any day.
    starts = models.DateField(null=True, verbose_name="起排日")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "探访计划"
        ordering = ("-month", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("area_code", "month"), condition=Q(state="in_force"), name="visits_plan_one_in_force"
            ),
        )


class Visit(Scoped):
    """One visit that is owed to a person, planned or not, and how it ended."""

    PERSON = "person_id"

    class State(models.TextChoices):
        OWED = "owed", "待安排"
        PLANNED = "planned", "已安排"
        DONE = "done", "已探访"
        NOT_FOUND = "not_found", "未见到人"
        EXCUSED = "excused", "无须探访"
        MISSED = "missed", "未完成"

    class Cause(models.TextChoices):
        MONTHLY = "monthly", "每月探访"
        RISK = "risk", "风险加密"
        ALERT = "alert", "预警加访"
        FOLLOW = "follow", "回访"
        ASKED = "asked", "专项了解"

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False, verbose_name="老年人")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="村（社区）")
    month = models.CharField(max_length=7, verbose_name="月份")
    # The how-manieth of its cause in the month: the same one is never owed twice.
    number = models.SmallIntegerField(default=1, verbose_name="第几次")
    cause = models.CharField(max_length=8, choices=Cause.choices, verbose_name="事由")
    groups = models.JSONField(default=list, verbose_name="对象类别")
    alert = models.ForeignKey(Alert, models.PROTECT, null=True, related_name="+", verbose_name="预警")
    plan = models.ForeignKey(Plan, models.SET_NULL, null=True, related_name="visits", verbose_name="计划")
    means = models.CharField(max_length=10, choices=Means.choices, default=Means.HOME, verbose_name="方式")
    # Ways that count for this visit; days between it and the person's visit before it.
    counts = models.JSONField(default=list, verbose_name="可计入的方式")
    gap = models.SmallIntegerField(default=0, verbose_name="间隔天数")
    # It is to happen within these days, and between these minutes of the day.
    first = models.DateField(verbose_name="最早")
    last = models.DateField(verbose_name="最迟")
    opens = models.SmallIntegerField(default=480, verbose_name="最早时刻（分）")
    closes = models.SmallIntegerField(default=1080, verbose_name="最迟时刻（分）")
    minutes = models.SmallIntegerField(default=20, verbose_name="停留（分钟）")
    skills = models.JSONField(default=list, verbose_name="所需技能")
    needs_two = models.BooleanField(default=False, verbose_name="须两人同行")
    visitor = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name="探访员")
    second = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name="同行人")
    on = models.DateField(null=True, verbose_name="安排日期")
    # Place in the day's round, and when he is expected.
    turn = models.SmallIntegerField(null=True, verbose_name="次序")
    at = models.SmallIntegerField(null=True, verbose_name="预计时刻（分）")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OWED, verbose_name="状态")
    state_since = models.DateTimeField(auto_now_add=True, verbose_name="进入状态时间")
    done_on = models.DateField(null=True, verbose_name="探访日期")
    done_by_name = models.CharField(max_length=150, blank=True, verbose_name="实际探访人")
    # How often nobody was met, so far.
    tries = models.SmallIntegerField(default=0, verbose_name="未见到次数")
    # After nobody was met: a key of policy/visits.yaml `not_met`, and by when.
    next_step = models.SlugField(max_length=20, blank=True, verbose_name="下一步")
    next_by = models.DateTimeField(null=True, verbose_name="下一步时限")
    reason = models.CharField(max_length=400, blank=True, verbose_name="说明")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "探访"
        ordering = ("on", "turn", "id")
        indexes = (
            models.Index(fields=("month", "area_code", "state", "id"), name="visits_visit_month"),
            models.Index(fields=("visitor", "on", "turn"), name="visits_visit_round"),
            # The list of a month by its days.
            models.Index(fields=("month", "on", "id"), name="visits_visit_days"),
            models.Index(fields=("person", "month"), name="visits_visit_person"),
            # Who was not visited yet, the most urgent first.
            models.Index(
                fields=("month", "last", "id"),
                name="visits_visit_not_yet",
                condition=Q(state__in=["owed", "planned", "not_found", "missed"]),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("person", "month", "cause", "number", "alert"),
                nulls_distinct=False,
                name="visits_visit_owed_once",
            ),
        )


class Stop(models.Model):
    """Where a plan puts a visit: one row for who goes, another for who goes along.

    It says nothing until the plan is put in force; then the visits say it themselves.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="stops", verbose_name="计划")
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="+", verbose_name="探访")
    visitor = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name="探访员")
    is_second = models.BooleanField(default=False, verbose_name="同行")
    on = models.DateField(verbose_name="安排日期")
    turn = models.SmallIntegerField(verbose_name="次序")
    at = models.SmallIntegerField(verbose_name="预计时刻（分）")
    way_minutes = models.SmallIntegerField(default=0, verbose_name="路上（分钟）")
    way_metres = models.IntegerField(default=0, verbose_name="路程（米）")

    class Meta:
        verbose_name = verbose_name_plural = "计划安排"
        ordering = ("on", "visitor", "turn")
        constraints = (models.UniqueConstraint(fields=("plan", "visit", "is_second"), name="visits_stop_once"),)


sorted_fields(Plan, PERSONAL, "problems")
sorted_fields(
    Plan, OPEN, "id", "area_code", "month", "state", "seconds", "figures", "done", "steps", "step", "ordered_by",
    "ordered_by_name", "ordered_at", "decided_by_name", "decided_at", "starts",
)  # fmt: skip
sorted_fields(Visit, PERSONAL, "*")
sorted_fields(Stop, PERSONAL, "*")
