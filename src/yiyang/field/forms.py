"""Forms of the room."""

from __future__ import annotations

from django import forms

from yiyang.field.models import Entry
from yiyang.field.settling import choices


class Named(forms.Form):
    """What the phone says about its device."""

    name = forms.CharField(max_length=100, required=False)
    key = forms.CharField(max_length=60, required=False)
    device = forms.UUIDField(required=False)


class Settling(forms.Form):
    """A decision about what came in twice or could not be taken."""

    how = forms.ChoiceField(label="怎样处理", widget=forms.RadioSelect)
    words = forms.CharField(label="理由", max_length=400, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, entry: Entry, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        how: forms.ChoiceField = self.fields["how"]  # type: ignore[assignment]
        how.choices = list(choices(entry))
