"""What a person decided about a target read in a document: which indicator it is, and that it was read right."""

from __future__ import annotations

from django.db import models

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.scoped import Scoped


class Promise(Scoped):
    """One target of a document as it was confirmed. Read otherwise later, it has to be confirmed anew."""

    LOCK = "work"

    area_code = models.BigIntegerField(verbose_name="区划")
    # The document's slug, and the row of its table; both are the same in its next edition.
    document = models.SlugField(max_length=60, verbose_name="文件代号")
    key = models.CharField(max_length=64, verbose_name="行标识")
    # As the document writes them: the same name in another document of the area is the same indicator.
    name = models.CharField(max_length=200, verbose_name="文件中的名称")
    unit = models.CharField(max_length=20, blank=True, verbose_name="文件中的单位")
    # An id of policy/indicators; '' = none of them.
    indicator = models.SlugField(max_length=60, blank=True, verbose_name="指标")
    year = models.SmallIntegerField(null=True, verbose_name="年份")
    # In the indicator's unit.
    value = models.FloatField(verbose_name="目标")
    decided_by_name = models.CharField(max_length=150, verbose_name="核对人")
    decided_at = models.DateTimeField(auto_now=True, verbose_name="核对时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "文件目标"
        ordering = ("area_code", "document", "id")
        constraints = (
            models.UniqueConstraint(fields=("area_code", "document", "key"), name="indicators_promise_once"),
        )


sorted_fields(Promise, PERSONAL, "decided_by_name")
sorted_fields(
    Promise, OPEN, "id", "area_code", "document", "key", "name", "unit", "indicator", "year", "value", "decided_at",
)  # fmt: skip
