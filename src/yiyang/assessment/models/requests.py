"""A request on its way, and the forms that are filled in, signed and checked for it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yiyang.access.fields import PERSONAL, sorted_fields
from yiyang.access.ranges import NO_AREA
from yiyang.access.scoped import Scoped
from yiyang.access.sealed import SealedTextField
from yiyang.assessment.models.agencies import Agency, Assessor
from yiyang.registry.models import Person


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
        HINT = "hint", "情况变化"

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
    # Of one that opened by itself: what has happened (`hints.py`); one cause opens one request.
    cause = models.CharField(max_length=200, blank=True, verbose_name="触发原因")
    # Why again, although a result is still valid.
    again_because = models.CharField(max_length=400, blank=True, verbose_name="重复评估理由")
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED, verbose_name="状态")
    state_since = models.DateTimeField(auto_now_add=True, verbose_name="进入状态时间")
    due = models.DateField(null=True, verbose_name="办理期限")
    # Which level above who is responsible has been told that the step is late: 0 = none, 1 = the county, 2 = the city.
    escalated = models.SmallIntegerField(default=0, verbose_name="督办层级")
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
            models.UniqueConstraint(
                fields=("person", "instrument", "cause"), condition=~Q(cause=""), name="assessment_request_one_a_cause"
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


for model in (Request, RequestStep, Form, Signature, Check):
    sorted_fields(model, PERSONAL, "*")
