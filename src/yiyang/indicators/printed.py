"""Drawings of fixed size, for paper and screen."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from yiyang.indicators.policy import written
from yiyang.indicators.reading import Line

WIDE, TALL, LABEL = 660, 26, 262


def drawn(lines: Sequence[Line]) -> SafeString:
    """Shares of a group as bars with their targets as strokes; a drawing of fixed size, for paper and screen."""
    shares = [each for each in lines if each.indicator.unit == "%" and each.value is not None]
    if not shares:
        return SafeString("")
    bars = "".join(_bar(place, each) for place, each in enumerate(shares))
    told = "；".join(f"{each.indicator.name.zh} {written(each.indicator, each.value)}%" for each in shares)
    height = TALL * len(shares) + 6
    return mark_safe(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {height}" width="{WIDE}" height="{height}" '
        f'role="img" class="printed"><title>{conditional_escape(told)}</title>{bars}</svg>'
    )


def _bar(place: int, line: Line) -> str:
    top, value = place * TALL + 4, min(line.value or 0, 100)
    room, text = WIDE - LABEL - 60, f'y="{top + 13}" font-size="11.5" fill="#1B2420"'
    inner = (
        f'<text x="0" {text}>{conditional_escape(line.indicator.name.zh)}</text>'
        f'<rect x="{LABEL}" y="{top + 2}" width="{room}" height="13" fill="#F4F6F3"/>'
        f'<rect x="{LABEL}" y="{top + 2}" width="{room * value / 100:.1f}" height="13" fill="#1F6650"/>'
        f'<text x="{WIDE - 52}" {text}>{written(line.indicator, line.value)}%</text>'
    )
    if line.target:
        x = LABEL + room * min(line.target.value, 100) / 100
        inner += f'<rect x="{x - 1.5:.1f}" y="{top - 1}" width="3" height="19" fill="#A8322A"/>'
    return inner
