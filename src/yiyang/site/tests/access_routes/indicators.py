"""How the addresses of `indicators` are asked for."""

from __future__ import annotations

from typing import Any

from yiyang.site.tests.access_routes.asking import BOTH, LIST, Example, done, one
from yiyang.site.tests.access_world import Things

ON, SLUG = "2026-10-31", "elders_60"
# Of no area there is no figure that one could ask for.
SOMEWHERE: dict[str, Any] = {"except_at": ("nowhere",), "logs": False}


def _area(there: Things) -> dict[str, Any]:
    return {"area": there.figure_area, "on": ON}


def _entered(there: Things) -> dict[str, Any]:
    return {"indicator": "beds", "area": there.code, "on": "2025-12-31", "value": "10", "source": "台账"}


EXAMPLES: dict[str, Example] = {
    "indicators:board": Example(in_query=_area, refusals=(404,), **SOMEWHERE),
    "indicators:indicator": Example(of=lambda there: [SLUG], in_query=_area, refusals=(404,), **SOMEWHERE),
    "indicators:sheet": Example(of=lambda there: [SLUG], in_query=_area, refusals=(404,), **SOMEWHERE),
    "indicators:report": Example(of=lambda there: ["xlsx"], in_query=_area, is_slow=True, refusals=(404,), **SOMEWHERE),
    "indicators:year": Example(in_query=_area, refusals=(404,), **SOMEWHERE),
    "indicators:year_pdf": Example(of=lambda there: [2026], in_query=_area, is_slow=True, refusals=(404,), **SOMEWHERE),
    "indicators:how": Example(of=lambda there: [SLUG, there.figure_area, ON, "measured"], **SOMEWHERE),
    "indicators:again": Example(
        of=lambda there: [SLUG, there.figure_area, ON], post=lambda there: {}, methods=("post",), **SOMEWHERE
    ),
    "indicators:people": Example(
        of=lambda there: [SLUG, there.figure_area, ON, "above"], except_at=("nowhere",), within=("person.read",)
    ),
    "indicators:reported": LIST,
    "indicators:reported_one": one("reported_figure", logs=False),
    "indicators:enter": Example(post=_entered, logs=False, **BOTH),
    "indicators:upload": Example(post=lambda there: {}, is_scoped=False, logs=False, **BOTH),
    "indicators:template": Example(is_scoped=False, logs=False),
    "indicators:withdraw": done("reported_figure", {"reason": "口径不对"}, logs=False),
    "indicators:measure": Example(post=lambda there: {"month": "2026-10"}, is_scoped=False, logs=False, **BOTH),
    "indicators:promises": LIST,
    "indicators:promise": one("plan_file", logs=False),
    "indicators:promise_confirm": done("plan_file", {}, logs=False),
    "indicators:tables": LIST,
    "indicators:calendar": LIST,
    "indicators:budgets": LIST,
    "indicators:table": one("published_table", logs=False),
    "indicators:table_make": Example(post=lambda there: {}, is_scoped=False, logs=False, **BOTH),
    "indicators:table_decide": done("published_table", {"to": "refused", "reason": "分组太细"}, logs=False),
    "api:list_indicators": Example(is_scoped=False, logs=False),
    "api:list_targets": Example(in_query=lambda there: {"area_code": 511724000000}, is_scoped=False, logs=False),
    "api:list_figures": LIST,
    "api:list_open_data": Example(is_scoped=False, logs=False),
    "api:get_open_data": Example(of=lambda there: ["511724-indicators"], is_scoped=False, logs=False, refusals=(404,)),
    "api:list_open_figures": Example(
        of=lambda there: ["511724-indicators"], is_scoped=False, logs=False, refusals=(404,)
    ),
    "api:enter_figure": Example(
        post=lambda there: {
            "indicator": "beds", "area_code": there.code, "on": "2025-12-31", "value": 10, "source": "台账",
        },
        methods=("post",), except_at=("nowhere",), refusals=(403, 404), logs=False,
    ),
}  # fmt: skip
