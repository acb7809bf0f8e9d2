"""Forms of a revision's frame and steps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class StartForm(forms.Form):
    """What a revision begins with."""

    reason = forms.CharField(
        label="修订说明",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="为什么修订，依据什么文件。",
    )
    starts = forms.DateField(label="施行日期", widget=DAY, help_text="不早于今天。月度运行按每月首日所施行的清单计算。")
    version = forms.CharField(label="版本号", max_length=40, required=False, help_text="留空则用今天的日期。")

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["starts"].initial = timezone.localdate()


class FrameForm(forms.Form):
    """What can be changed of a draft's frame."""

    title = forms.CharField(label="清单名称", max_length=200)
    reason = forms.CharField(label="修订说明", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    starts = forms.DateField(label="施行日期", widget=DAY)


class NewItemForm(forms.Form):
    """A new item: of one's own, or the one that the level above has."""

    name = forms.CharField(label="名称", max_length=80)
    slug = forms.RegexField(
        r"^[a-z][a-z0-9_]{1,59}$", label="编号", help_text="小写英文字母、数字和下划线，例如 bathing_service。"
    )


class DocumentForm(forms.Form):
    """A document that the list rests on and the platform does not know yet."""

    slug = forms.RegexField(
        r"^[a-z][a-z0-9_]{1,59}$", label="编号", help_text="小写英文字母、数字和下划线，例如 dazhu_2026_12。"
    )
    title = forms.CharField(label="文件名称", max_length=200)
    issuer = forms.CharField(label="制发机关", max_length=100)
    number = forms.CharField(label="文号", max_length=60, required=False)
    day = forms.DateField(label="成文日期", widget=DAY, required=False)


class DeclareForm(forms.Form):
    """Why shortfalls may stay, and until when."""

    reason = forms.CharField(label="理由", max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    until = forms.DateField(label="期限", widget=DAY, help_text="在此日前整改；到期后须重新说明。")
