"""Being told: what was said to whom, by which way, once for one thing."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.ranges import NO_AREA
from yiyang.access.scoped import Scoped
from yiyang.access.sealed import HashIndexField, SealedTextField


class Notice(Scoped):
    """One message to one person about one thing by one way."""

    PERSON = "person"

    class Channel(models.TextChoices):
        IN_APP = "in_app", "站内消息"
        LETTER = "letter", "书面告知"
        SMS = "sms", "短信"

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        HANDED_OVER = "handed_over", "已交付网关"
        PRINTED = "printed", "已打印"
        SENT = "sent", "已送达渠道"
        READ = "read", "已读"
        FAILED = "failed", "未送达"
        NOT_WANTED = "not_wanted", "本人不接收"

    person = models.BigIntegerField(verbose_name="收件人")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="区划")
    channel = models.CharField(max_length=8, choices=Channel.choices, verbose_name="方式")
    template = models.SlugField(max_length=60, verbose_name="模板")
    template_version = models.CharField(max_length=16, verbose_name="模板版本")
    # What it is about, as `table:key`: the same person is never told the same thing twice by the same way.
    about = models.CharField(max_length=80, verbose_name="事由")
    data = models.JSONField(default=dict, verbose_name="内容")
    # The number it was sent to. The label of the file on the person: a sealed number is copied as it lies.
    phone = SealedTextField("registry_person.phone", null=True, blank=True, verbose_name="号码")
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING, verbose_name="状态")
    problem = models.CharField(max_length=200, blank=True, verbose_name="问题")
    made_at = models.DateTimeField(auto_now_add=True, verbose_name="生成时间")
    sent_at = models.DateTimeField(null=True, verbose_name="发送时间")
    read_at = models.DateTimeField(null=True, verbose_name="阅读时间")
    batch = models.ForeignKey("Batch", models.PROTECT, null=True, related_name="notices", verbose_name="批次")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "告知"
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("person", "-id"), name="notices_notice_person"),
            models.Index(
                fields=("channel", "area_code", "id"), name="notices_notice_waiting", condition=Q(state="waiting")
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("person", "channel", "template", "about"), name="notices_notice_once"),
        )


class Batch(Scoped):
    """Notices handed over together: a file for an SMS gateway, or a PDF of letters to print."""

    LOCK = "work"

    class State(models.TextChoices):
        WAITING = "waiting", "等待"
        RUNNING = "running", "生成中"
        READY = "ready", "可下载"
        FAILED = "failed", "失败"

    area_code = models.BigIntegerField(verbose_name="区划")
    channel = models.CharField(max_length=8, choices=Notice.Channel.choices, verbose_name="方式")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING, verbose_name="状态")
    count = models.IntegerField(default=0, verbose_name="件数")
    done = models.IntegerField(default=0, verbose_name="已生成件数")
    file = models.CharField(max_length=200, blank=True, verbose_name="存放位置")
    problem = models.CharField(max_length=200, blank=True, verbose_name="问题")
    ordered_by = models.BigIntegerField(verbose_name="办理人编号")
    ordered_by_name = models.CharField(max_length=150, verbose_name="办理人")
    ordered_at = models.DateTimeField(auto_now_add=True, verbose_name="办理时间")
    ready_at = models.DateTimeField(null=True, verbose_name="完成时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "告知批次"
        ordering = ("-id",)


class OptOut(models.Model):
    """Who does not want to be told by a way. Letters of decision are sent all the same: they are due by law."""

    person = models.BigIntegerField(verbose_name="人员")
    channel = models.CharField(max_length=8, choices=Notice.Channel.choices, verbose_name="方式")
    since = models.DateTimeField(auto_now_add=True, verbose_name="起始时间")
    said_by_name = models.CharField(max_length=150, verbose_name="登记人")

    class Meta:
        verbose_name = verbose_name_plural = "不接收"
        constraints = (models.UniqueConstraint(fields=("person", "channel"), name="notices_optout_once"),)


class Wording(models.Model):
    """A template as it stood when it was used, so that what was sent can be read again when templates have changed."""

    template = models.SlugField(max_length=60, verbose_name="模板")
    version = models.CharField(max_length=16, verbose_name="版本")
    body = models.JSONField(verbose_name="内容")
    since = models.DateTimeField(auto_now_add=True, verbose_name="启用时间")

    class Meta:
        verbose_name = verbose_name_plural = "模板版本"
        constraints = (models.UniqueConstraint(fields=("template", "version"), name="notices_wording_once"),)


class Instant(models.Model):
    """A text message that cannot wait for a batch (a login code): sealed whole, handed to the gateway at once."""

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        HANDED_OVER = "handed_over", "已交付网关"
        EXPIRED = "expired", "已过期"

    phone = SealedTextField(verbose_name="号码")
    phone_hash = HashIndexField(of="phone", null=True, verbose_name="号码索引")
    text = SealedTextField(verbose_name="内容")
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING, verbose_name="状态")
    made_at = models.DateTimeField(auto_now_add=True, verbose_name="生成时间")
    expires_at = models.DateTimeField(verbose_name="失效时间")
    handed_at = models.DateTimeField(null=True, verbose_name="交付时间")

    class Meta:
        verbose_name = verbose_name_plural = "即时短信"
        ordering = ("id",)
        indexes = (
            models.Index(fields=("id",), name="notices_instant_waiting", condition=Q(state="waiting")),
            models.Index(fields=("phone_hash", "-id"), name="notices_instant_phone"),
        )


for model in (Notice, OptOut, Instant):
    sorted_fields(model, PERSONAL, "*")
sorted_fields(Wording, OPEN, "*")
sorted_fields(Batch, PERSONAL, "ordered_by_name")
sorted_fields(
    Batch, OPEN, "id", "area_code", "channel", "state", "count", "done", "file", "problem", "ordered_by", "ordered_at",
    "ready_at",
)  # fmt: skip
