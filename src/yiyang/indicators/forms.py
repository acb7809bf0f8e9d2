"""Forms of reported figures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.areas.models import Area
from yiyang.areas.names import full_name
from yiyang.indicators.actions import Said
from yiyang.indicators.policy import GROUPS, load_indicators
from yiyang.indicators.reading import ENTER
from yiyang.indicators.summing import ZONES

LARGEST = 5 << 20
MANY = 400


class EnterForm(forms.Form):
    """One figure."""

    indicator = forms.ChoiceField(label="指标")
    area = forms.TypedChoiceField(label="区划", coerce=int)
    on = forms.DateField(
        label="统计日期", widget=forms.DateInput(attrs={"type": "date"}), help_text="年度数填12月31日。"
    )
    numerator = forms.FloatField(label="分子", required=False, min_value=0)
    denominator = forms.FloatField(label="分母", required=False, min_value=0, help_text="有分子分母时，数值自动算出。")
    value = forms.FloatField(
        label="数值", required=False, min_value=0, help_text="没有分子分母的直接填；占比填百分数。"
    )
    source = forms.CharField(label="来源", max_length=200, help_text="文件名、报表名或台账名。")
    note = forms.CharField(label="佐证说明", max_length=400, required=False)
    zone = forms.ChoiceField(
        label="没有区划代码的开发区", required=False, help_text="填开发区自己的数时选它，区划选所在的市；否则不选。"
    )
    within = forms.TypedChoiceField(
        label="开发区的数已计入", coerce=int, empty_value=None, required=False,
        help_text="已含在某个县（市、区）的数里就选它，汇总时不再相加；没有选的单独相加。",
    )  # fmt: skip
    reason = forms.CharField(label="更正理由", max_length=400, required=False, help_text="更正已有的填报时必填。")

    def __init__(self, *given: Any, by: Scope, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["indicator"].choices = [("", "请选择"), *_indicators()]  # type: ignore[attr-defined]
        self.fields["area"].choices = areas_of(by)  # type: ignore[attr-defined]
        zones, counties = zones_of(by)
        if not zones:
            del self.fields["zone"], self.fields["within"]
            return
        self.fields["zone"].choices = [("", "不是开发区的数"), *((name, name) for name in zones)]  # type: ignore[attr-defined]
        self.fields["within"].choices = [("", "没有计入"), *counties]  # type: ignore[attr-defined]

    def clean_on(self) -> Any:
        """Not to come."""
        if self.cleaned_data["on"] > timezone.localdate():
            raise forms.ValidationError("统计日期不能在今天之后。")
        return self.cleaned_data["on"]

    def said(self) -> Said:
        """What was filled in."""
        names = ("indicator", "area", "on", "numerator", "denominator", "value", "source", "note", "zone", "within")
        return Said(**{name: self.cleaned_data[name] for name in names if name in self.fields})


class SheetForm(forms.Form):
    """A filled sheet."""

    sheet = forms.FileField(
        label="填好的表", help_text="XLSX，不超过 5 MB。", widget=forms.FileInput(attrs={"accept": ".xlsx"})
    )

    def clean_sheet(self) -> Any:
        """By its size and ending."""
        sheet = self.cleaned_data["sheet"]
        if sheet.size > LARGEST or not sheet.name.lower().endswith(".xlsx"):
            raise forms.ValidationError("请上传 5 MB 以内的 XLSX。")
        return sheet


def _indicators() -> list[tuple[str, list[tuple[str, str]]]]:
    """By group; what nobody measures first."""
    found: dict[str, list[tuple[str, str]]] = {}
    for each in load_indicators().values():
        word = f"{each.name.zh}（{each.unit}）" + ("" if each.reported else "·平台已实测")
        found.setdefault(GROUPS[each.group], []).append((each.id, word))
    return list(found.items())


def areas_of(by: Scope) -> list[tuple[int, str]]:
    """Where somebody may enter figures, from the top down; villages only where they are few."""
    rows = Area.objects.filter(by.where(ENTER).q("code"), valid_to=None, code__gt=0).exclude(level="nation")
    codes = list(
        rows.filter(level__in=("city", "county", "town")).order_by("code").values_list("code", flat=True)[:MANY]
    )
    if len(codes) < 2:
        codes = list(rows.order_by("code").values_list("code", flat=True)[:MANY])
    return [(code, full_name(code)) for code in codes if code is not None]


def zones_of(by: Scope) -> tuple[list[str], list[tuple[int, str]]]:
    """Zones without a code in cities where somebody may enter figures, and those cities' counties."""
    cities = Area.objects.filter(by.where(ENTER).q("code"), level="city", valid_to=None)
    zones = list(Area.objects.filter(code=None, kind__in=ZONES, parent__in=cities, valid_to=None).order_by("name"))
    homes = {zone.parent_id for zone in zones}
    counties = Area.objects.filter(parent__in=homes, level="county", valid_to=None).exclude(kind__in=ZONES)
    return [zone.name for zone in zones], [(int(each.code or 0), each.name) for each in counties.order_by("code")]
