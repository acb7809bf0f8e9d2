"""The filters of the kit, and how each kind of column is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from yiyang.access import masks
from yiyang.access.ranges import NO_AREA
from yiyang.areas import names as areas
from yiyang.kit import wording

NO_AREA_WORD = "未落区划"


def wan(value: int | float | None) -> SafeString | str:
    """120.4 万, with the exact figure on hover."""
    text = wording.wan(value)
    exact = wording.number(value)
    return format_html('<span title="{}">{}</span>', exact, text) if text != exact else text


def area(code: int | str | None) -> str:
    """An area code → its name."""
    if code in (None, ""):
        return wording.NOTHING
    return NO_AREA_WORD if int(str(code)) == NO_AREA else areas.name(int(str(code)))


def area_full(code: int | str | None) -> str:
    """An area code → its name from the province down."""
    if code in (None, "") or int(str(code)) == NO_AREA:
        return area(code)
    return areas.full_name(int(str(code)))


def mask_id(value: str | None) -> str:
    """5117********1234."""
    return masks.id_number(str(value)) if value else wording.NOTHING


def mask_phone(value: str | None) -> str:
    """138****5678."""
    return masks.telephone(str(value)) if value else wording.NOTHING


def or_dash(value: Any) -> Any:
    """The value, or — where there is none. Zero is a value."""
    return wording.NOTHING if value in (None, "") else value


def yes_no(value: Any) -> str:
    """是, 否, 不详."""
    return "不详" if value is None else "是" if value else "否"


def sex(value: Any) -> str:
    """The index of the fact `sex` (0 male, 1 female) as a word."""
    return {0: "男", 1: "女"}.get(value, wording.NOTHING)


def when(value: Any) -> str:
    """A moment in local time: 2026-11-22 09:30."""
    from django.utils import timezone

    if value is None:
        return wording.NOTHING
    return (timezone.localtime(value) if timezone.is_aware(value) else value).strftime("%Y-%m-%d %H:%M")


def percent(value: float | None) -> str:
    """0.123 → 12.3%."""
    return wording.NOTHING if value is None else f"{value:.1%}"


def of(words: Mapping[Any, Any], key: Any) -> Any:
    """What a table of words says of a key; the key itself where it says nothing."""
    return words.get(key, key)


FILTERS: dict[str, Callable[..., Any]] = {
    "money": wording.money,
    "number": wording.number,
    "day": wording.day,
    "month": wording.month,
    "size": wording.size,
    "wan": wan,
    "area": area,
    "area_full": area_full,
    "mask_id": mask_id,
    "mask_phone": mask_phone,
    "or_dash": or_dash,
    "yes_no": yes_no,
    "sex": sex,
    "when": when,
    "percent": percent,
    "of": of,
}
KINDS: dict[str, Callable[[Any], Any]] = {
    **{
        kind: FILTERS[kind]
        for kind in ("money", "number", "day", "month", "size", "area", "yes_no", "sex", "when", "percent")
    },
    "text": lambda value: conditional_escape(or_dash(value)),
    "code": lambda value: format_html('<span class="code">{}</span>', or_dash(value)),
}
