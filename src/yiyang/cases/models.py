"""From found to in effect: one case a person × item, every step of it, decisions, appeals.

Which step may follow which is data (`policy/processes.yaml`, in the database `cases_transition`), and the database
refuses any other.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.ranges import NO_AREA
from yiyang.access.scoped import Scoped
from yiyang.access.sealed import SealedTextField
from yiyang.accounts.models import ApiToken
from yiyang.entitlement.models import Ground, MonthRun
from yiyang.registry.models import Document, Person


class State(models.TextChoices):
    """Where a case stands. Closed: declined, refused, withdrawn, void, ended."""

    FOUND = "found", "已发现"
    TOLD = "told", "已告知"
    AGREED = "agreed", "已同意"
    APPLIED = "applied", "已申请"
    SUPPLEMENTING = "supplementing", "待补正"
    CHECKED = "checked", "已审核"
    GRANTED = "granted", "已批准"
    IN_EFFECT = "in_effect", "享受中"
    SUSPENDED = "suspended", "已暂停"
    DECLINED = "declined", "本人放弃"
    REFUSED = "refused", "不予批准"
    WITHDRAWN = "withdrawn", "已撤回"
    VOID = "void", "已失效"
    ENDED = "ended", "已终止"


CLOSED = (State.DECLINED, State.REFUSED, State.WITHDRAWN, State.VOID, State.ENDED)


class Transition(models.Model):
    """A step that may be taken: the table that the database's trigger asks. Filled from policy at every migrate."""

    process = models.SlugField(max_length=20, verbose_name="流程")
    slug = models.SlugField(max_length=30, verbose_name="步骤")
    from_state = models.CharField(max_length=14, blank=True, verbose_name="原状态")
    to_state = models.CharField(max_length=14, choices=State.choices, verbose_name="新状态")
    zh = models.CharField(max_length=60, verbose_name="名称")
    # '' = the platform itself only.
    right = models.CharField(max_length=40, blank=True, verbose_name="权限")
    # May the person himself (or who acts for him) take it?
    by_citizen = models.BooleanField(default=False, verbose_name="本人可办")
    needs_reason = models.BooleanField(default=False, verbose_name="须写明理由")
    decides = models.CharField(max_length=8, blank=True, verbose_name="作出的决定")
    # Days until the next step is due; None = nothing is due.
    days = models.SmallIntegerField(null=True, verbose_name="下一步时限（天）")

    class Meta:
        verbose_name = verbose_name_plural = "流程步骤"
        constraints = (models.UniqueConstraint(fields=("process", "slug", "from_state"), name="cases_transition_once"),)


class Case(Scoped):
    """A person × item on its way."""

    PERSON = "person_id"

    class Channel(models.TextChoices):
        RUN = "run", "主动发现"
        PORTAL = "portal", "网上申请"
        COUNTER = "counter", "窗口受理"
        PHONE = "phone", "电话受理"
        API = "api", "部门接口"

    number = models.CharField(max_length=24, unique=True, verbose_name="受理编号")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False, verbose_name="老年人")
    item = models.SlugField(max_length=60, verbose_name="项目")
    list_area = models.CharField(max_length=12, verbose_name="清单区划")
    process = models.SlugField(max_length=20, verbose_name="流程")
    channel = models.CharField(max_length=8, choices=Channel.choices, verbose_name="来源")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="办理区划")
    state = models.CharField(max_length=14, choices=State.choices, default=State.FOUND, verbose_name="状态")
    state_since = models.DateTimeField(verbose_name="进入状态时间")
    due = models.DateField(null=True, verbose_name="办理期限")
    # 0 = the township; each time a step is overdue it goes one level up.
    escalated = models.SmallIntegerField(default=0, verbose_name="升级层级")
    fen = models.BigIntegerField(default=0, verbose_name="标准（分）")
    # What the newest run says the amount should be, until a decision makes it so.
    fen_proposed = models.BigIntegerField(null=True, verbose_name="拟调整标准（分）")
    # The first day of the month whose run proposes it.
    proposed_from = models.DateField(null=True, verbose_name="拟生效日")
    every = models.CharField(max_length=8, verbose_name="周期")
    effective_from = models.DateField(null=True, verbose_name="享受起始日")
    ended_on = models.DateField(null=True, verbose_name="终止日")
    # What the newest run wants done with a case in effect: change, end, or look into what became unknown.
    proposal = models.CharField(max_length=8, blank=True, verbose_name="拟办事项")
    cause = models.CharField(max_length=40, blank=True, verbose_name="原因")
    run = models.ForeignKey(MonthRun, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="运行")
    ground = models.ForeignKey(Ground, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="理由")
    # What an application came with: the same key of the same person opens no second case.
    key = models.CharField(max_length=80, blank=True, verbose_name="申请标识")
    changed_at = models.DateTimeField(auto_now=True, verbose_name="更新时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "个案"
        indexes = (
            models.Index(fields=("person", "item"), name="cases_case_person"),
            models.Index(fields=("state", "area_code", "due", "id"), name="cases_case_work"),
            models.Index(fields=("area_code", "state", "item"), name="cases_case_funnel"),
            models.Index(fields=("due", "area_code"), name="cases_case_due", condition=Q(due__isnull=False)),
            models.Index(fields=("proposal", "area_code"), name="cases_case_proposal", condition=~Q(proposal="")),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("person", "item"),
                condition=~Q(state__in=["declined", "refused", "withdrawn", "void", "ended"]),
                name="cases_case_one_open",
            ),
            models.UniqueConstraint(fields=("person", "key"), condition=~Q(key=""), name="cases_case_key_once"),
        )

    @property
    def is_held(self) -> bool:
        """Whether nothing is paid until the proposed end is decided on: the run says that the person has died."""
        from yiyang.cases.processes import limits

        return self.proposal == "end" and self.cause in limits().held_causes

    @property
    def is_closed(self) -> bool:
        """Whether nothing but a new finding or an appeal can move it."""
        return self.state in CLOSED


