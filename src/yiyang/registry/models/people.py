"""One file on every person: the person, merged keys, corrections, contacts, papers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.ranges import NO_AREA
from yiyang.access.scoped import Scoped
from yiyang.access.sealed import HashIndexField, SealedTextField
from yiyang.registry.models.deliveries import Delivery, Statement


class Person(Scoped):
    """One person, once. `id` is the 63-bit keyed hash of the id number (decision 0006), or of the row that a clerk took
    for a new person. Whoever answers for the place of residence or of registration sees it."""

    SCOPE = ("area_code", "registered_code")
    PERSON = "id"

    id = models.BigIntegerField(primary_key=True)
    household = models.BigIntegerField(null=True, verbose_name="户")
    id_number = SealedTextField(null=True, verbose_name="身份证号码")
    id_hash = HashIndexField(of="id_number", null=True, verbose_name="身份证号码索引")
    name = models.CharField(max_length=100, verbose_name="姓名", db_collation="C")
    pinyin = models.CharField(max_length=200, verbose_name="姓名拼音", db_collation="C")
    initials = models.CharField(max_length=40, verbose_name="拼音首字母", db_collation="C")
    sex = models.SmallIntegerField(null=True, verbose_name="性别")
    birth_date = models.IntegerField(null=True, verbose_name="出生日期")
    alive = models.SmallIntegerField(null=True, verbose_name="健在")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="居住地")
    registered_code = models.BigIntegerField(default=NO_AREA, verbose_name="户籍地")
    phone = SealedTextField(null=True, blank=True, verbose_name="联系电话")
    phone_hash = HashIndexField(of="phone", null=True, verbose_name="联系电话索引")
    address = SealedTextField(null=True, blank=True, verbose_name="住址")
    facts = models.JSONField(default=dict, verbose_name="当前事实")
    groups = models.JSONField(default=list, verbose_name="重点人群")
    contested = models.JSONField(default=list, verbose_name="有争议的事实")
    month = models.CharField(max_length=7, verbose_name="归集月份")
    # Among the people of the latest month: not moved away, not struck off.
    is_current = models.BooleanField(default=False, verbose_name="在册")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, db_index=False, verbose_name="并入")
    changed_at = models.DateTimeField(auto_now=True, verbose_name="更新时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "老年人"
        indexes = (
            models.Index(fields=("area_code", "id"), name="registry_person_area"),
            models.Index(fields=("registered_code", "id"), name="registry_person_registered"),
            models.Index(fields=("id_hash",), name="registry_person_id_number", condition=Q(id_hash__isnull=False)),
            models.Index(fields=("phone_hash",), name="registry_person_phone", condition=Q(phone_hash__isnull=False)),
            models.Index(fields=("name", "id"), name="registry_person_name"),
            models.Index(fields=("pinyin", "id"), name="registry_person_pinyin"),
            models.Index(fields=("initials", "id"), name="registry_person_initials"),
            models.Index(fields=("birth_date", "id"), name="registry_person_birth"),
            models.Index(
                fields=("merged_into",), name="registry_person_merged", condition=Q(merged_into__isnull=False)
            ),
            models.Index(fields=("area_code", "id"), name="registry_person_contested", condition=~Q(contested=[])),
        )


class Alias(models.Model):
    """A key whose statements belong to another person: a merge of two files, or a row linked without an id number."""

    key = models.BigIntegerField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="aliases", verbose_name="人员")
    since = models.DateTimeField(auto_now_add=True, verbose_name="起始时间")

    class Meta:
        verbose_name = verbose_name_plural = "合并对照"


class Correction(models.Model):
    """A clerk's statement against a register's: which fact, which value, from which day, why, with which proof."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="corrections", verbose_name="人员")
    fact = models.SlugField(max_length=40, verbose_name="事实")
    value = models.BigIntegerField(null=True, verbose_name="更正值")
    stated = models.BigIntegerField(null=True, verbose_name="登记册原值")
    valid_from = models.DateField(verbose_name="起始日期")
    reason = models.CharField(max_length=400, verbose_name="理由")
    document = models.ForeignKey("Document", models.PROTECT, null=True, verbose_name="附件")
    made_by = models.BigIntegerField(verbose_name="更正人编号")
    made_by_name = models.CharField(max_length=150, verbose_name="更正人")
    made_at = models.DateTimeField(auto_now_add=True, verbose_name="更正时间")
    withdrawn_at = models.DateTimeField(null=True, verbose_name="撤销时间")
    withdrawn_by_name = models.CharField(max_length=150, blank=True, verbose_name="撤销人")
    statement = models.ForeignKey(Statement, models.PROTECT, null=True, verbose_name="陈述")

    class Meta:
        verbose_name = verbose_name_plural = "更正"
        ordering = ("-id",)


