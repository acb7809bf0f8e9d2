"""Forms of assessments."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from yiyang.areas import logic as areas
from yiyang.assessment import in_words
from yiyang.assessment.models import Agency, Assessor
from yiyang.base.errors import UsageError
from yiyang.registry.forms_people import DAY

WORDS = forms.Textarea(attrs={"rows": 3})
MINUTE = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
MINUTES = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")
# How staff ask; a dispute and a sample come by their own ways.
KINDS = (("first", "首次评估"), ("routine", "常规评估（到期）"), ("immediate", "即时评估（情况有明显变化）"))


class AskForm(forms.Form):
    """An assessment asked for, of one person or of many."""

    instrument = forms.ChoiceField(label="评估标准")
    kind = forms.ChoiceField(label="评估类型", choices=KINDS, initial="first")
    purposes = forms.MultipleChoiceField(
        label="结果用于", required=False, widget=forms.CheckboxSelectMultiple, help_text="可以多选，也可以以后再用。"
    )
    reason = forms.CharField(label="说明", max_length=400, required=False, widget=WORDS)
    again_because = forms.CharField(
        label="重复评估的理由",
        max_length=400,
        required=False,
        help_text="只在已有有效结果时填写：为什么还要再评一次。",
    )

    def __init__(self, *given: Any, is_many: bool = False, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["instrument"].choices = in_words.askable()  # type: ignore[attr-defined]
        self.fields["purposes"].choices = in_words.purposes()  # type: ignore[attr-defined]
        if is_many:
            del self.fields["again_because"]


class PlanForm(forms.Form):
    """Agency, pair and appointment."""

    pair = forms.ChoiceField(label="评估机构和评估人员", widget=forms.RadioSelect)
    appointed = forms.DateTimeField(label="约定时间", widget=MINUTE, input_formats=MINUTES)
    place = forms.CharField(label="评估地点", max_length=200, required=False, help_text="留空则到老人住处。")
    with_check = forms.BooleanField(label="与老年人健康体检同一天", required=False)

    def __init__(self, pairs: list[tuple[str, str]], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["pair"].choices = pairs  # type: ignore[attr-defined]

    def clean_appointed(self) -> datetime:
        """Not in the past."""
        found: datetime = self.cleaned_data["appointed"]
        if found.date() < timezone.localdate():
            raise forms.ValidationError("约定时间不能早于今天。")
        return found


class PlanManyForm(forms.Form):
    """Many requests, each by its own best suggestion, from one day on."""

    from_day = forms.DateField(label="从哪一天起安排", widget=DAY)
    a_day = forms.IntegerField(label="每组每天几人", min_value=1, max_value=8, initial=4)

    def clean_from_day(self) -> date:
        """Today or later."""
        found: date = self.cleaned_data["from_day"]
        if found < timezone.localdate():
            raise forms.ValidationError("不能早于今天。")
        return found


class StepForm(forms.Form):
    """A step that needs a reason."""

    reason = forms.CharField(label="理由", max_length=400, widget=WORDS)


class HeldForm(forms.Form):
    """When an assessment was held, as the paper form says."""

    began_at = forms.DateTimeField(label="评估开始时间", widget=MINUTE, input_formats=MINUTES)
    minutes = forms.IntegerField(label="用时（分钟）", min_value=1, max_value=600)

    def clean_began_at(self) -> datetime:
        """Not in the future."""
        found: datetime = self.cleaned_data["began_at"]
        if found > timezone.now():
            raise forms.ValidationError("评估时间不能晚于现在。")
        return found

    @property
    def held(self) -> tuple[datetime, datetime]:
        """Beginning and end."""
        began: datetime = self.cleaned_data["began_at"]
        return began, began + timedelta(minutes=self.cleaned_data["minutes"])


class CheckForm(forms.Form):
    """The verdict on a signed form."""

    verdict = forms.ChoiceField(
        label="质控结论", choices=(("passed", "通过，签发结果"), ("returned", "退回重填")), widget=forms.RadioSelect
    )
    words = forms.CharField(
        label="意见",
        max_length=400,
        required=False,
        widget=WORDS,
        help_text="退回的必须写明哪里要重做；平台发现了问题仍通过的，也要写明理由。",
    )

    def clean(self) -> dict[str, Any]:
        """Sending back says why."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("verdict") == "returned" and not data.get("words", "").strip():
            self.add_error("words", "请写明退回的原因。")
        return data


