"""Figures: what was measured of an area at a time, what a unit reported, and how each came about."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.ranges import ALL
from yiyang.access.scope import Scope
from yiyang.access.scoped import Scoped
from yiyang.indicators.promises.models import Promise
from yiyang.indicators.publication.models import PrivacySpending, ProtectedTable, PublishedTable

__all__ = ["Figure", "Measurement", "PrivacySpending", "Promise", "ProtectedTable", "PublishedTable", "Reported"]


class OfFigures(Scoped):
    """Rows that are seen where figures may be seen or entered: no other right there suffices."""

    LOCK = "work"

    class Meta(Scoped.Meta):
        abstract = True

    @classmethod
    def scope_q(cls, scope: Scope) -> Q:
        """The first lock as a condition."""
        reach = scope.where("figure.read") | scope.where("figure.enter")
        return Q() if scope.work == ALL else reach.q("area_code")


class Measurement(OfFigures):
    """One measuring of everything in an area for one day, as known on another; its figures hang on it."""

    class State(models.TextChoices):
        ORDERED = "ordered", "排队中"
        RUNNING = "running", "测量中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"

    area_code = models.BigIntegerField(verbose_name="区划")
    on = models.DateField(verbose_name="统计日期")
    # What became known later does not count.
    known = models.DateField(verbose_name="获知日期")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ORDERED, verbose_name="状态")
    # Dataset → where its rows came from: a run's number and hash, the registry in two times, the rooms' tables.
    basis = models.JSONField(default=dict, verbose_name="数据来源")
    figures = models.IntegerField(default=0, verbose_name="数值个数")
    seconds = models.FloatField(default=0, verbose_name="用时（秒）")
    problems = models.JSONField(default=list, verbose_name="问题")
    ordered_by = models.BigIntegerField(null=True, verbose_name="下达人编号")
    ordered_by_name = models.CharField(max_length=150, verbose_name="下达人")
    ordered_at = models.DateTimeField(auto_now_add=True, verbose_name="下达时间")
    done_at = models.DateTimeField(null=True, verbose_name="完成时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "指标测量"
        ordering = ("-id",)
        constraints = (
            # By it `areas.following` knows that the row stays with its area when two become one.
            models.UniqueConstraint(fields=("area_code", "id"), name="indicators_measurement_of_its_area"),
            models.UniqueConstraint(
                fields=("area_code", "on", "known"),
                condition=Q(state__in=["ordered", "running"]),
                name="indicators_measurement_one_under_way",
            ),
        )


class Reported(OfFigures):
    """A figure that a unit entered because no room measures it. A correction replaces it; nothing is overwritten."""

    class State(models.TextChoices):
        IN_FORCE = "in_force", "有效"
        REPLACED = "replaced", "已更正"
        WITHDRAWN = "withdrawn", "已撤回"

    area_code = models.BigIntegerField(verbose_name="区划")
    # An id of policy/indicators.
    indicator = models.SlugField(max_length=60, verbose_name="指标")
    on = models.DateField(verbose_name="统计日期")
    numerator = models.FloatField(null=True, verbose_name="分子")
    denominator = models.FloatField(null=True, verbose_name="分母")
    value = models.FloatField(verbose_name="数值")
    source = models.CharField(max_length=200, verbose_name="来源")
    # A zone without a code of its own (东部经开区), by name; the area is then its city, whose figure this is not.
    zone = models.CharField(max_length=60, blank=True, verbose_name="开发区")
    # The county whose figure holds the zone's already; None of a zone = it is in nobody's and is added up apart.
    within = models.BigIntegerField(null=True, verbose_name="已计入")
    note = models.CharField(max_length=400, blank=True, verbose_name="佐证说明")
    state = models.CharField(max_length=9, choices=State.choices, default=State.IN_FORCE, verbose_name="状态")
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="更正为")
    # Of the sheet with which it came; the same sheet again changes nothing.
    sheet_sha256 = models.CharField(max_length=64, blank=True, verbose_name="表格指纹")
    is_synthetic = models.BooleanField(default=False, verbose_name="虚构数据")
    entered_by = models.BigIntegerField(null=True, verbose_name="填报人编号")
    entered_by_name = models.CharField(max_length=150, verbose_name="填报人")
    entered_at = models.DateTimeField(auto_now_add=True, verbose_name="填报时间")
    reason = models.CharField(max_length=400, blank=True, verbose_name="更正或撤回理由")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "填报指标"
        ordering = ("-id",)
        constraints = (
            # As above: what was reported of an area stays its own.
            models.UniqueConstraint(fields=("area_code", "id"), name="indicators_reported_of_its_area"),
            models.UniqueConstraint(
                fields=("indicator", "area_code", "on", "zone"),
                condition=Q(state="in_force"),
                name="indicators_reported_one_in_force",
            ),
        )


class Figure(OfFigures):
    """An indicator of an area on a day, measured, reported or added up, as known on a day. It names nobody."""

    class Source(models.TextChoices):
        MEASURED = "measured", "实测"
        REPORTED = "reported", "填报"
        # Added up from what all areas one level below have reported.
        SUMMED = "summed", "汇总"

    area_code = models.BigIntegerField(verbose_name="区划")
    # An id of policy/indicators.
    indicator = models.SlugField(max_length=60, verbose_name="指标")
    on = models.DateField(verbose_name="统计日期")
    known = models.DateField(verbose_name="获知日期")
    source = models.CharField(max_length=8, choices=Source.choices, verbose_name="来源")
    numerator = models.FloatField(null=True, verbose_name="分子")
    # None of a count.
    denominator = models.FloatField(null=True, verbose_name="分母")
    # None where there is nothing to divide by.
    value = models.FloatField(null=True, verbose_name="数值")
    # Of what the area above counts, this one's place: the size of the area (10**6 a county), for lists of one level.
    size = models.BigIntegerField(verbose_name="级别")
    formula_hash = models.CharField(max_length=64, blank=True, verbose_name="公式指纹")
    measurement = models.ForeignKey(
        Measurement, models.CASCADE, null=True, related_name="rows", db_index=False, verbose_name="测量"
    )
    reported = models.ForeignKey(
        Reported, models.CASCADE, null=True, related_name="+", db_index=False, verbose_name="填报"
    )
    # The newest knowledge of its indicator, area, day and source.
    is_current = models.BooleanField(default=True, verbose_name="最新")
    is_synthetic = models.BooleanField(default=False, verbose_name="虚构数据")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "指标数值"
        ordering = ("area_code", "indicator", "on")
        indexes = (
            models.Index(fields=("area_code", "on"), name="indicators_figure_area", condition=Q(is_current=True)),
            models.Index(
                fields=("indicator", "on", "size", "area_code"),
                name="indicators_figure_of",
                condition=Q(is_current=True),
            ),
            models.Index(fields=("measurement",), name="indicators_figure_measured"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("indicator", "area_code", "on", "source", "known"), name="indicators_figure_once"
            ),
        )


sorted_fields(Measurement, PERSONAL, "ordered_by_name")
sorted_fields(
    Measurement, OPEN, "id", "area_code", "on", "known", "state", "basis", "figures", "seconds", "problems",
    "ordered_by", "ordered_at", "done_at",
)  # fmt: skip
sorted_fields(Reported, PERSONAL, "entered_by_name")
sorted_fields(
    Reported, OPEN, "id", "area_code", "indicator", "on", "numerator", "denominator", "value", "source", "zone",
    "within", "note", "state", "replaced_by", "sheet_sha256", "is_synthetic", "entered_by", "entered_at", "reason",
)  # fmt: skip
sorted_fields(Figure, OPEN, "*")
