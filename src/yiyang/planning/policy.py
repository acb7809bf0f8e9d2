"""`policy/planning.yaml`: what estates owe, how lottery money is divided, when something is late."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from yiyang.areas.logic import span
from yiyang.base.paths import policy_dir
from yiyang.catalog import loader
from yiyang.catalog.lists import documents
from yiyang.catalog.loader import Problems
from yiyang.catalog.planning_schema import LotteryRule, OfArea, PlanningFile

FILE = "planning.yaml"
Rule = TypeVar("Rule", bound=OfArea)
_checked: list[PlanningFile] = []


def load_planning(policy: Path | None = None) -> PlanningFile:
    """The rules; cached until the file changes. Raises PolicyError with every mistake, file and line."""
    path = (policy or policy_dir()) / FILE
    found = loader.load(path, PlanningFile)
    if found not in _checked:
        problems = Problems()
        for loc, zh, en in _wrong(found, policy):
            problems.add(path, loc, zh, en)
        problems.raise_if_any()
        _checked[:] = [found]
    return found


def _wrong(found: PlanningFile, policy: Path | None) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    known = set(documents(policy))
    for part in ("estates", "land", "lottery"):
        for number, rule in enumerate(getattr(found, part)):
            if (named := rule.source.document) not in known:
                yield (part, number, "source"), f"没有名为 {named} 的文件", f"no document is named {named}"


def rule_of(rules: Sequence[Rule], area_code: int) -> Rule | None:
    """The rule of the narrowest area that holds a place; of several of one area the last one written."""
    there = [rule for rule in rules if span(rule.code)[0] <= area_code < span(rule.code)[1]]
    return max(there, key=lambda rule: -(span(rule.code)[1] - span(rule.code)[0]), default=None)


def lottery_rule(rules: Sequence[LotteryRule], area_code: int, year: int) -> LotteryRule | None:
    """The share that is asked of an area in a year: of each area around it the last that has begun, of these the most.

    A county's document does not lower what its city asks of all counties; it may ask for more.
    """
    last: dict[int, LotteryRule] = {}
    for rule in sorted(rules, key=lambda rule: rule.from_year):
        low, high = span(rule.code)
        if rule.from_year <= year and low <= area_code < high:
            last[rule.code] = rule
    # Of equal ones that of the narrowest area: there officials look first.
    return max(last.values(), key=lambda rule: (rule.percent, -(span(rule.code)[1] - span(rule.code)[0])), default=None)
