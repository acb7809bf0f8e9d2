"""What the room keeps: files that were given, questions with their answers, who gets where, and suggested sites."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import BigIntegerRangeField
from django.db import models
from django.db.backends.postgresql.psycopg_any import NumericRange
from django.db.models import Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.ranges import ALL
from yiyang.access.scope import Scope
from yiyang.access.scoped import Scoped
from yiyang.areas.logic import span
from yiyang.planning.models import Project


class Given(Scoped):
    """A file of roads, population points or facilities; the newest of a kind is what is reckoned with."""

    LOCK = "work"

    class Kind(models.TextChoices):
        ROADS = "roads", "路网"
        POINTS = "points", "人口点"
        FACILITIES = "facilities", "设施"

    area_code = models.BigIntegerField(verbose_name="区划")
    kind = models.CharField(max_length=10, choices=Kind.choices, verbose_name="类别")
    name = models.CharField(max_length=200, verbose_name="文件名")
    sha256 = models.CharField(max_length=64, verbose_name="指纹")
    size = models.BigIntegerField(verbose_name="大小")
    rows = models.IntegerField(default=0, verbose_name="行数")
    is_current = models.BooleanField(default=True, verbose_name="在用")
    given_by_name = models.CharField(max_length=150, verbose_name="上传人")
    given_at = models.DateTimeField(auto_now_add=True, verbose_name="上传时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "测算数据"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("area_code", "kind"), condition=Q(is_current=True), name="reach_given_one"),
        )


class Reckoning(Scoped):
    """A question about an area and its answer. The same question about the same data is answered once.

    It names nobody: whoever answers for a part of its area may read its circle.
    """

    LOCK = "work"

    class What(models.TextChoices):
        CIRCLE = "circle", "服务圈"
        SITING = "siting", "选址"
        PHASED = "phased", "分年建设"

    class State(models.TextChoices):
        ORDERED = "ordered", "排队中"
        RUNNING = "running", "测算中"
        READY = "ready", "已完成"
        STOPPED = "stopped", "已停止"
        DROPPED = "dropped", "已作废"
        FAILED = "failed", "未完成"

    area_code = models.BigIntegerField(verbose_name="区划")
    # The area's codes, half open.
    within = BigIntegerRangeField(verbose_name="区划范围")
    what = models.CharField(max_length=8, choices=What.choices, verbose_name="类别")
    # Of facilities; empty for the circle of all kinds together.
    kind = models.SlugField(max_length=40, blank=True, verbose_name="设施类别")
    title = models.CharField(max_length=100, verbose_name="名称")
    # What was asked: group, count, budget in yuan, minutes, size, seconds.
    question = models.JSONField(default=dict, verbose_name="问题")
    # Hash of question, files, projects and policy.
    made_from = models.CharField(max_length=64, verbose_name="依据指纹")
    made_up = models.JSONField(default=list, verbose_name="虚拟数据")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ORDERED, verbose_name="状态")
    is_stopping = models.BooleanField(default=False, verbose_name="请求停止")
    result = models.JSONField(default=dict, verbose_name="结果")
    problems = models.JSONField(default=list, verbose_name="问题说明")
    done = models.PositiveSmallIntegerField(default=0, verbose_name="完成步数")
    steps = models.PositiveSmallIntegerField(default=0, verbose_name="总步数")
    step = models.CharField(max_length=100, blank=True, verbose_name="当前步骤")
    ordered_by = models.BigIntegerField(null=True, verbose_name="下达人编号")
    ordered_by_name = models.CharField(max_length=150, verbose_name="下达人")
    ordered_at = models.DateTimeField(auto_now_add=True, verbose_name="下达时间")
    finished_at = models.DateTimeField(null=True, verbose_name="完成时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "可达与选址测算"
        ordering = ("-id",)
        indexes = (models.Index(fields=("area_code", "what", "kind"), name="reach_reckoning_of_area"),)
        constraints = (
            models.UniqueConstraint(
                fields=("area_code", "what", "made_from"), condition=Q(state__in=["ordered", "running", "ready"]),
                name="reach_reckoning_once",
            ),
        )  # fmt: skip

    def save(self, *given: Any, **named: Any) -> None:
        """With the range that follows from the area."""
        if self._state.adding:
            self.within = NumericRange(*span(self.area_code))
        super().save(*given, **named)

    @classmethod
    def scope_q(cls, scope: Scope) -> Q:
        if scope.work == ALL:
            return Q()
        found = Q(pk__in=[])
        for low, high in scope.work.spans:
            found |= Q(within__overlap=NumericRange(low, high))
        return found


class Spot(Scoped):
    """A population point of a circle: how many live there, how far they have, what is in reach."""

    LOCK = "work"
    SCOPE = ("code",)

    reckoning = models.ForeignKey(Reckoning, models.CASCADE, related_name="spots", verbose_name="测算")
    # As the file says: a village that is no area of ours keeps its code, too.
    code = models.BigIntegerField(verbose_name="村（社区）代码")
    name = models.CharField(max_length=100, verbose_name="村（社区）")
    longitude = models.FloatField(verbose_name="经度")
    latitude = models.FloatField(verbose_name="纬度")
    is_urban = models.BooleanField(verbose_name="城镇")
    is_made_up = models.BooleanField(verbose_name="位置虚拟")
    elders = models.IntegerField(default=0, verbose_name="60岁以上")
    very_old = models.IntegerField(default=0, verbose_name="80岁以上")
    disabled = models.IntegerField(default=0, verbose_name="失能")
    hardship = models.IntegerField(default=0, verbose_name="经济困难")
    # By its own way of travelling; NULL where no road leads to a facility.
    minutes = models.FloatField(null=True, verbose_name="到最近设施（分钟）")
    allowed = models.FloatField(verbose_name="规定（分钟）")
    mode = models.CharField(max_length=5, verbose_name="出行方式")
    is_covered = models.BooleanField(verbose_name="已覆盖")
    nearest = models.CharField(max_length=200, blank=True, verbose_name="最近设施")
    # Metres to the nearest road, where that is too far.
    off_road = models.IntegerField(null=True, verbose_name="离路（米）")
    # Places for each person within reach (E2SFCA).
    score = models.FloatField(default=0, verbose_name="可及性得分")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "人口点"
        ordering = ("id",)
        indexes = (
            models.Index(fields=("reckoning", "is_covered", "elders"), name="reach_spot_gaps"),
            models.Index(fields=("reckoning", "code"), name="reach_spot_code"),
        )


class Site(models.Model):
    """A site that an answer names; it may have become a project."""

    class Fate(models.TextChoices):
        KEPT = "kept", "保留"
        DROPPED = "dropped", "取消"
        NEW = "new", "新选"

    reckoning = models.ForeignKey(Reckoning, models.CASCADE, related_name="sites", verbose_name="测算")
    number = models.SmallIntegerField(verbose_name="序号")
    code = models.BigIntegerField(null=True, verbose_name="村（社区）代码")
    name = models.CharField(max_length=200, verbose_name="地点")
    longitude = models.FloatField(verbose_name="经度")
    latitude = models.FloatField(verbose_name="纬度")
    is_made_up = models.BooleanField(verbose_name="位置虚拟")
    is_planned = models.BooleanField(default=False, verbose_name="规划项目")
    # Where the plan was questioned: what becomes of it.
    fate = models.CharField(max_length=7, blank=True, choices=Fate.choices, verbose_name="与规划相比")
    adds = models.IntegerField(default=0, verbose_name="新覆盖（人）")
    within_reach = models.IntegerField(default=0, verbose_name="范围内（人）")
    places = models.IntegerField(default=0, verbose_name="床位（位）")
    yuan = models.BigIntegerField(default=0, verbose_name="造价（元）")
    year = models.SmallIntegerField(null=True, verbose_name="建设年度")
    project = models.ForeignKey(Project, models.SET_NULL, null=True, related_name="+", verbose_name="转成的项目")

    class Meta:
        verbose_name = verbose_name_plural = "建议选址"
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("reckoning", "number"), name="reach_site_once"),)


sorted_fields(Given, PERSONAL, "given_by_name")
sorted_fields(
    Given, OPEN, "id", "area_code", "kind", "name", "sha256", "size", "rows", "is_current", "given_at",
)  # fmt: skip
sorted_fields(Reckoning, PERSONAL, "ordered_by", "ordered_by_name")
sorted_fields(
    Reckoning, OPEN, "id", "area_code", "within", "what", "kind", "title", "question", "made_from", "made_up", "state",
    "is_stopping", "result", "problems", "done", "steps", "step", "ordered_at", "finished_at",
)  # fmt: skip
sorted_fields(Spot, OPEN, "*")
sorted_fields(Site, OPEN, "*")