class Stated(models.Model):
    """What the platform's own work found out of somebody (an assessment, a visit). Rows of a register follow of it."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="stated", verbose_name="人员")
    register = models.SlugField(max_length=60, verbose_name="登记册")
    # Fact → value as stored; null ends what was stated of it before.
    facts = models.JSONField(default=dict, verbose_name="事实")
    valid_from = models.DateField(verbose_name="起始日期")
    valid_to = models.DateField(null=True, verbose_name="截止日期")
    delivery = models.OneToOneField(Delivery, models.PROTECT, related_name="+", verbose_name="入库批次")
    stated_at = models.DateTimeField(auto_now_add=True, verbose_name="入库时间")
    taken_back_at = models.DateTimeField(null=True, verbose_name="撤回时间")
    taken_back_by_name = models.CharField(max_length=150, blank=True, verbose_name="撤回人")

    class Meta:
        verbose_name = verbose_name_plural = "平台了解的事实"
        ordering = ("id",)


class Contact(models.Model):
    """Somebody to call: family, guardian, neighbour."""

    class Kind(models.TextChoices):
        FAMILY = "family", "亲属"
        GUARDIAN = "guardian", "监护人"
        NEIGHBOUR = "neighbour", "邻居"
        OTHER = "other", "其他联系人"

    person = models.ForeignKey(Person, models.CASCADE, related_name="contacts", verbose_name="老年人")
    kind = models.CharField(max_length=10, choices=Kind.choices, verbose_name="类别")
    name = models.CharField(max_length=100, verbose_name="姓名")
    relation = models.CharField(max_length=40, blank=True, verbose_name="关系")
    phone = SealedTextField(null=True, blank=True, verbose_name="电话")
    phone_hash = HashIndexField(of="phone", null=True, verbose_name="电话索引")
    note = models.CharField(max_length=200, blank=True, verbose_name="备注")
    ended_at = models.DateTimeField(null=True, verbose_name="停用时间")

    class Meta:
        verbose_name = verbose_name_plural = "联系人"
        ordering = ("id",)


class Document(models.Model):
    """A file that belongs to a person: stored sealed in the data folder, named by its fingerprint."""

    class Scanned(models.TextChoices):
        CLEAN = "clean", "已查毒"
        NOT_SCANNED = "not_scanned", "未查毒"

    person = models.ForeignKey(Person, models.PROTECT, related_name="documents", verbose_name="老年人")
    title = models.CharField(max_length=100, verbose_name="名称")
    media_type = models.CharField(max_length=60, verbose_name="类型")
    size = models.IntegerField(verbose_name="字节数")
    sha256 = models.CharField(max_length=64, verbose_name="指纹")
    scanned = models.CharField(max_length=12, choices=Scanned.choices, default=Scanned.NOT_SCANNED, verbose_name="查毒")
    file = models.CharField(max_length=200, verbose_name="存放位置")
    added_by_name = models.CharField(max_length=150, verbose_name="上传人")
    added_at = models.DateTimeField(auto_now_add=True, verbose_name="上传时间")

    class Meta:
        verbose_name = verbose_name_plural = "材料"
        ordering = ("-id",)


class StatedContact(models.Model):
    """Telephone and address as a register stated them; the latest accepted delivery speaks (`Person.phone`)."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="+", verbose_name="数据交付")
    register = models.SlugField(max_length=60, verbose_name="登记册")
    person = models.BigIntegerField(verbose_name="人员")
    # Of both as written, so that only what differs from last month is sealed and kept again.
    fingerprint = models.BigIntegerField(verbose_name="内容指纹")
    phone = SealedTextField(null=True, label="registry_person.phone", verbose_name="联系电话")
    address = SealedTextField(null=True, label="registry_person.address", verbose_name="住址")

    class Meta:
        verbose_name = verbose_name_plural = "登记册中的联系方式"
        indexes = (models.Index(fields=("person", "register"), name="registry_statedcontact_person"),)


sorted_fields(
    Person,
    PERSONAL,
    "id",
    "household",
    "id_number",
    "id_hash",
    "name",
    "pinyin",
    "initials",
    "sex",
    "birth_date",
    "alive",
    "phone",
    "phone_hash",
    "address",
    "facts",
    "groups",
    "contested",
    "merged_into",
)
sorted_fields(Person, OPEN, "area_code", "registered_code", "month", "changed_at", "is_current")
sorted_fields(Alias, PERSONAL, "*")
sorted_fields(Correction, PERSONAL, "*")
sorted_fields(Stated, PERSONAL, "*")
sorted_fields(Contact, PERSONAL, "*")
sorted_fields(Document, PERSONAL, "*")
sorted_fields(StatedContact, PERSONAL, "*")
