"""Who may not act twice on a case: whoever handled it does not review it, whoever reviewed it does not approve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from yiyang.access.scope import Scope
from yiyang.accounts.roles import load_roles


@cache
def conflicts() -> dict[str, frozenset[str]]:
    """Right → rights that the same person may not have used on that case; both ways, from `not_on_same_case`."""
    roles = load_roles().roles.values()
    acts = {right for role in roles for right in role.not_on_same_case}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for role in roles:
        for mine in acts & set(role.rights):
            for other in set(role.not_on_same_case) - {mine}:
                found[mine].add(other)
                found[other].add(mine)
    return {right: frozenset(others) for right, others in found.items()}


def may_act(scope: Scope, right: str, earlier_acts: Iterable[tuple[int, str]], code: int | None = None) -> bool:
    """Whether somebody may use a right on a case.

    Args:
        earlier_acts: (account, right) of what was done on the case so far.
        code: the case's area.
    """
    barred = conflicts().get(right, frozenset())
    return scope.may(right, code) and not any(user == scope.user and act in barred for user, act in earlier_acts)
