"""Forms at the portal's door: who one is, the code, another telephone."""

from __future__ import annotations

from typing import Any

from django import forms

from yiyang.access import cleaning
from yiyang.base.errors import UsageError
from yiyang.portal import citizens

CODE = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "9"})


class CleanNumber(forms.Form):
    """A form with an id number and a name."""

    def clean_id_number(self) -> str:
        """By GB 11643."""
        try:
            return citizens.clean_number(self.cleaned_data["id_number"])
        except UsageError as error:
            raise forms.ValidationError(error.zh) from None

    def clean_name(self) -> str:
        """One spelling of width."""
        return cleaning.text(self.cleaned_data["name"])


class CleanPhone(forms.Form):
    """A form with a telephone."""

    def clean_phone(self) -> Any:
        """A mobile number, or nothing where nothing is needed."""
        given = self.cleaned_data["phone"]
        try:
            return citizens.clean_phone(given) if given else given
        except UsageError as error:
            raise forms.ValidationError(error.zh) from None


class Who(CleanNumber, CleanPhone):
    """Who wants to log in."""

    name = forms.CharField(label="姓名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    id_number = forms.CharField(
        label="身份证号码",
        max_length=24,
        help_text="18 位，最后一位可能是 X。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label="手机号码",
        max_length=20,
        help_text="验证码会发到这个手机上。",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )


class Code(forms.Form):
    """The code that the telephone got."""

    code = forms.CharField(label="验证码", max_length=9, help_text="短信里的 6 位数字。", widget=CODE)


class NewPhone(CleanPhone):
    """Another telephone to log in with."""

    phone = forms.CharField(
        label="新的手机号码",
        max_length=20,
        help_text="验证码会发到新的手机上。",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
