"""Forms of the room."""

from __future__ import annotations

from django import forms

from yiyang.access.scope import Scope
from yiyang.field.kinds import UNKNOWN, kind_of
from yiyang.field.models import Entry
from yiyang.field.settling import choices, pieces


class Named(forms.Form):
    """What the phone says about its device."""

    name = forms.CharField(max_length=100, required=False)
    key = forms.CharField(max_length=60, required=False)
    device = forms.UUIDField(required=False)


class Settling(forms.Form):
    """A decision about what came in twice or could not be taken."""

    how = forms.ChoiceField(label="怎样处理", widget=forms.RadioSelect)
    piece = forms.ChoiceField(
        label="办的是哪一件", required=False, help_text="任务凭证无效，认不出是哪一件；入库时请看内容选定。"
    )
    words = forms.CharField(label="理由", max_length=400, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, by: Scope, entry: Entry, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        if entry.kind == UNKNOWN:
            there = pieces(by, entry)
            named = [(key, f"{each.title}（{kind_of(kind).title}）") for key, (kind, each) in there.items()]
            self.fields["piece"].choices = [("", "没有选"), *named]  # type: ignore[attr-defined]
        else:
            del self.fields["piece"]
        how: forms.ChoiceField = self.fields["how"]  # type: ignore[assignment]
        how.choices = list(choices(entry))
