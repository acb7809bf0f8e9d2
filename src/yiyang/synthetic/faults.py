"""The kinds of fault that a register can carry, and the texts they put in place of the right ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yiyang.areas import logic
from yiyang.synthetic.chance import Array
from yiyang.synthetic.days import FORMS, texts
from yiyang.synthetic.policy import contracts
from yiyang.synthetic.sheets import Desk, Sheet
from yiyang.synthetic.writing import Style

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True)
class Work:
    """What a fault is made from: the sheet, its texts, the department's habits, the month."""

    sheet: Sheet
    columns: dict[str, pa.Array]
    style: Style
    desk: Desk


@dataclass(frozen=True)
class Fault:
    """One kind of fault: the column it spoils and the texts it puts into given rows."""

    kind: str
    column: str
    texts: Callable[[Array, Work], list[str | None]]


def faults_of(register: str) -> list[Fault]:
    """The kinds of fault that a register can carry."""
    contract = contracts()[register]
    area = next((n for n, c in contract.columns.items() if c.type == "area"), None)
    enum = next((n for n, c in contract.columns.items() if c.type == "enum" and c.required), None)
    found = [Fault(kind, "id_number", _on_id(change)) for kind, change in ID_CHANGES.items()]
    if contract.column_with("valid_from"):
        start = str(contract.column_with("valid_from"))
        found += [
            Fault("date_in_future", start, _always("2062-03-01")),
            Fault("date_impossible", start, _always("2019-02-30")),
            Fault("odd_date_form", start, _other_form(start)),
        ]
    if area:
        found += [
            Fault("area_former_county", area, _former_county(area)),
            Fault("area_unknown_village", area, _unknown_village(area)),
            Fault("area_unknown", area, _always("991724101001")),
        ]
    if enum:
        found.append(Fault("code_unknown", enum, _always("其他")))
    if "birth_date" in contract.columns:
        found.append(Fault("birth_date_differs", "birth_date", _other_birth))
    return found


def replaced(column: pa.Array, parts: list[tuple[Array, list[str | None]]]) -> pa.Array:
    rows = np.concatenate([rows for rows, _ in parts])
    texts_ = [text for _, texts in parts for text in texts]
    order = np.argsort(rows)
    mask = np.zeros(len(column), dtype=bool)
    mask[rows] = True
    return pc.replace_with_mask(column, pa.array(mask), pa.array(texts_, pa.string()).take(pa.array(order)))


Texts = Callable[[Array, Work], list[str | None]]


def _on_id(change: Callable[[str, int], str | None]) -> Texts:
    def make(rows: Array, work: Work) -> list[str | None]:
        old = work.columns["id_number"].take(pa.array(rows)).to_pylist()
        return [change(text, elder) for text, elder in zip(old, work.sheet.rows[rows].tolist(), strict=True)]

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


def _always(text: str) -> Texts:
    return lambda rows, work: [text] * len(rows)


def _other_form(column: str) -> Texts:
    def make(rows: Array, work: Work) -> list[str | None]:
        form = FORMS[(FORMS.index(work.style.date_form) + 1) % len(FORMS)]
        return texts(work.sheet.columns[column][rows], form).to_pylist()

    return make


def _other_birth(rows: Array, work: Work) -> list[str | None]:
    """A birthday off by a month or two, as after the lunar calendar."""
    shift = work.desk.chance.between("birth differs", work.sheet.rows[rows], 17, 55).astype(np.int32)
    return texts(work.sheet.columns["birth_date"][rows] + shift, work.style.date_form).to_pylist()


def _former_county(column: str) -> Texts:
    """The county's last code before today's: with the old town and village behind it, or six digits only."""

    def make(rows: Array, work: Work) -> list[str | None]:
        codes = work.sheet.columns[column][rows]
        former = {county: _last_former(county) for county in np.unique(codes - codes % 10**6).tolist()}
        return [_in_former(code, former[code - code % 10**6]) for code in codes.tolist()]

    return make


def _in_former(code: int, former: int | None) -> str:
    if former is None:
        return str(code)
    return f"{former}{code % 10**6:06d}" if code % 2 else str(former)


def _last_former(county: int) -> int | None:
    found = [p for p in logic.prefixes() if p.current == county and p.prefix * 10**6 in logic.former_codes()]
    return max(found, key=lambda p: p.to_year).prefix if found else None


def _unknown_village(column: str) -> Texts:
    def make(rows: Array, work: Work) -> list[str | None]:
        codes = work.sheet.columns[column][rows]
        return [str(code) for code in (codes - codes % 1000 + 987).tolist()]

    return make
