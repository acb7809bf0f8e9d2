"""Answers to a scale: all best, all worst, drawn, or worth a given number of points."""

from __future__ import annotations

from hypothesis import strategies as st

from yiyang.assessment.instrument import Instrument, Part
from yiyang.assessment.scales import instruments

SCORED = ("gbt_42195_2022", "ltci_2021", "destitute_self_care")
GB, LTCI, DESTITUTE, SELF_CHECK, FORMER = (*SCORED, "self_check", "mzt_039_2013")
# What the circumstances of GB/T 42195 say of somebody in ordinary circumstances.
NOTHING = {"A.4.1": "none", "A.5.11": "no", **{f"A.2.14.{number}": "0" for number in range(1, 6)}}


def scale(slug: str) -> Instrument:
    return instruments()[slug]


def best(one: Instrument) -> dict[str, str]:
    """Nothing impaired, ordinary circumstances."""
    return _all(one, 0)


def worst(one: Instrument) -> dict[str, str]:
    """Everything impaired, ordinary circumstances."""
    return _all(one, -1)


def _all(one: Instrument, place: int) -> dict[str, str]:
    items = {item.code: item.options[place].value for part in one.parts for item in part.items}
    return items | {code: NOTHING[code] for code in one.items if code in NOTHING}


def worth(part: Part, points: int) -> dict[str, str]:
    """Answers to a part's items that sum up to exactly these points."""
    found, left = {}, points
    for item in part.items:
        fitting = [option for option in item.options if option.points is not None and option.points <= left]
        found[item.code], left = fitting[0].value, left - (fitting[0].points or 0)
    assert left == 0, f"{part.code} cannot be worth {points}"
    return found


def summing(one: Instrument, points: int) -> dict[str, str]:
    """Answers worth so many points in all, ordinary circumstances."""
    found, left = worst(one), points
    for part in one.parts:
        found |= worth(part, min(left, part.max))
        left -= min(left, part.max)
    return found


def answers_to(one: Instrument) -> st.SearchStrategy[dict[str, str]]:
    """Any complete answers."""
    return st.fixed_dictionaries({code: st.sampled_from(list(item.by_value)) for code, item in one.items.items()})
