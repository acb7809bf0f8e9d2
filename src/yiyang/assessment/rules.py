"""`policy/assessment.yaml`, strictly read: purposes, validity, time limits, what opens by itself, quality, draws."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from yiyang.base.paths import policy_dir
from yiyang.catalog import loader
from yiyang.catalog.assessment_schema import AssessmentFile
from yiyang.catalog.facts import load_facts
from yiyang.catalog.loader import Loc
from yiyang.engine.facts import FactBook
from yiyang.registry.contracts import departments

FILE = "assessment.yaml"
# A fact that can be graver or less grave.
GRADED = ("bool", "ordered")
Finding = tuple[Loc, str, str]


class Rules(AssessmentFile):
    """policy/assessment.yaml"""

    def months_of(self, instrument: str) -> int:
        """How many months a result of a scale holds."""
        return (self.validity.get(instrument) or self.validity["default"]).months

    def counts_as_of(self, on: date) -> date:
        """From which day a result of an assessment on a day counts as a fact."""
        return on.replace(day=1) if self.counts_from == "month" else on


@cache
def rules() -> Rules:
    """The rules. Raises PolicyError with file and line for every breach."""
    path = policy_dir() / FILE
    found, problems = loader.load(path, Rules), loader.Problems()
    known, facts = departments(policy_dir()), load_facts()
    for name, purpose in found.purposes.items():
        if purpose.department not in known:
            zh = f"departments.yaml 里没有部门 {purpose.department}"
            problems.add(path, ("purposes", name, "department"), zh, f"there is no department {purpose.department}")
    for loc, zh, en in (*_facts(found, facts), *_levels(found)):
        problems.add(path, loc, zh, en)
    if "default" not in found.validity:
        problems.add(path, ("validity",), "缺少 default", "there is no default")
    problems.raise_if_any()
    return found


def _facts(found: Rules, book: FactBook) -> Iterator[Finding]:
    named = [(("finds_out", fact), fact) for fact in found.finds_out]
    watched = [(("immediate", "facts", place), fact) for place, fact in enumerate(found.immediate.facts)]
    for loc, fact in (*named, *watched):
        if fact not in book.facts:
            yield loc, f"没有事实 {fact}", f"there is no fact {fact}"
    for loc, fact in watched:
        if fact in found.finds_out:
            yield loc, f"{fact} 是评估得出的，不能提示再评", f"{fact} is what an assessment finds out"
        elif fact in book.facts and book.facts[fact].kind not in GRADED:
            yield loc, f"{fact} 没有轻重之分", f"{fact} has no graver and less grave values"


def _levels(found: Rules) -> Iterator[Finding]:
    """The county hears of it before the city does."""
    order = {"county": 0, "city": 1}
    for before, after in pairwise(found.escalation):
        if order[before.level] >= order[after.level] or before.days >= after.days:
            zh, en = "应先县级、后市级，天数递增", "county comes before city, and after fewer days"
            yield ("escalation",), zh, en


def instrument_of(fact: str) -> str:
    """The scale that finds out a fact; '' where none does."""
    return rules().finds_out.get(fact, "")


def plus_months(day: date, months: int) -> date:
    """The last day of so many months from a day on: 2026-11-23 and 12 give 2027-11-22."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    last = monthrange(year, month)[1]
    if day.day > last:
        return date(year, month, last)
    return date(year, month, day.day) - timedelta(days=1)
