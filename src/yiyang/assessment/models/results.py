"""What came out: results, who objects to them, who relied on them, and which are drawn to be made again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.ranges import NO_AREA
from yiyang.access.scoped import Scoped
from yiyang.assessment.models.requests import Request
from yiyang.registry.models import Person


class Result(Scoped):
    """What came out, with a certificate that anybody can verify without seeing health data."""

    PERSON = "person_id"

    class State(models.TextChoices):
        VALID = "valid", "有效"
        CONTESTED = "contested", "有异议"
        REPLACED = "replaced", "已被替代"
        WITHDRAWN = "withdrawn", "已撤销"

    number = models.CharField(max_length=24, unique=True, verbose_name="证书编号")
    # In the QR code: cannot be guessed.
    token = models.CharField(max_length=32, unique=True, verbose_name="查验码")
    request = models.OneToOneField(Request, models.PROTECT, related_name="result", verbose_name="评估申请")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False, verbose_name="老年人")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="居住地")
    instrument = models.SlugField(max_length=40, verbose_name="评估标准")
    version = models.CharField(max_length=20, verbose_name="标准版本")
    # Level as the scale numbers it (0 = none), the level before the scale's own changes of level, and the points.
    level = models.SmallIntegerField(verbose_name="等级")
    level_by_points = models.SmallIntegerField(verbose_name="按分值的等级")
    points = models.IntegerField(null=True, verbose_name="总分")
    # Points by part, rules that changed the level.
    parts = models.JSONField(default=dict, verbose_name="分项")
    rules = models.JSONField(default=list, verbose_name="等级变更依据")
    assessed_on = models.DateField(verbose_name="评估日期")
    valid_from = models.DateField(verbose_name="生效日期")
    valid_to = models.DateField(verbose_name="有效期至")
    state = models.CharField(max_length=10, choices=State.choices, default=State.VALID, verbose_name="状态")
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="替代为")
    # What it changed of the person's entitlements, by the lists in force when it was issued (`effects.py`).
    effect = models.JSONField(default=list, verbose_name="带来的变化")
    # What the files said then of the facts that policy watches: a graver value since is a reason to assess again.
    known = models.JSONField(default=dict, verbose_name="评估时的档案情况")
    # The delivery that made it a fact (registry), to be taken back with it.
    delivery = models.BigIntegerField(null=True, verbose_name="入库批次")
    issued_by_name = models.CharField(max_length=150, verbose_name="签发人")
    issued_at = models.DateTimeField(auto_now_add=True, verbose_name="签发时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "评估结果"
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("person", "instrument", "state"), name="assessment_result_person"),
            models.Index(fields=("state", "area_code", "valid_to"), name="assessment_result_due"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("person", "instrument"),
                condition=Q(state__in=["valid", "contested"]),
                name="assessment_result_one_valid",
            ),
        )


class Objection(models.Model):
    """Somebody does not agree with a result: assessed again by others, or answered."""

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        AGAIN = "again", "复评中"
        UPHELD = "upheld", "维持"
        CHANGED = "changed", "改正"
        WITHDRAWN = "withdrawn", "已撤回"

    result = models.ForeignKey(Result, models.PROTECT, related_name="objections", verbose_name="评估结果")
    reason = models.CharField(max_length=1000, verbose_name="理由")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN, verbose_name="状态")
    raised_by_name = models.CharField(max_length=150, verbose_name="提出人")
    raised_at = models.DateTimeField(auto_now_add=True, verbose_name="提出时间")
    due = models.DateField(verbose_name="处理期限")
    request = models.ForeignKey(Request, models.PROTECT, null=True, related_name="+", verbose_name="复评申请")
    answer = models.CharField(max_length=1000, blank=True, verbose_name="答复")
    answered_by_name = models.CharField(max_length=150, blank=True, verbose_name="答复人")
    answered_at = models.DateTimeField(null=True, verbose_name="答复时间")

    class Meta:
        verbose_name = verbose_name_plural = "评估异议"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("result",), condition=Q(state__in=["open", "again"]), name="assessment_objection_one_open"
            ),
        )


class Use(models.Model):
    """A result that somebody relied on: which department, when, for what."""

    result = models.ForeignKey(Result, models.PROTECT, related_name="uses", verbose_name="评估结果")
    # A key of policy/assessment.yaml `purposes`.
    purpose = models.SlugField(max_length=40, verbose_name="用途")
    department = models.CharField(max_length=60, verbose_name="采用部门")
    about = models.CharField(max_length=60, blank=True, verbose_name="事项")
    at = models.DateTimeField(auto_now_add=True, verbose_name="时间")
    by_name = models.CharField(max_length=150, verbose_name="经办人")

    class Meta:
        verbose_name = verbose_name_plural = "结果采用"
        ordering = ("-id",)


class Draw(Scoped):
    """A random share of a month's results to be assessed again, so drawn that anybody can draw it again."""

    LOCK = "work"

    area_code = models.BigIntegerField(verbose_name="区划")
    month = models.CharField(max_length=7, verbose_name="月份")
    # Published before the pool was known.
    seed = models.CharField(max_length=64, verbose_name="种子")
    seed_from = models.CharField(max_length=200, verbose_name="种子来源")
    # SHA-256 over the sorted certificate numbers.
    pool_hash = models.CharField(max_length=64, verbose_name="名录指纹")
    pool = models.JSONField(verbose_name="名录")
    # Left out before the draw: certificate number → why.
    excluded = models.JSONField(default=dict, verbose_name="事先排除")
    share = models.DecimalField(max_digits=5, decimal_places=4, verbose_name="比例")
    drawn = models.JSONField(verbose_name="抽中")
    drawn_by_name = models.CharField(max_length=150, verbose_name="抽取人")
    drawn_at = models.DateTimeField(auto_now_add=True, verbose_name="抽取时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "随机抽查"
        constraints = (models.UniqueConstraint(fields=("area_code", "month"), name="assessment_draw_once"),)


sorted_fields(Draw, OPEN, "*")
for model in (Result, Objection, Use):
    sorted_fields(model, PERSONAL, "*")
