"""Areas as the platform's users administer them: a tree by id, whose 12-digit code is the path that rows are found by."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yiyang.access.fields import OPEN, sorted_fields


class Area(models.Model):
    """One area. `code` is what rows of people refer to; a jurisdiction without a standard code has none but members.

    The row of code -1 stands for *no area*: what lies there is seen by the city's intake role only.
    """

    class UrbanRural(models.TextChoices):
        URBAN = "urban", "城镇"
        RURAL = "rural", "乡村"

    code = models.BigIntegerField(unique=True, null=True, blank=True, verbose_name="区划代码")
    name = models.CharField(max_length=60, verbose_name="名称")
    level = models.CharField(max_length=10, verbose_name="级别")
    kind = models.CharField(max_length=24, verbose_name="类型")
    urban_rural = models.CharField(max_length=5, choices=UrbanRural.choices, blank=True, verbose_name="城乡类型")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", verbose_name="上级")
    valid_from = models.DateField(verbose_name="设立日期")
    valid_to = models.DateField(null=True, blank=True, verbose_name="撤销日期")

    class Meta:
        verbose_name = verbose_name_plural = "区划"
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                condition=Q(code__isnull=False) | Q(kind="jurisdiction"), name="areas_area_has_code"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="areas_area_ends_after_start",
            ),
        )
        indexes = (models.Index(fields=("parent",), name="areas_area_below"),)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A town (or village) that a jurisdiction without a code administers; its county no longer does meanwhile."""

    jurisdiction = models.ForeignKey(Area, models.PROTECT, related_name="members", verbose_name="管辖区")
    member = models.ForeignKey(Area, models.PROTECT, related_name="jurisdictions", verbose_name="成员")
    starts = models.DateField(verbose_name="起始日期")
    ends = models.DateField(null=True, blank=True, verbose_name="终止日期")

    class Meta:
        verbose_name = verbose_name_plural = "管辖关系"
        constraints = (
            models.UniqueConstraint(fields=("member",), condition=Q(ends__isnull=True), name="areas_membership_once"),
        )


class AreaChange(models.Model):
    """A dated merge, split, rename or transfer: what was done, to what, and how many rows moved."""

    class Kind(models.TextChoices):
        RENAME = "rename", "更名"
        RECODE = "recode", "变更代码"
        MERGE = "merge", "合并"
        SPLIT = "split", "拆分"
        TRANSFER = "transfer", "划转"

    kind = models.CharField(max_length=10, choices=Kind.choices, verbose_name="类别")
    effective = models.DateField(verbose_name="生效日期")
    done_at = models.DateTimeField(auto_now_add=True, verbose_name="办理时间")
    done_by = models.BigIntegerField(null=True, verbose_name="办理人编号")
    document = models.CharField(max_length=200, blank=True, verbose_name="批准文件")
    detail = models.JSONField(default=dict, verbose_name="内容")
    moved = models.JSONField(default=dict, verbose_name="迁移行数")

    class Meta:
        verbose_name = verbose_name_plural = "区划变更"
        ordering = ("-effective", "-id")


sorted_fields(Area, OPEN, "*")
sorted_fields(Membership, OPEN, "*")
sorted_fields(AreaChange, OPEN, "*")
