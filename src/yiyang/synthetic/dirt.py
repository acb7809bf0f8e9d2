"""The faults of real deliveries, planted at stated rates and written down one by one.

A row carries at most one planted fault. It keeps it from month to month until somebody mends it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yiyang.synthetic import doubles, unidentified
from yiyang.synthetic.chance import Array
from yiyang.synthetic.days import NO_DAY, texts
from yiyang.synthetic.faults import Work, faults_of, replaced
from yiyang.synthetic.policy import contracts, parameters
from yiyang.synthetic.sheets import Desk, Sheet
from yiyang.synthetic.writing import Style

KEPT, MERGED, QUARANTINED = "kept", "merged", "quarantined"
FIRST_LINE = 2  # the headings are line 1
# What a faultless registry does with a row of each kind.
TREATMENT = {
    "id_checksum": QUARANTINED,
    "id_15_digits": KEPT,
    "id_lower_case_x": KEPT,
    "id_blanks": KEPT,
    "id_full_width": KEPT,
    "id_missing": QUARANTINED,
    "id_as_number": QUARANTINED,
    "id_none": QUARANTINED,
    "id_short": QUARANTINED,
    "area_former_county": KEPT,
    "area_unknown_village": KEPT,
    "area_unknown": QUARANTINED,
    "date_in_future": QUARANTINED,
    "date_impossible": QUARANTINED,
    "odd_date_form": KEPT,
    "birth_date_differs": QUARANTINED,
    "code_unknown": QUARANTINED,
    "duplicate_exact": MERGED,
    "duplicate_differing": KEPT,
    "two_persons": QUARANTINED,
    "late_death": KEPT,
    "dead_still_listed": KEPT,
    "resident_differs": KEPT,
}


@dataclass
class Dirt:
    """Planted faults of one register and month, as columns of truth/dirt.parquet."""

    register: str
    kinds: list[str] = field(default_factory=list)
    rows: list[Array] = field(default_factory=list)
    elders: list[Array] = field(default_factory=list)
    unidentified: list[pa.Table] = field(default_factory=list)
    doubles: list[pa.Table] = field(default_factory=list)

    def note(self, kind: str, rows: Array, elders: Array) -> None:
        """Rows of one kind, counted from 0 below the headings."""
        if len(rows):
            self.kinds.append(kind)
            self.rows.append(rows + FIRST_LINE)
            self.elders.append(elders)

    def table(self, month: str, file: str) -> pa.Table:
        sizes = [len(rows) for rows in self.rows]
        kinds = pa.array(np.repeat(np.array(self.kinds, dtype=object), sizes), pa.string())
        none = np.zeros(0, dtype=np.int64)
        treatment = pa.array([TREATMENT[kind] for kind in self.kinds], pa.string()).take(
            pa.array(np.repeat(np.arange(len(sizes)), sizes))
        )
        count = sum(sizes)
        return pa.table(
            {
                "month": pa.array([month] * count, pa.string()),
                "register": pa.array([self.register] * count, pa.string()),
                "file": pa.array([f"{month}/{file}"] * count, pa.string()),
                "row": pa.array(np.concatenate([none, *self.rows]), pa.int64()),
                "kind": kinds,
                "elder": pa.array(np.concatenate([none, *self.elders]), pa.int64()),
                "treatment": treatment,
            }
        )


def plant(sheet: Sheet, columns: dict[str, pa.Array], style: Style, desk: Desk) -> tuple[dict[str, pa.Array], Dirt]:
    """The columns with faults planted, and the faults. Natural ones (late deaths and the like) are noted too."""
    dirt, makers, work = Dirt(sheet.register), faults_of(sheet.register), Work(sheet, columns, style, desk)
    chosen = _choose(work, [fault.kind for fault in makers])
    dirty = np.flatnonzero(chosen >= 0)
    changes: dict[str, list[tuple[Array, list[str | None]]]] = {}
    for number, fault in enumerate(makers):
        rows = dirty[chosen[dirty] == number]
        if len(rows):
            changes.setdefault(fault.column, []).append((rows, fault.texts(rows, work)))
            dirt.note(fault.kind, rows, sheet.rows[rows])
    chosen = _take_ids(work, chosen, changes, dirt)
    # Each column is copied once, whatever is planted in it.
    changed = {column: replaced(columns[column], parts) for column, parts in changes.items()}
    twins = _append(work, chosen, dirt)
    more = _more(work, chosen, len(sheet.rows) + len(twins["id_number"]), dirt)
    _note_natural(sheet, desk, dirt)
    return {
        name: pa.chunked_array([changed.get(name, column), twins[name], *(part[name] for part in more)], pa.string())
        for name, column in columns.items()
    }, dirt


def _take_ids(work: Work, chosen: Array, changes: dict[str, list[tuple[Array, list[str | None]]]], dirt: Dirt) -> Array:
    """With --unidentified: rows that lose their id number count as chosen."""
    rows = unidentified.choose(work, np.flatnonzero(chosen < 0))
    if not len(rows):
        return chosen
    spoilt = unidentified.spoil(work, rows)
    for column, told in spoilt.columns.items():
        changes.setdefault(column, []).append((rows, told))
    for number, kind in enumerate(unidentified.FAULTS):
        of_kind = rows[spoilt.kinds == number]
        dirt.note(kind, of_kind, work.sheet.rows[of_kind])
    dirt.unidentified.append(spoilt.table(FIRST_LINE, work.desk.people["elder"][work.sheet.rows]))
    return np.where(np.isin(np.arange(len(chosen)), rows), len(faults_of(work.sheet.register)), chosen)


def _more(work: Work, chosen: Array, size: int, dirt: Dirt) -> list[dict[str, pa.Array]]:
    """With --unidentified: rows about people whom nobody knows, and second rows of people who are in twice."""
    found = []
    strange = unidentified.strangers(work, work.desk.chance)
    if strange:
        rows = size + np.arange(len(strange["id_number"]))
        dirt.note("id_missing", rows, np.full(len(rows), -1))
        nobody = [rows + FIRST_LINE, np.full(len(rows), -1), ["stranger"] * len(rows), [""] * len(rows)]
        dirt.unidentified.append(pa.table(nobody, schema=unidentified.NOISE))
        found.append({name: pa.array(column, pa.string()) for name, column in strange.items()})
    _, columns, table = doubles.make(work, np.flatnonzero(chosen < 0))
    if table.num_rows:
        lines = pa.array(size + FIRST_LINE + np.arange(table.num_rows))
        dirt.doubles.append(table.set_column(0, "row", lines))
        found.append(columns)
    return found


def _choose(work: Work, kinds: list[str]) -> Array:
    """The number of the kind of fault of each row, -1 for none."""
    rates, desk, register = parameters()["dirt"], work.desk, work.sheet.register
    keys = desk.people["elder"][work.sheet.rows]
    x_rate = rates["id_lower_case_x"]
    ends_in_x = desk.people["check"][work.sheet.rows] == ord("X")
    edges = np.cumsum([0.0 if kind == "id_lower_case_x" else rates[kind] for kind in kinds])
    chosen = np.searchsorted(edges, desk.chance.uniform(f"dirt/{register}", keys), side="right")
    chosen = np.where(chosen == len(kinds), -1, chosen)
    lower = (chosen < 0) & ends_in_x & desk.chance.happens(f"lower x/{register}", keys, x_rate)
    chosen[lower] = kinds.index("id_lower_case_x")
    if desk.index:
        mended = desk.chance.happens(f"mended/{register}", keys, 1 - (1 - rates["mended"]) ** desk.index)
        chosen[mended & ~lower] = -1
    return chosen


def _append(work: Work, chosen: Array, dirt: Dirt) -> dict[str, pa.Array]:
    """Rows to append: word for word, with an older date and another value, or a stranger under the same number."""
    rates, sheet = parameters()["dirt"], work.sheet
    clean = np.flatnonzero(chosen < 0)
    drawn = work.desk.chance.uniform(f"twice/{sheet.register}", sheet.rows[clean])
    edges = np.cumsum([rates["duplicate_exact"], rates["duplicate_differing"], rates["two_persons"]])
    exact, older, shared = (clean[np.searchsorted(edges, drawn, side="right") == number] for number in range(3))
    shared = _unlike_strangers(work, shared)
    rows, size = np.concatenate([exact, older, shared]), len(sheet.rows)
    second, third = len(exact) + np.arange(len(older)), len(exact) + len(older) + np.arange(len(shared))
    dirt.note("duplicate_exact", size + np.arange(len(exact)), sheet.rows[exact])
    dirt.note("duplicate_differing", size + second, sheet.rows[older])
    dirt.note("two_persons", np.concatenate([shared, size + third]), np.concatenate([sheet.rows[shared]] * 2))
    twins = {name: column.take(pa.array(rows)) for name, column in work.columns.items()}
    twins |= _older(work, twins, older, second)
    return twins | _strangers(work, twins, shared, third)


def _stranger(work: Work, rows: Array) -> Array:
    """For each row another one, whose person is taken to have got the same number."""
    return (rows + 1009) % len(work.sheet.rows)


def _unlike_strangers(work: Work, rows: Array) -> Array:
    """Those whose stranger has another name and another birthday; only the household register knows both."""
    if "birth_date" not in work.sheet.columns:
        return rows[:0]
    other = _stranger(work, rows)
    names = work.columns["name"]
    same = pc.equal(names.take(pa.array(rows)), names.take(pa.array(other))).to_numpy(zero_copy_only=False)
    births = work.sheet.columns["birth_date"]
    return rows[~same.astype(bool) & (births[rows] != births[other])]


def _strangers(work: Work, twins: dict[str, pa.Array], rows: Array, last: Array) -> dict[str, pa.Array]:
    """The appended rows of `two_persons`: everything but the number is the stranger's."""
    if not len(rows):
        return {}
    other = pa.array(_stranger(work, rows))
    return {
        name: replaced(twins[name], [(last, column.take(other).to_pylist())])
        for name, column in work.columns.items()
        if name != "id_number"
    }


