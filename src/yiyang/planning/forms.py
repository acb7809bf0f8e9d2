"""Forms of the room's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from yiyang.planning.files import LARGEST, is_readable
from yiyang.planning.lists import area_choices
from yiyang.planning.logic import next_stages
from yiyang.planning.models import Estate, Evaluation, Finding, Money, PlanTask, Project
from yiyang.planning.reading import SUFFIXES
from yiyang.registry.forms_people import DAY

EVIDENCE = (".pdf", ".jpg", ".jpeg", ".png", ".doc", ".docx", ".wps", ".xls", ".xlsx", ".et", ".csv", ".txt")


class GiveForm(forms.Form):
    """A document to be read."""

    area_code = forms.TypedChoiceField(label="文件所属区划", coerce=int)
    file = forms.FileField(
        label="规划文件", help_text=f"{'、'.join(SUFFIXES)}，不超过 {LARGEST >> 20} MB。同一文件重复载入不会产生两份。",
        widget=forms.FileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )  # fmt: skip

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["area_code"].choices = area_choices("plan.keep")  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        """By its name and size."""
        file = self.cleaned_data["file"]
        if not is_readable(file.name) or file.size > LARGEST:
            raise forms.ValidationError(f"请选择 {LARGEST >> 20} MB 以内的 {'、'.join(SUFFIXES)} 文件。")
        return file


class DecideForm(forms.Form):
    """What is decided about a finding."""

    state = forms.ChoiceField(label="处理", choices=Finding.State.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label="理由", required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="排除时必填：为什么这不是矛盾。以后再读同一文件，仍按此处理。",
    )  # fmt: skip


class CorrectForm(forms.Form):
    """What a field of a row really says."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    field = forms.CharField(max_length=40, widget=forms.HiddenInput)
    value = forms.CharField(label="核定值", max_length=400, required=False, help_text="留空表示原文没有写。")

    def __init__(self, choices: list[tuple[str, str]], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if choices:
            self.fields["value"] = forms.ChoiceField(label="核定值", choices=choices)


class YuanField(forms.DecimalField):
    """Money as it is typed, in 万元; as fen for the program."""

    def __init__(self, **named: Any) -> None:
        super().__init__(max_digits=13, decimal_places=6, **named)

    def clean(self, value: Any) -> Any:
        """In fen."""
        found = super().clean(value)
        return None if found is None else int((found * 1_000_000).to_integral_value())


class ProjectForm(forms.Form):
    """A project to be entered."""

    area_code = forms.TypedChoiceField(label="区划", coerce=int)
    kind = forms.ChoiceField(label="类别", choices=Project.Kind.choices)
    title = forms.CharField(label="项目名称", max_length=200)
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    nature = forms.CharField(label="建设性质", max_length=20, required=False, help_text="新建、改建、扩建等。")
    from_year = forms.IntegerField(label="开工年", min_value=2000, max_value=2100, required=False)
    to_year = forms.IntegerField(label="完工年", min_value=2000, max_value=2100, required=False)
    place = forms.CharField(label="建设地点", max_length=200, required=False)
    unit = forms.CharField(label="实施单位", max_length=100, required=False)
    places = forms.IntegerField(label="床位（托位）", min_value=0, initial=0)
    nursing = forms.IntegerField(label="其中护理型床位", min_value=0, initial=0, required=False)
    floor_m2 = forms.IntegerField(label="建筑面积（平方米）", min_value=0, required=False)
    note = forms.CharField(label="说明", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["area_code"].choices = area_choices("project.keep")  # type: ignore[attr-defined]
        self.fields["year"].initial = timezone.localdate().year

    def clean(self) -> dict[str, Any]:
        """It does not end before it begins."""
        data = super().clean() or {}
        begin, end = data.get("from_year"), data.get("to_year")
        if begin and end and end < begin:
            self.add_error("to_year", "完工年不能早于开工年。")
        data["nursing"] = data.get("nursing") or 0
        return data


class EditForm(ProjectForm):
    """A project to be changed; its area, kind and year have steps of their own or stay."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    places_in_use = forms.IntegerField(label="已投用", min_value=0)
    longitude = forms.FloatField(label="经度", min_value=73, max_value=136, required=False, help_text="度，如 107.2。")
    latitude = forms.FloatField(label="纬度", min_value=3, max_value=54, required=False, help_text="度，如 30.7。")
    field_order = (
        "title", "nature", "from_year", "to_year", "place", "longitude", "latitude", "unit", "places", "nursing",
        "places_in_use", "floor_m2", "note", "version",
    )  # fmt: skip

    def __init__(self, project: Project, *given: Any, **named: Any) -> None:
        names = self.field_order
        super().__init__(*given, initial={name: getattr(project, name) for name in names}, **named)
        for name in ("area_code", "kind", "year"):
            del self.fields[name]


class StageForm(forms.Form):
    """The next step of a project."""

    stage = forms.ChoiceField(label="办理", widget=forms.RadioSelect)
    on = forms.DateField(label="日期", widget=DAY)
    words = forms.CharField(label="说明", max_length=400, required=False, help_text="退回或终止须写明原因。")

    def __init__(self, project: Project, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        labels = dict(Project.Stage.choices)
        self.fields["stage"].choices = [  # type: ignore[attr-defined]
            (slug, labels[slug]) for slug in next_stages(project.stage)
        ]
        self.fields["on"].initial = timezone.localdate()


class RollForm(forms.Form):
    """Into which year a project goes, and why."""

    year = forms.IntegerField(label="滚动到年度", min_value=2000, max_value=2100)
    words = forms.CharField(label="原因", max_length=400)


class PayForm(forms.Form):
    """Money that arrived."""

    source = forms.ChoiceField(label="资金来源")
    fen = YuanField(label="金额（万元）", help_text="冲减填负数，并写明原因。")
    on = forms.DateField(label="到位日期", widget=DAY)
    voucher = forms.CharField(label="凭证号", max_length=100, help_text="下达文件或到账凭证；同一凭证不会重复登记。")
    words = forms.CharField(label="说明", max_length=400, required=False)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            each for each in Money.Source.choices if each[0] != Money.Source.OPEN
        ]
        self.fields["on"].initial = timezone.localdate()


class MoneyForm(forms.Form):
    """What each source promises, in 万元."""

    def __init__(self, planned: dict[str, int], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for slug, word in Money.Source.choices:
            initial = planned[slug] / 1_000_000 if planned.get(slug) else None
            self.fields[slug] = YuanField(label=f"{word}（万元）", required=False, min_value=0, initial=initial)


class EstateForm(forms.ModelForm[Estate]):
    """A housing estate."""

    area_code = forms.TypedChoiceField(label="区划", coerce=int)
    # The one that was looked at.
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Estate
        fields = (
            "area_code", "title", "is_new", "homes", "people", "provided_m2", "planned_on", "built_on", "accepted_on",
            "handed_over_on", "homes_accepted_on", "receiver", "note",
        )  # fmt: skip
        widgets = dict.fromkeys(("planned_on", "built_on", "accepted_on", "handed_over_on", "homes_accepted_on"), DAY)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["area_code"].choices = area_choices("project.keep")  # type: ignore[attr-defined]
        self.fields["version"].initial = self.instance.version
        # A day that has not come stays empty.
        for name in ("people", *self.Meta.widgets):
            self.fields[name].required = False


class LotteryForm(forms.Form):
    """A year's lottery money."""

    area_code = forms.TypedChoiceField(label="区划", coerce=int)
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    is_plan = forms.BooleanField(label="这是预算数", required=False)
    total_fen = YuanField(label="用于社会福利事业的支出（万元）", min_value=0)
    elderly_fen = YuanField(label="其中用于养老服务（万元）", min_value=0)
    source = forms.CharField(label="依据", max_length=200, help_text="预算、决算或下达文件。")

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["area_code"].choices = area_choices("project.keep")  # type: ignore[attr-defined]


class ReportForm(forms.Form):
    """How far a unit is with a task."""

    unit = forms.ChoiceField(label="填报单位")
    done = forms.IntegerField(label="进度（%）", min_value=0, max_value=100)
    words = forms.CharField(label="进展", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    evidence = forms.FileField(
        label="佐证材料", required=False, help_text="PDF、图片、文档或表格，不超过 20 MB。",
        widget=forms.FileInput(attrs={"accept": ",".join(EVIDENCE)}),
    )  # fmt: skip

    def __init__(self, task: PlanTask, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        names = list(task.units.values_list("name", flat=True))
        self.fields["unit"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        self.fields["done"].initial = task.done

    def clean_evidence(self) -> Any:
        """By its ending and size: no page or program is handed on to whoever opens it."""
        file = self.cleaned_data["evidence"]
        if file and not file.name.lower().endswith(EVIDENCE):
            raise forms.ValidationError("请上传 PDF、图片、文档或表格。")
        if file and file.size > LARGEST:
            raise forms.ValidationError(f"材料不能超过 {LARGEST >> 20} MB。")
        return file


class MilestoneForm(forms.Form):
    """A step of a task with its day."""

    title = forms.CharField(label="节点", max_length=200)
    due = forms.DateField(label="期限", widget=DAY)


class JudgeForm(forms.Form):
    """How a task went in a year."""

    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    grade = forms.ChoiceField(label="评价", choices=Evaluation.Grade.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label="评语", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="评为未达进度的，必须写明原因。",
    )  # fmt: skip


class CloseForm(forms.Form):
    """Whether a task is done, goes on, or is not pursued."""

    state = forms.ChoiceField(label="状态", choices=PlanTask.State.choices, widget=forms.RadioSelect)
