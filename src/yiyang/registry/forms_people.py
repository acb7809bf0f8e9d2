"""Forms of a person's file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from yiyang.areas import logic as areas
from yiyang.base.errors import UsageError, YiyangError
from yiyang.engine.facts import Fact, Kind, as_int
from yiyang.registry.documents import LARGEST, kind_of
from yiyang.registry.models import Contact

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
PAPER = f"PDF、JPEG 或 PNG，不超过 {LARGEST >> 20} MB"
ACCEPT = ".pdf,.jpg,.jpeg,.png"


def tell(form: forms.BaseForm, error: YiyangError) -> None:
    """Put an action's refusal on the form."""
    for zh, _ in error.problems or ((error.zh, error.en),):
        form.add_error(None, zh)


class WithPaper(forms.Form):
    """A form that takes a paper: refused before anything is written if its content is of no kind that is kept."""

    def clean_paper(self) -> Any:
        """By size and by what the content begins with."""
        paper = self.cleaned_data["paper"]
        if paper:
            if paper.size > LARGEST:
                raise forms.ValidationError(f"文件超过 {LARGEST >> 20} MB，请压缩后再传。")
            try:
                kind_of(paper.read(8))
            except UsageError as error:
                raise forms.ValidationError(error.zh) from None
            paper.seek(0)
        return paper


class CorrectionForm(WithPaper):
    """One fact, its value by kind, since when, and why."""

    valid_from = forms.DateField(label="自何日起", widget=DAY, help_text="按每月首日计算：晚于本月首日的，下月起生效。")
    reason = forms.CharField(
        label="理由",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明怎么核实的，例如“2026-11-20 入户核实”。",
    )
    paper = forms.FileField(
        label="附件（可不传）", required=False, help_text=PAPER, widget=forms.FileInput(attrs={"accept": ACCEPT})
    )

    def __init__(self, fact: Fact, since: date, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fact = fact
        self.fields = {"value": value_field(fact), **self.fields}
        self.fields["valid_from"].initial = since

    @property
    def value(self) -> int:
        """The chosen value as it is stored. Raises UsageError for an unknown area."""
        given = self.cleaned_data["value"]
        if self.fact.kind is Kind.AREA:
            return areas.require(given.strip()).code
        return as_int(given) if isinstance(given, date) else int(given)

    def clean_value(self) -> Any:
        """An area must be one."""
        given = self.cleaned_data["value"]
        if self.fact.kind is Kind.AREA:
            try:
                areas.require(given.strip())
            except UsageError as error:
                raise forms.ValidationError(error.zh) from None
        return given


def value_field(fact: Fact) -> forms.Field:
    """The field that fits a fact's kind."""
    if fact.kind is Kind.BOOL:
        said = [("1", fact.zh), ("0", fact.zh_not or f"不{fact.zh}")]
        return forms.ChoiceField(label="应为", choices=said, widget=forms.RadioSelect)
    if fact.kind in (Kind.ENUM, Kind.ORDERED):
        words = [(str(number), label.zh) for number, label in enumerate(fact.values)]
        return forms.ChoiceField(label="应为", choices=words, widget=forms.RadioSelect)
    if fact.kind is Kind.AREA:
        hint = "12 位区划代码，或村（社区）全称，例如 511724001001"
        return forms.CharField(label="应为", max_length=60, help_text=hint)
    if fact.kind is Kind.INT:
        return forms.IntegerField(label="应为", min_value=fact.minimum, max_value=fact.maximum)
    label = "出生日期应为" if fact.kind is Kind.YEARS else "日期应为"
    return forms.DateField(label=label, widget=DAY)


class ContactForm(forms.Form):
    """Somebody to call."""

    kind = forms.ChoiceField(label="类别", choices=Contact.Kind.choices)
    name = forms.CharField(label="姓名", max_length=100)
    relation = forms.CharField(label="关系", max_length=40, required=False, help_text="例如 长子")
    phone = forms.CharField(label="电话", max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    note = forms.CharField(label="备注", max_length=200, required=False)


class PaperForm(WithPaper):
    """A paper that belongs to the file."""

    title = forms.CharField(label="材料名称", max_length=100)
    paper = forms.FileField(label="文件", help_text=PAPER, widget=forms.FileInput(attrs={"accept": ACCEPT}))


class KnownForm(forms.Form):
    """A month, and the day up to which what was known counts."""

    month = forms.RegexField(
        r"^\d{4}-(0[1-9]|1[0-2])$",
        label="月份",
        widget=forms.TextInput(attrs={"type": "month", "class": "form-control"}),
    )
    known = forms.DateField(
        label="截至当日所知",
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )

    def clean_known(self) -> date:
        """Nobody knows what will be known tomorrow."""
        known: date = self.cleaned_data["known"]
        if known > timezone.localdate():
            raise forms.ValidationError("日期不能晚于今天。")
        return known
