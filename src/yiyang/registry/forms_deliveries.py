"""Forms of the pages on deliveries."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from yiyang.accounts.forms import ActionForm, AreaField
from yiyang.registry.sources import SUFFIXES

MOST_FILES = 40


class SeveralFiles(forms.ClearableFileInput):
    """A field of files that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Its clean value is a list."""

    widget = SeveralFiles(attrs={"multiple": True, "accept": ",".join(SUFFIXES)})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given:
            raise forms.ValidationError("请选择文件。")
        if len(given) > MOST_FILES:
            raise forms.ValidationError(f"一次最多 {MOST_FILES} 个文件。")
        wrong = [each.name for each in given if not str(each.name).lower().endswith(SUFFIXES)]
        if wrong:
            raise forms.ValidationError(f"请另存为 .csv 或 .xlsx 后再交付：{'、'.join(wrong)}")
        return list(given)


class ChooseForm(forms.Form):
    """Files first; what they are is found out."""

    files = FilesField(  # type: ignore[assignment]
        label="登记册文件", help_text="可一次选择多个 .csv、.xlsx 或 .parquet 文件，大小不限"
    )


class ArrivalForm(ActionForm):
    """For whom and since when all of the chosen files speak."""

    area = AreaField("delivery.upload", label="交付区划")
    known = forms.DateField(
        label="获知日期",
        help_text="本单位拿到这批数据的日期，一般就是今天。",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_known(self) -> Any:
        day = self.cleaned_data["known"]
        if day > timezone.localdate():
            raise forms.ValidationError("获知日期不能晚于今天。")
        return day


class FileForm(forms.Form):
    """What one of them is."""

    register = forms.ChoiceField(label="登记册")
    month = forms.RegexField(
        r"^\d{4}-(0[1-9]|1[0-2])$",
        label="所属月份",
        error_messages={"invalid": "月份应形如 2026-11。"},
        widget=forms.TextInput(attrs={"type": "month"}),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["register"].choices = [("", "请选择"), *choices]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label="理由", max_length=200, required=False)
