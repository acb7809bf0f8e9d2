"""Rows without a usable id number, filled in from memory, with the truth of whom they are about.

Only with `city make --unidentified`. A row keeps its slips from month to month, as a list that is copied forward does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from yiyang.areas import logic
from yiyang.synthetic.chance import Array, Chance
from yiyang.synthetic.contact import GROUPS, HOUSES, NOBODYS
from yiyang.synthetic.faults import ID_CHANGES, Work
from yiyang.synthetic.policy import names, parameters

Text = str | None
Slip = Callable[[str, float], Text]
FAULTS = ("id_missing", "id_checksum", "id_as_number", "id_none", "id_short")
LUNAR = (17, 55)  # days by which a day of the lunar calendar lies before the same day of the solar one
NOISE = pa.schema([("row", pa.int64()), ("elder", pa.int64()), ("kind", pa.string()), ("noise", pa.string())])


@dataclass
class Spoilt:
    """Chosen rows, their new texts by column, and what was done to each."""

    rows: Array
    kinds: Array
    columns: dict[str, list[Text]] = field(default_factory=dict)
    noise: list[list[str]] = field(default_factory=list)

    def table(self, first_line: int, elders: Array) -> pa.Table:
        """Columns of truth/unidentified.parquet."""
        said = [",".join(done) for done in self.noise]
        kinds = [FAULTS[kind] for kind in self.kinds.tolist()]
        return pa.table([self.rows + first_line, elders[self.rows], kinds, said], schema=NOISE)


def choose(work: Work, free: Array) -> Array:
    """Rows among the free ones to lose their id number; none in registers that tell too little of a person."""
    desk, register = work.desk, work.sheet.register
    if not desk.unidentified or register not in parameters()["unidentified"]["registers"]:
        return free[:0]
    keys = desk.people["elder"][work.sheet.rows[free]]
    return free[desk.chance.happens(f"unidentified/{register}", keys, desk.unidentified)]


def spoil(work: Work, rows: Array) -> Spoilt:
    """Take the id numbers away and plant the slips of memory."""
    chance, keys = work.desk.chance, work.desk.people["elder"][work.sheet.rows[rows]]
    table = parameters()["unidentified"]
    found = Spoilt(rows, chance.pick("unidentified id", keys, [table["id"][kind] for kind in FAULTS]))
    found.noise = [[] for _ in rows]
    ids = work.columns["id_number"].take(pa.array(rows)).to_pylist()
    elders = keys.tolist()
    found.columns["id_number"] = [
        ID_TEXTS[kind](text, elder) for kind, text, elder in zip(found.kinds.tolist(), ids, elders, strict=True)
    ]
    for column, slips in SLIPS.items():
        if column in work.columns:
            _slip(work, found, column, table[{"resident_area": "address"}.get(column, column)], slips, keys)
    return found


def _slip(work: Work, found: Spoilt, column: str, rates: dict[str, float], slips: dict[str, Slip], keys: Array) -> None:
    """At most one slip in a column of a row; `moved` is drawn once for address and area."""
    chance, named = work.desk.chance, "address" if column == "resident_area" else column
    edges = np.cumsum([rates[kind] for kind in rates])
    drawn = np.searchsorted(edges, chance.uniform(f"slip/{named}", keys), side="right").tolist()
    how = chance.uniform(f"slip how/{named}", keys).tolist()
    texts = work.columns[column].take(pa.array(found.rows)).to_pylist()
    kinds = [*rates, None]
    for place, text in enumerate(texts):
        kind = kinds[drawn[place]]
        if kind is None or text is None or kind not in slips:
            continue
        texts[place] = slips[kind](text, how[place])
        if texts[place] != text and column != "resident_area":
            found.noise[place].append(f"{column}:{kind}")
    found.columns[column] = texts


def _none(text: str, how: float) -> Text:
    del text, how
    return None


def _written_for(table: str) -> Slip:
    """A character of the name that the table has, replaced; the name as it is where it has none."""

    def make(text: str, how: float) -> Text:
        other = names()[table]
        places = [place for place, character in enumerate(text) if character in other]
        if not places:
            return text
        place = places[int(how * len(places))]
        return text[:place] + other[text[place]] + text[place + 1 :]

    return make


def _other_character(text: str, how: float) -> Text:
    pool = "".join(names()["male"][1900] + names()["female"][1900])
    place = 1 + int(how * (len(text) - 1))
    return text[:place] + pool[int(how * 7919) % len(pool)] + text[place + 1 :]


def _shortened(text: str, how: float) -> Text:
    return text[:1] + text[2:] if len(text) > 2 and how < 0.5 else text[:-1] if len(text) > 2 else text


def _one_digit(text: str, how: float) -> Text:
    """One digit beyond the second is another one."""
    places = [place for place, character in enumerate(text) if character.isdigit()][2:]
    place = places[int(how * len(places))]
    return text[:place] + str((int(text[place]) + 1 + int(how * 9973) % 9) % 10) + text[place + 1 :]


def _swapped(text: str, how: float) -> Text:
    del how
    return f"{text[:5]}{text[8:]}-{text[5:7]}" if int(text[8:]) <= 12 else text


def _lunar(text: str, how: float) -> Text:
    back = LUNAR[0] + int(how * (LUNAR[1] - LUNAR[0] + 1))
    return (date.fromisoformat(text) - timedelta(days=back)).isoformat()


def _other_year(text: str, how: float) -> Text:
    return f"{int(text[:4]) + (-2, -1, 1, 2)[int(how * 4)]}{text[4:]}"


def _changed(text: str, how: float) -> Text:
    return f"{text[:3]}{int(how * 1e15) % 10**8:08d}"


def _other_house(text: str, how: float) -> Text:
    village = text.rsplit("组", 1)[0].rstrip("0123456789")
    return f"{village}{1 + int(how * GROUPS)}组{1 + int(how * 7919) % HOUSES}号"


def other_village(code: int, how: float) -> int:
    """Another village of the county, from the numbers that villages of it go by."""
    near = [area.code for area in logic.descendants(code - code % 10**6, "village")]
    return near[int(how * len(near))] if near else code


def _moved_area(text: str, how: float) -> Text:
    return str(other_village(int(text), how))


def _moved(text: str, how: float) -> Text:
    return f"示例小区{1 + int(how * 40)}栋{1 + int(how * 7919) % HOUSES}号"


ID_TEXTS: tuple[Callable[[str, int], Text], ...] = (
    lambda text, elder: None,
    ID_CHANGES["id_checksum"],
    ID_CHANGES["id_as_number"],
    lambda text, elder: ("无", "不详", "未办理")[elder % 3],
    lambda text, elder: text[: 17 - elder % 3],
)
SLIPS: dict[str, dict[str, Slip]] = {
    "name": {
        "homophone": _written_for("homophones"),
        "near_homophone": _written_for("near_homophones"),
        "traditional": _written_for("traditional"),
        "lookalike": _written_for("lookalikes"),
        "other_character": _other_character,
        "shortened": _shortened,
    },
    "born": {
        "swapped": _swapped,
        "one_digit": _one_digit,
        "lunar": _lunar,
        "first_of_january": lambda text, how: f"{text[:4]}-01-01",
        "other_year": _other_year,
        "missing": _none,
    },
    "sex": {"wrong": lambda text, how: "女" if text == "男" else "男", "missing": _none},
    "phone": {
        "one_digit": lambda text, how: text[:1] + (_one_digit(text[1:], how) or ""),
        "changed": _changed,
        "missing": _none,
    },
    "address": {"moved": _moved, "other_house": _other_house, "missing": _none},
    "resident_area": {"moved": _moved_area},
}


def strangers(work: Work, chance: Chance) -> dict[str, list[Text]]:
    """Rows about people whom the household register does not have: a known place, a name and birthday of their own."""
    register, size = work.sheet.register, len(work.sheet.rows)
    rate = parameters()["unidentified"]["strangers"] if work.desk.unidentified else 0.0
    rows = np.flatnonzero(chance.happens(f"strangers/{register}", work.sheet.rows, rate)) if size else np.zeros(0, int)
    if register != "township_living" or not len(rows):
        return {}
    found = {name: column.take(pa.array(rows)).to_pylist() for name, column in work.columns.items()}
    how = chance.uniform("stranger", work.sheet.rows[rows]).tolist()
    found["id_number"] = [None] * len(rows)
    surnames, given = list(names()["surnames"]), names()["female"][1900] + names()["male"][1950]
    found["name"] = [surnames[int(h * len(surnames))] + given[int(h * 7919) % len(given)] for h in how]
    found["born"] = [(date(1930, 1, 1) + timedelta(days=int(h * 12_000))).isoformat() for h in how]
    found["phone"] = [_changed(str(NOBODYS), h) for h in how]
    return found
