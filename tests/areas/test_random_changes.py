"""Whatever changes follow each other: nobody is lost, all are in an area in force, and nobody sees more than before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yiyang.access.scope import Scope, acting, platform
from yiyang.accounts.scopes import scope_of
from yiyang.areas import actions
from yiyang.areas.changes import Merge, Recode, Rename, Split, Transfer
from yiyang.areas.models import Area, AreaChange
from yiyang.areas.places import current, current_codes
from yiyang.areas.tests.places import DAZHU, TODAY, TONGCHUAN, area, villages
from yiyang.base.errors import UsageError
from yiyang.registry.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
KINDS = ("rename", "recode", "merge towns", "merge villages", "split", "transfer", "undo")


def towns() -> list[Area]:
    """Towns in force of the two counties."""
    return list(Area.objects.filter(parent__code__in=(DAZHU, TONGCHUAN), valid_to__isnull=True).order_by("pk"))


def asked(kind: str, a: int, b: int) -> Any:
    """A change of that kind of areas picked by two numbers, or None where there is none."""
    town = towns()[a % 4]
    below = villages(town.code or 0)
    beside = [each for each in towns() if each.parent_id == town.parent_id and each != town]
    if kind in ("merge towns", "recode") and not beside:
        return None
    if kind in ("merge villages", "split") and len(below) < 3:
        return None
    made: dict[str, Callable[[], Any]] = {
        "rename": lambda: Rename(town.pk, f"新名{a}{b}镇"),
        "recode": lambda: Recode(town.pk, (town.code or 0) // 10**6 * 10**6 + (300 + a * 10 + b) * 1000),
        "merge towns": lambda: Merge((town.pk,), beside[b % len(beside)].pk),
        "merge villages": lambda: Merge((below[0].pk, below[1].pk), below[2].pk),
        "split": lambda: Split(town.pk, f"析出{a}{b}镇", (below[b % 2].pk,)),
        "transfer": lambda: Transfer(
            town.pk, area(TONGCHUAN if DAZHU <= (town.code or 0) < DAZHU + 10**6 else DAZHU).pk
        ),
    }
    return made[kind]()


def people() -> dict[int, int]:
    """Person → where he lives."""
    with acting(platform("test")):
        return dict(Person.objects.values_list("pk", "area_code"))


def seen(user: Any) -> set[int]:
    with acting(scope_of(user, TODAY)):
        return set(Person.objects.values_list("pk", flat=True))


@pytest.fixture
def crowd(person: Callable[..., Any], officer: Scope) -> None:
    """One person in each of some villages and towns of both counties."""
    for town in towns()[:4]:
        for place in [town, *villages(town.code or 0)[:4]]:
            person("某人", place.code or 0)


class _RollBack(Exception):
    """Every example begins from the same tree."""


@pytest.mark.usefixtures("crowd")
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=5))
def test_no_sequence_of_changes_loses_anybody(
    officer: Scope, grant: Callable[..., Any], steps: list[tuple[str, int, int]]
) -> None:
    try:
        with transaction.atomic():
            _walk(officer, grant, steps)
            raise _RollBack
    except _RollBack:
        pass


def _walk(officer: Scope, grant: Callable[..., Any], steps: list[tuple[str, int, int]]) -> None:
    clerk = grant("赵经办", "township_clerk", towns()[0].code or 0)
    done: list[AreaChange] = []
    old = people()
    for number, (kind, a, b) in enumerate(steps):
        mine, before = seen(clerk), people()
        reach = set(clerk.grants.get().area.absorbed.values_list("pk", flat=True))
        if kind == "undo":
            if done:
                actions.undo(done.pop(), by=officer)
        elif (change := asked(kind, a, b)) is not None:
            day = date(2026, 1, 1) + timedelta(days=number)
            try:
                done.append(actions.carry_out(change, by=officer, document="文件", effective=day))
            except UsageError:
                assert people() == before
        _check(old)
        grew = reach != set(clerk.grants.get().area.absorbed.values_list("pk", flat=True))
        # Another area may have joined his; otherwise he sees nobody whom he has not seen before.
        assert grew or kind in ("undo", "merge villages") or seen(clerk) <= mine


def _check(old: dict[int, int]) -> None:
    now, codes = people(), current_codes()
    assert now.keys() == old.keys()
    in_force = set(Area.objects.filter(valid_to__isnull=True).values_list("code", flat=True))
    assert set(now.values()) <= in_force
    # A register that still delivers the code of the beginning leads to where the person is now.
    assert {pk: current(code, codes) for pk, code in old.items()} == now
    below = Area.objects.filter(valid_to__isnull=True, parent__isnull=False, code__gte=0, parent__code__gt=0)
    assert not [each for each in below.select_related("parent") if each.parent and each.parent.valid_to is not None]
