"""The only code that writes what a person decided about targets that were read in documents."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from yiyang.access.scope import Scope
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.indicators.policy import load_indicators
from yiyang.indicators.promises import matching
from yiyang.indicators.promises.models import Promise
from yiyang.planning.promised import TargetRead

ENTER = "figure.enter"


def confirm(*, by: Scope, rows: Mapping[TargetRead, str]) -> int:
    """Say of which indicator targets of one document speak ('' = of none), and that they were read right.

    The answer is remembered: the same name in another document of the area, or the same row in its next edition, is
    not asked again.

    Errors: UsageError where an indicator does not fit or a year is missing; PermissionDenied.
    """
    for row, indicator in rows.items():
        by.require(ENTER, row.area)
        _check(row, indicator)
    with transaction.atomic():
        for row, indicator in rows.items():
            Promise.objects.update_or_create(
                area_code=row.area, document=row.document, key=row.key,
                defaults={
                    "name": row.name[:200], "unit": row.unit[:20], "indicator": indicator, "year": row.year,
                    "value": matching.in_unit(row.target, row.unit), "decided_by_name": by.name,
                },
            )  # fmt: skip
        for area, file in {(row.area, row.file) for row in rows}:
            record("decide", what=f"promises:{file}", area=area, detail={"targets": len(rows)})
    return len(rows)


def _check(row: TargetRead, indicator: str) -> None:
    if not indicator:
        return
    found = load_indicators().get(indicator)
    if found is None or not matching.fits(row.unit, found):
        raise UsageError(f"“{row.name}”的单位是“{row.unit}”，与所选指标不符。", "The units differ.")
    if row.year is None:
        raise UsageError(
            f"“{row.name}”没有读出年份，请先在规划文件的页面核对。", f"The year of {row.name} was not read."
        )