class ObjectForm(forms.Form):
    """An objection to a result."""

    reason = forms.CharField(label="异议理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 5}))


class ObjectionForm(forms.Form):
    """What is done about an objection."""

    outcome = forms.ChoiceField(
        label="处理",
        choices=(("again", "安排复评（由没有参加这次评估的人员）"), ("upheld", "维持原结果，书面答复")),
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label="答复", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))


class UseForm(forms.Form):
    """A result that is relied on."""

    purpose = forms.ChoiceField(label="用途")
    about = forms.CharField(label="事项或受理编号", max_length=60, required=False)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        # Nothing chosen beforehand: a use stands under a department's name and is not taken back.
        self.fields["purpose"].choices = [("", "请选择"), *in_words.purposes()]  # type: ignore[attr-defined]


class DrawForm(forms.Form):
    """A draw: the seed was published before the pool was known."""

    month = forms.CharField(label="月份", max_length=7, widget=forms.TextInput(attrs={"type": "month"}))
    seed = forms.CharField(label="公开的种子", max_length=64, help_text="事先公布的，如当日福利彩票开奖号码。")
    seed_from = forms.CharField(label="种子来源", max_length=200, help_text="写明在哪里、哪一期，让任何人都能核对。")


class AgencyForm(forms.ModelForm):  # type: ignore[type-arg]
    """An agency as its page shows it."""

    area = forms.CharField(label="服务区划", max_length=60, help_text="区划名称或代码，如 大竹县。")
    seat = forms.CharField(
        label="所在乡镇（街道）", max_length=60, required=False, help_text="用来估算路程，可以不填。"
    )
    phone = forms.CharField(label="联系电话", max_length=30, required=False)
    related = forms.CharField(
        label="关联服务机构的统一社会信用代码",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="一行一个。它不能评估这些机构的服务对象。",
    )

    class Meta:
        model = Agency
        fields = ("name", "credit_code", "licence", "valid_from", "valid_to", "a_month", "sells_care", "is_active")
        widgets = {"valid_from": DAY, "valid_to": DAY}  # noqa: RUF012

    field_order = (
        "name", "credit_code", "area", "seat", "phone", "licence", "valid_from", "valid_to", "a_month", "sells_care",
        "related", "is_active",
    )  # fmt: skip

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["sells_care"].help_text = "同时卖照护服务的机构，不给自己的服务对象评估。"
        there = self.instance
        if there.pk:
            self.fields["area"].initial = f"{there.area_code:012d}"
            self.fields["seat"].initial = f"{there.seat_code:012d}" if there.seat_code > 0 else ""
            self.fields["phone"].initial = "".join(there.phone) if there.phone else ""
            self.fields["related"].initial = "\n".join(there.related_codes)

    def clean_area(self) -> int:
        """One that is known."""
        return _code(self.cleaned_data["area"])

    def clean_seat(self) -> int | None:
        """One that is known, or none."""
        given = self.cleaned_data["seat"].strip()
        return _code(given) if given else None

    def clean_related(self) -> list[str]:
        """Credit codes, one a line."""
        return [line.strip().upper() for line in self.cleaned_data["related"].splitlines() if line.strip()]

    def clean(self) -> dict[str, Any]:
        """The last day does not come before the first."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("valid_from") and data.get("valid_to") and data["valid_to"] < data["valid_from"]:
            self.add_error("valid_to", "截止日不能早于起始日。")
        return data


class AssessorForm(forms.ModelForm):  # type: ignore[type-arg]
    """Somebody who assesses; his account is named by its user name."""

    username = forms.CharField(
        label="登录账户的用户名", max_length=60, help_text="先在“账户与授权”开设并授予“能力评估人员”。"
    )

    class Meta:
        model = Assessor
        fields = ("training", "certificate", "valid_from", "valid_to", "a_week", "is_active")
        widgets = {"valid_from": DAY, "valid_to": DAY}  # noqa: RUF012

    field_order = ("username", *Meta.fields)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if self.instance.pk:
            del self.fields["username"]


def _code(text: str) -> int:
    try:
        return areas.require(text.strip()).code
    except UsageError as error:
        raise forms.ValidationError(error.zh) from None
