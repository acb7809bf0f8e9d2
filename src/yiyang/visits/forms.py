"""Forms of the visits' pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from yiyang.access.ranges import NO_AREA
from yiyang.access.scope import current
from yiyang.accounts.models import Grant, User
from yiyang.areas.models import Area
from yiyang.registry.forms_people import DAY
from yiyang.visits import words
from yiyang.visits.models import Finding, Means, Post, Visit

LONGEST = {"rows": 4}
CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"
MANY, MOST = 400, 5000


def visitors(right: str = "visit.plan") -> Any:
    """Accounts that visit where the scope in force holds a right."""
    today = timezone.localdate()
    held = Grant.objects.filter(
        current().where(right).q("area__code"), role="village_visitor", revoked_at=None, starts__lte=today
    ).exclude(ends__lt=today)
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("area__code", "name")


class _Visitors(forms.ModelChoiceField[User]):
    """A choice among visitors, each with his village."""

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name}（{obj.area.name}）" if obj.area else obj.name


class PostForm(forms.Form):
    """Who visits in a village, who stands in."""

    area_code = forms.TypedChoiceField(label="村（社区）", coerce=int)
    visitor = _Visitors(label="探访员", queryset=User.objects.none())
    deputy = _Visitors(label="替补", queryset=User.objects.none(), required=False, help_text="探访员不在时由其代替。")
    skills = forms.MultipleChoiceField(label="技能", required=False, widget=forms.CheckboxSelectMultiple)
    minutes_a_day = forms.IntegerField(label="每日可用分钟", min_value=30, max_value=600, initial=360)
    starts = forms.DateField(label="自何日起", widget=DAY)

    def __init__(self, town: int | None, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["area_code"].choices = villages(town)  # type: ignore[attr-defined]
        self.fields["skills"].choices = words.skills()  # type: ignore[attr-defined]
        for name in ("visitor", "deputy"):
            self.fields[name].queryset = visitors().select_related("area")  # type: ignore[attr-defined]
        self.fields["starts"].initial = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        """The deputy is somebody else."""
        data = super().clean() or {}
        if data.get("visitor") and data.get("visitor") == data.get("deputy"):
            self.add_error("deputy", "替补须是另一个人。")
        return data


def villages(town: int | None = None) -> list[tuple[int, str]]:
    """Villages that may be given a visitor, within a town or the scope, as choices."""
    rows = Area.objects.filter(current().where("visit.plan").q("code"), level="village", valid_to=None)
    if town:
        rows = rows.filter(code__gte=town, code__lt=town + 1000)
    found = rows.values_list("code", "name", "parent__name")[:MOST]
    return [(code or NO_AREA, f"{above} {name}") for code, name, above in found]


class _Days(forms.Form):
    """From a day to a day."""

    def clean(self) -> dict[str, Any]:
        """Not the wrong way round."""
        data = super().clean() or {}
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", "最后一天不能早于第一天。")
        return data


class AbsenceForm(_Days):
    """Days on which somebody does not work."""

    visitor = _Visitors(label="探访员", queryset=User.objects.none())
    first = forms.DateField(label="第一天", widget=DAY)
    last = forms.DateField(label="最后一天", widget=DAY)
    reason = forms.CharField(label="原因", max_length=100, required=False)
    replan = forms.BooleanField(
        label="立即重排这几天里已安排的探访", required=False, initial=True, help_text="先找替补，再找邻村的探访员。"
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        posts = Post.objects.filter(current().where("visit.plan").q("area_code"), ends=None)
        held = visitors().filter(pk__in=posts.values("visitor"))
        self.fields["visitor"].queryset = held.select_related("area")  # type: ignore[attr-defined]
        for name in ("first", "last"):
            self.fields[name].initial = timezone.localdate()


class AlertForm(_Days):
    """More visits in an area for some days."""

    kind = forms.ChoiceField(label="种类")
    area_code = forms.TypedChoiceField(label="区划", coerce=int)
    words = forms.CharField(label="说明", max_length=400, widget=forms.Textarea(attrs=LONGEST))
    first = forms.DateField(label="第一天", widget=DAY)
    last = forms.DateField(label="最后一天", widget=DAY)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["kind"].choices = words.alerts()  # type: ignore[attr-defined]
        self.fields["area_code"].choices = places("visit.alert")  # type: ignore[attr-defined]
        for name in ("first", "last"):
            self.fields[name].initial = timezone.localdate()


def places(right: str) -> list[tuple[int, str]]:
    """Counties and towns where the scope in force holds a right, as choices."""
    rows = Area.objects.filter(current().where(right).q("code"), level__in=("city", "county", "town"), valid_to=None)
    found = rows.exclude(code=None).order_by("code").values_list("code", "name", "level")[:MANY]
    return [(code or NO_AREA, name if level != "town" else f"　{name}") for code, name, level in found]


class PlanForm(forms.Form):
    """A month to be planned."""

    area_code = forms.TypedChoiceField(label="区划", coerce=int)
    month = forms.RegexField(MONTH, label="月份", widget=forms.TextInput(attrs={"type": "month"}))
    seconds = forms.TypedChoiceField(
        label="用时", coerce=int, initial=600,
        choices=((60, "快速：约 1 分钟"), (300, "一般：约 5 分钟"), (600, "精细：约 10 分钟")),
    )  # fmt: skip

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["area_code"].choices = places("visit.plan")  # type: ignore[attr-defined]
        self.fields["month"].initial = next_month(timezone.localdate())


def next_month(on: date) -> str:
    """The month after a day's.

    >>> next_month(date(2026, 12, 5))
    '2027-01'
    """
    return f"{on.year + on.month // 12}-{on.month % 12 + 1:02d}"


class MoveForm(forms.Form):
    """A visit at another day, by another visitor."""

    visitor = _Visitors(label="探访员", queryset=User.objects.none())
    on = forms.DateField(label="日期", widget=DAY)
    reason = forms.CharField(label="原因", max_length=200)

    def __init__(self, visit: Visit, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        town = visit.area_code // 1000 * 1000
        near = Post.objects.filter(area_code__gte=town, area_code__lt=town + 1000, ends=None)
        self.fields["visitor"].queryset = (  # type: ignore[attr-defined]
            User.objects.filter(pk__in=near.values("visitor")).select_related("area").order_by("area__code")
        )
        self.fields["visitor"].initial, self.fields["on"].initial = visit.visitor_id, visit.on or visit.first
        self.visit = visit

    def clean_on(self) -> date:
        """Within the days in which it is owed."""
        on: date = self.cleaned_data["on"]
        if not self.visit.first <= on <= self.visit.last:
            raise forms.ValidationError(f"须在 {self.visit.first:%Y-%m-%d} 至 {self.visit.last:%Y-%m-%d} 之间。")
        return on


class ExcuseForm(forms.Form):
    """A visit that need not be."""

    reason = forms.CharField(label="原因", max_length=400, help_text="例如 11月3日起住院；写清楚从哪里得知。")


class FindingForm(forms.Form):
    """Something wrong that was told by telephone or seen without a visit."""

    kind = forms.ChoiceField(label="类型")
    severity = forms.ChoiceField(label="程度", choices=Finding.Severity.choices, widget=forms.RadioSelect)
    words = forms.CharField(label="情况", max_length=1000, widget=forms.Textarea(attrs=LONGEST))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["kind"].choices = words.finding_kinds()  # type: ignore[attr-defined]


class AssignForm(forms.Form):
    """To whom a finding goes."""

    unit = forms.ChoiceField(label="处置单位", choices=Finding.Unit.choices)
    user = _Visitors(
        label="处置人（可不选）",
        queryset=User.objects.none(),
        required=False,
        help_text="不选则由该单位有权处置的人员处置。",
    )
    words = forms.CharField(label="要求", max_length=1000, required=False, widget=forms.Textarea(attrs=LONGEST))

    def __init__(self, finding: Finding, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["user"].queryset = responders(finding.area_code).select_related("area")  # type: ignore[attr-defined]
        self.fields["unit"].initial = finding.unit or words.unit_of(finding.kind)


def responders(code: int) -> Any:
    """Accounts that may act on findings in an area."""
    from yiyang.accounts.roles import load_roles

    today = timezone.localdate()
    roles = [slug for slug, role in load_roles().roles.items() if "finding.handle" in role.rights]
    above = [code, code // 1000 * 1000, code // 10**6 * 10**6]
    held = Grant.objects.filter(role__in=roles, revoked_at=None, starts__lte=today, area__code__in=above)
    held = held.exclude(ends__lt=today).filter(user__kind=User.Kind.STAFF)
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("name")


class WordsForm(forms.Form):
    """A step that says what was done or why."""

    words = forms.CharField(label="说明", max_length=1000, widget=forms.Textarea(attrs=LONGEST))

    def __init__(self, label: str, is_required: bool, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["words"].label, self.fields["words"].required = label, is_required


class MeansForm(forms.Form):
    """How a visit was made, when it is written down at a desk."""

    means = forms.ChoiceField(label="方式", choices=Means.choices[:3], widget=forms.RadioSelect)
    on = forms.DateField(label="探访日期", widget=DAY)
    began = forms.TimeField(label="开始", widget=CLOCK)
    ended = forms.TimeField(label="结束", widget=CLOCK)
