"""How plans write money: in units of ten thousand yuan, as their tables do."""

from __future__ import annotations

from django import template

from yiyang.kit.wording import number

register = template.Library()


@register.filter
def wan_yuan(fen: int) -> str:
    """Fen as 万元 with at most one digit after the point: 80355000000 → 80,355."""
    return number(fen / 1_000_000)