class Step(models.Model):
    """A step that was taken: who, when, why. Written by the database's trigger; added to, never changed."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="steps", verbose_name="个案")
    slug = models.SlugField(max_length=30, verbose_name="步骤")
    from_state = models.CharField(max_length=14, blank=True, verbose_name="原状态")
    to_state = models.CharField(max_length=14, choices=State.choices, verbose_name="新状态")
    at = models.DateTimeField(verbose_name="时间")
    by = models.BigIntegerField(null=True, verbose_name="办理人编号")
    by_name = models.CharField(max_length=150, verbose_name="办理人")
    # Under which right it was done: whoever handled a case does not review it.
    right = models.CharField(max_length=40, blank=True, verbose_name="权限")
    reason = models.CharField(max_length=400, blank=True, verbose_name="理由")
    detail = models.JSONField(default=dict, verbose_name="内容")

    class Meta:
        verbose_name = verbose_name_plural = "办理记录"
        ordering = ("id",)
        indexes = (
            models.Index(fields=("case", "id"), name="cases_step_case"),
            models.Index(fields=("at", "id"), name="cases_step_at"),
        )


class Decision(models.Model):
    """What was decided, with its reasons and articles as they stood then, and the number of its letter."""

    class Kind(models.TextChoices):
        GRANT = "grant", "批准"
        REFUSE = "refuse", "不予批准"
        CHANGE = "change", "调整"
        SUSPEND = "suspend", "暂停"
        RESUME = "resume", "恢复"
        END = "end", "终止"
        TAKE_OVER = "takeover", "承接在享"

    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions", verbose_name="个案")
    number = models.CharField(max_length=24, unique=True, verbose_name="决定编号")
    kind = models.CharField(max_length=8, choices=Kind.choices, verbose_name="决定")
    fen = models.BigIntegerField(default=0, verbose_name="标准（分）")
    every = models.CharField(max_length=8, verbose_name="周期")
    holds_from = models.DateField(verbose_name="起始日")
    lines = models.JSONField(default=list, verbose_name="理由")
    articles = models.JSONField(default=list, verbose_name="依据")
    # Of what was taken over in bulk the reasons stay with the run's ground, which is never changed.
    ground = models.ForeignKey(Ground, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="理由")
    reason = models.CharField(max_length=400, blank=True, verbose_name="说明")
    decided_by = models.BigIntegerField(null=True, verbose_name="决定人编号")
    decided_by_name = models.CharField(max_length=150, verbose_name="决定人")
    decided_at = models.DateTimeField(verbose_name="决定时间")
    appeal_until = models.DateField(verbose_name="异议期限")

    class Meta:
        verbose_name = verbose_name_plural = "决定"
        ordering = ("id",)
        indexes = (models.Index(fields=("case", "id"), name="cases_decision_case"),)

    @property
    def told_lines(self) -> list[Any]:
        """The reasons as they stood."""
        return list(self.lines or (self.ground.lines if self.ground else ()))

    @property
    def told_articles(self) -> list[Any]:
        """The articles as they stood."""
        return list(self.articles or (self.ground.articles if self.ground else ()))


class Appeal(models.Model):
    """An objection to a decision, decided by somebody who had no part in it."""

    class State(models.TextChoices):
        OPEN = "open", "待复核"
        UPHELD = "upheld", "维持"
        CHANGED = "changed", "改正"
        WITHDRAWN = "withdrawn", "已撤回"

    case = models.ForeignKey(Case, models.PROTECT, related_name="appeals", verbose_name="个案")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="appeals", verbose_name="决定")
    channel = models.CharField(max_length=8, choices=Case.Channel.choices, verbose_name="来源")
    reason = models.CharField(max_length=1000, verbose_name="异议理由")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN, verbose_name="状态")
    raised_by_name = models.CharField(max_length=150, verbose_name="提出人")
    raised_at = models.DateTimeField(auto_now_add=True, verbose_name="提出时间")
    due = models.DateField(verbose_name="复核期限")
    answer = models.CharField(max_length=1000, blank=True, verbose_name="复核意见")
    decided_by = models.BigIntegerField(null=True, verbose_name="复核人编号")
    decided_by_name = models.CharField(max_length=150, blank=True, verbose_name="复核人")
    decided_at = models.DateTimeField(null=True, verbose_name="复核时间")

    class Meta:
        verbose_name = verbose_name_plural = "异议"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("decision",), condition=Q(state="open"), name="cases_appeal_one_open"),
        )


class Paper(models.Model):
    """A paper handed in for a case; the file itself lies sealed with the person's documents."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="papers", verbose_name="个案")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+", verbose_name="材料")
    kind = models.CharField(max_length=40, verbose_name="种类")
    added_at = models.DateTimeField(auto_now_add=True, verbose_name="时间")

    class Meta:
        verbose_name = verbose_name_plural = "个案材料"


