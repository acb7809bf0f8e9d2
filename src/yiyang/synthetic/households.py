"""Who shares a household: couples of elders, an old parent with an elder child, everybody else alone in the table."""

from __future__ import annotations

import numpy as np

from yiyang.synthetic.chance import Array, Chance, by_age
from yiyang.synthetic.policy import parameters

PER_COUNTY = 10**7  # household numbers: county (6 digits) and a running number


def household_numbers(people: dict[str, Array], villages: Array, chance: Chance) -> tuple[Array, Array]:
    """A household number for everybody and the row of the spouse (-1: none among the elders)."""
    husbands, wives = _couples(people, chance)
    spouse = np.full(len(people["key"]), -1)
    spouse[husbands], spouse[wives] = wives, husbands
    # The head of a household is the row whose number names it: the husband, the child, or oneself.
    head = people["key"].copy()
    head[wives] = husbands
    parents, children = _parents(people, spouse, chance)
    head[parents] = head[children]
    return _numbers(head, villages[people["village"]]), spouse


def _couples(people: dict[str, Array], chance: Chance) -> tuple[Array, Array]:
    """Rows of husbands and wives: in each village the k-th of the willing men by age with the k-th of the women."""
    table = parameters()["households"]["with_spouse"]
    share = np.where(people["sex"] == 0, by_age(table["male"], people["age"]), by_age(table["female"], people["age"]))
    # Cohorts are kept apart, or a spouse could be dead or not yet there.
    married = chance.happens("married", people["key"], share)
    group = people["village"] * 1000 + people["cohort"] * 100 + people["enters"]
    return _paired(
        people,
        np.flatnonzero(married & (people["sex"] == 0)),
        np.flatnonzero(married & (people["sex"] == 1)),
        group,
        chance,
    )


def _parents(people: dict[str, Array], spouse: Array, chance: Chance) -> tuple[Array, Array]:
    """Rows of old parents without a spouse, and of the children in whose household they live."""
    share = parameters()["households"]["with_elder_child"]
    alone = (spouse < 0) & (people["cohort"] == 0)
    parent = alone & (people["age"] >= 80) & chance.happens("with child", people["key"], share)
    child = (
        (people["cohort"] == 0)
        & (people["age"] < 75)
        & (people["sex"] == 0)
        & chance.happens("is child", people["key"], 0.5)
    )
    return _paired(people, np.flatnonzero(parent), np.flatnonzero(child), people["village"], chance)


def _paired(people: dict[str, Array], left: Array, right: Array, group: Array, chance: Chance) -> tuple[Array, Array]:
    """Rows of the left and the right paired by rank of age within their group."""
    keys = [_ranked(people, rows, group, chance) for rows in (left, right)]
    _, at_left, at_right = np.intersect1d(keys[0], keys[1], assume_unique=True, return_indices=True)
    return left[at_left], right[at_right]


def _ranked(people: dict[str, Array], rows: Array, group: Array, chance: Chance) -> Array:
    """Group and rank within it as one number, for each of the rows."""
    age = people["age"][rows] + 4 * chance.uniform("pairing", people["key"][rows])
    order = np.lexsort((age, group[rows]))
    sorted_group = group[rows][order]
    starts = (
        np.flatnonzero(np.r_[True, sorted_group[1:] != sorted_group[:-1]]) if len(rows) else np.zeros(0, dtype=np.int64)
    )
    rank = np.arange(len(rows)) - np.repeat(starts, np.diff(np.r_[starts, len(rows)]))
    keys = np.empty(len(rows), dtype=np.int64)
    keys[order] = sorted_group * 10**6 + rank
    return keys


def _numbers(head: Array, village: Array) -> Array:
    """Household numbers that run within the county of the head."""
    heads, inverse = np.unique(head, return_inverse=True)
    county = village[heads] // 10**6
    order = np.argsort(county, kind="stable")
    sorted_county = county[order]
    starts = np.flatnonzero(np.r_[True, sorted_county[1:] != sorted_county[:-1]])
    running = np.arange(len(heads)) - np.repeat(starts, np.diff(np.r_[starts, len(heads)])) + 1
    numbers = np.empty(len(heads), dtype=np.int64)
    numbers[order] = sorted_county * PER_COUNTY + running
    return numbers[inverse]
