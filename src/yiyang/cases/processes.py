"""The processes of `policy/processes.yaml`, strictly read, and laid into the table that the database's trigger asks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from yiyang.accounts.roles import load_roles
from yiyang.base.paths import policy_dir
from yiyang.cases.models import Transition
from yiyang.catalog import loader
from yiyang.catalog.process_schema import CaseLimits, ProcessFile, StepRule

FILE = "processes.yaml"
FIELDS = ("process", "slug", "from_state", "to_state", "zh", "right", "by_citizen", "needs_reason", "decides", "days")


class Processes(ProcessFile):
    """policy/processes.yaml"""

    def rows(self) -> Iterator[tuple[str, str, str, StepRule]]:
        """(process, step, from state, rule) of every step that may be taken."""
        for process, rules in self.processes.items():
            for slug, rule in {**rules.steps, **self.afterwards}.items():
                yield from ((process, slug, state, rule) for state in rule.from_)


@cache
def load_processes() -> Processes:
    """The processes. Raises PolicyError with file and line for every breach."""
    path = policy_dir() / FILE
    found, problems, rights = loader.load(path, Processes), loader.Problems(), load_roles().rights
    for process, slug, _, rule in found.rows():
        if rule.right and rule.right not in rights:
            where = ("afterwards", slug) if slug in found.afterwards else ("processes", process, "steps", slug)
            problems.add(path, (*where, "right"), f"没有权限“{rule.right}”", f"there is no right {rule.right}")
    problems.raise_if_any()
    return found


def limits() -> CaseLimits:
    """The time limits."""
    return load_processes().limits


def put(using: str = "owner") -> None:
    """Lay the steps into `cases_transition`, as the owner; nothing is written where they stand there already."""
    wanted = {_row(*row) for row in load_processes().rows()}
    there = set(Transition.objects.using(using).values_list(*FIELDS))
    if wanted != there:
        Transition.objects.using(using).all().delete()
        rows = [dict(zip(FIELDS, row, strict=True)) for row in sorted(wanted, key=lambda row: row[:3])]
        Transition.objects.using(using).bulk_create(Transition(**row) for row in rows)


def _row(process: str, slug: str, state: str, rule: StepRule) -> tuple[object, ...]:
    kept = (rule.right, rule.by_citizen, rule.needs_reason, rule.decides, rule.days)
    return (process, slug, state, rule.to, rule.zh, *kept)
