"""Who comes to the portal: citizens with a telephone, those who act for them, and the codes they log in with."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yiyang.access.fields import PERSONAL, sorted_fields
from yiyang.access.sealed import HashIndexField, SealedTextField


class Citizen(models.Model):
    """Somebody who logged in to the portal with id number and telephone: an elder, or a member of his family."""

    id_number = SealedTextField(verbose_name="身份证号码")
    id_hash = HashIndexField(of="id_number", unique=True, verbose_name="身份证号码索引")
    name = models.CharField(max_length=100, verbose_name="姓名")
    phone = SealedTextField(verbose_name="手机号码")
    phone_hash = HashIndexField(of="phone", verbose_name="手机号码索引")
    # Key of his file in the registry, whether or not there is one yet.
    person = models.BigIntegerField(verbose_name="档案")
    verified_by = models.SlugField(max_length=20, verbose_name="实名核验方式")
    verified_at = models.DateTimeField(verbose_name="实名核验时间")
    is_locked = models.BooleanField(default=False, verbose_name="停用")
    made_at = models.DateTimeField(auto_now_add=True, verbose_name="首次登录")
    last_at = models.DateTimeField(null=True, verbose_name="最近登录")

    class Meta:
        verbose_name = verbose_name_plural = "群众"
        indexes = (models.Index(fields=("person",), name="portal_citizen_person"),)


class Mandate(models.Model):
    """代办授权: an elder lets somebody act for him, until a day, and may end it at any time."""

    class Way(models.TextChoices):
        OWN_LOGIN = "login", "本人登录同意"
        PHONE_CODE = "code", "本人手机验证码同意"
        COUNTER = "counter", "窗口书面同意"

    person = models.BigIntegerField(verbose_name="老年人")
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="mandates", verbose_name="代办人")
    relation = models.CharField(max_length=40, verbose_name="关系")
    way = models.CharField(max_length=8, choices=Way.choices, verbose_name="同意方式")
    document = models.BigIntegerField(null=True, verbose_name="同意书")
    asked_at = models.DateTimeField(auto_now_add=True, verbose_name="申请时间")
    agreed_at = models.DateTimeField(null=True, verbose_name="同意时间")
    ends = models.DateField(verbose_name="截止日期")
    revoked_at = models.DateTimeField(null=True, verbose_name="撤销时间")
    revoked_by_name = models.CharField(max_length=150, blank=True, verbose_name="撤销人")

    class Meta:
        verbose_name = verbose_name_plural = "代办授权"
        constraints = (
            models.UniqueConstraint(
                fields=("person", "citizen"), condition=Q(revoked_at__isnull=True), name="portal_mandate_once"
            ),
        )


class LoginCode(models.Model):
    """A code that was sent to a telephone. Only its digest is kept; a few wrong tries end it."""

    phone_hash = models.BinaryField(verbose_name="手机号码索引")
    purpose = models.CharField(max_length=80, verbose_name="用途")
    digest = models.CharField(max_length=128, verbose_name="摘要")
    tries = models.SmallIntegerField(default=0, verbose_name="已试次数")
    sent_at = models.DateTimeField(auto_now_add=True, verbose_name="发送时间")
    expires_at = models.DateTimeField(verbose_name="失效时间")
    used_at = models.DateTimeField(null=True, verbose_name="使用时间")

    class Meta:
        verbose_name = verbose_name_plural = "验证码"
        indexes = (models.Index(fields=("phone_hash", "-id"), name="portal_logincode_phone"),)


for model in (Citizen, Mandate, LoginCode):
    sorted_fields(model, PERSONAL, "*")
