"""Forms of one's own pages."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils import timezone

from yiyang.portal import mandates
from yiyang.portal.forms_login import CleanNumber, CleanPhone
from yiyang.registry.forms_people import ACCEPT, PAPER, WithPaper
from yiyang.registry.models import Contact

RELATIONS = [(each, each) for each in mandates.RELATIONS]
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
WORDS = forms.Textarea(attrs={"rows": 4})
TEL = forms.TextInput(attrs={"inputmode": "tel"})
# A telephone offers its camera; elsewhere it is a choice of files.
CAMERA = {"accept": f"{ACCEPT},image/*", "capture": "environment"}


class UntilForm(CleanNumber):
    """Until when somebody acts."""

    relation = forms.ChoiceField(label="关系", choices=RELATIONS)
    ends = forms.DateField(
        label="授权到哪一天", widget=DAY, initial=mandates.latest_day, help_text="最长一年，随时可以撤销。"
    )

    def clean_ends(self) -> date:
        """Within a year."""
        ends: date = self.cleaned_data["ends"]
        if not timezone.localdate() <= ends <= mandates.latest_day():
            raise forms.ValidationError("截止日期应在今天至一年之内。")
        return ends


class AskForm(UntilForm):
    """I ask to act for an elder."""

    name = forms.CharField(label="老人姓名", max_length=60)
    id_number = forms.CharField(
        label="老人身份证号码", max_length=24, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    field_order = ("name", "id_number", "relation", "ends")


class NameForm(UntilForm, CleanPhone):
    """I name who may act for me."""

    name = forms.CharField(label="家人姓名", max_length=60)
    id_number = forms.CharField(
        label="家人身份证号码", max_length=24, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(label="家人手机号码", max_length=20, help_text="家人用这个手机登录。", widget=TEL)
    field_order: tuple[str, ...] = ("name", "id_number", "phone", "relation", "ends")


class ApplyForm(WithPaper):
    """An application: a note and a photo, both optional."""

    note = forms.CharField(label="想说明的情况（可不填）", max_length=300, required=False, widget=WORDS)
    title = forms.CharField(label="材料名称（可不填）", max_length=40, required=False, help_text="例如“残疾证”。")
    paper = forms.FileField(
        label="材料照片（可不传）", required=False, help_text=PAPER, widget=forms.FileInput(attrs=CAMERA)
    )


class PaperForm(WithPaper):
    """One paper more."""

    title = forms.CharField(label="材料名称", max_length=40, help_text="例如“残疾证”。")
    paper = forms.FileField(label="拍照或选择文件", help_text=PAPER, widget=forms.FileInput(attrs=CAMERA))


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label="请说明理由", max_length=400, widget=WORDS)


class MaybeReasonForm(forms.Form):
    """Why, if one wants to say."""

    reason = forms.CharField(label="理由（可不填）", max_length=400, required=False, widget=WORDS)


class RateForm(forms.Form):
    """好差评."""

    STARS = ((5, "5 分 非常满意"), (4, "4 分 满意"), (3, "3 分 基本满意"), (2, "2 分 不满意"), (1, "1 分 非常不满意"))
    stars = forms.TypedChoiceField(label="您满意吗", choices=STARS, coerce=int, widget=forms.RadioSelect)
    words = forms.CharField(label="想说的话（可不填）", max_length=400, required=False, widget=WORDS)


class RequestForm(forms.Form):
    """“这不对”."""

    says = forms.CharField(
        label="实际情况是怎样的",
        max_length=400,
        widget=WORDS,
        help_text="例如“我 2026 年 8 月已经搬到竹阳街道，和儿子一起住”。",
    )


class ContactForm(CleanPhone):
    """Somebody to call."""

    kind = forms.ChoiceField(label="类别", choices=Contact.Kind.choices)
    name = forms.CharField(label="姓名", max_length=60)
    relation = forms.CharField(label="关系（可不填）", max_length=40, required=False, help_text="例如“大女儿”。")
    phone = forms.CharField(label="手机号码", max_length=20, required=False, widget=TEL)
