"""Forms of the five changes; each says what it asks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from yiyang.areas.changes import Asked, Merge, Recode, Rename, Split, Transfer
from yiyang.areas.codes import children, siblings
from yiyang.areas.logic import normalise
from yiyang.areas.models import Area
from yiyang.base.errors import UsageError


class AreaChoices(forms.ModelMultipleChoiceField[Area]):
    """Areas to tick, by name and code."""

    def label_from_instance(self, obj: Area) -> str:
        return f"{obj.name}（{obj.code}）"


class AreaChoice(forms.ModelChoiceField[Area]):
    """One area, by name and code."""

    def label_from_instance(self, obj: Area) -> str:
        return f"{obj.name}（{obj.code}）"


class CodeField(forms.CharField):
    """A code as people write it."""

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        try:
            return normalise(text) if text else None
        except UsageError as error:
            raise forms.ValidationError(error.zh) from error


class ChangeForm(forms.Form):
    """What every change says: the day and the document. Subclasses put their own fields in front."""

    effective = forms.DateField(
        label="生效日期",
        help_text="晚于今天的，到当日由系统办理。",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        initial=timezone.localdate,
    )
    document = forms.CharField(label="批准文件", max_length=200, help_text="文件名称和文号。")

    def __init__(self, area: Area, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.area = area
        self.prepare()
        # Day and document come last, as one reads an order.
        self.order_fields([name for name in self.fields if name not in ("effective", "document")])

    def prepare(self) -> None:
        """Offer the areas that can be chosen."""

    def asked(self) -> Asked:
        """What the valid form asks for."""
        raise NotImplementedError

    @property
    def given(self) -> list[tuple[str, str]]:
        """What was given, for the page that confirms."""
        return [(name, value) for name in self.fields for value in self.data.getlist(name)]  # type: ignore[attr-defined]


class RenameForm(ChangeForm):
    """Another name."""

    name = forms.CharField(label="新名称", max_length=60)

    def asked(self) -> Asked:
        return Rename(self.area.pk, self.cleaned_data["name"])


class RecodeForm(ChangeForm):
    """Another code."""

    code = CodeField(label="新代码", max_length=12, help_text="县级 6 位、乡级 9 位、村级 12 位。")

    def asked(self) -> Asked:
        return Recode(self.area.pk, self.cleaned_data["code"])


class MergeForm(ChangeForm):
    """Others become part of this one."""

    sources = AreaChoices(Area.objects.none(), label="并入本区划的区划", widget=forms.CheckboxSelectMultiple)
    hand_over = forms.BooleanField(
        label="原授权扩大到合并后的区划",
        required=False,
        help_text="不勾选时，被并入区划的原有人员只能继续看到原来的下级区划。",
    )

    def prepare(self) -> None:
        self.fields["sources"].queryset = _beside(self.area)  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        sources = tuple(area.pk for area in self.cleaned_data["sources"])
        return Merge(sources, self.area.pk, self.cleaned_data["hand_over"])


class SplitForm(ChangeForm):
    """Some of its parts become an area of their own."""

    name = forms.CharField(label="新区划名称", max_length=60)
    code = CodeField(label="新区划代码", max_length=12, required=False, help_text="不填则取下一个空余代码。")
    parts = AreaChoices(Area.objects.none(), label="划入新区划的下级", widget=forms.CheckboxSelectMultiple)

    def prepare(self) -> None:
        self.fields["parts"].queryset = children(self.area)  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        parts = tuple(area.pk for area in self.cleaned_data["parts"])
        return Split(self.area.pk, self.cleaned_data["name"], parts, self.cleaned_data["code"])


class TransferForm(ChangeForm):
    """To another parent."""

    to = AreaChoice(Area.objects.none(), label="划归")
    code = CodeField(label="新代码", max_length=12, required=False, help_text="不填则尽量保留原末几位。")

    def prepare(self) -> None:
        parent = self.area.parent
        self.fields["to"].queryset = _beside(parent) if parent else Area.objects.none()  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        return Transfer(self.area.pk, self.cleaned_data["to"].pk, self.cleaned_data["code"])


class MemberForm(forms.Form):
    """A town joins a jurisdiction."""

    code = CodeField(label="乡镇（街道）代码", max_length=12)
    starts = forms.DateField(
        label="起始日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), initial=timezone.localdate
    )


class EndForm(forms.Form):
    """The last day."""

    ends = forms.DateField(
        label="最后一日", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), initial=timezone.localdate
    )


FORMS: dict[str, tuple[str, type[ChangeForm]]] = {
    "rename": ("更名", RenameForm),
    "recode": ("变更代码", RecodeForm),
    "merge": ("合并", MergeForm),
    "split": ("拆分", SplitForm),
    "transfer": ("划转", TransferForm),
}


def _beside(area: Area) -> Any:
    return siblings(area.parent_id).filter(level=area.level, code__isnull=False).exclude(pk=area.pk).order_by("code")
