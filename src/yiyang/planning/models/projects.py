"""Projects from the first idea to running homes, their money, and the facilities that housing estates owe."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.scoped import Scoped


class Project(Scoped):
    """One project. Money lies in `Money` and `Payment`, its way in `ProjectStep`."""

    LOCK = "work"

    class Kind(models.TextChoices):
        ELDERLY = "elderly", "养老"
        CHILDCARE = "childcare", "托育"

    class Stage(models.TextChoices):
        PROPOSED = "proposed", "谋划"
        APPROVED = "approved", "批复"
        FUNDED = "funded", "资金落实"
        BUILDING = "building", "在建"
        ACCEPTED = "accepted", "验收"
        HANDED_OVER = "handed_over", "移交"
        OPERATING = "operating", "运营"
        STOPPED = "stopped", "终止"

    area_code = models.BigIntegerField(verbose_name="区划")
    kind = models.CharField(max_length=9, choices=Kind.choices, verbose_name="类别")
    title = models.CharField(max_length=200, verbose_name="名称")
    nature = models.CharField(max_length=20, blank=True, verbose_name="建设性质")
    stage = models.CharField(max_length=11, choices=Stage.choices, default=Stage.PROPOSED, verbose_name="阶段")
    stage_since = models.DateField(verbose_name="进入阶段日期")
    # The year in whose list it stands now; `first_year` the one in which it first stood.
    year = models.SmallIntegerField(verbose_name="年度")
    first_year = models.SmallIntegerField(verbose_name="最初年度")
    from_year = models.SmallIntegerField(null=True, verbose_name="开工年")
    to_year = models.SmallIntegerField(null=True, verbose_name="完工年")
    place = models.CharField(max_length=200, blank=True, verbose_name="建设地点")
    # Degrees; only where somebody gave them.
    longitude = models.FloatField(null=True, verbose_name="经度")
    latitude = models.FloatField(null=True, verbose_name="纬度")
    unit = models.CharField(max_length=100, blank=True, verbose_name="实施单位")
    department = models.SlugField(max_length=40, blank=True, verbose_name="责任部门")
    # Beds of elderly projects, places of childcare ones.
    places = models.IntegerField(default=0, verbose_name="床位（托位）")
    nursing = models.IntegerField(default=0, verbose_name="护理型床位")
    places_in_use = models.IntegerField(default=0, verbose_name="已投用")
    floor_m2 = models.IntegerField(null=True, verbose_name="建筑面积（平方米）")
    # Where it was read: [{"document", "key", "number"}].
    sources = models.JSONField(default=list, verbose_name="出处")
    # "plan": taken over from a document; "siting": suggested by reckoning; "hand": entered.
    origin = models.CharField(max_length=8, default="hand", verbose_name="来源")
    note = models.CharField(max_length=1000, blank=True, verbose_name="说明")
    is_synthetic = models.BooleanField(default=False, verbose_name="合成数据")
    made_by_name = models.CharField(max_length=150, verbose_name="登记人")
    made_at = models.DateTimeField(auto_now_add=True, verbose_name="登记时间")
    version = models.IntegerField(default=1, verbose_name="版本")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "项目"
        ordering = ("year", "area_code", "id")
        indexes = (models.Index(fields=("area_code", "year", "kind"), name="planning_project_year"),)
        constraints = (
            models.CheckConstraint(condition=Q(places__gte=0) & Q(nursing__gte=0), name="planning_project_places"),
            models.UniqueConstraint(fields=("area_code", "kind", "title"), name="planning_project_once"),
        )


class ProjectStep(models.Model):
    """What happened to a project, never changed: a stage reached or given back, or rolled on into another year."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="steps", verbose_name="项目")
    stage = models.CharField(max_length=11, choices=Project.Stage.choices, verbose_name="阶段")
    on = models.DateField(verbose_name="日期")
    # Year it stood in before and after, where it was rolled on.
    from_year = models.SmallIntegerField(null=True, verbose_name="原年度")
    to_year = models.SmallIntegerField(null=True, verbose_name="新年度")
    words = models.CharField(max_length=400, blank=True, verbose_name="说明")
    by_name = models.CharField(max_length=150, verbose_name="办理人")
    at = models.DateTimeField(auto_now_add=True, verbose_name="办理时间")

    class Meta:
        verbose_name = verbose_name_plural = "项目进展"
        ordering = ("id",)


class Money(models.Model):
    """What a project is promised from one source, in fen."""

    class Source(models.TextChoices):
        CENTRAL = "central", "中央预算内"
        BONDS = "bonds", "地方债券"
        LOCAL = "local", "地方财政"
        LOTTERY = "lottery", "彩票公益金"
        PRIVATE = "private", "社会资本"
        OPEN = "open", "未落实"

    project = models.ForeignKey(Project, models.CASCADE, related_name="money", verbose_name="项目")
    source = models.CharField(max_length=8, choices=Source.choices, verbose_name="资金来源")
    planned_fen = models.BigIntegerField(verbose_name="计划（分）")

    class Meta:
        verbose_name = verbose_name_plural = "项目资金"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("project", "source"), name="planning_money_once"),
            models.CheckConstraint(condition=Q(planned_fen__gte=0), name="planning_money_not_negative"),
        )


