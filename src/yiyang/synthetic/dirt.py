"""The faults of real deliveries, planted at stated rates and written down one by one.

A row carries at most one planted fault. It keeps it from month to month until somebody mends it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yiyang.areas import logic
from yiyang.synthetic.chance import Array
from yiyang.synthetic.days import FORMS, NO_DAY, texts
from yiyang.synthetic.policy import contracts, parameters, values
from yiyang.synthetic.sheets import Desk, Sheet
from yiyang.synthetic.writing import Style

KEPT, MERGED, QUARANTINED = "kept", "merged", "quarantined"
FIRST_LINE = 2  # the headings are line 1
# What a faultless registry does with a row of each kind.
TREATMENT = {
    "id_checksum": QUARANTINED, "id_15_digits": KEPT, "id_lower_case_x": KEPT, "id_blanks": KEPT, "id_full_width": KEPT,
    "id_missing": QUARANTINED, "id_as_number": QUARANTINED, "area_former_county": KEPT, "area_unknown_village": KEPT,
    "area_unknown": QUARANTINED, "date_in_future": QUARANTINED, "date_impossible": QUARANTINED, "odd_date_form": KEPT,
    "birth_date_differs": QUARANTINED, "code_unknown": QUARANTINED, "duplicate_exact": MERGED, "duplicate_differing": KEPT,
    "late_death": KEPT, "dead_still_listed": KEPT, "resident_differs": KEPT,
}
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass
class Dirt:
    """Planted faults of one register and month, as columns of truth/dirt.parquet."""

    register: str
    kinds: list[str] = field(default_factory=list)
    rows: list[Array] = field(default_factory=list)
    elders: list[Array] = field(default_factory=list)

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
        treatment = pa.array([TREATMENT[kind] for kind in self.kinds], pa.string()).take(pa.array(np.repeat(np.arange(len(sizes)), sizes)))
        count = sum(sizes)
        return pa.table({"month": pa.array([month] * count, pa.string()), "register": pa.array([self.register] * count, pa.string()),
                         "file": pa.array([f"{month}/{file}"] * count, pa.string()),
                         "row": pa.array(np.concatenate([none, *self.rows]), pa.int64()), "kind": kinds,
                         "elder": pa.array(np.concatenate([none, *self.elders]), pa.int64()), "treatment": treatment})


def plant(sheet: Sheet, columns: dict[str, pa.Array], style: Style, desk: Desk) -> tuple[dict[str, pa.Array], Dirt]:
    """The columns with faults planted, and the faults. Natural ones (late deaths and the like) are noted too."""
    dirt, makers = Dirt(sheet.register), _makers(sheet.register)
    chosen = _choose(sheet, columns, [kind for kind, _ in makers], desk)
    for number, (kind, make) in enumerate(makers):
        rows = np.flatnonzero(chosen == number)
        if len(rows):
            changed = make(columns, rows, Work(sheet, style, desk))
            columns = columns | changed
            dirt.note(kind, rows, sheet.rows[rows])
    columns = _duplicate(sheet, columns, chosen, style, desk, dirt)
    _note_natural(sheet, desk, dirt)
    return columns, dirt


@dataclass(frozen=True)
class Work:
    sheet: Sheet
    style: Style
    desk: Desk


Make = Callable[[dict[str, pa.Array], Array, Work], dict[str, pa.Array]]


def _choose(sheet: Sheet, columns: dict[str, pa.Array], kinds: list[str], desk: Desk) -> Array:
    """The number of the kind of fault of each row, -1 for none."""
    rates = parameters()["dirt"]
    keys, register = desk.people["elder"][sheet.rows], sheet.register
    x_rate = rates["id_lower_case_x"]
    ends_in_x = np.asarray(pc.ends_with(columns["id_number"], "X").to_numpy(zero_copy_only=False), dtype=bool)
    edges = np.cumsum([0.0 if kind == "id_lower_case_x" else rates[kind] for kind in kinds])
    chosen = np.searchsorted(edges, desk.chance.uniform(f"dirt/{register}", keys), side="right")
    chosen = np.where(chosen == len(kinds), -1, chosen)
    lower = (chosen < 0) & ends_in_x & desk.chance.happens(f"lower x/{register}", keys, x_rate)
    chosen[lower] = kinds.index("id_lower_case_x")
    if desk.index:
        mended = desk.chance.happens(f"mended/{register}", keys, 1 - (1 - rates["mended"]) ** desk.index)
        chosen[mended & ~lower] = -1
    return chosen


def _makers(register: str) -> list[tuple[str, Make]]:
    """The kinds of fault that a register can carry."""
    contract = contracts()[register]
    area = next((n for n, c in contract.columns.items() if c.type == "area"), None)
    enum = next((n for n, c in contract.columns.items() if c.type == "enum" and c.required), None)
    found: list[tuple[str, Make]] = [(kind, _on_id(change)) for kind, change in ID_CHANGES.items()]
    if contract.column_with("valid_from"):
        start = str(contract.column_with("valid_from"))
        found += [("date_in_future", _constant(start, "2062-03-01")), ("date_impossible", _constant(start, "2019-02-30")),
                  ("odd_date_form", _other_form(start))]
    if area:
        found += [("area_former_county", _former_county(area)), ("area_unknown_village", _unknown_village(area)),
                  ("area_unknown", _constant(area, "991724101001"))]
    if enum:
        found.append(("code_unknown", _constant(enum, "其他")))
    if "birth_date" in contract.columns:
        found.append(("birth_date_differs", _other_birth))
    return found


def _replace(column: pa.Array, rows: Array, texts: list[str | None]) -> pa.Array:
    mask = np.zeros(len(column), dtype=bool)
    mask[rows] = True
    return pc.replace_with_mask(column, pa.array(mask), pa.array(texts, pa.string()))


def _on_id(change: Callable[[str, int], str | None]) -> Make:
    def make(columns: dict[str, pa.Array], rows: Array, work: Work) -> dict[str, pa.Array]:
        old = columns["id_number"].take(pa.array(rows)).to_pylist()
        elders = work.sheet.rows[rows].tolist()
        return {"id_number": _replace(columns["id_number"], rows, [change(text, elder) for text, elder in zip(old, elders, strict=True)])}

    return make


def _checksum(text: str, elder: int) -> str:
    """Another last character, or another digit of the order code: the check no longer fits."""
    if elder % 2:
        return text[:17] + "10X98765432"[("10X98765432".index(text[17]) + 1 + elder % 9) % 11]
    return text[:16] + str((int(text[16]) + 1) % 10) + text[17]


def _blanks(text: str, elder: int) -> str:
    return (f"{text} ", f" {text}", f"\t{text}", f"{text[:6]} {text[6:14]} {text[14:]}", f"'{text}")[elder % 5]


ID_CHANGES: dict[str, Callable[[str, int], str | None]] = {
    "id_checksum": _checksum,
    "id_15_digits": lambda text, elder: text[:6] + text[8:17],
    "id_lower_case_x": lambda text, elder: text.lower(),
    "id_blanks": _blanks,
    "id_full_width": lambda text, elder: text.translate(WIDE),
    "id_missing": lambda text, elder: None,
    # What a spreadsheet makes of it: the last digits are gone for good.
    "id_as_number": lambda text, elder: f"{int(text[:17] + '0'):.5E}",
}


def _constant(column: str, text: str) -> Make:
    return lambda columns, rows, work: {column: _replace(columns[column], rows, [text] * len(rows))}


def _other_form(column: str) -> Make:
    def make(columns: dict[str, pa.Array], rows: Array, work: Work) -> dict[str, pa.Array]:
        form = FORMS[(FORMS.index(work.style.date_form) + 1) % len(FORMS)]
        return {column: _replace(columns[column], rows, texts(work.sheet.columns[column][rows], form).to_pylist())}

    return make


def _other_birth(columns: dict[str, pa.Array], rows: Array, work: Work) -> dict[str, pa.Array]:
    """A birthday off by a month or two, as after the lunar calendar."""
    shift = work.desk.chance.between("birth differs", work.sheet.rows[rows], 17, 55)
    moved = texts(work.sheet.columns["birth_date"][rows] + shift.astype(np.int32), work.style.date_form)
    return {"birth_date": _replace(columns["birth_date"], rows, moved.to_pylist())}


def _former_county(column: str) -> Make:
    """The county's last code before today's: with the old town and village behind it, or six digits only."""
    def make(columns: dict[str, pa.Array], rows: Array, work: Work) -> dict[str, pa.Array]:
        codes = work.sheet.columns[column][rows].tolist()
        olds = [_last_former(code - code % 10**6) for code in codes]
        new = [f"{code:012d}" if old is None else f"{old}{code % 10**6:06d}" if code % 2 else str(old)
               for code, old in zip(codes, olds, strict=True)]
        return {column: _replace(columns[column], rows, new)}

    return make


def _last_former(county: int) -> int | None:
    found = [p for p in logic.prefixes() if p.current == county and p.prefix * 10**6 in logic.former_codes()]
    return max(found, key=lambda p: p.to_year).prefix if found else None


def _unknown_village(column: str) -> Make:
    def make(columns: dict[str, pa.Array], rows: Array, work: Work) -> dict[str, pa.Array]:
        codes = work.sheet.columns[column][rows].tolist()
        return {column: _replace(columns[column], rows, [f"{code - code % 1000 + 987:012d}" for code in codes])}

    return make


def _duplicate(sheet: Sheet, columns: dict[str, pa.Array], chosen: Array, style: Style, desk: Desk, dirt: Dirt) -> dict[str, pa.Array]:
    """Append rows that are there already: word for word, or with an older date and another value."""
    rates, keys, clean = parameters()["dirt"], desk.people["elder"][sheet.rows], chosen < 0
    size = len(sheet.rows)
    exact = np.flatnonzero(clean & desk.chance.happens(f"twice/{sheet.register}", keys, rates["duplicate_exact"]))
    older = np.flatnonzero(clean & desk.chance.happens(f"differing/{sheet.register}", keys, rates["duplicate_differing"]))
    older = np.setdiff1d(older, exact)
    dated = contracts()[sheet.register].column_with("valid_from")
    if dated is None or not len(exact) + len(older):
        return columns
    rows = np.concatenate([exact, older])
    twins = {name: column.take(pa.array(rows)) for name, column in columns.items()}
    last = np.arange(len(exact), len(rows))
    twins |= _older(sheet, twins, older, last, str(dated), style)
    dirt.note("duplicate_exact", size + np.arange(len(exact)), sheet.rows[exact])
    dirt.note("duplicate_differing", size + last, sheet.rows[older])
    return {name: pa.concat_arrays([column, twins[name]]) for name, column in columns.items()}


def _older(sheet: Sheet, twins: dict[str, pa.Array], older: Array, last: Array, dated: str, style: Style) -> dict[str, pa.Array]:
    """The differing copies: 400 days older, and of the first required enum another value."""
    days = sheet.columns[dated][older]
    earlier = texts(np.where(days == NO_DAY, NO_DAY, days - 400).astype(np.int32), style.date_form)
    changed = {dated: _replace(twins[dated], last, earlier.to_pylist())}
    contract = contracts()[sheet.register]
    enum = next((n for n, c in contract.columns.items() if c.type == "enum" and c.required), None)
    if enum:
        words = [word for word in style.words(enum).to_pylist() if word]
        stored = np.array([i for i, word in enumerate(style.words(enum).to_pylist()) if word])
        place = np.searchsorted(stored, sheet.columns[enum][older])
        changed[enum] = _replace(twins[enum], last, [words[(p + 1) % len(words)] for p in place.tolist()])
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


