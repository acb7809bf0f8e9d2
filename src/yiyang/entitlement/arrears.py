"""Back-pay and recovery by two times: a month as it was known then, against the same month as known now."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from yiyang.base.errors import UsageError
from yiyang.entitlement import diff, diffsum
from yiyang.entitlement.store import RunFolder

Json = dict[str, Any]
MONTHS = 12


def arrears(then: RunFolder, now: RunFolder) -> pa.Table:
    """person, item, list_area, cause, paid_fen (known then), due_fen (known now), back_pay_fen, recovery_fen, area.

    Only items paid by the month: of others the month does not say what was paid. Only what is certain: while it is open
    whether something is due, it is neither paid nor recovered.
    """
    _same_month(then, now)
    table = diff.changes(then, now)
    paid, due, most = (
        _by_month(table, fen, a_year)
        for fen, a_year in (("fen_a", "a_year_a"), ("fen_b", "a_year_b"), ("high_b", "a_year_b"))
    )
    columns = {
        "paid_fen": paid,
        "due_fen": due,
        "back_pay_fen": pc.max_element_wise(pc.subtract(due, paid), 0),
        "recovery_fen": pc.max_element_wise(pc.subtract(paid, most), 0),
    }
    for name, column in columns.items():
        table = table.append_column(name, column)
    owed = pc.greater(pc.add(columns["back_pay_fen"], columns["recovery_fen"]), 0)
    return table.select(["person", "item", "list_area", "cause", *columns, "area"]).filter(owed)


def _by_month(table: pa.Table, fen: str, a_year: str) -> pa.ChunkedArray:
    """Fen where they are paid by the month, else nothing."""
    return pc.if_else(pc.equal(table[a_year], MONTHS), table[fen], 0)


def _same_month(then: RunFolder, now: RunFolder) -> None:
    a, b = then.manifest["month"], now.manifest["month"]
    if a != b:
        raise UsageError(
            f"补发追回要比较同一个月：{then.path} 是 {a}，{now.path} 是 {b}。"
            f"请用 yiyang run --month {a} 在新的快照上重算 {a}。",
            f"arrears compare one month: {then.path} is {a}, {now.path} is {b}. "
            f"Run {a} again on the new snapshot with --month {a}.",
        )


def summarise(table: pa.Table, then: RunFolder, now: RunFolder) -> Json:
    """The content of arrears.json: totals and items, in fen for the month."""
    names = diffsum.item_names(then, now)
    return {
        "kind": "arrears",
        "month": now.manifest["month"],
        "known_then": then.manifest["known"],
        "known_now": now.manifest["known"],
        "totals": _figures(table) | {"people": len(pc.unique(table["person"]))},
        "items": [
            {
                "item": (item := part["item"][0].as_py()),
                "list_area": part["list_area"][0].as_py(),
                "name_zh": names.get(item, item),
                **_figures(part),
            }
            for part in diffsum.groups(table, ["item", "list_area"])
        ],
    }


def _figures(table: pa.Table) -> Json:
    return {
        "back_pay_fen": pc.sum(table["back_pay_fen"]).as_py() or 0,
        "back_pay_people": pc.sum(pc.greater(table["back_pay_fen"], 0)).as_py() or 0,
        "recovery_fen": pc.sum(table["recovery_fen"]).as_py() or 0,
        "recovery_people": pc.sum(pc.greater(table["recovery_fen"], 0)).as_py() or 0,
    }
