"""Plan documents as they were given, what was read in them, and where they contradict themselves or each other."""

from __future__ import annotations

from django.db import models

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.scoped import Scoped


class PlanFile(Scoped):
    """A document as it was given. Its text lies sealed with the platform's files; here is only what is known of it."""

    LOCK = "work"

    class State(models.TextChoices):
        WAITING = "waiting", "待读取"
        READING = "reading", "读取中"
        READ = "read", "已读取"
        FAILED = "failed", "未能读取"

    area_code = models.BigIntegerField(verbose_name="区划")
    # What findings and corrections call it; the next edition of a document has the same slug.
    slug = models.SlugField(max_length=60, verbose_name="代号")
    title = models.CharField(max_length=200, blank=True, verbose_name="标题")
    name = models.CharField(max_length=200, verbose_name="文件名")
    sha256 = models.CharField(max_length=64, verbose_name="摘要")
    size = models.IntegerField(verbose_name="大小（字节）")
    issued = models.DateField(null=True, verbose_name="成文日期")
    # Of several editions the last one counts.
    is_current = models.BooleanField(default=True, verbose_name="现行")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING, verbose_name="状态")
    # Kind of record → how many; `lines`.
    counts = models.JSONField(default=dict, verbose_name="读得条数")
    problem = models.CharField(max_length=1000, blank=True, verbose_name="问题")
    # Slugs of documents of which it was decided whether this one is their new edition.
    apart = models.JSONField(default=list, verbose_name="已判明的文件")
    given_by_name = models.CharField(max_length=150, verbose_name="载入人")
    given_at = models.DateTimeField(auto_now_add=True, verbose_name="载入时间")
    read_at = models.DateTimeField(null=True, verbose_name="读取时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "规划文件"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("area_code", "sha256"), name="planning_file_once"),
            models.UniqueConstraint(
                fields=("area_code", "slug"), condition=models.Q(is_current=True), name="planning_file_one_current"
            ),
        )


class Record(models.Model):
    """One thing read in a document, with its place. `data` holds it as `planning.records` has it."""

    class Kind(models.TextChoices):
        PROJECT = "project", "项目"
        TOTAL = "total", "合计"
        INDICATOR = "indicator", "指标"
        TASK = "task", "任务"
        MEASURE = "measure", "清单"

    file = models.ForeignKey(PlanFile, models.CASCADE, related_name="records", verbose_name="文件")
    kind = models.CharField(max_length=9, choices=Kind.choices, verbose_name="类别")
    key = models.CharField(max_length=64, verbose_name="行标识")
    number = models.IntegerField(null=True, verbose_name="序号")
    title = models.CharField(max_length=300, verbose_name="名称")
    line = models.IntegerField(verbose_name="行")
    table = models.IntegerField(null=True, verbose_name="表")
    row = models.IntegerField(null=True, verbose_name="表行")
    data = models.JSONField(verbose_name="内容")

    class Meta:
        verbose_name = verbose_name_plural = "读得内容"
        ordering = ("file", "line", "id")
        indexes = (models.Index(fields=("file", "kind", "line"), name="planning_record_kind"),)


class Doubt(models.Model):
    """What the reader was unsure of; answered once by a person (`Correction`)."""

    file = models.ForeignKey(PlanFile, models.CASCADE, related_name="doubts", verbose_name="文件")
    key = models.CharField(max_length=64, verbose_name="行标识")
    field = models.CharField(max_length=40, verbose_name="字段")
    line = models.IntegerField(verbose_name="行")
    what = models.CharField(max_length=400, verbose_name="疑问")
    reason = models.CharField(max_length=400, blank=True, verbose_name="原因")
    guess = models.CharField(max_length=400, blank=True, verbose_name="暂取")
    sure = models.FloatField(verbose_name="把握")
    choices = models.JSONField(default=list, verbose_name="可选")

    class Meta:
        verbose_name = verbose_name_plural = "待核对"
        ordering = ("sure", "id")


class Correction(Scoped):
    """What a person decided about a field of a row: kept by the row's own text, so that reading again knows it."""

    LOCK = "work"

    area_code = models.BigIntegerField(verbose_name="区划")
    slug = models.SlugField(max_length=60, verbose_name="文件代号")
    key = models.CharField(max_length=64, verbose_name="行标识")
    field = models.CharField(max_length=40, verbose_name="字段")
    value = models.CharField(max_length=400, blank=True, verbose_name="核定值")
    by_name = models.CharField(max_length=150, verbose_name="核对人")
    at = models.DateTimeField(auto_now=True, verbose_name="核对时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "核对结果"
        constraints = (
            models.UniqueConstraint(fields=("area_code", "slug", "key", "field"), name="planning_correction_once"),
        )


class Finding(Scoped):
    """Two figures or places that do not agree. Known by its key: found again, it stays what was decided about it."""

    LOCK = "work"

    class State(models.TextChoices):
        OPEN = "open", "待核实"
        CONFIRMED = "confirmed", "已确认"
        DISMISSED = "dismissed", "已排除"
        MENDED = "mended", "已改正"

    area_code = models.BigIntegerField(verbose_name="区划")
    key = models.CharField(max_length=64, verbose_name="标识")
    check_name = models.SlugField(max_length=40, verbose_name="检查项")
    kind = models.SlugField(max_length=40, verbose_name="类别")
    severity = models.CharField(max_length=10, verbose_name="轻重")
    sure = models.FloatField(verbose_name="把握")
    why = models.CharField(max_length=600, verbose_name="说明")
    # Two each: {"document", "line", "path", "table", "row", "column"} and {"value", "unit", "text"}.
    places = models.JSONField(verbose_name="位置")
    figures = models.JSONField(verbose_name="数值")
    difference = models.CharField(max_length=100, blank=True, verbose_name="相差")
    documents = models.JSONField(default=list, verbose_name="文件代号")
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN, verbose_name="状态")
    # Not found any more when the documents were read last.
    is_gone = models.BooleanField(default=False, verbose_name="已不存在")
    reason = models.CharField(max_length=400, blank=True, verbose_name="理由")
    decided_by_name = models.CharField(max_length=150, blank=True, verbose_name="处理人")
    decided_at = models.DateTimeField(null=True, verbose_name="处理时间")
    found_at = models.DateTimeField(auto_now_add=True, verbose_name="发现时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "不一致之处"
        ordering = ("-sure", "id")
        constraints = (models.UniqueConstraint(fields=("area_code", "key"), name="planning_finding_once"),)
        indexes = (models.Index(fields=("area_code", "state", "is_gone"), name="planning_finding_state"),)


sorted_fields(PlanFile, PERSONAL, "given_by_name")
sorted_fields(
    PlanFile, OPEN, "id", "area_code", "slug", "title", "name", "sha256", "size", "issued", "is_current", "state",
    "counts", "problem", "apart", "given_at", "read_at",
)  # fmt: skip
sorted_fields(Record, OPEN, "*")
sorted_fields(Doubt, OPEN, "*")
sorted_fields(Correction, PERSONAL, "by_name")
sorted_fields(Correction, OPEN, "id", "area_code", "slug", "key", "field", "value", "at")
sorted_fields(Finding, PERSONAL, "decided_by_name")
sorted_fields(
    Finding, OPEN, "id", "area_code", "key", "check_name", "kind", "severity", "sure", "why", "places", "figures",
    "difference", "documents", "state", "is_gone", "reason", "decided_at", "found_at",
)  # fmt: skip
