"""People who stand twice in the household register, under two valid id numbers. Only with `city make --unidentified`.

Whoever got a new number when the fifteen-digit ones were lifted, was written down with a slip when he moved, or was
registered twice with different birthdays.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from yiyang.synthetic.chance import Array
from yiyang.synthetic.faults import Work
from yiyang.synthetic.identity import as_arrow, with_check
from yiyang.synthetic.policy import parameters
from yiyang.synthetic.unidentified import SLIPS

KINDS = ("old_number", "mistyped", "other_birth")
DOUBLES = pa.schema([("row", pa.int64()), ("elder", pa.int64()), ("kind", pa.string()), ("other_id", pa.string())])


def make(work: Work, free: Array) -> tuple[Array, dict[str, pa.Array], pa.Table]:
    """Rows that are doubled, the rows to append, and the truth about them; empty for every other register."""
    desk = work.desk
    rate = parameters()["unidentified"]["doubles"] if desk.unidentified else 0.0
    if work.sheet.register != "police_households" or not rate:
        return free[:0], {}, DOUBLES.empty_table()
    keys = desk.people["elder"][work.sheet.rows[free]]
    rows = free[desk.chance.happens("doubles", keys, rate)]
    elders = desk.people["elder"][work.sheet.rows[rows]]
    shares = parameters()["unidentified"]["double_kinds"]
    kinds = desk.chance.pick("double kind", elders, [shares[kind] for kind in KINDS])
    others = _other_numbers(work, rows, elders, kinds)
    columns = {name: column.take(pa.array(rows)) for name, column in work.columns.items()}
    columns |= {"id_number": others, "birth_date": _births(others), "name": _names(work, rows, elders)}
    columns["household"] = pa.array([f"{text}D" for text in columns["household"].to_pylist()])
    table = pa.table([rows, elders, [KINDS[kind] for kind in kinds.tolist()], others], schema=DOUBLES)
    return rows, columns, table


def _other_numbers(work: Work, rows: Array, elders: Array, kinds: Array) -> pa.Array:
    """Valid by form: another order code, two digits changed and the check made to fit, or another day of birth."""
    ids = work.columns["id_number"].take(pa.array(rows)).to_pylist()
    seventeen = np.array([int(text[:17]) for text in ids], dtype=np.int64)
    step = work.desk.chance.between("double step", elders, 1, 300) * 2
    order = seventeen % 1000
    old = seventeen - order + (order + step - 1) % 998 + 1
    mistyped = seventeen + np.where(order < 990, 2, -2) + np.where(seventeen // 10**12 % 10 < 9, 10**12, -(10**12))
    month = seventeen // 10**5 % 100
    born = seventeen + np.where(month < 12, 10**5, -(10**5)) - (seventeen // 10**3 % 100 - 1) // 28 * 27 * 10**3
    return as_arrow(with_check(np.select([kinds == 0, kinds == 1], [old, mistyped], born)))


def _births(others: pa.Array) -> pa.Array:
    """The day within the number: the form fills it in."""
    texts = others.to_pylist()
    return pa.array([f"{text[6:10]}-{text[10:12]}-{text[12:14]}" for text in texts], pa.string())


def _names(work: Work, rows: Array, elders: Array) -> pa.Array:
    """One in ten is written with another character of the same sound."""
    names = work.columns["name"].take(pa.array(rows)).to_pylist()
    other = work.desk.chance.happens("double name", elders, 0.1).tolist()
    slip = SLIPS["name"]["homophone"]
    return pa.array([slip(name, 0.5) if is_other else name for name, is_other in zip(names, other, strict=True)])
