"""A list on its way: drafted, checked by law, approved, issued, filed with the level above; each by another person."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.scoped import Scoped


class Revision(Scoped):
    """One version of an area's list: a draft, or what was issued. An issued one never changes."""

    LOCK = "work"

    class State(models.TextChoices):
        DRAFT = "draft", "修订中"
        LEGAL = "legal", "合法性审查"
        APPROVAL = "approval", "待审定"
        TO_ISSUE = "to_issue", "待发布"
        ISSUED = "issued", "已发布"
        FILED = "filed", "已备案"
        SENT_BACK = "sent_back", "已退回"
        DROPPED = "dropped", "已作废"

    area_code = models.BigIntegerField(verbose_name="区划")
    version = models.CharField(max_length=40, verbose_name="版本")
    title = models.CharField(max_length=200, verbose_name="名称")
    reason = models.CharField(max_length=1000, verbose_name="修订说明")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT, verbose_name="状态")
    starts = models.DateField(verbose_name="施行日期")
    # The list as files: {"list.yaml": text, "<item>.yaml": text, "<item>.cases.yaml": text}
    files = models.JSONField(default=dict, verbose_name="清单内容")
    base = models.JSONField(default=dict, verbose_name="修订前内容")
    hash = models.CharField(max_length=64, blank=True, verbose_name="清单指纹")
    # The floor as it was found at the last step: {"holds": bool, "worse": [...], "checked_at": …}
    floor = models.JSONField(default=dict, verbose_name="对照上级清单")
    problems = models.JSONField(default=list, verbose_name="问题")
    # What was below the floor before, as the legal officer explains it: {item: {"reason": …, "until": …, "by_name": …}}
    declared = models.JSONField(default=dict, verbose_name="既有差距的说明")
    edition = models.IntegerField(default=0, verbose_name="编辑次数")
    made_by = models.BigIntegerField(verbose_name="修订人编号")
    made_by_name = models.CharField(max_length=150, verbose_name="修订人")
    made_at = models.DateTimeField(auto_now_add=True, verbose_name="建立时间")
    issued_at = models.DateTimeField(null=True, verbose_name="发布时间")
    filed_at = models.DateTimeField(null=True, verbose_name="备案时间")
    exported_at = models.DateTimeField(null=True, verbose_name="导出时间")
    changed_at = models.DateTimeField(auto_now=True, verbose_name="更新时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "清单修订"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("area_code",),
                condition=Q(state__in=["draft", "legal", "approval", "to_issue", "sent_back"]),
                name="revisions_revision_one_open",
            ),
            models.UniqueConstraint(
                fields=("area_code", "version"), condition=~Q(state="dropped"), name="revisions_revision_version"
            ),
        )


class Act(models.Model):
    """What was done to a revision: by whom, when, with which opinion. Nobody does two of its steps."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="acts", verbose_name="清单修订")
    slug = models.SlugField(max_length=20, verbose_name="步骤")
    part = models.SlugField(max_length=10, verbose_name="环节")
    from_state = models.CharField(max_length=10, blank=True, verbose_name="原状态")
    to_state = models.CharField(max_length=10, choices=Revision.State.choices, verbose_name="新状态")
    at = models.DateTimeField(auto_now_add=True, verbose_name="时间")
    by = models.BigIntegerField(verbose_name="办理人编号")
    by_name = models.CharField(max_length=150, verbose_name="办理人")
    opinion = models.CharField(max_length=1000, blank=True, verbose_name="意见")
    floor_holds = models.BooleanField(null=True, verbose_name="不低于上级")
    hash = models.CharField(max_length=64, blank=True, verbose_name="清单指纹")

    class Meta:
        verbose_name = verbose_name_plural = "清单办理记录"
        ordering = ("id",)


sorted_fields(Revision, PERSONAL, "made_by_name")
sorted_fields(
    Revision, OPEN, "id", "area_code", "version", "title", "reason", "state", "starts", "files", "base", "hash",
    "floor", "problems", "declared", "edition", "made_by", "made_at", "issued_at", "filed_at", "exported_at",
    "changed_at",
)  # fmt: skip
sorted_fields(Act, PERSONAL, "by_name")
sorted_fields(
    Act, OPEN, "id", "revision", "slug", "part", "from_state", "to_state", "at", "by", "opinion", "floor_holds", "hash",
)  # fmt: skip
