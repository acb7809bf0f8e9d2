"""Which step may be taken on a case now, by whom, and the settings by which the database learns which one it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from yiyang.access.scope import Scope
from yiyang.accounts.same_case import conflicts, may_act
from yiyang.base.errors import UsageError
from yiyang.cases.models import Case, State, Step, Transition


class MovedOn(UsageError):
    """The case is no longer in the state that the page showed."""


class NotTwice(UsageError):
    """Whoever did another part of a case may not do this one."""


def steps_from(case: Case) -> list[Transition]:
    """The steps that start in the case's state, in the order of policy."""
    return list(Transition.objects.filter(process=case.process, from_state=case.state).order_by("pk"))


def earlier_acts(case: Case) -> list[tuple[int, str]]:
    """(account, right) of what was done on a case so far."""
    return [
        (by or 0, right) for by, right in Step.objects.filter(case=case, by__isnull=False).values_list("by", "right")
    ]


def may_take(by: Scope, case: Case, rule: Transition, acts: Iterable[tuple[int, str]] | None = None) -> bool:
    """Whether somebody may take a step on a case: by right and not twice, or as the person whose case it is."""
    if by.citizen is not None:
        return rule.by_citizen and case.person_id in by.persons
    if by.is_self or not rule.right:
        return by.is_self
    return may_act(by, rule.right, earlier_acts(case) if acts is None else acts, case.area_code)


def open_to(by: Scope, case: Case) -> list[Transition]:
    """The steps that somebody may take on a case now: what its page offers as buttons."""
    acts = earlier_acts(case)
    return [rule for rule in steps_from(case) if may_take(by, case, rule, acts)]


def closed_to(by: Scope, case: Case) -> list[tuple[Transition, str]]:
    """The other steps of people, and why not: the right it takes, or what the person did before."""
    acts = earlier_acts(case)
    found = [rule for rule in steps_from(case) if rule.right and not may_take(by, case, rule, acts)]
    return [(rule, _why_not(by, case, rule)) for rule in found]


def _why_not(by: Scope, case: Case, rule: Transition) -> str:
    return TWICE if by.may(rule.right, case.area_code) else "须由有相应权限的人员办理。"


TWICE = "您已办理过本件的其他环节，经办、审核、审批、复核须由不同的人员办理。"


def find(case: Case, step: str, expected: str = "") -> Transition:
    """The rule of a step on a case as it stands.

    Raises:
        MovedOn: the case stands elsewhere than the page showed.
        UsageError: there is no such step from here.
    """
    now = State(case.state).label
    if expected and expected != case.state:
        raise MovedOn(
            f"这件事已由别人办理，现在是“{now}”，请看过再办。", f"The case has moved on: it is {case.state} now."
        )
    rule = next((each for each in steps_from(case) if each.slug == step), None)
    if rule is None:
        raise UsageError(f"现在是“{now}”，不能这样办理。", f"There is no step {step} of a case that is {case.state}.")
    return rule


def authorise(by: Scope, case: Case, rule: Transition) -> None:
    """Raises PermissionDenied without the right, NotTwice where he did another part of the case."""
    if may_take(by, case, rule):
        return
    if by.citizen is None and rule.right and by.may(rule.right, case.area_code):
        raise NotTwice(TWICE, "Handling, review, approval and appeal of a case are done by different people.")
    raise PermissionDenied(rule.right or rule.slug)


def barred(right: str) -> list[str]:
    """Rights whose use on a case bars the use of this one by the same person."""
    return sorted(conflicts().get(right, ()))


def require_reason(rule: Transition, reason: str) -> None:
    """Raises UsageError where a step needs a reason and none is given."""
    if rule.needs_reason and not reason.strip():
        raise UsageError(f"“{rule.zh}”须写明理由。", f"The step {rule.slug} needs a reason.")


@contextmanager
def taking(step: str, *, why: str = "", detail: dict[str, Any] | None = None) -> Iterator[None]:
    """Writes to cases in this block are this step. If it fails, what was written in it is rolled back."""
    with transaction.atomic():
        _say(step, why.strip()[:400], json.dumps(detail or {}, ensure_ascii=False))
        yield
        _say("", "", "")


def _say(step: str, why: str, detail: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('yiyang.step', %s, true), set_config('yiyang.why', %s, true), "
            "set_config('yiyang.detail', %s, true)",
            [step, why, detail],
        )
