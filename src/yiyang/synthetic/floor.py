"""A small city must still have somebody in every register: an empty full register would remove everybody."""

from __future__ import annotations

import numpy as np

from yiyang.synthetic.chance import Chance
from yiyang.synthetic.people import RESIDENT, Table
from yiyang.synthetic.policy import code

LEAST = 3


def fill_small_groups(people: Table, chance: Chance) -> None:
    """Put residents into groups that chance left with fewer than three."""
    kinds = [("hardship", code("hardship", kind)) for kind in ("destitute", "low_income", "low_income_edge")]
    others = [
        ("disability_grade", code("disability_grade", "grade_2")),
        ("checked", 1),
        ("preferential", 1),
        ("birth_planning", code("birth_planning_family", "bereaved")),
        ("poverty_alleviated", 1),
    ]
    resident = people["cohort"] == RESIDENT
    for column, value in kinds + others:
        there = int((people[column][resident] == value).sum())
        free = np.flatnonzero(resident & (people[column] == 0))
        order = np.argsort(chance.uniform(f"floor/{column}/{value}", people["elder"][free]), kind="stable")
        people[column][free[order[: max(0, LEAST - there)]]] = value
    physical = code("disability_kind", "physical")
    people["disability_kind"][(people["disability_grade"] > 0) & (people["disability_kind"] == 0)] = physical