def _older(work: Work, twins: dict[str, pa.Array], older: Array, last: Array) -> dict[str, pa.Array]:
    """The differing copies: 400 days older, and of the first required enum another value."""
    contract = contracts()[work.sheet.register]
    dated = str(contract.column_with("valid_from"))
    days = work.sheet.columns[dated][older]
    earlier = texts(np.where(days == NO_DAY, NO_DAY, days - 400).astype(np.int32), work.style.date_form)
    changed = {dated: replaced(twins[dated], [(last, earlier.to_pylist())])}
    enum = next((n for n, c in contract.columns.items() if c.type == "enum" and c.required), None)
    if enum:
        words = work.style.words(enum).to_pylist()
        spoken = [word for word in words if word]
        following = {word: spoken[(place + 1) % len(spoken)] for place, word in enumerate(spoken)}
        stored = work.sheet.columns[enum][older].tolist()
        changed[enum] = replaced(twins[enum], [(last, [following[words[value]] for value in stored])])
    return changed


def _note_natural(sheet: Sheet, desk: Desk, dirt: Dirt) -> None:
    """Faults that come of the departments' own ways: late news of a death, the dead still on a list, moves unknown."""
    people, rows = desk.people, sheet.rows
    if "death_date" in sheet.columns:
        before = desk.month.plus(-1).reference
        late = np.flatnonzero(sheet.columns["death_date"] < before) if desk.index else np.zeros(0, dtype=np.int64)
        dirt.note("late_death", late, rows[late])
    if sheet.register in ("civil_low_income", "pensions"):
        dead = np.flatnonzero(~desk.served[rows])
        dirt.note("dead_still_listed", dead, rows[dead])
    if sheet.register == "police_households":
        differs = np.flatnonzero(people["police_resident"][rows] != people["resident"][rows])
        dirt.note("resident_differs", differs, rows[differs])
