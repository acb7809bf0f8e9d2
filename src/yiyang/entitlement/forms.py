"""Forms of the month."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from yiyang.access.scope import Scope
from yiyang.areas.models import Area
from yiyang.engine.facts import Fact, Kind
from yiyang.entitlement.month_actions import LEVELS, knowable
from yiyang.registry.forms_people import DAY, CorrectionForm

NOT_SAID = "问不到、本人不清楚"


class OrderForm(forms.Form):
    """Which area, which month, as known when."""

    area = forms.ChoiceField(label="区划", help_text="按县（市、区）下达；全市一并运行的，选择市。")
    month = forms.RegexField(
        r"^\d{4}-(0[1-9]|1[0-2])$", label="月份", widget=forms.TextInput(attrs={"type": "month"}),
        help_text="以当月首日为准：首日年满、首日有效的算在内。",
    )  # fmt: skip
    known = forms.DateField(label="截至所知", widget=DAY, help_text="之后才知道的情况不计入。通常就是今天。")

    def __init__(self, scope: Scope, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        rows = Area.objects.filter(scope.where("run.decide").q("code"), level__in=LEVELS, valid_to=None)
        choices = [(str(area.code), area.name) for area in rows.order_by("code")[:400]]
        self.fields["area"].choices = choices  # type: ignore[attr-defined]
        latest, last_day = knowable()
        self.fields["month"].initial, self.fields["known"].initial = latest, last_day


class AnswerForm(CorrectionForm):
    """What was told on a fact. A visitor may say that it could not be learned; a clerk states it."""

    def __init__(self, fact: Fact, since: date, is_clerk: bool, *given: Any, **named: Any) -> None:
        super().__init__(fact, since, *given, **named)
        del self.fields["paper"]
        self.fields["value"].label = f"{fact.zh}："
        self.fields["reason"].label, self.fields["reason"].help_text = (
            "怎么了解到的",
            "例如“入户了解，本人和邻居都这样说”。",
        )
        self.is_clerk = is_clerk
        if not is_clerk:
            self._for_visitor()

    def _for_visitor(self) -> None:
        del self.fields["valid_from"]
        self.fields["value"].required = False
        if isinstance(self.fields["value"], forms.ChoiceField):
            self.fields["value"].choices = [*self.fields["value"].choices, ("", NOT_SAID)]  # type: ignore[misc]

    @property
    def answer(self) -> int | None:
        """The chosen value as it is stored; None where nothing was learned."""
        given = self.cleaned_data["value"]
        return None if given in ("", None) else self.value

    def clean_value(self) -> Any:
        """Nothing is an answer too."""
        given = self.cleaned_data["value"]
        if given in ("", None) and not self.is_clerk:
            return ""
        return super().clean_value()


def first_value(fact: Fact, value: int | None) -> Any:
    """A stored value as the form's field holds it."""
    if value is None:
        return None
    if fact.kind in (Kind.YEARS, Kind.DATE):
        return date(value // 10000, value // 100 % 100, value % 100)
    return f"{value:012d}" if fact.kind is Kind.AREA else str(value)
