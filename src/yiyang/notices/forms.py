"""Forms of notices."""

from __future__ import annotations

from django import forms

from yiyang.notices.models import Notice

RESULTS_MOST = 20 << 20


class AreaChannel(forms.Form):
    """Of which area, by which way."""

    area = forms.IntegerField(min_value=1, max_value=10**12)
    channel = forms.ChoiceField(choices=[each for each in Notice.Channel.choices if each[0] != "in_app"])
