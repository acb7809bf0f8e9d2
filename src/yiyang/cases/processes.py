"""The processes of `policy/processes.yaml`, strictly read, and laid into the table that the database's trigger asks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from yiyang.accounts.roles import RightName, load_roles
from yiyang.base.paths import policy_dir
from yiyang.cases.models import Decision, State, Transition
from yiyang.catalog import loader
from yiyang.catalog.schema import Slug, Strict, Text

FILE = "processes.yaml"
FIELDS = ("process", "slug", "from_state", "to_state", "zh", "right", "by_citizen", "needs_reason", "decides", "days")
Days = Annotated[int, Field(ge=1, le=3650)]


class StepRule(Strict):
    """One step of a process.

    Attributes:
        from_: the states it starts in; '' = it opens a case.
        right: what it takes; '' = the platform alone.
        by_citizen: the person himself, or who acts for him, may take it.
        decides: the decision it makes.
        days: until the next step is due.
    """

    from_: tuple[Literal[("", *State.values)], ...] = Field(alias="from", min_length=1)  # type: ignore[valid-type]
    to: Literal[tuple(State.values)]  # type: ignore[valid-type]
    zh: str = Field(max_length=60)
    right: RightName | Literal[""] = ""
    by_citizen: bool = False
    needs_reason: bool = False
    decides: Literal[("", *Decision.Kind.values)] = ""  # type: ignore[valid-type]
    days: Days | None = None


class Process(Text):
    """A way from found to in effect."""

    steps: dict[Slug, StepRule]


class CaseLimits(Strict):
    """Time limits that belong to no single step, and the causes for which payment is held while ending is proposed."""

    proposal_days: Days
    escalate_days: Days
    appeal_days: Days
    appeal_answer_days: Days
    appeal_source: Text
    held_causes: tuple[Slug, ...] = ()


class Processes(Strict):
    """policy/processes.yaml"""

    direct: tuple[Slug, ...]
    limits: CaseLimits
    processes: dict[Slug, Process]
    afterwards: dict[Slug, StepRule]

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
