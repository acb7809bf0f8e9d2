"""Forms of the room's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from yiyang.reach.asking import SECONDS, YEARS, Asked
from yiyang.reach.files import LARGEST_TABLE, MEBI, ROADS, TABLES, USE, endings, largest
from yiyang.reach.lists import area_choices, kind_choices
from yiyang.reach.models import Given
from yiyang.reach.policy import load_reach

WAN = 10_000
KEEPS = (
    ("keep", "保留：规划项目按原来的地点、年度、规模建，其余再选"),
    ("under_way", "只保留在建：未开工的项目可以换，与全部保留比较"),
    ("question", "全部质疑：同样的钱从头选，与全部保留比较"),
    ("leave", "不计：当作没有这些项目"),
)


class InputForm(forms.Form):
    """A file of roads, points or facilities."""

    area_code = forms.TypedChoiceField(label="适用区划", coerce=int)
    kind = forms.ChoiceField(
        label="类别", choices=Given.Kind.choices,
        help_text="人口点：区划代码、经度、纬度、60岁以上（可有 名称、城镇、80岁以上、失能、经济困难）；"
        "设施：经度、纬度（或村码），可有 编号、名称、类别、床位。",
    )  # fmt: skip
    file = forms.FileField(
        label="文件", widget=forms.FileInput(attrs={"accept": ",".join((*ROADS, *TABLES))}),
        help_text=f"人口点、设施：CSV 或 XLSX，不超过 {LARGEST_TABLE // MEBI} MB；"
        "路网：OpenStreetMap 提取文件（.osm.pbf）。",
    )  # fmt: skip

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["area_code"].choices = area_choices(USE)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """By the file's name and size."""
        data = super().clean() or {}
        file, kind = data.get("file"), data.get("kind", "")
        if file and not file.name.lower().endswith(endings(kind)):
            self.add_error("file", f"请选择 {'、'.join(endings(kind))} 文件。")
        elif file and file.size > largest(kind):
            self.add_error("file", f"文件超过 {largest(kind) // MEBI} MB。")
        return data


class SitingForm(forms.Form):
    """A question of siting."""

    area_code = forms.TypedChoiceField(label="区划", coerce=int)
    kind = forms.ChoiceField(label="设施类别")
    size = forms.TypedChoiceField(
        label="规模", coerce=int, required=False, help_text="按所选类别的规模，造价由此而来。"
    )
    count = forms.IntegerField(
        label="一共建多少处", min_value=1, max_value=2000, required=False, help_text="规划项目也算在内。"
    )
    budget = forms.IntegerField(label="总预算（万元）", min_value=1, max_value=10**7, required=False)
    by_year = forms.CharField(
        label="各年预算（万元）", max_length=200, required=False,
        help_text="填了就按年安排在哪里、建多大、哪年建，如 600,600,800；规模由系统选，规划项目的造价也在其中。",
    )  # fmt: skip
    years = forms.IntegerField(
        label="按规划资金建几年", min_value=1, max_value=YEARS, required=False,
        help_text="不填各年预算、只填年数时，用规划项目各年的资金：同样的钱能不能满足更多人。",
    )  # fmt: skip
    first_year = forms.IntegerField(
        label="第一年", min_value=2021, max_value=2050, required=False, help_text="分年建设时用。"
    )
    grows = forms.BooleanField(
        label="需求随人口预测增长", required=False, initial=True,
        help_text="分年建设时用：按所在县的预测推算各年需求；不选则各年不变。",
    )  # fmt: skip
    group = forms.ChoiceField(label="按哪类人群计算")
    urban = forms.IntegerField(label="城镇分钟数", min_value=1, max_value=240, required=False, help_text="不填按标准。")
    rural = forms.IntegerField(label="农村分钟数", min_value=1, max_value=240, required=False, help_text="不填按标准。")
    keeps = forms.ChoiceField(label="规划项目", choices=KEEPS, widget=forms.RadioSelect, initial="keep")
    seconds = forms.IntegerField(label="测算时限（秒）", min_value=SECONDS[0], max_value=SECONDS[1], initial=60)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        policy, fields = load_reach(), self.fields
        fields["area_code"].choices = area_choices(USE)  # type: ignore[attr-defined]
        fields["kind"].choices = kind_choices()  # type: ignore[attr-defined]
        fields["size"].empty_value = 0  # type: ignore[attr-defined]
        most = max(len(kind.sizes) for kind in policy.kinds.values())
        fields["size"].choices = [(at, f"第 {at + 1} 档") for at in range(most)]  # type: ignore[attr-defined]
        groups = [(slug, group.zh) for slug, group in policy.groups.items()]
        fields["group"].choices = groups  # type: ignore[attr-defined]
        fields["first_year"].initial = timezone.localdate().year + 1

    def clean_by_year(self) -> tuple[int, ...]:
        """In yuan, one a year."""
        text = self.cleaned_data["by_year"].replace("，", ",").strip(", ")
        try:
            years = tuple(int(part) * WAN for part in text.split(",")) if text else ()
        except ValueError:
            raise forms.ValidationError("请填整数万元，用逗号分开，如 600,600,800。") from None
        if any(not 0 <= yuan <= 10**7 * WAN for yuan in years) or len(years) > YEARS:
            raise forms.ValidationError(f"各年在 0 到 1000 亿元之间，最多 {YEARS} 年。")
        if years and not sum(years):
            raise forms.ValidationError("各年预算都是 0，什么也建不了。")
        return years

    def clean(self) -> dict[str, Any]:
        """A number, a budget or years; a size that the kind has."""
        data = super().clean() or {}
        ways = [field for field in ("count", "budget", "by_year", "years") if data.get(field)]
        if not ways and not self.errors.keys() & {"count", "budget", "by_year", "years"}:
            self.add_error("count", "请填写建多少处、总预算、各年预算，或按规划资金建几年。")
        if data.get("years") and not data.get("by_year") and data.get("keeps") == "leave":
            self.add_error("keeps", "按规划资金测算时，请选保留或质疑；不计规划项目时，请填各年预算。")
        kind = load_reach().kinds.get(data.get("kind", ""))
        if kind and data.get("size", 0) >= len(kind.sizes):
            self.add_error("size", f"{kind.zh}只有 {len(kind.sizes)} 档规模。")
        return data

    @property
    def asked(self) -> Asked:
        """The question."""
        data = {key: value for key, value in self.cleaned_data.items() if key not in ("area_code", "budget")}
        budget = self.cleaned_data.get("budget")
        data |= {"budget": budget * WAN if budget else None, "first_year": data.get("first_year") or 0}
        data["years"] = len(data["by_year"]) or data.get("years") or 0
        return Asked(**data)
