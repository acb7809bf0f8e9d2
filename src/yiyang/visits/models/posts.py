"""Who looks in: the visitor of each village, his days off, and alerts that add visits."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.scoped import Scoped

USER = settings.AUTH_USER_MODEL


class Post(Scoped):
    """A village and its one named visitor, with a deputy; dated, so that it stays known who it was."""

    LOCK = "work"

    area_code = models.BigIntegerField(verbose_name="村（社区）")
    visitor = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name="探访员")
    deputy = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name="替补")
    # What he brings: keys of policy/visits.yaml `skills`.
    skills = models.JSONField(default=list, verbose_name="技能")
    minutes_a_day = models.SmallIntegerField(default=360, verbose_name="每日可用分钟")
    starts = models.DateField(verbose_name="起始日")
    ends = models.DateField(null=True, verbose_name="截止日")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "探访岗"
        ordering = ("area_code",)
        constraints = (
            models.UniqueConstraint(fields=("area_code",), condition=Q(ends=None), name="visits_post_one_now"),
        )


class Absence(models.Model):
    """Days on which a visitor does not work."""

    visitor = models.ForeignKey(USER, models.CASCADE, related_name="+", verbose_name="探访员")
    first = models.DateField(verbose_name="第一天")
    last = models.DateField(verbose_name="最后一天")
    reason = models.CharField(max_length=100, blank=True, verbose_name="原因")
    noted_by_name = models.CharField(max_length=150, verbose_name="登记人")

    class Meta:
        verbose_name = verbose_name_plural = "不在岗"
        ordering = ("first",)


class Alert(Scoped):
    """Heat, cold, flood, an epidemic: more visits in an area for some days."""

    LOCK = "work"

    area_code = models.BigIntegerField(verbose_name="区划")
    # A key of policy/visits.yaml `alerts`: what it adds, for whom.
    kind = models.SlugField(max_length=20, verbose_name="种类")
    words = models.CharField(max_length=400, verbose_name="说明")
    first = models.DateField(verbose_name="第一天")
    last = models.DateField(verbose_name="最后一天")
    made_by_name = models.CharField(max_length=150, verbose_name="发布人")
    made_at = models.DateTimeField(auto_now_add=True, verbose_name="发布时间")
    ended_at = models.DateTimeField(null=True, verbose_name="解除时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "预警"
        ordering = ("-first",)


sorted_fields(Post, OPEN, "*")
sorted_fields(Absence, PERSONAL, "reason")
sorted_fields(Absence, OPEN, "id", "visitor", "first", "last", "noted_by_name")
sorted_fields(Alert, OPEN, "*")
