"""By what elders are told apart in public: groupings, their classes and subtotals. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from yiyang.catalog.facts import load_facts
from yiyang.indicators.publication.tables import Subtotals

UNIVERSE = "elders_60"
TITLE = "60周岁及以上老年人"
OLD = "age >= 60 and alive"
AREA, ITEM, UNKNOWN = "area", "item", "unknown"
# Instead of groupings: every indicator of the area, see `measured`.
INDICATORS = "indicators"
# How one service's answer is a dimension of its own.
OF_ITEM, YES, NO = "item_", "yes", "no"
AGES = {
    "60-64": "age >= 60 and age < 65", "65-69": "age >= 65 and age < 70", "70-74": "age >= 70 and age < 75",
    "75-79": "age >= 75 and age < 80", "80-84": "age >= 80 and age < 85", "85-89": "age >= 85 and age < 90",
    "90+": "age >= 90",
}  # fmt: skip
# Of the registry's facts, those by which elders are told apart in public.
FACTS = ("sex", "ability", "hardship", "living_arrangement")
# What indicators count is a subtotal here, so that tables and indicators are protected as the same cells.
SUBTOTALS: Mapping[str, Subtotals] = {
    "age": {
        "65+": ("65岁及以上", frozenset(list(AGES)[1:])),
        "80+": ("80岁及以上", frozenset(list(AGES)[4:])),
    },
    "ability": {
        "assessed": ("已评估", frozenset({"intact", "mild", "moderate", "severe", "total"})),
        "mild+": ("轻度及以上失能", frozenset({"mild", "moderate", "severe", "total"})),
        "moderate+": ("中度及以上失能", frozenset({"moderate", "severe", "total"})),
    },
    "hardship": {"economic": ("经济困难", frozenset({"destitute", "low_income", "low_income_edge"}))},
}


@dataclass(frozen=True)
class Grouping:
    """One way to tell elders apart: its classes as conditions, and their subtotals; who meets none is unknown."""

    name: str
    zh: str
    classes: dict[str, tuple[str, str]]
    subtotals: Subtotals = field(default_factory=dict)


def _years(code: str) -> str:
    """A class of ages as one says it."""
    return f"{code[:-1]}岁及以上" if code.endswith("+") else f"{code}岁"


def groupings() -> dict[str, Grouping]:
    """All ways, by name; areas (towns) and services besides."""
    ages = {code: (_years(code), condition) for code, condition in AGES.items()}
    found = {"age": Grouping("age", "年龄", ages, SUBTOTALS["age"])}
    book = load_facts()
    for each in FACTS:
        fact = book[each]
        classes = {value.name: (value.zh, f"{each} == {value.name}") for value in fact.values}
        found[each] = Grouping(each, fact.zh, classes, SUBTOTALS.get(each, {}))
    return found


def titles() -> dict[str, str]:
    """What a table can be grouped by, with the words for it."""
    return {AREA: "乡镇（街道）"} | {each.name: each.zh for each in groupings().values()} | {ITEM: "应享的服务项目"}
