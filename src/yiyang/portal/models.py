"""Who comes to the portal: citizens with a telephone, those who act for them, and the codes they log in with."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yiyang.access.fields import PERSONAL, sorted_fields
from yiyang.access.ranges import NO_AREA
from yiyang.access.scoped import Scoped
from yiyang.access.sealed import HashIndexField, SealedTextField


class Citizen(models.Model):
    """Somebody who logged in to the portal with id number and telephone: an elder, or a member of his family.

    One row an id number *and* telephone: whoever types another's number from his own telephone opens an account of his
    own, in which nothing of the other is seen, and keeps nobody out of his.
    """

    class Proof(models.TextChoices):
        """How we know who it is. With `named` and `local` nobody's file opens, his own neither."""

        NAMED = "named", "由老人指定，尚未登录"
        LOCAL = "local", "手机验证码"
        REGISTRY = "registry", "与名册一致"
        COUNTER = "counter", "窗口核验"

    OPENS_OWN_FILE = (Proof.REGISTRY, Proof.COUNTER)

    id_number = SealedTextField(verbose_name="身份证号码")
    id_hash = HashIndexField(of="id_number", verbose_name="身份证号码索引")
    name = models.CharField(max_length=100, verbose_name="姓名")
    phone = SealedTextField(verbose_name="手机号码")
    phone_hash = HashIndexField(of="phone", verbose_name="手机号码索引")
    # Key of his file in the registry, whether or not there is one yet.
    person = models.BigIntegerField(verbose_name="档案")
    verified_by = models.SlugField(max_length=20, choices=Proof.choices, verbose_name="实名核验方式")
    verified_at = models.DateTimeField(verbose_name="实名核验时间")
    is_locked = models.BooleanField(default=False, verbose_name="停用")
    # Sessions that began under an older number are over.
    epoch = models.IntegerField(default=0, verbose_name="登录批次")
    made_at = models.DateTimeField(auto_now_add=True, verbose_name="首次登录")
    last_at = models.DateTimeField(null=True, verbose_name="最近登录")

    class Meta:
        verbose_name = verbose_name_plural = "群众"
        indexes = (models.Index(fields=("person",), name="portal_citizen_person"),)
        constraints = (models.UniqueConstraint(fields=("id_hash", "phone_hash"), name="portal_citizen_once"),)

    @property
    def opens_own_file(self) -> bool:
        """Whether it was proved well enough that the file under this id number is his."""
        return self.verified_by in self.OPENS_OWN_FILE


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
    prolonged = models.SmallIntegerField(default=0, verbose_name="已延长次数")
    used_at = models.DateTimeField(null=True, verbose_name="使用时间")

    class Meta:
        verbose_name = verbose_name_plural = "验证码"
        indexes = (models.Index(fields=("phone_hash", "-id"), name="portal_logincode_phone"),)


class CorrectionRequest(Scoped):
    """“这不对”: what a person says against what is held about him, for a clerk to look into and answer."""

    PERSON = "person"

    class State(models.TextChoices):
        OPEN = "open", "待核实"
        MENDED = "mended", "已更正"
        KEPT = "kept", "核实无误"

    person = models.BigIntegerField(verbose_name="老年人")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="区划")
    # A fact's name, or `phone`, `address`, `name` of the file itself.
    subject = models.SlugField(max_length=40, verbose_name="事项")
    held = models.CharField(max_length=200, blank=True, verbose_name="登记内容")
    says = SealedTextField(verbose_name="本人说明")
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="+", verbose_name="提出人")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN, verbose_name="状态")
    asked_at = models.DateTimeField(auto_now_add=True, verbose_name="提出时间")
    answer = models.CharField(max_length=400, blank=True, verbose_name="答复")
    answered_by_name = models.CharField(max_length=150, blank=True, verbose_name="答复人")
    answered_at = models.DateTimeField(null=True, verbose_name="答复时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "更正申请"
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("area_code", "id"), name="portal_request_open", condition=Q(state="open")),
            models.Index(fields=("person", "-id"), name="portal_request_person"),
        )
        constraints = (
            # One open question a person and subject: pressing twice asks once.
            models.UniqueConstraint(
                fields=("person", "subject"), condition=Q(state="open"), name="portal_request_once"
            ),
        )


for model in (Citizen, Mandate, LoginCode, CorrectionRequest):
    sorted_fields(model, PERSONAL, "*")
