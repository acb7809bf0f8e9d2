"""What the commands of `yiyang list` do: ask the pure modules, say the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from yiyang.areas import logic as areas
from yiyang.base import screen
from yiyang.base.errors import CaseFailed, PolicyError


def area_code(text: str) -> str:
    """An area as the user wrote it, code or name, as lists are named."""
    return areas.short(areas.require(text).code)


def check(names: Sequence[str], on: date, *, notes: bool, spark: bool, as_json: bool) -> None:
    from yiyang.catalog import check as checking
    from yiyang.catalog.findings import Level

    report = checking.check([area_code(name) for name in names], on, spark=spark)
    if as_json:
        screen.emit_json(report.json())
    else:
        shown = [found for found in report.findings if notes or found.level is not Level.NOTE]
        if shown:
            columns = [
                (screen.t("级别", "level"), "left"),
                (screen.t("位置", "place"), "left"),
                (screen.t("问题", "finding"), "left"),
            ]
            rows = [(screen.t(found.level.zh, found.level), found.place, found.text) for found in shown]
            screen.show_table(screen.t("清单检查", "List check"), columns, rows)
        screen.say(*report.summary())
    if report.other_errors:
        raise PolicyError(
            "清单没有通过检查，请按上面的位置改正。", "The lists do not pass; mend them at the places above."
        )
    if report.failed_cases:
        raise CaseFailed(
            "有工作案例与清单的结果不一致：改清单，或改案例。",
            "A worked case disagrees with its list: mend the list or the case.",
        )