class Rating(models.Model):
    """好差评: one to five, once a case and stage, by the person or who acts for him."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="rating", verbose_name="个案")
    stars = models.SmallIntegerField(verbose_name="评分")
    words = models.CharField(max_length=400, blank=True, verbose_name="评价")
    channel = models.CharField(max_length=8, choices=Case.Channel.choices, verbose_name="来源")
    at = models.DateTimeField(auto_now=True, verbose_name="时间")
    answer = models.CharField(max_length=400, blank=True, verbose_name="回复")
    answered_by_name = models.CharField(max_length=150, blank=True, verbose_name="回复人")
    answered_at = models.DateTimeField(null=True, verbose_name="回复时间")

    class Meta:
        verbose_name = verbose_name_plural = "好差评"
        constraints = (
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="cases_rating_one_to_five"),
        )


class Webhook(Scoped):
    """Where a department wants to be told of steps: of its items, in its area. Events name a case, never a person."""

    LOCK = "work"

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="webhooks", verbose_name="接口令牌")
    area_code = models.BigIntegerField(verbose_name="区划")
    url = models.URLField(max_length=300, verbose_name="地址")
    secret = SealedTextField(verbose_name="签名密钥")
    # Empty = all items.
    items = models.JSONField(default=list, verbose_name="项目")
    is_active = models.BooleanField(default=True, verbose_name="启用")
    # The last step that was delivered, by time and number.
    sent_at = models.DateTimeField(verbose_name="已送达时间")
    sent_id = models.BigIntegerField(default=0, verbose_name="已送达序号")
    failures = models.SmallIntegerField(default=0, verbose_name="连续失败次数")
    next_at = models.DateTimeField(auto_now_add=True, verbose_name="下次发送")
    made_at = models.DateTimeField(auto_now_add=True, verbose_name="登记时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "事件订阅"
        constraints = (models.UniqueConstraint(fields=("token", "url"), name="cases_webhook_once"),)


class WebhookCall(models.Model):
    """One attempt to deliver events."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="calls", verbose_name="事件订阅")
    at = models.DateTimeField(auto_now_add=True, verbose_name="时间")
    events = models.IntegerField(verbose_name="事件数")
    first = models.BigIntegerField(verbose_name="首个序号")
    last = models.BigIntegerField(verbose_name="末个序号")
    status = models.SmallIntegerField(null=True, verbose_name="应答状态")
    problem = models.CharField(max_length=200, blank=True, verbose_name="问题")

    class Meta:
        verbose_name = verbose_name_plural = "事件发送"
        ordering = ("-id",)


sorted_fields(Transition, OPEN, "*")
sorted_fields(Webhook, PERSONAL, "secret")
sorted_fields(
    Webhook, OPEN, "id", "token", "area_code", "url", "items", "is_active", "sent_at", "sent_id", "failures", "next_at",
    "made_at",
)  # fmt: skip
sorted_fields(WebhookCall, OPEN, "*")
for model in (Case, Step, Decision, Appeal, Paper, Rating):
    sorted_fields(model, PERSONAL, "*")
