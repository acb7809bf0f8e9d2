"""The registry in the database: deliveries, what each register stated in two times, and one file on every person.

Departments state; nobody edits a statement. A person's current facts (`Person.facts`) are what `registry.tables`
resolves from the statements, exactly as it does from files.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.ranges import NO_AREA
from yiyang.access.scope import Scope
from yiyang.access.scoped import Scoped
from yiyang.access.sealed import HashIndexField, SealedTextField

STILL = 99991231


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


class Membership(models.Model):
    """A person in a hardship group, from the day it was found so until the day it no longer was."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships", verbose_name="人员")
    group = models.SlugField(max_length=40, verbose_name="重点人群")
    entered = models.DateField(verbose_name="进入日期")
    entered_because = models.CharField(max_length=40, blank=True, verbose_name="进入原因")
    left = models.DateField(null=True, verbose_name="退出日期")
    left_because = models.CharField(max_length=40, blank=True, verbose_name="退出原因")

    class Meta:
        verbose_name = verbose_name_plural = "重点人群成员"
        indexes = (
            models.Index(fields=("group", "person"), name="registry_membership_group", condition=Q(left__isnull=True)),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("person", "group"), condition=Q(left__isnull=True), name="registry_membership_once"
            ),
        )


class GroupFigure(Scoped):
    """How many people of a village are in a group in a month: the trend, without anybody's name."""

    LOCK = "work"

    month = models.CharField(max_length=7, verbose_name="月份")
    area_code = models.BigIntegerField(verbose_name="区划")
    group = models.SlugField(max_length=40, verbose_name="重点人群")
    people = models.IntegerField(verbose_name="人数")
    entered = models.IntegerField(default=0, verbose_name="本月进入")
    left = models.IntegerField(default=0, verbose_name="本月退出")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "重点人群数字"
        constraints = (
            models.UniqueConstraint(fields=("month", "area_code", "group"), name="registry_groupfigure_once"),
        )


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

    person = models.ForeignKey(Person, models.PROTECT, related_name="documents", verbose_name="老年人")
    title = models.CharField(max_length=100, verbose_name="名称")
    media_type = models.CharField(max_length=60, verbose_name="类型")
    size = models.IntegerField(verbose_name="字节数")
    sha256 = models.CharField(max_length=64, verbose_name="指纹")
    file = models.CharField(max_length=200, verbose_name="存放位置")
    added_by_name = models.CharField(max_length=150, verbose_name="上传人")
    added_at = models.DateTimeField(auto_now_add=True, verbose_name="上传时间")

    class Meta:
        verbose_name = verbose_name_plural = "材料"
        ordering = ("-id",)


class PossibleDouble(Scoped):
    """Two files, or a row without an id number and a file, that may be one person: for a clerk to judge."""

    class State(models.TextChoices):
        OPEN = "open", "待判定"
        SAME = "same", "同一人"
        DIFFERENT = "different", "不是同一人"
        UNDONE = "undone", "已撤销"

    SCOPE = ("area_code", "other_area_code")

    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name="档案")
    other = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name="另一份档案")
    register = models.SlugField(max_length=60, blank=True, verbose_name="登记册")
    row_key = models.BigIntegerField(null=True, verbose_name="无证件号的行")
    row = models.JSONField(default=dict, verbose_name="行内容")
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, verbose_name="数据交付")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="区划")
    other_area_code = models.BigIntegerField(default=NO_AREA, verbose_name="另一区划")
    probability = models.FloatField(verbose_name="匹配概率")
    levels = models.JSONField(default=dict, verbose_name="各项比较")
    is_automatic = models.BooleanField(default=False, verbose_name="自动判定")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN, verbose_name="状态")
    judged_by_name = models.CharField(max_length=150, blank=True, verbose_name="判定人")
    judged_at = models.DateTimeField(null=True, verbose_name="判定时间")
    reason = models.CharField(max_length=400, blank=True, verbose_name="理由")
    undo = models.JSONField(default=dict, verbose_name="撤销所需")
    # Closed because nothing was left to decide; unlike a decision, that does not last.
    is_moot = models.BooleanField(default=False, db_default=False, verbose_name="已无须判定")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "疑似同一人"
        ordering = ("-probability", "id")
        indexes = (models.Index(fields=("state", "-probability"), name="registry_double_open"),)
        constraints = (
            models.UniqueConstraint(
                fields=("register", "row_key", "person"), condition=Q(row_key__isnull=False), name="registry_double_row"
            ),
            models.UniqueConstraint(
                fields=("person", "other"), condition=Q(row_key__isnull=True), name="registry_double_pair"
            ),
        )


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


class LinkedRow(models.Model):
    """A delivered row without a usable id number that came in through a decision about its key."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="+", verbose_name="数据交付")
    register = models.SlugField(max_length=60, verbose_name="登记册")
    row_key = models.BigIntegerField(verbose_name="无证件号的行")
    source_row = models.IntegerField(verbose_name="行号")

    class Meta:
        verbose_name = verbose_name_plural = "关联入库的行"
        indexes = (models.Index(fields=("register", "row_key"), name="registry_linkedrow_key"),)


class Export(models.Model):
    """A list that somebody ordered: made in the background within his scope, marked with his name, fetched once."""

    class State(models.TextChoices):
        WAITING = "waiting", "等待"
        RUNNING = "running", "生成中"
        READY = "ready", "可下载"
        FAILED = "failed", "失败"
        EXPIRED = "expired", "已过期"

    kind = models.CharField(max_length=40, verbose_name="名单")
    filters = models.JSONField(default=dict, verbose_name="条件")
    columns = models.JSONField(default=list, verbose_name="栏目")
    format = models.CharField(max_length=4, default="xlsx", verbose_name="格式")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING, verbose_name="状态")
    rows = models.IntegerField(default=0, verbose_name="行数")
    file = models.CharField(max_length=200, blank=True, verbose_name="存放位置")
    reason = models.CharField(max_length=400, verbose_name="理由")
    ordered_by = models.BigIntegerField(verbose_name="申请人编号")
    ordered_by_name = models.CharField(max_length=150, verbose_name="申请人")
    ordered_at = models.DateTimeField(auto_now_add=True, verbose_name="申请时间")
    ready_at = models.DateTimeField(null=True, verbose_name="完成时间")
    problem = models.CharField(max_length=400, blank=True, verbose_name="问题")

    class Meta:
        verbose_name = verbose_name_plural = "导出"
        ordering = ("-id",)


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
sorted_fields(Statement, PERSONAL, "person", "values", "valid_from", "valid_to", "row_hash", "state", "source_row")
sorted_fields(Statement, OPEN, "id", "register", "known_from", "known_to", "source_file", "opened", "closed")
sorted_fields(Alias, PERSONAL, "*")
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
sorted_fields(QuarantineLine, PERSONAL, "value")
sorted_fields(QuarantineLine, OPEN, "id", "delivery", "source_row", "field", "reason", "remedy")
sorted_fields(Membership, PERSONAL, "*")
sorted_fields(GroupFigure, OPEN, "*")
sorted_fields(LinkedRow, OPEN, "*")
sorted_fields(StatedContact, PERSONAL, "*")
for model in (Correction, Contact, Document, PossibleDouble):
    sorted_fields(model, PERSONAL, "*")
sorted_fields(Export, PERSONAL, "filters", "ordered_by_name", "reason")
sorted_fields(
    Export,
    OPEN,
    "id",
    "kind",
    "columns",
    "format",
    "state",
    "rows",
    "file",
    "ordered_by",
    "ordered_at",
    "ready_at",
    "problem",
)
