"""Work away from the desk: the devices that are taken along, and every single thing that they brought home."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.ranges import NO_AREA
from yiyang.access.scoped import Scoped
from yiyang.access.sealed import SealedTextField


class Device(models.Model):
    """A phone or tablet on which one account works without network.

    What it keeps is sealed under a key of its own; the platform holds a copy, so that a forgotten PIN loses nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, verbose_name="编号")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="账户")
    name = models.CharField(max_length=100, verbose_name="名称")
    key = SealedTextField(verbose_name="本机密钥")
    made_at = models.DateTimeField(auto_now_add=True, verbose_name="登记时间")
    seen_at = models.DateTimeField(null=True, verbose_name="最近同步")
    revoked_at = models.DateTimeField(null=True, verbose_name="停用时间")
    revoked_by_name = models.CharField(max_length=150, blank=True, verbose_name="停用人")

    class Meta:
        verbose_name = verbose_name_plural = "外出设备"
        ordering = ("-made_at",)


class Entry(Scoped):
    """One thing done without network: whose it is says the ticket under which it was done, not who is logged in when
    it comes in. Kept whatever becomes of it; the same one twice is one."""

    PERSON = "person"

    class State(models.TextChoices):
        TAKEN = "taken", "已入库"
        CONFLICT = "conflict", "有冲突"
        REFUSED = "refused", "未能入库"
        SETTLED = "settled", "已处理"

    id = models.UUIDField(primary_key=True, verbose_name="编号")
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="entries", verbose_name="设备")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="办理人")
    # A key of settings.FIELD_KINDS, and which piece of work it is about.
    kind = models.SlugField(max_length=20, verbose_name="种类")
    about = models.CharField(max_length=40, verbose_name="事项")
    person = models.BigIntegerField(null=True, verbose_name="人员")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="区划")
    # When its ticket was given out; nothing was done under it before.
    taken_out_at = models.DateTimeField(verbose_name="带出时间")
    # By the device's clock, set right by what it was off when it brought this home: seconds to be added to its times.
    clock_off = models.BigIntegerField(default=0, verbose_name="时钟校正（秒）")
    done_at = models.DateTimeField(verbose_name="办理时间")
    received_at = models.DateTimeField(auto_now_add=True, verbose_name="收到时间")
    sent_by_name = models.CharField(max_length=150, verbose_name="上传时登录人")
    body = SealedTextField(verbose_name="内容")
    sha256 = models.CharField(max_length=64, verbose_name="指纹")
    state = models.CharField(max_length=8, choices=State.choices, verbose_name="状态")
    problems = models.JSONField(default=list, verbose_name="问题")
    # JSON of heading → words: what stood when this came second.
    theirs = SealedTextField(null=True, verbose_name="已有记录")
    settled_by_name = models.CharField(max_length=150, blank=True, verbose_name="处理人")
    settled_at = models.DateTimeField(null=True, verbose_name="处理时间")
    settled_how = models.CharField(max_length=400, blank=True, verbose_name="处理说明")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "外出办理记录"
        ordering = ("-received_at",)
        indexes = (models.Index(fields=("state", "area_code", "received_at"), name="field_entry_work"),)


sorted_fields(Device, PERSONAL, "key")
sorted_fields(Device, OPEN, "id", "user", "name", "made_at", "seen_at", "revoked_at", "revoked_by_name")
sorted_fields(Entry, PERSONAL, "*")
