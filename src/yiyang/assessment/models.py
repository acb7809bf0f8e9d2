"""Ability assessment: agencies and assessors, from the request to a result that every department recognises.

Scales are data (`policy/instruments/`); a form keeps the answers sealed, and which version of which scale scored it.
"""

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
from yiyang.registry.models import Person


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


class Request(Scoped):
    """An assessment on its way: asked for, planned, done, signed, checked, issued."""

    PERSON = "person_id"

    class Kind(models.TextChoices):
        FIRST = "first", "首次评估"
        ROUTINE = "routine", "常规评估"
        IMMEDIATE = "immediate", "即时评估"
        DISPUTE = "dispute", "复评"
        SAMPLE = "sample", "抽查复评"

    class Channel(models.TextChoices):
        SELF = "self", "本人或家属"
        TOWNSHIP = "township", "乡镇（街道）"
        UNKNOWN = "unknown", "待了解清单"
        HOSPITAL = "hospital", "医疗机构"
        HOME = "home", "养老机构"
        DUE = "due", "到期复评"
        SAMPLE = "sample", "随机抽查"

    class State(models.TextChoices):
        REQUESTED = "requested", "待安排"
        PLANNED = "planned", "已安排"
        FILLED = "filled", "待签字"
        SIGNED = "signed", "待质控"
        RETURNED = "returned", "退回重填"
        ISSUED = "issued", "已出结果"
        REFUSED = "refused", "不予受理"
        CANCELLED = "cancelled", "已取消"

    number = models.CharField(max_length=24, unique=True, verbose_name="申请编号")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False, verbose_name="老年人")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="居住地")
    instrument = models.SlugField(max_length=40, verbose_name="评估标准")
    kind = models.CharField(max_length=10, choices=Kind.choices, verbose_name="评估类型")
    channel = models.CharField(max_length=10, choices=Channel.choices, verbose_name="来源")
    # What the result is wanted for: keys of policy/assessment.yaml `purposes`.
    purposes = models.JSONField(default=list, verbose_name="用途")
    reason = models.CharField(max_length=400, blank=True, verbose_name="说明")
    # Credit code of the home or provider that would care for him: who sells to him does not assess him.
    provider_code = models.CharField(max_length=18, blank=True, verbose_name="提出的服务机构")
    # Why again, although a result is still valid.
    again_because = models.CharField(max_length=400, blank=True, verbose_name="重复评估理由")
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED, verbose_name="状态")
    state_since = models.DateTimeField(auto_now_add=True, verbose_name="进入状态时间")
    due = models.DateField(null=True, verbose_name="办理期限")
    # Together with the yearly health check of those of 65 and over, on its day.
    with_check = models.BooleanField(default=False, verbose_name="与健康体检同日")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+", verbose_name="评估机构")
    lead = models.ForeignKey(Assessor, models.PROTECT, null=True, related_name="+", verbose_name="主评估员")
    second = models.ForeignKey(Assessor, models.PROTECT, null=True, related_name="+", verbose_name="第二评估员")
    appointed = models.DateTimeField(null=True, verbose_name="约定时间")
    place = models.CharField(max_length=200, blank=True, verbose_name="评估地点")
    # The result that is contested or sampled: others than those who made it assess again.
    contested = models.ForeignKey("Result", models.PROTECT, null=True, related_name="+", verbose_name="有异议的结果")
    asked_by = models.BigIntegerField(null=True, verbose_name="提出人编号")
    asked_by_name = models.CharField(max_length=150, verbose_name="提出人")
    asked_at = models.DateTimeField(auto_now_add=True, verbose_name="提出时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "评估申请"
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("state", "area_code", "due", "id"), name="assessment_request_work"),
            models.Index(fields=("person", "instrument"), name="assessment_request_person"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("person", "instrument"),
                condition=~Q(state__in=["issued", "refused", "cancelled"]) & ~Q(kind="sample"),
                name="assessment_request_one_open",
            ),
        )


