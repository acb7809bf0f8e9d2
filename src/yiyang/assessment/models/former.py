"""Results of the years before GB/T 42195: kept as they were given, beside the results of today and never among them."""

from __future__ import annotations

from django.db import models

from yiyang.access.fields import PERSONAL, sorted_fields
from yiyang.access.ranges import NO_AREA
from yiyang.access.scoped import Scoped
from yiyang.registry.models import Person


class FormerResult(Scoped):
    """What was found under a former standard: no fact, never relied on, never converted."""

    PERSON = "person_id"

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False, verbose_name="老年人")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="居住地")
    instrument = models.SlugField(max_length=40, verbose_name="评估标准")
    version = models.CharField(max_length=20, verbose_name="标准版本")
    # As the former standard numbers it: of four, where today's has five.
    level = models.SmallIntegerField(verbose_name="旧等级")
    assessed_on = models.DateField(verbose_name="评估日期")
    agency = models.CharField(max_length=100, blank=True, verbose_name="评估机构")
    number = models.CharField(max_length=60, blank=True, verbose_name="原编号")
    kept_by_name = models.CharField(max_length=150, verbose_name="登记人")
    kept_at = models.DateTimeField(auto_now_add=True, verbose_name="登记时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "旧标准评估结果"
        ordering = ("-assessed_on", "-id")
        indexes = (models.Index(fields=("area_code", "id"), name="assessment_former_area"),)
        constraints = (
            models.UniqueConstraint(fields=("person", "instrument", "assessed_on"), name="assessment_former_once"),
        )


sorted_fields(FormerResult, PERSONAL, "*")
