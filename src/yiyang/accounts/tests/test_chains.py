"""Whatever chain of grants people make, nobody reaches further than the account that the command line began with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate as today
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yiyang.access.scope import platform
from yiyang.accounts.actions import accounts, grants, tokens
from yiyang.accounts.authority import Authority, NotAllowed, authority_of
from yiyang.accounts.models import User
from yiyang.accounts.roles import load_roles
from yiyang.accounts.scopes import scope_of, scope_of_token
from yiyang.accounts.tests.places import DAZHOU, DAZHU, TONGCHUAN, WUMU, ZHUYANG
from yiyang.areas.models import Area
from yiyang.audit.record import work

Make = Callable[..., Any]
ROLES = sorted(load_roles().roles)
CODES = (510000000000, DAZHOU, DAZHU, TONGCHUAN, ZHUYANG, WUMU)
PEOPLE, MACHINES = 5, 1
days = st.one_of(st.none(), st.integers(0, 40))
acts = st.lists(
    st.tuples(
        st.sampled_from(["grant", "grant", "grant", "prolong", "token"]),
        st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE + MACHINES - 1),
        st.sampled_from(ROLES), st.sampled_from(CODES), days,
        st.sampled_from([None, ["pensions"], ["pensions", "police_deaths"]]),
    ),
    min_size=1, max_size=25,
)  # fmt: skip
first = st.sampled_from(
    [("city_officer", DAZHOU, 30), ("county_officer", DAZHU, None), ("township_clerk", ZHUYANG, 10)]
)


class Undone(Exception):
    """Rolls an example back."""


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(start=first, chain=acts)
def test_no_chain_of_grants_reaches_beyond_its_beginning(start: tuple[str, int, int | None], chain: list[Any]) -> None:
    with suppress(Undone), transaction.atomic():
        _play(start, chain)
        raise Undone


def _play(start: tuple[str, int, int | None], chain: list[Any]) -> None:
    role, code, last = start
    areas = {area.code: area for area in Area.objects.filter(code__in=CODES)}
    everybody = [User.objects.create(username=f"p{n}", name=f"p{n}", area=areas[ZHUYANG]) for n in range(PEOPLE)]
    everybody += [
        User.objects.create(username=f"m{n}", name="m", area=areas[ZHUYANG], kind="service") for n in range(MACHINES)
    ]
    ends = None if last is None else today() + timedelta(days=last)
    with work(platform("test")):
        grants.grant_role(user=everybody[0], role=role, area=areas[code], starts=today(), ends=ends, by=None)
    bound = authority_of(everybody[0], today())
    for act in chain:
        _do(act, everybody, areas)
    for user in everybody[1:]:
        _check(bound, user, ends)


def _do(act: Any, everybody: list[User], areas: dict[int | None, Area]) -> None:
    word, doer, target, role, code, last, registers = act
    by, user = everybody[doer], everybody[target]
    ends = None if last is None else today() + timedelta(days=last)
    with work(scope_of(by, today())):
        try:
            if word == "grant":
                grants.grant_role(
                    user=user, role=role, area=areas[code], starts=today(), ends=ends, by=by, registers=registers
                )
            elif word == "prolong" and (there := user.grants.first()):
                grants.prolong(grant=there, ends=ends, by=by)
            elif word == "token":
                rights = load_roles().roles[role].rights
                until = timezone.now() + timedelta(days=30)
                tokens.issue_token(user=user, name="x", rights=rights, expires=until, by=by, registers=registers)
        except NotAllowed:
            return


def _check(bound: Authority, user: User, ends: Any) -> None:
    for day in (today(), today() + timedelta(days=20)):
        scope = scope_of(user, day)
        for right, where in scope.rights.items():
            assert bound.where(right, today(), today()).covers(where), (user, right, where)
    if ends is not None:
        assert not scope_of(user, ends + timedelta(days=1)).rights
    for token in user.tokens.all():
        for right, where in scope_of_token(token, today()).rights.items():
            assert scope_of(user, today()).where(right).covers(where)


@pytest.mark.django_db
def test_the_chains_are_not_empty(grant: Make, by: Make, area: Make) -> None:
    """The random test above would pass if everything were refused; this chain goes four steps down."""
    city = grant("爱华", "city_officer", DAZHOU)
    last = city
    for role, code in (("county_officer", DAZHU), ("township_clerk", ZHUYANG), ("village_visitor", ZHUYANG)):
        with by(last):
            user, _ = accounts.open_account(username=role, name=role, area=area(ZHUYANG), by=last)
            grants.grant_role(user=user, role=role, area=area(code), starts=today(), ends=None, by=last)
        last = user
    assert scope_of(last, today()).may("visit.do", ZHUYANG)
    assert not scope_of(last, today()).may("visit.do", WUMU)
