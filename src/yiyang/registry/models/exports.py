"""Lists that were taken out."""

from __future__ import annotations

from django.db import models

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields


class Export(models.Model):
    """A list that somebody ordered: made in the background within his scope, marked with his name, fetched once."""

    class State(models.TextChoices):
        WAITING = "waiting", "等待"
        RUNNING = "running", "生成中"
        READY = "ready", "可下载"
        FAILED = "failed", "失败"
        EXPIRED = "expired", "已过期"

    kind = models.CharField(max_length=40, verbose_name="名单")
    filters = models.JSONField(default=dict, verbose_name="条件")
    columns = models.JSONField(default=list, verbose_name="栏目")
    format = models.CharField(max_length=4, default="xlsx", verbose_name="格式")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING, verbose_name="状态")
    rows = models.IntegerField(default=0, verbose_name="行数")
    file = models.CharField(max_length=200, blank=True, verbose_name="存放位置")
    reason = models.CharField(max_length=400, verbose_name="理由")
    ordered_by = models.BigIntegerField(verbose_name="申请人编号")
    ordered_by_name = models.CharField(max_length=150, verbose_name="申请人")
    ordered_at = models.DateTimeField(auto_now_add=True, verbose_name="申请时间")
    ready_at = models.DateTimeField(null=True, verbose_name="完成时间")
    problem = models.CharField(max_length=400, blank=True, verbose_name="问题")

    class Meta:
        verbose_name = verbose_name_plural = "导出"
        ordering = ("-id",)


sorted_fields(Export, PERSONAL, "filters", "ordered_by_name", "reason")
sorted_fields(
    Export,
    OPEN,
    "id",
    "kind",
    "columns",
    "format",
    "state",
    "rows",
    "file",
    "ordered_by",
    "ordered_at",
    "ready_at",
    "problem",
)
