"""Identity numbers (GB 11643) and names. The numbers are valid by form; whose they look like is chance."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from yiyang.areas import logic
from yiyang.base.errors import UsageError
from yiyang.synthetic.chance import Array, Chance
from yiyang.synthetic.days import day, yyyymmdd
from yiyang.synthetic.policy import names

WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CHECK = np.frombuffer(b"10X98765432", dtype=np.uint8)
ORDERS = (500, 499)  # odd 1–999 for men, even 2–998 for women
ELDERS_BORN = (1910, 1967)


def id_numbers(people: dict[str, Array], chance: Chance) -> Array:
    """One 18-byte number for each person, no two alike.

    The first six digits are a code in force at birth of the county of origin; the sex shows in the last but one.
    """
    prefix = _prefixes(people, chance)
    head = prefix * 10**8 + yyyymmdd(people["birth"])
    return with_check(head * 1000 + _order_codes(head, people["sex"], chance))


def with_check(seventeen: Array) -> Array:
    """The number (as an integer of 17 digits) with its check character, as text of fixed width."""
    digits = np.empty((len(seventeen), 18), dtype=np.uint8)
    rest = seventeen.astype(np.int64)
    for place in range(16, -1, -1):
        rest, digits[:, place] = np.divmod(rest, 10)
    digits[:, 17] = CHECK[(digits[:, :17] @ WEIGHTS) % 11]
    digits[:, :17] += ord("0")
    return digits.reshape(-1).view("S18")


def _prefixes(people: dict[str, Array], chance: Chance) -> Array:
    """A prefix for each person, drawn among those of his county of origin."""
    result = np.zeros(len(people["home"]), dtype=np.int64)
    counties, index = np.unique(people["home"], return_inverse=True)
    draw = chance.uniform("prefix", people["elder"])
    table = [birth_prefixes(int(county)) for county in counties]
    width = np.array([len(row) for row in table])
    filled = np.array([row + [row[-1]] * (width.max() - len(row)) for row in table])
    result[:] = filled[index, (draw * width[index]).astype(np.int64)]
    return result


def birth_prefixes(county: int) -> list[int]:
    """Codes in force when today's elders were born: the county's, else its neighbours', else its city's, else its own.

    Only the areas of the table of former codes are traced back; elsewhere the present code stands in.
    """
    city = county - county % 10**8
    known = [p for p in logic.prefixes() if p.from_year <= ELDERS_BORN[0] and p.to_year >= ELDERS_BORN[1]]
    own = [p.prefix for p in known if p.current == county and p.prefix % 100]
    zone = (
        [p.prefix for p in known if p.current - p.current % 10**8 == city and p.prefix % 100]
        if _is_zone(county)
        else []
    )
    whole = [p.prefix for p in known if p.current == city]
    return own or zone or whole or [county // 10**6]


def _is_zone(county: int) -> bool:
    area = logic.find(county)
    return area is not None and area.kind == "development_zone"


def _order_codes(head: Array, sex: Array, chance: Chance) -> Array:
    """Three digits that make numbers of the same place, day and sex differ: from a drawn start onwards."""
    group = head * 2 + sex
    order = np.argsort(group, kind="stable")
    sorted_group = group[order]
    starts = np.flatnonzero(np.r_[True, sorted_group[1:] != sorted_group[:-1]])
    sizes = np.diff(np.r_[starts, len(order)])
    if sizes.max() > min(ORDERS):
        raise UsageError(
            "老年人太多：同一天、同一地、同一性别的身份证顺序码不够用。请减小 --elders。",
            "Too many elders: the order codes of one day, place and sex run out. Choose a smaller --elders.",
        )
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(starts, sizes)
    room = np.where(sex == 0, *ORDERS)
    number = (chance.between("order", group, 0, room - 1) + rank) % room
    return number * 2 + np.where(sex == 0, 1, 2)


def as_arrow(fixed: Array) -> pa.Array:
    """Text of fixed width as an Arrow column."""
    width = fixed.dtype.itemsize
    offsets = np.arange(len(fixed) + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(
        len(fixed), pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(fixed).view(np.uint8))
    )


def person_names(people: dict[str, Array], chance: Chance) -> pa.Array:
    """A name for each person by sex and generation."""
    book = names()
    surnames = list(book["surnames"])
    first = chance.pick("surname", people["elder"], list(book["surnames"].values()))
    late = (people["birth"] >= day(1950, 1, 1)).astype(np.int64)
    lists = [given for sex in ("male", "female") for given in book[sex].values()]
    size = max(len(given) for given in lists)
    which = people["sex"] * 2 + late
    lengths = np.array([len(given) for given in lists])[which]
    second = (chance.uniform("given name", people["elder"]) * lengths).astype(np.int64)
    every = [surname + given[i % len(given)] for surname in surnames for given in lists for i in range(size)]
    return pa.array(every).take(pa.array((first * len(lists) + which) * size + second))