class Payment(models.Model):
    """Money that arrived for a project, in fen; a wrong one is set right by another with the opposite sign."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="payments", verbose_name="项目")
    source = models.CharField(max_length=8, choices=Money.Source.choices, verbose_name="资金来源")
    fen = models.BigIntegerField(verbose_name="金额（分）")
    on = models.DateField(verbose_name="到位日期")
    # Voucher or document; the same one is not entered twice.
    voucher = models.CharField(max_length=100, verbose_name="凭证")
    words = models.CharField(max_length=400, blank=True, verbose_name="说明")
    by_name = models.CharField(max_length=150, verbose_name="登记人")
    at = models.DateTimeField(auto_now_add=True, verbose_name="登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "资金到位"
        ordering = ("on", "id")
        constraints = (models.UniqueConstraint(fields=("project", "source", "voucher"), name="planning_payment_once"),)


class Estate(Scoped):
    """A housing estate and the care facility that it owes: planned, built, accepted and handed over with the homes."""

    LOCK = "work"

    area_code = models.BigIntegerField(verbose_name="区划")
    title = models.CharField(max_length=200, verbose_name="小区")
    # New estates owe by homes, old ones by people (policy/planning.yaml).
    is_new = models.BooleanField(default=True, verbose_name="新建")
    homes = models.IntegerField(verbose_name="户数")
    people = models.IntegerField(null=True, verbose_name="人数")
    provided_m2 = models.DecimalField(max_digits=9, decimal_places=1, default=0, verbose_name="已配建（平方米）")
    planned_on = models.DateField(null=True, verbose_name="同步规划")
    built_on = models.DateField(null=True, verbose_name="同步建设")
    accepted_on = models.DateField(null=True, verbose_name="同步验收")
    handed_over_on = models.DateField(null=True, verbose_name="同步交付")
    homes_accepted_on = models.DateField(null=True, verbose_name="住宅验收日期")
    receiver = models.CharField(max_length=100, blank=True, verbose_name="接收单位")
    note = models.CharField(max_length=400, blank=True, verbose_name="说明")
    is_synthetic = models.BooleanField(default=False, verbose_name="合成数据")
    version = models.IntegerField(default=1, verbose_name="版本")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "居住区配建"
        ordering = ("area_code", "title")
        constraints = (
            models.UniqueConstraint(fields=("area_code", "title"), name="planning_estate_once"),
            models.CheckConstraint(condition=Q(homes__gt=0), name="planning_estate_homes"),
        )


class Lottery(Scoped):
    """A year's lottery money for welfare in an area, and how much of it goes to elderly care, in fen."""

    LOCK = "work"

    area_code = models.BigIntegerField(verbose_name="区划")
    year = models.SmallIntegerField(verbose_name="年度")
    is_plan = models.BooleanField(default=False, verbose_name="预算")
    total_fen = models.BigIntegerField(verbose_name="社会福利支出（分）")
    elderly_fen = models.BigIntegerField(verbose_name="其中养老（分）")
    source = models.CharField(max_length=200, verbose_name="依据")
    by_name = models.CharField(max_length=150, verbose_name="登记人")
    at = models.DateTimeField(auto_now=True, verbose_name="登记时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "彩票公益金"
        ordering = ("-year", "area_code")
        constraints = (
            models.UniqueConstraint(fields=("area_code", "year", "is_plan"), name="planning_lottery_once"),
            models.CheckConstraint(
                condition=Q(elderly_fen__gte=0) & Q(elderly_fen__lte=models.F("total_fen")),
                name="planning_lottery_within",
            ),
        )


sorted_fields(Project, PERSONAL, "made_by_name")
sorted_fields(
    Project, OPEN, "id", "area_code", "kind", "title", "nature", "stage", "stage_since", "year", "first_year",
    "from_year", "to_year", "place", "longitude", "latitude", "unit", "department", "places", "nursing",
    "places_in_use", "floor_m2", "sources", "origin", "note", "is_synthetic", "made_at", "version",
)  # fmt: skip
sorted_fields(ProjectStep, PERSONAL, "by_name")
sorted_fields(ProjectStep, OPEN, "id", "project", "stage", "on", "from_year", "to_year", "words", "at")
sorted_fields(Money, OPEN, "*")
sorted_fields(Payment, PERSONAL, "by_name")
sorted_fields(Payment, OPEN, "id", "project", "source", "fen", "on", "voucher", "words", "at")
sorted_fields(Estate, OPEN, "*")
sorted_fields(Lottery, PERSONAL, "by_name")
sorted_fields(Lottery, OPEN, "id", "area_code", "year", "is_plan", "total_fen", "elderly_fen", "source", "at")
