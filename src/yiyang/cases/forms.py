"""Forms of cases."""

from __future__ import annotations

from typing import Any

from django import forms

from yiyang.cases.models import Case
from yiyang.registry.forms_people import ACCEPT, DAY, PAPER, WithPaper

# How somebody comes who is served by staff.
STAFF = ((Case.Channel.COUNTER, "窗口"), (Case.Channel.PHONE, "电话"))
PROPOSALS = (("change", "调整标准"), ("end", "终止"), ("look", "了解情况"))
FEN = 100


class StepForm(forms.Form):
    """What a step needs: a reason where one is due, and its own fields."""

    reason = forms.CharField(label="理由", max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    proposal = forms.ChoiceField(label="拟办事项", choices=PROPOSALS)
    yuan = forms.DecimalField(label="标准（元）", min_value=0, max_value=10**8, decimal_places=2, required=False)
    holds_from = forms.DateField(label="自何日起", widget=DAY, required=False)

    def __init__(self, step: str, asks: tuple[str, ...], case: Case, *args: Any) -> None:
        super().__init__(*args)
        from yiyang.cases.models import Transition

        rule = Transition.objects.filter(process=case.process, slug=step).first()
        self.fields["reason"].required = bool(rule and rule.needs_reason)
        wanted = {"fen": "yuan", "proposal": "proposal", "holds_from": "holds_from"}
        for ask, name in wanted.items():
            if ask not in asks:
                del self.fields[name]
        fen = case.fen_proposed if case.fen_proposed is not None else case.fen
        if "yuan" in self.fields:
            self.fields["yuan"].initial = f"{fen / FEN:.2f}"
        if "holds_from" in self.fields:
            self.fields["holds_from"].help_text = "留空则按规定的起始日。"

    def words(self) -> dict[str, Any]:
        """Reason and detail, as `actions.move` takes them."""
        data = self.cleaned_data
        detail: dict[str, Any] = {}
        if data.get("yuan") is not None:
            detail["fen"] = int(data["yuan"] * FEN)
        if data.get("holds_from"):
            detail["holds_from"] = data["holds_from"].isoformat()
        if data.get("proposal"):
            detail["proposal"] = data["proposal"]
        return {"reason": data["reason"], "detail": detail}


class PaperForm(WithPaper):
    """A paper for a case."""

    kind = forms.CharField(label="材料名称", max_length=40)
    paper = forms.FileField(label="文件", help_text=PAPER, widget=forms.FileInput(attrs={"accept": ACCEPT}))


class AppealForm(forms.Form):
    """An objection, written down for somebody."""

    channel = forms.ChoiceField(label="怎样提出", choices=STAFF, widget=forms.RadioSelect, initial="counter")
    reason = forms.CharField(label="异议理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 5}))


class AnswerForm(forms.Form):
    """The answer to an objection; a new decision may have another amount."""

    outcome = forms.ChoiceField(
        label="复核结果", choices=(("upheld", "维持原决定"), ("changed", "改正原决定")), widget=forms.RadioSelect
    )
    answer = forms.CharField(label="复核意见", max_length=1000, widget=forms.Textarea(attrs={"rows": 5}))
    yuan = forms.DecimalField(
        label="改正后的标准（元）", min_value=0, max_value=10**8, decimal_places=2, required=False
    )
    holds_from = forms.DateField(label="自何日起", widget=DAY, required=False)

    def __init__(self, case: Case, *args: Any) -> None:
        super().__init__(*args)
        self.fields["yuan"].initial = f"{case.fen / FEN:.2f}"

    def words(self) -> dict[str, Any]:
        """As `actions.answer_appeal` takes them."""
        data = self.cleaned_data
        detail: dict[str, Any] = {} if data["yuan"] is None else {"fen": int(data["yuan"] * FEN)}
        if data["holds_from"]:
            detail["holds_from"] = data["holds_from"].isoformat()
        return {"upheld": data["outcome"] == "upheld", "answer": data["answer"], "detail": detail}


class ScanForm(WithPaper):
    """A form that comes back: its bar code, which a scanner at the counter types, and the scan."""

    code = forms.CharField(
        label="条码",
        max_length=100,
        help_text="把光标放在这里，用扫码枪扫申请表右上角的条码，或照着下面的字输入。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    paper = forms.FileField(label="扫描件", help_text=PAPER, widget=forms.FileInput(attrs={"accept": ACCEPT}))
