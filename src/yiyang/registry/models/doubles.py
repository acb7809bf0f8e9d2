"""Files that may be one person's."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yiyang.access.fields import PERSONAL, sorted_fields
from yiyang.access.ranges import NO_AREA
from yiyang.access.scoped import Scoped
from yiyang.registry.models.deliveries import Delivery
from yiyang.registry.models.people import Person


class PossibleDouble(Scoped):
    """Two files, or a row without an id number and a file, that may be one person: for a clerk to judge."""

    class State(models.TextChoices):
        OPEN = "open", "待判定"
        SAME = "same", "同一人"
        DIFFERENT = "different", "不是同一人"
        UNDONE = "undone", "已撤销"

    SCOPE = ("area_code", "other_area_code")

    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name="档案")
    other = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name="另一份档案")
    register = models.SlugField(max_length=60, blank=True, verbose_name="登记册")
    row_key = models.BigIntegerField(null=True, verbose_name="无证件号的行")
    row = models.JSONField(default=dict, verbose_name="行内容")
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, verbose_name="数据交付")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="区划")
    other_area_code = models.BigIntegerField(default=NO_AREA, verbose_name="另一区划")
    probability = models.FloatField(verbose_name="匹配概率")
    levels = models.JSONField(default=dict, verbose_name="各项比较")
    is_automatic = models.BooleanField(default=False, verbose_name="自动判定")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN, verbose_name="状态")
    judged_by_name = models.CharField(max_length=150, blank=True, verbose_name="判定人")
    judged_at = models.DateTimeField(null=True, verbose_name="判定时间")
    reason = models.CharField(max_length=400, blank=True, verbose_name="理由")
    undo = models.JSONField(default=dict, verbose_name="撤销所需")
    # Closed because nothing was left to decide; unlike a decision, that does not last.
    is_moot = models.BooleanField(default=False, db_default=False, verbose_name="已无须判定")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "疑似同一人"
        ordering = ("-probability", "id")
        indexes = (
            models.Index(fields=("state", "-probability"), name="registry_double_open"),
            models.Index(fields=("area_code",), name="registry_double_area"),
            models.Index(fields=("other_area_code",), name="registry_double_other_area"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("register", "row_key", "person"), condition=Q(row_key__isnull=False), name="registry_double_row"
            ),
            models.UniqueConstraint(
                fields=("person", "other"), condition=Q(row_key__isnull=True), name="registry_double_pair"
            ),
        )


sorted_fields(PossibleDouble, PERSONAL, "*")
