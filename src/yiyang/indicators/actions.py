"""Reported figures: entered, corrected, withdrawn. What was said before is kept."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.areas.models import Area
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.catalog.indicator_schema import Indicator
from yiyang.indicators import summing
from yiyang.indicators.models import Figure, Reported
from yiyang.indicators.policy import find
from yiyang.indicators.reading import ENTER, size_of

State = Reported.State
# Two ways to write one figure may differ by rounding to the indicator's decimals, no more.
ROUNDING = 0.51
CITY = 10**8


@dataclass(frozen=True)
class Said:
    """What a unit says of an indicator: parts and value, or the value alone; where from, with which proof."""

    indicator: str
    area: int
    on: date
    source: str
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    note: str = ""
    # A zone without a code of its own in this city, and the county whose figure holds what it says already.
    zone: str = ""
    within: int | None = None


def enter(
    *, by: Scope, said: Said, reason: str = "", sheet: str = "", synthetic: bool = False
) -> tuple[Reported, bool]:
    """Enter a figure, or correct the one in force. Returns it, and whether anything changed.

    Args:
        reason: why the figure in force was wrong; needed where there is one that says otherwise.

    Errors: UsageError says what is wrong; PermissionDenied where he may not enter.
    """
    by.require(ENTER, said.area)
    value = checked(said)
    with transaction.atomic():
        old = _in_force(said)
        if old is not None and _same(old, said, value):
            return old, False
        if old is not None and not reason.strip():
            raise UsageError(
                f"{old.on} 已有填报值 {old.value:g}，更正须写明理由。", "A correction needs a reason.",
            )  # fmt: skip
        made = _replaced(by, old, said, value, reason, sheet, synthetic)
        _show(made)
        record(
            "decide", what=f"reported:{made.pk}", area=said.area, reason=reason,
            detail={"indicator": said.indicator, "on": f"{said.on}", "value": value},
        )  # fmt: skip
    return made, True


def checked(said: Said) -> float:
    """The value that is said, if all of it can be. Errors: UsageError."""
    indicator = find(said.indicator)
    if not Area.objects.filter(code=said.area, valid_to=None).exists():
        raise UsageError("没有这个区划，或已撤并。", f"There is no area {said.area}.")
    if said.on > timezone.localdate():
        raise UsageError("统计日期不能在今天之后。", "The day lies in the future.")
    if not said.source.strip():
        raise UsageError("请写明数值的来源（文件、报表或台账）。", "Say where the figure comes from.")
    _check_zone(said)
    value = _value(indicator, said)
    if not math.isfinite(value) or value < 0:
        raise UsageError("数值不能为负。", "A figure is not negative.")
    if indicator.shape == "share" and value > indicator.per + 1e-9:
        raise UsageError("占比不能超过100%。", "A share is at most 100 %.")
    return value


def _check_zone(said: Said) -> None:
    """A zone lies in the city; whoever holds its figure already is a county of it."""
    zones = Area.objects.filter(kind__in=summing.ZONES, valid_to=None)
    if said.zone and not zones.filter(code=None, name=said.zone, parent__code=said.area).exists():
        raise UsageError(f"{said.zone}不是这个市没有代码的开发区。", f"{said.zone} is no zone of this city.")
    if said.within is None:
        return
    is_zone = bool(said.zone) or zones.filter(code=said.area).exists()
    county = Area.objects.filter(code=said.within, level="county", valid_to=None).exclude(kind__in=summing.ZONES)
    if not is_zone or said.within // CITY != said.area // CITY or not county.exists():
        raise UsageError("“已计入”只用于开发区，填同一个市的县（市、区）。", "Only zones lie within a county's figure.")


def _value(indicator: Indicator, said: Said) -> float:
    parts = (said.numerator, said.denominator)
    if indicator.denominator is None or parts == (None, None):
        found = said.value if said.value is not None else said.numerator
        if found is None:
            raise UsageError("请填数值，或填分子和分母。", "Give the value, or its parts.")
        return found
    above, below = parts
    if above is None or not below or below < 0 or above < 0:
        raise UsageError("分子和分母要一起填，分母要大于0。", "Give both parts; the lower one above zero.")
    value = above * indicator.per / below
    if said.value is not None and abs(said.value - value) > ROUNDING * 10**-indicator.decimals:
        raise UsageError(
            f"填的数值 {said.value:g} 与分子、分母算出的 {value:.{indicator.decimals}f} 不符。",
            f"The value {said.value:g} is not what its parts give ({value:g}).",
        )
    return value


def _in_force(said: Said) -> Reported | None:
    rows = Reported.objects.select_for_update().filter(state=State.IN_FORCE)
    return rows.filter(indicator=said.indicator, area_code=said.area, on=said.on, zone=said.zone).first()


def _same(old: Reported, said: Said, value: float) -> bool:
    return math.isclose(old.value, value, rel_tol=1e-9, abs_tol=1e-9) and (
        (old.numerator, old.denominator, old.source, old.note, old.within)
        == (said.numerator, said.denominator, said.source.strip(), said.note.strip(), said.within)
    )


def _replaced(
    by: Scope, old: Reported | None, said: Said, value: float, reason: str, sheet: str, synthetic: bool
) -> Reported:
    if old is not None:
        Reported.objects.filter(pk=old.pk).update(state=State.REPLACED, reason=reason.strip()[:400])
    made: Reported = Reported.objects.create(
        area_code=said.area, indicator=said.indicator, on=said.on, numerator=said.numerator,
        denominator=said.denominator, value=value, source=said.source.strip()[:200], note=said.note.strip()[:400],
        sheet_sha256=sheet, is_synthetic=synthetic, entered_by=by.user, entered_by_name=by.name,
        zone=said.zone, within=said.within,
    )  # fmt: skip
    if old is not None:
        Reported.objects.filter(pk=old.pk).update(replaced_by=made)
    return made


def _show(made: Reported) -> None:
    """The figure that pages read follows what is in force, and so do the sums above; a zone's lies in the sum only."""
    if not made.zone:
        _show_own(made)
    summing.refresh(find(made.indicator), made.area_code, made.on, is_zone=bool(made.zone))


def _show_own(made: Reported) -> None:
    today = timezone.localdate()
    same: dict[str, Any] = {
        "indicator": made.indicator,
        "area_code": made.area_code,
        "on": made.on,
        "source": Figure.Source.REPORTED,
    }
    Figure.objects.filter(**same).update(is_current=False)
    Figure.objects.update_or_create(
        **same, known=today,
        defaults={
            "numerator": made.numerator, "denominator": made.denominator, "value": made.value, "reported": made,
            "size": size_of(made.area_code), "is_current": True, "is_synthetic": made.is_synthetic,
        },
    )  # fmt: skip


def withdraw(*, by: Scope, reported: Reported, reason: str) -> None:
    """Take a reported figure back; it stays readable. Errors: UsageError without a reason, or not in force."""
    by.require(ENTER, reported.area_code)
    if not reason.strip():
        raise UsageError("撤回须写明理由。", "Say why it is withdrawn.")
    rows = Reported.objects.filter(pk=reported.pk, state=State.IN_FORCE)
    if not rows.update(state=State.WITHDRAWN, reason=reason.strip()[:400]):
        raise UsageError("这条填报已更正或撤回。", "It is not in force any more.")
    Figure.objects.filter(reported=reported).update(is_current=False)
    summing.refresh(find(reported.indicator), reported.area_code, reported.on, is_zone=bool(reported.zone))
    record("decide", what=f"reported:{reported.pk}", area=reported.area_code, reason=reason, detail={"act": "withdraw"})