class RequestStep(models.Model):
    """A change of a request's state: who, when, why. Added to, never changed."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="steps", verbose_name="评估申请")
    from_state = models.CharField(max_length=10, blank=True, verbose_name="原状态")
    to_state = models.CharField(max_length=10, choices=Request.State.choices, verbose_name="新状态")
    at = models.DateTimeField(auto_now_add=True, verbose_name="时间")
    by = models.BigIntegerField(null=True, verbose_name="办理人编号")
    by_name = models.CharField(max_length=150, verbose_name="办理人")
    reason = models.CharField(max_length=400, blank=True, verbose_name="理由")

    class Meta:
        verbose_name = verbose_name_plural = "评估办理记录"
        ordering = ("id",)


class Form(models.Model):
    """A form as it was filled in: never changed; one that was sent back is followed by another.

    `answers` is the JSON of item → option, beside what decides changes of level; the platform scores it, nobody else.
    """

    request = models.ForeignKey(Request, models.PROTECT, related_name="forms", verbose_name="评估申请")
    version = models.CharField(max_length=20, verbose_name="标准版本")
    answers = SealedTextField(verbose_name="评估内容")
    sha256 = models.CharField(max_length=64, verbose_name="指纹")
    filled_by = models.ForeignKey(Assessor, models.PROTECT, related_name="+", verbose_name="填写人")
    # The outbox entry with which it came in; one entry makes one form.
    entry = models.UUIDField(null=True, unique=True, verbose_name="外出记录")
    began_at = models.DateTimeField(verbose_name="开始时间")
    ended_at = models.DateTimeField(verbose_name="完成时间")
    received_at = models.DateTimeField(auto_now_add=True, verbose_name="收到时间")
    is_current = models.BooleanField(default=True, verbose_name="有效")

    class Meta:
        verbose_name = verbose_name_plural = "评估表"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("request",), condition=Q(is_current=True), name="assessment_form_current"),
        )


class Signature(models.Model):
    """An assessor's signature under exactly these answers."""

    form = models.ForeignKey(Form, models.CASCADE, related_name="signatures", verbose_name="评估表")
    assessor = models.ForeignKey(Assessor, models.PROTECT, related_name="+", verbose_name="评估人员")
    sha256 = models.CharField(max_length=64, verbose_name="指纹")
    signed_at = models.DateTimeField(verbose_name="签字时间")

    class Meta:
        verbose_name = verbose_name_plural = "签字"
        constraints = (models.UniqueConstraint(fields=("form", "assessor"), name="assessment_signature_once"),)


class Check(models.Model):
    """Somebody looked at a signed form: passed it, or sent it back and said why."""

    form = models.ForeignKey(Form, models.CASCADE, related_name="checks", verbose_name="评估表")
    passed = models.BooleanField(verbose_name="通过")
    # Found by the platform (contradicting answers, too quick, far away) and what the checker says.
    findings = models.JSONField(default=list, verbose_name="发现")
    words = models.CharField(max_length=400, blank=True, verbose_name="意见")
    by = models.BigIntegerField(verbose_name="质控人编号")
    by_name = models.CharField(max_length=150, verbose_name="质控人")
    at = models.DateTimeField(auto_now_add=True, verbose_name="时间")

    class Meta:
        verbose_name = verbose_name_plural = "质量控制"
        ordering = ("id",)


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


sorted_fields(Agency, PERSONAL, "phone")
sorted_fields(
    Agency, OPEN, "id", "name", "credit_code", "area_code", "seat_code", "licence", "valid_from", "valid_to", "a_month",
    "sells_care", "related_codes", "is_active",
)  # fmt: skip
sorted_fields(Assessor, PERSONAL, "kin", "certificate")
sorted_fields(Assessor, OPEN, "id", "agency", "user", "training", "valid_from", "valid_to", "a_week", "is_active")
sorted_fields(Draw, OPEN, "*")
for model in (Request, RequestStep, Form, Signature, Check, Result, Objection, Use):
    sorted_fields(model, PERSONAL, "*")
