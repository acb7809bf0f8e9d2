"""What is wrong, who acts on it, and who says that it is well."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yiyang.access.fields import PERSONAL, sorted_fields
from yiyang.access.ranges import NO_AREA
from yiyang.access.scope import Scope
from yiyang.access.scoped import Scoped
from yiyang.registry.models import Person
from yiyang.visits.models.reports import Report

USER = settings.AUTH_USER_MODEL


class Finding(Scoped):
    """Something is wrong: how bad, by when, who acts; another than who acted says that it is well."""

    PERSON = "person_id"

    class Severity(models.TextChoices):
        URGENT = "urgent", "紧急"
        SERIOUS = "serious", "较重"
        MINOR = "minor", "一般"

    class State(models.TextChoices):
        OPEN = "open", "待派单"
        ASSIGNED = "assigned", "待处置"
        ACTED = "acted", "待核实"
        CLOSED = "closed", "已办结"
        VOID = "void", "误报"

    class Unit(models.TextChoices):
        TOWNSHIP = "township", "乡镇（街道）"
        HEALTH = "health", "卫生健康"
        POLICE = "police", "公安"
        PROVIDER = "provider", "养老服务机构"
        CIVIL_AFFAIRS = "civil_affairs", "民政"

    number = models.CharField(max_length=24, unique=True, verbose_name="事件编号")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False, verbose_name="老年人")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="村（社区）")
    report = models.ForeignKey(Report, models.PROTECT, null=True, related_name="findings", verbose_name="探访记录")
    # A key of policy/visits.yaml `findings`.
    kind = models.SlugField(max_length=30, verbose_name="类型")
    severity = models.CharField(max_length=8, choices=Severity.choices, verbose_name="程度")
    words = models.CharField(max_length=1000, blank=True, verbose_name="情况")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN, verbose_name="状态")
    state_since = models.DateTimeField(auto_now_add=True, verbose_name="进入状态时间")
    due = models.DateTimeField(null=True, verbose_name="时限")
    # 0 = the township; each time it is late it goes one level up.
    escalated = models.SmallIntegerField(default=0, verbose_name="督办层级")
    unit = models.CharField(max_length=14, choices=Unit.choices, blank=True, verbose_name="处置单位")
    assigned_to = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name="处置人")
    found_by = models.BigIntegerField(null=True, verbose_name="发现人编号")
    found_by_name = models.CharField(max_length=150, verbose_name="发现人")
    acted_by = models.BigIntegerField(null=True, verbose_name="处置人编号")
    found_at = models.DateTimeField(auto_now_add=True, verbose_name="发现时间")
    closed_at = models.DateTimeField(null=True, verbose_name="办结时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "异常情况"
        ordering = ("due", "id")
        indexes = (
            models.Index(fields=("state", "area_code", "due", "id"), name="visits_finding_work"),
            models.Index(fields=("person", "state"), name="visits_finding_person"),
            models.Index(fields=("assigned_to", "state"), name="visits_finding_mine"),
        )

    @classmethod
    def scope_q(cls, scope: Scope) -> Q:
        """Beside those of one's area, those that one was sent to act on: a hospital sees nobody else."""
        found = super().scope_q(scope)
        return found if scope.user is None or not found else found | Q(assigned_to=scope.user)


class FindingStep(models.Model):
    """What was done about a finding: who, when, what. Added to, never changed."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="steps", verbose_name="异常情况")
    # report, assign, act, verify, return, escalate, close, void
    slug = models.SlugField(max_length=10, verbose_name="步骤")
    from_state = models.CharField(max_length=10, blank=True, verbose_name="原状态")
    to_state = models.CharField(max_length=10, choices=Finding.State.choices, verbose_name="新状态")
    at = models.DateTimeField(auto_now_add=True, verbose_name="时间")
    by = models.BigIntegerField(null=True, verbose_name="办理人编号")
    by_name = models.CharField(max_length=150, verbose_name="办理人")
    words = models.CharField(max_length=1000, blank=True, verbose_name="说明")

    class Meta:
        verbose_name = verbose_name_plural = "处置记录"
        ordering = ("id",)


sorted_fields(Finding, PERSONAL, "*")
sorted_fields(FindingStep, PERSONAL, "*")
