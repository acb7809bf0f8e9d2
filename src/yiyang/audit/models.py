"""What was read and done, in a chain of hashes; and every write, as the database's triggers saw it.

`audit_line` and `audit_write` can be added to and read by the application, never changed: it holds no such grant.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.ranges import NO_AREA


class AuditLine(models.Model):
    """One line of the log. `seq`, `at`, `previous` and `hash` are set by the database (audit/sql/chain.sql)."""

    class Kind(models.TextChoices):
        READ = "read", "查看"
        SEARCH = "search", "查询"
        REVEAL = "reveal", "查看完整信息"
        EXPORT = "export", "导出"
        WRITE = "write", "写入"
        DECIDE = "decide", "办理"
        DELIVER = "deliver", "数据交付"
        PERMIT = "permit", "权限变更"
        LOGIN = "login", "登录"
        DENY = "deny", "拒绝访问"
        SYSTEM = "system", "系统"
        SEAL = "seal", "写入封存"

    seq = models.BigAutoField(primary_key=True, verbose_name="序号")
    at = models.DateTimeField(db_default=Now(), verbose_name="时间")
    kind = models.CharField(max_length=10, choices=Kind.choices, verbose_name="类别")
    actor = models.BigIntegerField(null=True, verbose_name="操作人编号")
    actor_name = models.CharField(max_length=150, verbose_name="操作人")
    request = models.CharField(max_length=64, blank=True, verbose_name="请求编号")
    address = models.CharField(max_length=64, blank=True, verbose_name="来源地址")
    what = models.CharField(max_length=200, blank=True, verbose_name="对象")
    person = models.BigIntegerField(null=True, verbose_name="人员")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="区划")
    reason = models.CharField(max_length=400, blank=True, verbose_name="理由")
    detail = models.JSONField(default=dict, verbose_name="详情")
    previous = models.BinaryField(db_default=b"", verbose_name="上一行指纹")
    hash = models.BinaryField(db_default=b"", verbose_name="本行指纹")

    class Meta:
        db_table = "audit_line"
        verbose_name = verbose_name_plural = "审计记录"
        ordering = ("-seq",)
        indexes = (
            models.Index(fields=("actor", "-seq"), name="audit_line_actor"),
            models.Index(fields=("person", "-seq"), name="audit_line_person", condition=models.Q(person__isnull=False)),
            models.Index(fields=("kind", "-seq"), name="audit_line_kind"),
            models.Index(fields=("area_code", "-seq"), name="audit_line_area"),
            models.Index(fields=("request",), name="audit_line_request"),
            BrinIndex(fields=("at",), name="audit_line_at"),
        )

    @property
    def fingerprint(self) -> str:
        """The beginning of the hash, to compare by eye."""
        return bytes(self.hash).hex()[:12]


class AuditWrite(models.Model):
    """One row written, as a trigger saw it: ORM, bulk, COPY, raw SQL and worker alike."""

    class Operation(models.TextChoices):
        INSERT = "I", "新增"
        UPDATE = "U", "修改"
        DELETE = "D", "删除"
        COUNT = "C", "批量新增"
        TRUNCATE = "T", "清空"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now(), verbose_name="时间")
    transaction = models.BigIntegerField(verbose_name="事务")
    table = models.CharField(max_length=63, verbose_name="数据表")
    key = models.CharField(max_length=64, verbose_name="主键")
    operation = models.CharField(max_length=1, choices=Operation.choices, verbose_name="操作")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="区划")
    actor = models.BigIntegerField(null=True, verbose_name="操作人编号")
    actor_name = models.CharField(max_length=150, verbose_name="操作人")
    request = models.CharField(max_length=64, blank=True, verbose_name="请求编号")
    before = models.JSONField(null=True, verbose_name="改前")
    after = models.JSONField(null=True, verbose_name="改后")

    class Meta:
        db_table = "audit_write"
        verbose_name = verbose_name_plural = "写入历史"
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("table", "key", "-id"), name="audit_write_row"),
            # BRIN: transactions come in order of ids, and a million writes should not fill another tree.
            BrinIndex(fields=("transaction",), pages_per_range=16, name="audit_write_transaction"),
            BrinIndex(fields=("at",), name="audit_write_at"),
        )


class AuditIndex(models.Model):
    """The view `audit_index`: which fields of which rows were written, without what stood in them. For auditors."""

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(verbose_name="时间")
    transaction = models.BigIntegerField(verbose_name="事务")
    table = models.CharField(max_length=63, verbose_name="数据表")
    key = models.CharField(max_length=64, verbose_name="主键")
    operation = models.CharField(max_length=1, choices=AuditWrite.Operation.choices, verbose_name="操作")
    area_code = models.BigIntegerField(verbose_name="区划")
    actor = models.BigIntegerField(null=True, verbose_name="操作人编号")
    actor_name = models.CharField(max_length=150, verbose_name="操作人")
    request = models.CharField(max_length=64, verbose_name="请求编号")
    fields = ArrayField(models.TextField(), verbose_name="字段")

    class Meta:
        managed = False
        db_table = "audit_index"
        verbose_name = verbose_name_plural = "写入索引"
        ordering = ("-id",)


sorted_fields(AuditLine, PERSONAL, "actor_name", "address", "reason", "detail", "person")
sorted_fields(AuditLine, OPEN, "seq", "at", "kind", "actor", "request", "what", "area_code", "previous", "hash")
sorted_fields(AuditWrite, PERSONAL, "before", "after", "actor_name")
sorted_fields(AuditWrite, OPEN, "id", "at", "transaction", "table", "key", "operation", "area_code", "actor", "request")
sorted_fields(AuditIndex, PERSONAL, "actor_name")
sorted_fields(AuditIndex, OPEN, "id", "at", "transaction", "table", "key", "operation", "area_code", "actor", "request")
sorted_fields(AuditIndex, OPEN, "fields")
