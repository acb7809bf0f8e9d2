"""Agencies that assess, and who works there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.ranges import ALL, NO_AREA
from yiyang.access.scope import Scope
from yiyang.access.scoped import Scoped
from yiyang.access.sealed import SealedTextField
from yiyang.areas import logic as areas


class Agency(Scoped):
    """An agency that assesses, for an area; it never assesses for itself as a seller of care."""

    LOCK = "work"

    name = models.CharField(max_length=100, verbose_name="名称")
    # Unified social credit code, GB 32100.
    credit_code = models.CharField(max_length=18, unique=True, verbose_name="统一社会信用代码")
    area_code = models.BigIntegerField(verbose_name="服务区划")
    # The village or town where it sits: from there its ways are reckoned.
    seat_code = models.BigIntegerField(default=NO_AREA, verbose_name="所在区划")
    licence = models.CharField(max_length=60, blank=True, verbose_name="资质证明编号")
    valid_from = models.DateField(verbose_name="资质起始日")
    valid_to = models.DateField(verbose_name="资质截止日")
    a_month = models.IntegerField(verbose_name="每月可评估人次")
    # Credit codes of providers and homes of one house with it: it does not assess their customers.
    sells_care = models.BooleanField(default=False, verbose_name="同时提供照护服务")
    related_codes = models.JSONField(default=list, verbose_name="关联服务机构")
    phone = SealedTextField(null=True, blank=True, verbose_name="联系电话")
    is_active = models.BooleanField(default=True, verbose_name="启用")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "评估机构"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def scope_q(cls, scope: Scope) -> Q:
        """Whoever works in a part of its area sees an agency, and any citizen: which there are is published."""
        if scope.work == ALL or scope.citizen is not None:
            return Q()
        above = {low - low % size for low, _ in scope.work.spans if low > 0 for _, size in areas.SIZES}
        return scope.work.q("area_code") | Q(area_code__in=above)


class Assessor(models.Model):
    """Somebody who assesses for an agency, with an account."""

    class Training(models.TextChoices):
        MEDICAL = "medical", "医疗"
        NURSING = "nursing", "护理"
        REHABILITATION = "rehabilitation", "康复"
        SOCIAL_WORK = "social_work", "社会工作"
        OTHER = "other", "其他"

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="assessors", verbose_name="评估机构")
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="assessor", verbose_name="账户")
    training = models.CharField(max_length=16, choices=Training.choices, verbose_name="专业背景")
    certificate = models.CharField(max_length=60, verbose_name="培训合格证编号")
    valid_from = models.DateField(verbose_name="资格起始日")
    valid_to = models.DateField(verbose_name="资格截止日")
    a_week = models.SmallIntegerField(default=20, verbose_name="每周可评估人次")
    # Keys of people whom he may not assess: relatives.
    kin = models.JSONField(default=list, verbose_name="须回避的人员")
    is_active = models.BooleanField(default=True, verbose_name="启用")

    class Meta:
        verbose_name = verbose_name_plural = "评估人员"
        ordering = ("agency", "id")

    @property
    def is_medical(self) -> bool:
        """Whether he counts as the one with medical or nursing training among the two."""
        return self.training in (self.Training.MEDICAL, self.Training.NURSING)


sorted_fields(Agency, PERSONAL, "phone")
sorted_fields(
    Agency, OPEN, "id", "name", "credit_code", "area_code", "seat_code", "licence", "valid_from", "valid_to", "a_month",
    "sells_care", "related_codes", "is_active",
)  # fmt: skip
sorted_fields(Assessor, PERSONAL, "kin", "certificate")
sorted_fields(Assessor, OPEN, "id", "agency", "user", "training", "valid_from", "valid_to", "a_week", "is_active")
