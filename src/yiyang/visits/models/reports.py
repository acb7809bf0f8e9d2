"""What visitors saw and heard: reports with their files, facts seen otherwise, wishes, signs of life."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yiyang.access.fields import PERSONAL, sorted_fields
from yiyang.access.ranges import NO_AREA
from yiyang.access.scoped import Scoped
from yiyang.access.sealed import SealedTextField
from yiyang.registry.models import Document, Person
from yiyang.visits.models.visits import Means, Visit

USER = settings.AUTH_USER_MODEL


class Report(Scoped):
    """What was seen and heard: never changed; a second report on one visit stands beside the first."""

    PERSON = "person_id"

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="reports", verbose_name="探访")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False, verbose_name="老年人")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="村（社区）")
    means = models.CharField(max_length=10, choices=Means.choices, verbose_name="方式")
    met = models.BooleanField(verbose_name="见到或通话")
    # JSON of question → answer under policy/visits.yaml `form`, with the version of the form.
    version = models.CharField(max_length=20, verbose_name="表单版本")
    answers = SealedTextField(verbose_name="内容")
    abnormal = models.BooleanField(default=False, verbose_name="发现异常")
    # How far from the village's place it was made, in classes ("near", "far", "unknown"), never where exactly.
    place = models.CharField(max_length=10, blank=True, verbose_name="位置核验")
    began_at = models.DateTimeField(verbose_name="开始时间")
    ended_at = models.DateTimeField(verbose_name="结束时间")
    received_at = models.DateTimeField(auto_now_add=True, verbose_name="收到时间")
    made_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name="探访人")
    made_by_name = models.CharField(max_length=150, verbose_name="探访人姓名")
    entry = models.UUIDField(null=True, unique=True, verbose_name="外出记录")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "探访记录"
        ordering = ("id",)
        indexes = (models.Index(fields=("person", "-ended_at"), name="visits_report_person"),)


class ReportFile(models.Model):
    """A photo or a voice note; the file lies sealed with the person's documents."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="files", verbose_name="探访记录")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+", verbose_name="材料")
    kind = models.CharField(max_length=10, verbose_name="种类")

    class Meta:
        verbose_name = verbose_name_plural = "探访附件"


class Observation(Scoped):
    """A fact that a visitor saw to be otherwise: a clerk confirms it, and then the registry states it."""

    PERSON = "person_id"

    class State(models.TextChoices):
        WAITING = "waiting", "待确认"
        CONFIRMED = "confirmed", "已入库"
        REFUSED = "refused", "不采用"

    report = models.ForeignKey(Report, models.PROTECT, related_name="observations", verbose_name="探访记录")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False, verbose_name="老年人")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="村（社区）")
    fact = models.SlugField(max_length=40, verbose_name="事实")
    # As the fact is stored: what the files said then, and what was seen.
    stated = models.BigIntegerField(null=True, verbose_name="档案原值")
    value = models.BigIntegerField(verbose_name="探访所见")
    seen_on = models.DateField(verbose_name="所见日期")
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING, verbose_name="状态")
    decided_by_name = models.CharField(max_length=150, blank=True, verbose_name="确认人")
    decided_at = models.DateTimeField(null=True, verbose_name="确认时间")
    words = models.CharField(max_length=400, blank=True, verbose_name="说明")
    # The registry's delivery that states it, to be taken back with it.
    delivery = models.BigIntegerField(null=True, verbose_name="入库批次")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "探访所见变化"
        ordering = ("id",)
        indexes = (
            models.Index(fields=("state", "area_code", "id"), name="visits_observation_work"),
            models.Index(fields=("person", "fact"), name="visits_observation_person"),
        )


class Wish(Scoped):
    """What somebody said he wants: an assessment, or help that the township may apply for with him."""

    PERSON = "person_id"

    class State(models.TextChoices):
        OPEN = "open", "待办"
        DONE = "done", "已办"

    report = models.ForeignKey(Report, models.PROTECT, related_name="wishes", verbose_name="探访记录")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False, verbose_name="老年人")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="村（社区）")
    # A key of policy/visits.yaml `wish`, and how the form says it.
    kind = models.SlugField(max_length=40, verbose_name="愿望")
    words = models.CharField(max_length=100, verbose_name="说明")
    state = models.CharField(max_length=5, choices=State.choices, default=State.OPEN, verbose_name="状态")
    # What was done about it: a request's or case's number, or words.
    outcome = models.CharField(max_length=400, blank=True, verbose_name="办理结果")
    done_by_name = models.CharField(max_length=150, blank=True, verbose_name="办理人")
    done_at = models.DateTimeField(null=True, verbose_name="办理时间")
    said_at = models.DateTimeField(auto_now_add=True, verbose_name="提出时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "探访中的愿望"
        ordering = ("id",)
        indexes = (models.Index(fields=("state", "area_code", "id"), name="visits_wish_work"),)
        constraints = (
            models.UniqueConstraint(fields=("person", "kind"), condition=Q(state="open"), name="visits_wish_one_open"),
        )


class SignOfLife(models.Model):
    """A device or a neighbour's app said that somebody is up and about: counts as a visit where policy lets it."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False, verbose_name="老年人")
    # Which system sent it (an API token's name), and its own number for it: the same one counts once.
    source = models.CharField(max_length=60, verbose_name="来源")
    key = models.CharField(max_length=80, verbose_name="来源编号")
    kind = models.SlugField(max_length=20, verbose_name="种类")
    at = models.DateTimeField(verbose_name="时间")

    class Meta:
        verbose_name = verbose_name_plural = "设备感知"
        indexes = (models.Index(fields=("person", "-at"), name="visits_signoflife_person"),)
        constraints = (models.UniqueConstraint(fields=("source", "key"), name="visits_signoflife_once"),)


for model in (Report, ReportFile, Observation, Wish, SignOfLife):
    sorted_fields(model, PERSONAL, "*")
