"""How many people of the month in force a condition would reach, before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from yiyang.catalog.binding import BASIS
from yiyang.catalog.facts import load_facts
from yiyang.catalog.lists import short
from yiyang.engine.cells import Coding, splits
from yiyang.engine.conditions import Compare, Within, all_of, thresholds
from yiyang.engine.evaluate import Evaluator
from yiyang.engine.language import parse
from yiyang.engine.rules import Program, Rule
from yiyang.entitlement.months import in_force, opened
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.views import PersonView, View


@dataclass(frozen=True)
class Reach:
    """People of a month: those reached for certain, and those of whom something is not known."""

    month: str
    people: int
    undecided: int


def reach(area: int, text: str, basis: str, values: Mapping[str, int], policy: Path) -> Reach | None:
    """Count the people of the area; None where no month is in force. Errors: ConditionError."""
    run = in_force(area)
    if run is None:
        return None
    folder = opened(run)
    people, undecided = _counted(folder, f"{area:012d}", text, basis, tuple(sorted(values.items())), policy)
    return Reach(str(folder.manifest["month"]), people, undecided)


@lru_cache(maxsize=256)
def _counted(
    run: RunFolder, area: str, text: str, basis: str, values: tuple[tuple[str, int], ...], policy: Path
) -> tuple[int, int]:
    rule = _rule(area, text, basis, dict(values), policy)
    program = Program((rule,))
    view = View(run, rule.list_area) if _covers(run.coding, rule) else PersonView(run, [rule], rule.list_area)
    answer = Evaluator(program, view.coding, view.classes).answers()[0]
    return int(view.people[answer.yes].sum()), int(view.people[answer.may & ~answer.yes].sum())


def _rule(area: str, text: str, basis: str, values: dict[str, int], policy: Path) -> Rule:
    book = load_facts(policy)
    code = short(area)
    here = all_of(Compare(book["alive"], "==", 1), Within(book[BASIS[basis]], (code,)))
    return Rule("trial", code, here, parse(text, book, values), (), "month", "person")


def _covers(coding: Coding, rule: Rule) -> bool:
    edges = {axis.fact.name: axis.edges for axis in coding.axes}
    return all(leaf.fact.name in edges for leaf in rule.leaves) and all(
        edge in edges[leaf.fact.name] for leaf in rule.leaves for edge in thresholds(leaf) if splits(leaf.fact, edge)
    )
