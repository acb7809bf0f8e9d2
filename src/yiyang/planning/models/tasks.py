"""Tasks that a document divides among units, what they reported, and how they were judged."""

from __future__ import annotations

from django.db import models

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.scoped import Scoped


class PlanTask(Scoped):
    """One task of a document. Its title is ours and short; the document's own words stay with the document."""

    LOCK = "work"

    class State(models.TextChoices):
        OPEN = "open", "进行中"
        DONE = "done", "已完成"
        STOPPED = "stopped", "不再办理"

    area_code = models.BigIntegerField(verbose_name="区划")
    document = models.SlugField(max_length=60, verbose_name="文件代号")
    number = models.SmallIntegerField(verbose_name="序号")
    title = models.CharField(max_length=200, verbose_name="任务")
    group = models.CharField(max_length=100, blank=True, verbose_name="方面")
    due = models.DateField(null=True, verbose_name="完成期限")
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN, verbose_name="状态")
    # Hundredths, from the last report.
    done = models.PositiveSmallIntegerField(default=0, verbose_name="进度（%）")
    reported_on = models.DateField(null=True, verbose_name="最近填报")
    # Governments below that carry it out as well, as the document says it.
    local = models.JSONField(default=list, verbose_name="属地")
    is_synthetic = models.BooleanField(default=False, verbose_name="合成数据")
    version = models.IntegerField(default=1, verbose_name="版本")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "任务"
        ordering = ("document", "number")
        constraints = (models.UniqueConstraint(fields=("area_code", "document", "number"), name="planning_task_once"),)


class TaskUnit(models.Model):
    """A unit that leads or takes part."""

    task = models.ForeignKey(PlanTask, models.CASCADE, related_name="units", verbose_name="任务")
    # The document's word for it; the department of `policy/departments.yaml` where it is one.
    name = models.CharField(max_length=100, verbose_name="单位")
    department = models.SlugField(max_length=40, blank=True, verbose_name="部门")
    is_lead = models.BooleanField(default=False, verbose_name="牵头")

    class Meta:
        verbose_name = verbose_name_plural = "责任单位"
        ordering = ("-is_lead", "id")
        constraints = (models.UniqueConstraint(fields=("task", "name"), name="planning_task_unit_once"),)


class Milestone(models.Model):
    """A step of a task with its day."""

    task = models.ForeignKey(PlanTask, models.CASCADE, related_name="milestones", verbose_name="任务")
    title = models.CharField(max_length=200, verbose_name="节点")
    due = models.DateField(verbose_name="期限")
    done_on = models.DateField(null=True, verbose_name="完成日期")

    class Meta:
        verbose_name = verbose_name_plural = "节点"
        ordering = ("due", "id")


class Progress(models.Model):
    """What a unit reported, never changed."""

    task = models.ForeignKey(PlanTask, models.CASCADE, related_name="reports", verbose_name="任务")
    unit = models.CharField(max_length=100, verbose_name="填报单位")
    done = models.PositiveSmallIntegerField(verbose_name="进度（%）")
    words = models.CharField(max_length=2000, verbose_name="进展")
    # Evidence: name, digest and where the sealed file lies; "" = none.
    file_name = models.CharField(max_length=200, blank=True, verbose_name="佐证材料")
    file_sha256 = models.CharField(max_length=64, blank=True, verbose_name="材料摘要")
    on = models.DateField(verbose_name="填报日期")
    by_name = models.CharField(max_length=150, verbose_name="填报人")
    at = models.DateTimeField(auto_now_add=True, verbose_name="填报时间")

    class Meta:
        verbose_name = verbose_name_plural = "进展填报"
        ordering = ("-id",)


class Evaluation(models.Model):
    """How a task was judged for a year; judged again, the last one counts."""

    class Grade(models.TextChoices):
        GOOD = "good", "按期完成"
        FAIR = "fair", "基本完成"
        POOR = "poor", "未达进度"

    task = models.ForeignKey(PlanTask, models.CASCADE, related_name="evaluations", verbose_name="任务")
    year = models.SmallIntegerField(verbose_name="年度")
    grade = models.CharField(max_length=4, choices=Grade.choices, verbose_name="评价")
    words = models.CharField(max_length=1000, blank=True, verbose_name="评语")
    by_name = models.CharField(max_length=150, verbose_name="评价人")
    at = models.DateTimeField(auto_now_add=True, verbose_name="评价时间")

    class Meta:
        verbose_name = verbose_name_plural = "任务评价"
        ordering = ("-year", "-id")


sorted_fields(PlanTask, OPEN, "*")
sorted_fields(TaskUnit, OPEN, "*")
sorted_fields(Milestone, OPEN, "*")
sorted_fields(Progress, PERSONAL, "by_name")
sorted_fields(
    Progress, OPEN, "id", "task", "unit", "done", "words", "file_name", "file_sha256", "on", "at",
)  # fmt: skip
sorted_fields(Evaluation, PERSONAL, "by_name")
sorted_fields(Evaluation, OPEN, "id", "task", "year", "grade", "words", "at")
