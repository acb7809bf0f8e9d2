"""Scenarios: changes of a list that somebody tries, saved and compared."""

from __future__ import annotations

from django.db import models

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.scoped import Scoped
from yiyang.entitlement.models import MonthRun


class Scenario(Scoped):
    """A named set of changes on a run in force, with what it came to when it was saved."""

    LOCK = "work"

    area_code = models.BigIntegerField(verbose_name="区划")
    title = models.CharField(max_length=100, verbose_name="名称")
    note = models.CharField(max_length=1000, blank=True, verbose_name="说明")
    run = models.ForeignKey(MonthRun, models.PROTECT, related_name="+", verbose_name="运行")
    # {"sets": ["511724/old_age_allowance.eighties=80", …], "patches": {area: {item: {field: …}}}}
    changes = models.JSONField(default=dict, verbose_name="改动")
    result = models.JSONField(default=dict, verbose_name="结果")
    is_shared = models.BooleanField(default=False, verbose_name="共享")
    made_by = models.BigIntegerField(verbose_name="建立人编号")
    made_by_name = models.CharField(max_length=150, verbose_name="建立人")
    made_at = models.DateTimeField(auto_now_add=True, verbose_name="建立时间")
    changed_at = models.DateTimeField(auto_now=True, verbose_name="更新时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "测算方案"
        ordering = ("-changed_at", "-id")


sorted_fields(Scenario, PERSONAL, "made_by_name")
sorted_fields(
    Scenario, OPEN, "id", "area_code", "title", "note", "run", "changes", "result", "is_shared", "made_by", "made_at",
    "changed_at",
)  # fmt: skip
