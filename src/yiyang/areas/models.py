"""Areas as the platform's users administer them: a tree by id, whose 12-digit code is the path rows are found by."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields


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
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="absorbed", verbose_name="并入"
    )

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
    """A dated merge, split, rename, recode or transfer: what was asked, under which document, and what moved."""

    class Kind(models.TextChoices):
        RENAME = "rename", "更名"
        RECODE = "recode", "变更代码"
        MERGE = "merge", "合并"
        SPLIT = "split", "拆分"
        TRANSFER = "transfer", "划转"

    class State(models.TextChoices):
        PLANNED = "planned", "待生效"
        DONE = "done", "已办理"
        UNDONE = "undone", "已撤销"
        CANCELLED = "cancelled", "已取消"
        FAILED = "failed", "未能办理"

    kind = models.CharField(max_length=10, choices=Kind.choices, verbose_name="类别")
    state = models.CharField(max_length=10, choices=State.choices, verbose_name="状态")
    effective = models.DateField(verbose_name="生效日期")
    document = models.CharField(max_length=200, verbose_name="批准文件")
    asked = models.JSONField(default=dict, verbose_name="申请内容")
    says = models.CharField(max_length=400, verbose_name="内容")
    moved = models.JSONField(default=list, verbose_name="迁移行数")
    problems = models.JSONField(default=list, verbose_name="问题")
    ordered_by = models.BigIntegerField(null=True, verbose_name="办理人编号")
    ordered_by_name = models.CharField(max_length=150, verbose_name="办理人")
    ordered_at = models.DateTimeField(auto_now_add=True, verbose_name="受理时间")
    done_at = models.DateTimeField(null=True, verbose_name="办理时间")
    undone_by_name = models.CharField(max_length=150, blank=True, verbose_name="撤销人")
    undone_at = models.DateTimeField(null=True, verbose_name="撤销时间")

    class Meta:
        verbose_name = verbose_name_plural = "区划变更"
        ordering = ("-id",)
        indexes = (models.Index(fields=("effective",), name="areas_change_due", condition=Q(state="planned")),)


class FormerArea(models.Model):
    """What an area was until a change: its code, name and place in the tree, and from when until when."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="former", verbose_name="区划")
    change = models.ForeignKey(AreaChange, models.PROTECT, related_name="former", verbose_name="变更")
    code = models.BigIntegerField(null=True, verbose_name="原代码")
    name = models.CharField(max_length=60, verbose_name="原名称")
    parent = models.ForeignKey(Area, models.PROTECT, null=True, related_name="former_children", verbose_name="原上级")
    valid_from = models.DateField(verbose_name="起始日期")
    valid_to = models.DateField(verbose_name="终止日期")

    class Meta:
        verbose_name = verbose_name_plural = "区划沿革"
        ordering = ("-valid_to", "-id")
        indexes = (models.Index(fields=("code",), name="areas_former_code"),)


class MovedRow(models.Model):
    """A row that a merge moved from one area to another, so that the merge can be undone exactly.

    Only where two areas become one: where an area's code changes, its rows follow the code and back again.
    """

    id = models.BigAutoField(primary_key=True)
    change = models.ForeignKey(AreaChange, models.PROTECT, related_name="rows", verbose_name="变更")
    table = models.CharField(max_length=63, verbose_name="数据表")
    column = models.CharField(max_length=63, verbose_name="栏目")
    # As text: most keys are numbers, some are made on a phone.
    key = models.CharField(max_length=36, verbose_name="主键")
    old = models.BigIntegerField(verbose_name="原值")
    new = models.BigIntegerField(verbose_name="新值")

    class Meta:
        verbose_name = verbose_name_plural = "区划变更迁移"
        ordering = ("id",)


sorted_fields(Area, OPEN, "*")
sorted_fields(Membership, OPEN, "*")
sorted_fields(AreaChange, PERSONAL, "ordered_by_name", "undone_by_name")
sorted_fields(AreaChange, OPEN, "id", "kind", "state", "effective", "document", "asked", "says", "moved", "problems")
sorted_fields(AreaChange, OPEN, "ordered_by", "ordered_at", "done_at", "undone_at")
sorted_fields(FormerArea, OPEN, "*")
sorted_fields(MovedRow, PERSONAL, "key")
sorted_fields(MovedRow, OPEN, "id", "change", "table", "column", "old", "new")
