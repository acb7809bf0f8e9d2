"""Deliveries and what they brought: statements in two times, rows to mend, rows linked without an id number."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.scope import Scope
from yiyang.access.scoped import Scoped

STILL = 99991231
# Source of what the platform itself keeps as a delivery, on one person: a clerk's correction, a result, what a visitor
# saw. Told on the person's file, not among deliveries.
CLERK = "clerk"


class Delivery(Scoped):
    """One file of one register for one month, on its way from a department to the facts."""

    LOCK = "work"

    class State(models.TextChoices):
        RECEIVED = "received", "已收到"
        CHECKING = "checking", "检查中"
        CHECKED = "checked", "待确认"
        STOPPED = "stopped", "超限待处理"
        FAILED = "failed", "不能使用"
        ACCEPTING = "accepting", "入库中"
        ACCEPTED = "accepted", "已入库"
        REFUSED = "refused", "已退回"
        TAKING_BACK = "taking_back", "撤回中"
        TAKEN_BACK = "taken_back", "已撤回"

    register = models.SlugField(max_length=60, verbose_name="登记册")
    month = models.CharField(max_length=7, verbose_name="所属月份")
    area_code = models.BigIntegerField(verbose_name="交付区划")
    known = models.DateField(verbose_name="获知日期")
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVED, verbose_name="状态")
    file_name = models.CharField(max_length=200, verbose_name="文件名")
    file = models.CharField(max_length=200, verbose_name="存放位置")
    size = models.BigIntegerField(verbose_name="字节数")
    sha256 = models.CharField(max_length=64, verbose_name="文件指纹")
    is_synthetic = models.BooleanField(default=False, verbose_name="虚构数据")
    source = models.CharField(max_length=8, default="page", verbose_name="交付途径")  # page, api, command, clerk
    delivered_by = models.BigIntegerField(null=True, verbose_name="交付人编号")
    delivered_by_name = models.CharField(max_length=150, verbose_name="交付人")
    delivered_at = models.DateTimeField(auto_now_add=True, verbose_name="交付时间")
    decided_by_name = models.CharField(max_length=150, blank=True, verbose_name="确认人")
    decided_at = models.DateTimeField(null=True, verbose_name="确认时间")
    decision_reason = models.CharField(max_length=400, blank=True, verbose_name="确认说明")
    order = models.BigIntegerField(null=True, unique=True, verbose_name="入库次序")
    counts = models.JSONField(default=dict, verbose_name="行数")
    preview = models.JSONField(default=dict, verbose_name="预览")
    problems = models.JSONField(default=list, verbose_name="问题")
    done = models.PositiveSmallIntegerField(default=0, verbose_name="完成步数")
    steps = models.PositiveSmallIntegerField(default=0, verbose_name="总步数")
    step = models.CharField(max_length=100, blank=True, verbose_name="当前步骤")
    changed_at = models.DateTimeField(auto_now=True, verbose_name="更新时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "数据交付"
        ordering = ("-id",)
        indexes = (models.Index(fields=("register", "month"), name="registry_delivery_month"),)
        constraints = (
            # The same file twice changes nothing, and two at once cannot both be under way.
            models.UniqueConstraint(
                fields=("register", "month", "area_code", "sha256"),
                condition=~Q(state__in=["failed", "refused", "taken_back"]),
                name="registry_delivery_once",
            ),
        )

    @classmethod
    def scope_q(cls, scope: Scope) -> Q:
        within = scope.where("delivery.read").q("area_code")
        return within if scope.registers is None else within & Q(register__in=scope.registers)


class Statement(models.Model):
    """A row that a register stated, in two times: `valid_…` when it held, `known_…` when we believed it.

    The columns are those of a snapshot's `registers/<r>.parquet`, the facts in `values`. `opened` and `closed` name the
    deliveries that brought it and that ended our belief, so that a delivery can be taken back exactly.
    """

    id = models.BigAutoField(primary_key=True)
    register = models.SlugField(max_length=60, verbose_name="登记册")
    person = models.BigIntegerField(verbose_name="人员")
    valid_from = models.IntegerField(verbose_name="生效日")
    valid_to = models.IntegerField(verbose_name="失效日")
    known_from = models.IntegerField(verbose_name="获知日")
    known_to = models.IntegerField(default=STILL, verbose_name="停止采信日")
    source_file = models.CharField(max_length=200, verbose_name="来源文件")
    source_row = models.IntegerField(verbose_name="来源行")
    row_hash = models.BigIntegerField(verbose_name="内容指纹")
    state = models.SmallIntegerField(verbose_name="状态")
    values = models.JSONField(default=dict, verbose_name="内容")
    opened = models.ForeignKey(Delivery, models.PROTECT, db_index=False, related_name="+", verbose_name="入库交付")
    closed = models.ForeignKey(
        Delivery, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="停用交付"
    )

    class Meta:
        verbose_name = verbose_name_plural = "登记册陈述"
        indexes = (
            models.Index(fields=("person", "register"), name="registry_statement_person"),
            models.Index(fields=("opened",), name="registry_statement_opened"),
            models.Index(fields=("closed",), name="registry_statement_closed", condition=Q(closed__isnull=False)),
            models.Index(fields=("register",), name="registry_statement_current", condition=Q(known_to=STILL)),
        )


class QuarantineLine(models.Model):
    """A fault of a delivered row: where, what, why, and what to do."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="quarantine", verbose_name="数据交付")
    source_row = models.IntegerField(verbose_name="行号")
    field = models.CharField(max_length=60, verbose_name="栏目")
    value = models.CharField(max_length=200, null=True, verbose_name="内容")
    reason = models.CharField(max_length=60, verbose_name="原因")
    remedy = models.CharField(max_length=200, verbose_name="处理办法")

    class Meta:
        verbose_name = verbose_name_plural = "待核数据"
        ordering = ("delivery", "source_row", "id")


class LinkedRow(models.Model):
    """A delivered row without a usable id number that came in through a decision about its key."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="+", verbose_name="数据交付")
    register = models.SlugField(max_length=60, verbose_name="登记册")
    row_key = models.BigIntegerField(verbose_name="无证件号的行")
    source_row = models.IntegerField(verbose_name="行号")

    class Meta:
        verbose_name = verbose_name_plural = "关联入库的行"
        indexes = (models.Index(fields=("register", "row_key"), name="registry_linkedrow_key"),)


sorted_fields(Delivery, PERSONAL, "delivered_by_name", "decided_by_name")
sorted_fields(
    Delivery,
    OPEN,
    "id",
    "register",
    "month",
    "area_code",
    "known",
    "state",
    "file_name",
    "file",
    "size",
    "sha256",
    "is_synthetic",
    "source",
    "delivered_by",
    "delivered_at",
    "decided_at",
    "decision_reason",
    "order",
    "counts",
    "preview",
    "problems",
    "done",
    "steps",
    "step",
    "changed_at",
)
sorted_fields(Statement, PERSONAL, "person", "values", "valid_from", "valid_to", "row_hash", "state", "source_row")
sorted_fields(Statement, OPEN, "id", "register", "known_from", "known_to", "source_file", "opened", "closed")
sorted_fields(QuarantineLine, PERSONAL, "value")
sorted_fields(QuarantineLine, OPEN, "id", "delivery", "source_row", "field", "reason", "remedy")
sorted_fields(LinkedRow, OPEN, "*")
