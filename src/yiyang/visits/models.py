"""Visits: who looks in on whom, the month's plan, what was found, and who closed it.

How often somebody is to be visited is policy (`policy/visits.yaml`) over the facts of the registry.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.ranges import NO_AREA
from yiyang.access.scope import Scope
from yiyang.access.scoped import Scoped
from yiyang.access.sealed import SealedTextField
from yiyang.registry.models import Document, Person

USER = settings.AUTH_USER_MODEL


class Means(models.TextChoices):
    """How somebody is looked in on."""

    HOME = "home", "上门"
    PHONE = "phone", "电话"
    NEIGHBOUR = "neighbour", "邻里"
    DEVICE = "device", "设备感知"


class Post(Scoped):
    """A village and its one named visitor, with a deputy; dated, so that it stays known who it was."""

    LOCK = "work"

    area_code = models.BigIntegerField(verbose_name="村（社区）")
    visitor = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name="探访员")
    deputy = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name="替补")
    # What he brings: keys of policy/visits.yaml `skills`.
    skills = models.JSONField(default=list, verbose_name="技能")
    minutes_a_day = models.SmallIntegerField(default=360, verbose_name="每日可用分钟")
    starts = models.DateField(verbose_name="起始日")
    ends = models.DateField(null=True, verbose_name="截止日")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "探访岗"
        ordering = ("area_code",)
        constraints = (
            models.UniqueConstraint(fields=("area_code",), condition=Q(ends=None), name="visits_post_one_now"),
        )


class Absence(models.Model):
    """Days on which a visitor does not work."""

    visitor = models.ForeignKey(USER, models.CASCADE, related_name="+", verbose_name="探访员")
    first = models.DateField(verbose_name="第一天")
    last = models.DateField(verbose_name="最后一天")
    reason = models.CharField(max_length=100, blank=True, verbose_name="原因")
    noted_by_name = models.CharField(max_length=150, verbose_name="登记人")

    class Meta:
        verbose_name = verbose_name_plural = "不在岗"
        ordering = ("first",)


class Alert(Scoped):
    """Heat, cold, flood, an epidemic: more visits in an area for some days."""

    LOCK = "work"

    area_code = models.BigIntegerField(verbose_name="区划")
    # A key of policy/visits.yaml `alerts`: what it adds, for whom.
    kind = models.SlugField(max_length=20, verbose_name="种类")
    words = models.CharField(max_length=400, verbose_name="说明")
    first = models.DateField(verbose_name="第一天")
    last = models.DateField(verbose_name="最后一天")
    made_by_name = models.CharField(max_length=150, verbose_name="发布人")
    made_at = models.DateTimeField(auto_now_add=True, verbose_name="发布时间")
    ended_at = models.DateTimeField(null=True, verbose_name="解除时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "预警"
        ordering = ("-first",)


class Plan(Scoped):
    """The visits of a month in an area: reckoned, checked by our own checker, put in force."""

    LOCK = "work"

    class State(models.TextChoices):
        ORDERED = "ordered", "排队中"
        RUNNING = "running", "编制中"
        READY = "ready", "待启用"
        IN_FORCE = "in_force", "已启用"
        DROPPED = "dropped", "已作废"
        FAILED = "failed", "未完成"

    area_code = models.BigIntegerField(verbose_name="区划")
    month = models.CharField(max_length=7, verbose_name="月份")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ORDERED, verbose_name="状态")
    seconds = models.IntegerField(default=600, verbose_name="编制时限（秒）")
    # Visits, visitors, metres and minutes of travel, share of usual visitors kept, loads; beside village order.
    figures = models.JSONField(default=dict, verbose_name="指标")
    # Promises that cannot be kept, each in words with whom and why.
    problems = models.JSONField(default=list, verbose_name="不能满足的要求")
    done = models.PositiveSmallIntegerField(default=0, verbose_name="完成步数")
    steps = models.PositiveSmallIntegerField(default=0, verbose_name="总步数")
    step = models.CharField(max_length=100, blank=True, verbose_name="当前步骤")
    ordered_by = models.BigIntegerField(null=True, verbose_name="下达人编号")
    ordered_by_name = models.CharField(max_length=150, verbose_name="下达人")
    ordered_at = models.DateTimeField(auto_now_add=True, verbose_name="下达时间")
    decided_by_name = models.CharField(max_length=150, blank=True, verbose_name="启用人")
    decided_at = models.DateTimeField(null=True, verbose_name="启用时间")
    # Visits before it are left as they are: a month may be planned anew from any day.
    starts = models.DateField(null=True, verbose_name="起排日")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "探访计划"
        ordering = ("-month", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("area_code", "month"), condition=Q(state="in_force"), name="visits_plan_one_in_force"
            ),
        )


class Visit(Scoped):
    """One visit that is owed to a person, planned or not, and how it ended."""

    PERSON = "person_id"

    class State(models.TextChoices):
        OWED = "owed", "待安排"
        PLANNED = "planned", "已安排"
        DONE = "done", "已探访"
        NOT_FOUND = "not_found", "未见到人"
        EXCUSED = "excused", "无须探访"
        MISSED = "missed", "未完成"

    class Cause(models.TextChoices):
        MONTHLY = "monthly", "每月探访"
        RISK = "risk", "风险加密"
        ALERT = "alert", "预警加访"
        FOLLOW = "follow", "回访"
        ASKED = "asked", "专项了解"

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False, verbose_name="老年人")
    area_code = models.BigIntegerField(default=NO_AREA, verbose_name="村（社区）")
    month = models.CharField(max_length=7, verbose_name="月份")
    # The how-manieth of its cause in the month: the same one is never owed twice.
    number = models.SmallIntegerField(default=1, verbose_name="第几次")
    cause = models.CharField(max_length=8, choices=Cause.choices, verbose_name="事由")
    groups = models.JSONField(default=list, verbose_name="对象类别")
    alert = models.ForeignKey(Alert, models.PROTECT, null=True, related_name="+", verbose_name="预警")
    plan = models.ForeignKey(Plan, models.SET_NULL, null=True, related_name="visits", verbose_name="计划")
    means = models.CharField(max_length=10, choices=Means.choices, default=Means.HOME, verbose_name="方式")
    # Ways that count for this visit; days between it and the person's visit before it.
    counts = models.JSONField(default=list, verbose_name="可计入的方式")
    gap = models.SmallIntegerField(default=0, verbose_name="间隔天数")
    # It is to happen within these days, and between these minutes of the day.
    first = models.DateField(verbose_name="最早")
    last = models.DateField(verbose_name="最迟")
    opens = models.SmallIntegerField(default=480, verbose_name="最早时刻（分）")
    closes = models.SmallIntegerField(default=1080, verbose_name="最迟时刻（分）")
    minutes = models.SmallIntegerField(default=20, verbose_name="停留（分钟）")
    skills = models.JSONField(default=list, verbose_name="所需技能")
    needs_two = models.BooleanField(default=False, verbose_name="须两人同行")
    visitor = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name="探访员")
    second = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name="同行人")
    on = models.DateField(null=True, verbose_name="安排日期")
    # Place in the day's round, and when he is expected.
    turn = models.SmallIntegerField(null=True, verbose_name="次序")
    at = models.SmallIntegerField(null=True, verbose_name="预计时刻（分）")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OWED, verbose_name="状态")
    state_since = models.DateTimeField(auto_now_add=True, verbose_name="进入状态时间")
    done_on = models.DateField(null=True, verbose_name="探访日期")
    done_by_name = models.CharField(max_length=150, blank=True, verbose_name="实际探访人")
    # How often nobody was met, so far.
    tries = models.SmallIntegerField(default=0, verbose_name="未见到次数")
    # After nobody was met: a key of policy/visits.yaml `not_met`, and by when.
    next_step = models.SlugField(max_length=20, blank=True, verbose_name="下一步")
    next_by = models.DateTimeField(null=True, verbose_name="下一步时限")
    reason = models.CharField(max_length=400, blank=True, verbose_name="说明")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "探访"
        ordering = ("on", "turn", "id")
        indexes = (
            models.Index(fields=("month", "area_code", "state", "id"), name="visits_visit_month"),
            models.Index(fields=("visitor", "on", "turn"), name="visits_visit_round"),
            # The list of a month by its days.
            models.Index(fields=("month", "on", "id"), name="visits_visit_days"),
            models.Index(fields=("person", "month"), name="visits_visit_person"),
            # Who was not visited yet, the most urgent first.
            models.Index(
                fields=("month", "last", "id"),
                name="visits_visit_not_yet",
                condition=Q(state__in=["owed", "planned", "not_found", "missed"]),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("person", "month", "cause", "number", "alert"),
                nulls_distinct=False,
                name="visits_visit_owed_once",
            ),
        )


class Stop(models.Model):
    """Where a plan puts a visit: one row for who goes, another for who goes along.

    It says nothing until the plan is put in force; then the visits say it themselves.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="stops", verbose_name="计划")
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="+", verbose_name="探访")
    visitor = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name="探访员")
    is_second = models.BooleanField(default=False, verbose_name="同行")
    on = models.DateField(verbose_name="安排日期")
    turn = models.SmallIntegerField(verbose_name="次序")
    at = models.SmallIntegerField(verbose_name="预计时刻（分）")
    way_minutes = models.SmallIntegerField(default=0, verbose_name="路上（分钟）")
    way_metres = models.IntegerField(default=0, verbose_name="路程（米）")

    class Meta:
        verbose_name = verbose_name_plural = "计划安排"
        ordering = ("on", "visitor", "turn")
        constraints = (models.UniqueConstraint(fields=("plan", "visit", "is_second"), name="visits_stop_once"),)


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


sorted_fields(Post, OPEN, "*")
sorted_fields(Absence, PERSONAL, "reason")
sorted_fields(Absence, OPEN, "id", "visitor", "first", "last", "noted_by_name")
sorted_fields(Alert, OPEN, "*")
sorted_fields(Plan, PERSONAL, "problems")
sorted_fields(
    Plan, OPEN, "id", "area_code", "month", "state", "seconds", "figures", "done", "steps", "step", "ordered_by",
    "ordered_by_name", "ordered_at", "decided_by_name", "decided_at", "starts",
)  # fmt: skip
for model in (Visit, Stop, Report, ReportFile, Observation, Wish, Finding, FindingStep, SignOfLife):
    sorted_fields(model, PERSONAL, "*")
