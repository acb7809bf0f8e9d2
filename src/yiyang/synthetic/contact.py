"""Where and how people are reached: telephone and address, as the departments write them. Made up, and nobody's.

Numbers begin with 154, which no carrier of China was given: they pass wherever a mobile number does and ring nowhere.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yiyang.areas import logic
from yiyang.synthetic.chance import Array, Chance
from yiyang.synthetic.days import texts
from yiyang.synthetic.people import Table
from yiyang.synthetic.policy import parameters

GROUPS, HOUSES = 12, 60  # groups of a village, houses of a group
NOBODYS, SUBSCRIBERS = 154 * 10**8, 10**8


def phones(people: Table, rows: Array, chance: Chance) -> pa.Array:
    """Mobile numbers as text: his own, one of the household, or none."""
    shares = parameters()["contact"]
    elder, household = people["elder"][rows], people["household"][rows]
    kind = chance.pick("phone kind", elder, [shares["own_phone"], shares["household_phone"], shares["no_phone"]])
    number = np.where(kind == 0, _number(chance, "phone", elder), _number(chance, "household phone", household))
    return pc.cast(pa.array(number, mask=kind == 2), pa.string())


def _number(chance: Chance, purpose: str, keys: Array) -> Array:
    return NOBODYS + chance.between(purpose, keys, 0, SUBSCRIBERS - 1)


def addresses(areas: Array, household: Array, chance: Chance) -> pa.Array:
    """The village's name, group and house; people of one household share it."""
    codes, index = np.unique(areas, return_inverse=True)
    group = chance.between("group", household, 1, GROUPS)
    house = chance.between("house", household, 1, HOUSES)
    places = pa.array([place_name(int(code)) for code in codes]).take(pa.array(index))
    parts = [places, _text(group), pa.scalar("组"), _text(house), pa.scalar("号"), pa.scalar("")]
    return pc.binary_join_element_wise(*parts)


def _text(numbers: Array) -> pa.Array:
    return pc.cast(pa.array(numbers), pa.string())


def place_name(code: int) -> str:
    """Town and village; made-up villages go by their number."""
    town, village = logic.find(code - code % 1000), logic.find(code)
    name = village.name if village else f"第{code % 1000}村"
    return f"{town.name}{name}" if town and town.code != code else name


def of_township(people: Table, rows: Array, chance: Chance) -> dict[str, pa.Array]:
    """What a survey on the spot writes down beside the id number."""
    return {
        "sex": pa.array(["男", "女"]).take(pa.array(people["sex"][rows])),
        "born": texts(people["birth"][rows], "%Y-%m-%d"),
        "phone": phones(people, rows, chance),
        "address": addresses(people["resident"][rows], people["household"][rows], chance),
    }


def of_police(people: Table, rows: Array, chance: Chance) -> dict[str, pa.Array]:
    """What the household register holds of it: the address of registration, and telephones of most."""
    known = chance.happens("police phone", people["elder"][rows], parameters()["contact"]["known_to_police"])
    own = phones(people, rows, chance)
    return {
        "address": addresses(people["registered"][rows], people["household"][rows], chance),
        "phone": pc.if_else(pa.array(known), own, pa.scalar(None, pa.string())),
    }
