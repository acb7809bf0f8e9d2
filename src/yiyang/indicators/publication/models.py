"""Tables on their way to the public: what is told of them, and, apart, what is not."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.scoped import Scoped


class PublishedTable(Scoped):
    """One version of a statistical table. Once published it never changes; a correction is another version."""

    LOCK = "work"

    class State(models.TextChoices):
        ORDERED = "ordered", "制作中"
        FAILED = "failed", "未完成"
        READY = "ready", "待审批"
        REFUSED = "refused", "已退回"
        PUBLISHED = "published", "已公开"
        REPLACED = "replaced", "已更正"

    class Method(models.TextChoices):
        HIDE = "hide", "隐藏小数"
        ROUND = "round", "受控舍入"
        NOISE = "noise", "加噪（差分隐私）"

    area_code = models.BigIntegerField(verbose_name="区划")
    title = models.CharField(max_length=120, verbose_name="表名")
    # What stands in the address, the same for every month of a table.
    slug = models.SlugField(max_length=90, verbose_name="代号")
    month = models.CharField(max_length=7, verbose_name="月份")
    version = models.IntegerField(default=1, verbose_name="版本")
    grouped = models.JSONField(default=list, verbose_name="分组")
    method = models.CharField(max_length=5, choices=Method.choices, default=Method.HIDE, verbose_name="保护方法")
    # What it is rounded to; 0 where it is not.
    base = models.IntegerField(default=0, verbose_name="舍入基数")
    # How much anybody's privacy is spent by it; 0 without noise.
    epsilon = models.DecimalField(max_digits=6, decimal_places=3, default=0, verbose_name="隐私预算 ε")
    # What is published about method and error, before the figures are.
    protection = models.JSONField(default=dict, verbose_name="保护参数")
    least = models.IntegerField(default=10, verbose_name="最小频数")
    width = models.IntegerField(default=5, verbose_name="保护宽度")
    zeros_hidden = models.BooleanField(default=False, verbose_name="隐藏0")
    state = models.CharField(max_length=9, choices=State.choices, default=State.ORDERED, verbose_name="状态")
    # What everybody may read, as JSON; hidden counts are not in it.
    body = models.TextField(blank=True, verbose_name="公开内容")
    sha256 = models.CharField(max_length=64, blank=True, verbose_name="校验值")
    cells = models.IntegerField(default=0, verbose_name="数的个数")
    small = models.IntegerField(default=0, verbose_name="小数个数")
    hidden = models.IntegerField(default=0, verbose_name="隐藏个数")
    exposed = models.IntegerField(default=0, verbose_name="上月已公开的小数")
    # -1: nothing had to be hidden.
    narrowest = models.IntegerField(default=-1, verbose_name="最窄范围")
    tables = models.IntegerField(default=0, verbose_name="可能的表")
    beside = models.JSONField(default=list, verbose_name="一并防护的表")
    problems = models.JSONField(default=list, verbose_name="问题")
    seconds = models.FloatField(default=0, verbose_name="用时（秒）")
    correction = models.CharField(max_length=400, blank=True, verbose_name="更正说明")
    next_on = models.DateField(null=True, verbose_name="下次更新")
    is_synthetic = models.BooleanField(default=False, verbose_name="虚构数据")
    made_by = models.BigIntegerField(null=True, verbose_name="制表人编号")
    made_by_name = models.CharField(max_length=150, verbose_name="制表人")
    made_at = models.DateTimeField(auto_now_add=True, verbose_name="制表时间")
    decided_by = models.BigIntegerField(null=True, verbose_name="审批人编号")
    decided_by_name = models.CharField(max_length=150, blank=True, verbose_name="审批人")
    decided_at = models.DateTimeField(null=True, verbose_name="审批时间")
    reason = models.CharField(max_length=400, blank=True, verbose_name="退回理由")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "公开统计表"
        ordering = ("-id",)
        constraints = (
            # By it `areas.following` knows that the row stays with its area when two become one.
            models.UniqueConstraint(fields=("area_code", "id"), name="indicators_publishedtable_of_its_area"),
            models.UniqueConstraint(
                fields=("area_code", "slug", "month", "version"),
                condition=Q(state__in=["published", "replaced"]),
                name="indicators_publishedtable_once",
            ),
            models.UniqueConstraint(
                fields=("area_code", "slug", "month"),
                condition=Q(state__in=["ordered", "ready"]),
                name="indicators_publishedtable_one_under_way",
            ),
        )

    @property
    def number(self) -> str:
        """How it is cited: 511724-elders_age_sex-2026-10-v1."""
        return f"{self.area_code:012d}"[:6] + f"-{self.slug}-{self.month}-v{self.version}"


class PrivacySpending(Scoped):
    """What one publication with noise spent of the privacy of everybody in its area. Written once, never changed."""

    LOCK = "work"

    area_code = models.BigIntegerField(verbose_name="区划")
    # The year that the figures speak of: what is published of one person in it adds up.
    year = models.IntegerField(verbose_name="年度")
    epsilon = models.DecimalField(max_digits=6, decimal_places=3, verbose_name="ε")
    table = models.OneToOneField(PublishedTable, models.PROTECT, related_name="spending", verbose_name="公开统计表")
    number = models.CharField(max_length=120, verbose_name="引用编号")
    title = models.CharField(max_length=120, verbose_name="表名")
    spent_by_name = models.CharField(max_length=150, verbose_name="公开人")
    spent_at = models.DateTimeField(auto_now_add=True, verbose_name="公开时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "隐私预算支出"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("area_code", "id"), name="indicators_privacyspending_of_its_area"),
        )


class ProtectedTable(models.Model):
    """The true counts of a table and the proof, or a draw of noise. Only the platform reads them, no account does."""

    table = models.OneToOneField(PublishedTable, models.CASCADE, related_name="protected", verbose_name="公开统计表")
    body = models.BinaryField(verbose_name="真实数和证明")

    class Meta:
        verbose_name = verbose_name_plural = "统计表真实数"


sorted_fields(PublishedTable, PERSONAL, "made_by_name", "decided_by_name")
sorted_fields(
    PublishedTable, OPEN, "id", "area_code", "title", "slug", "month", "version", "grouped", "method", "base",
    "epsilon", "protection", "least", "width",
    "zeros_hidden", "state", "body", "sha256", "cells", "small", "hidden", "exposed", "narrowest", "tables", "beside",
    "problems", "seconds", "correction", "next_on", "is_synthetic", "made_by", "made_at", "decided_by", "decided_at",
    "reason",
)  # fmt: skip
sorted_fields(PrivacySpending, PERSONAL, "spent_by_name")
sorted_fields(PrivacySpending, OPEN, "id", "area_code", "year", "epsilon", "table", "number", "title", "spent_at")
sorted_fields(ProtectedTable, PERSONAL, "body")
sorted_fields(ProtectedTable, OPEN, "id", "table")
