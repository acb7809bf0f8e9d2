"""Forms of the room's pages. They say what is missing; whether somebody may is the actions' business."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from yiyang.access.scope import current
from yiyang.accounts.actions.accounts import clean_username
from yiyang.accounts.models import User
from yiyang.accounts.offers import LISTED, area_of, areas_for, registers, roles_for
from yiyang.accounts.roles import load_roles
from yiyang.areas.models import Area
from yiyang.base.errors import YiyangError

AREA_HELP = "名称或 12 位区划代码，须在您的范围内。"


class AreaField(forms.CharField):
    """An area typed by name or code, with those in scope as suggestions; its clean value is the Area."""

    def __init__(self, right: str, **options: Any) -> None:
        self.right = right
        super().__init__(**{"help_text": AREA_HELP, "max_length": 80, **options})
        self.widget.attrs["list"] = f"areas-{right.replace('.', '-')}"
        self.widget.attrs["autocomplete"] = "off"

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return area_of(text, self.right, timezone.localdate()) if text else None


class ActionForm(forms.Form):
    """A form whose action may still refuse."""

    def suggestions(self) -> list[Area]:
        """Areas for the fields of areas."""
        rights = [field.right for field in self.fields.values() if isinstance(field, AreaField)]
        return list(areas_for(rights[0], timezone.localdate())[:LISTED]) if rights else []

    @property
    def list_id(self) -> str:
        """The id of the suggestions' element."""
        return next((f.widget.attrs["list"] for f in self.fields.values() if isinstance(f, AreaField)), "")

    def refused(self, problem: YiyangError) -> None:
        """Put what an action said on top of the form."""
        for zh in (problem.zh, *(zh for zh, _ in problem.problems)):
            self.add_error(None, zh)


def _day(**options: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class OpenForm(ActionForm):
    """A new account."""

    name = forms.CharField(label="姓名", max_length=60, help_text="部门接口账户填部门名称。")
    username = forms.CharField(label="用户名", max_length=60, help_text="登录时输入，如姓名拼音。不分大小写。")
    kind = forms.ChoiceField(label="类型", choices=User.Kind.choices, initial=User.Kind.STAFF)
    unit = forms.CharField(label="单位", max_length=100, required=False)
    area = AreaField("account.grant", label="所属区划")

    def clean_username(self) -> str:
        return clean_username(self.cleaned_data["username"])


class GrantForm(ActionForm):
    """A role for an account; only what the granter may hand on is offered."""

    role = forms.ChoiceField(label="角色")
    area = AreaField("account.grant", label="区划")
    registers = forms.MultipleChoiceField(label="登记册", widget=forms.CheckboxSelectMultiple)
    starts = _day(label="起始日期")
    ends = _day(label="终止日期", required=False, help_text="不填表示直到收回。建议填写，到期可延长。")
    reason = forms.CharField(label="理由", max_length=200, help_text="如任职文件、分工调整。会写入审计记录。")

    def __init__(self, *args: Any, by: User, target: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        offered = roles_for(by, target.kind, today)
        choices = [("", "请选择"), *((slug, f"{zh}（{_levels(slug)}）") for slug, zh in offered)]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]
        self.fields["role"].help_text = "括号里是可授的级别。" if offered else "您没有可以授予的角色。"
        self.fields["starts"].initial = today
        self.fields["ends"].initial = date(today.year + 1, 12, 31)
        if target.kind == User.Kind.SERVICE:
            self.fields["registers"].choices = _own_registers()  # type: ignore[attr-defined]
        else:
            del self.fields["registers"]
        if target.area_id:
            self.fields["area"].initial = target.area.name if target.area else ""


LEVELS = {"province": "省", "city": "市", "county": "县（区）", "town": "乡镇（街道）", "village": "村（社区）"}


def _levels(role: str) -> str:
    return "、".join(LEVELS[level] for level in load_roles().roles[role].levels)


def _own_registers() -> list[tuple[str, str]]:
    mine = current().registers
    return [(slug, zh) for slug, zh in registers() if mine is None or slug in mine]


class ProlongForm(forms.Form):
    """Another last day."""

    ends = _day(label="终止日期", required=False, help_text="不填表示直到收回。")
    reason = forms.CharField(label="理由", max_length=200)


class VisitorsForm(ActionForm):
    """A list of visitors to open at once."""

    file = forms.FileField(
        label="名单", help_text="XLSX 或 CSV，首行：姓名、用户名、村（社区），后两项可空。最多 200 行。"
    )
    area = AreaField("account.grant", label="乡镇（街道）", help_text="村（社区）一列为空的，授在这里。")
    ends = _day(label="终止日期", required=False, help_text="不填表示直到收回。")


DAYS = [(30, "30 天"), (90, "90 天"), (180, "180 天"), (365, "一年")]


class TokenForm(ActionForm):
    """A token for a department's account."""

    user = forms.ModelChoiceField(User.objects.none(), label="账户", empty_label="请选择", help_text="部门接口账户。")
    name = forms.CharField(label="用途", max_length=100, help_text="如：医保局前置机每月推送。")
    rights = forms.MultipleChoiceField(label="权限", widget=forms.CheckboxSelectMultiple)
    registers = forms.MultipleChoiceField(
        label="登记册", widget=forms.CheckboxSelectMultiple, required=False, help_text="不选表示该账户的全部登记册。"
    )
    area = AreaField("token.manage", label="区划", required=False, help_text=f"不填表示该账户的全部区划。{AREA_HELP}")
    days = forms.ChoiceField(
        label="有效期", choices=[(30, "30 天"), (90, "90 天"), (180, "180 天"), (365, "一年")], initial=180
    )

    def __init__(self, *args: Any, users: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = users  # type: ignore[attr-defined]
        roles = load_roles()
        machine = {right for role in roles.roles.values() if role.api_only for right in role.rights}
        choices = [(slug, right.zh) for slug, right in roles.rights.items() if slug in machine]
        self.fields["rights"].choices = choices  # type: ignore[attr-defined]
        # Most tokens deliver registers; who takes part in cases is ticked.
        self.fields["rights"].initial = [slug for slug, _ in choices if slug.startswith("delivery.")]
        self.fields["registers"].choices = _own_registers()  # type: ignore[attr-defined]

    @property
    def expires(self) -> Any:
        """When it ends, from now."""
        return timezone.now() + timedelta(days=int(self.cleaned_data["days"]))


class ReasonForm(forms.Form):
    """A reason, from a dialog."""

    reason = forms.CharField(max_length=200, required=False)
