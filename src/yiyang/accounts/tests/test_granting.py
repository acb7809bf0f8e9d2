"""Nobody grants a role, an area, a time or a register wider than his own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction
from django.utils.timezone import localdate as today

from yiyang.access.ranges import NO_AREA
from yiyang.accounts.actions import accounts, grants
from yiyang.accounts.authority import NotAllowed
from yiyang.accounts.models import Grant, User
from yiyang.accounts.scopes import scope_of
from yiyang.accounts.tests.places import DAZHOU, DAZHU, TONGCHUAN, WUMU, ZHUYANG
from yiyang.audit.models import AuditLine

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
Make = Callable[..., Any]


@pytest.fixture
def officer(grant: Make) -> User:
    return grant("爱华", "county_officer", DAZHU)


@pytest.fixture
def newcomer(grant: Make, as_platform: None, area: Make) -> User:
    return accounts.open_account(username="保国", name="保国", area=area(ZHUYANG), by=None)[0]


def give(by: User, user: User, role: str, where: Any, **more: Any) -> Grant:
    fields = {"starts": today(), "ends": None} | more
    return grants.grant_role(user=user, role=role, area=where, by=by, **fields)


class TestWhatMayBeGranted:
    def test_an_officer_makes_a_clerk_in_his_county(self, officer: User, newcomer: User, area: Make, by: Make) -> None:
        with by(officer):
            give(officer, newcomer, "township_clerk", area(ZHUYANG))
        assert scope_of(newcomer, today()).may("person.read", ZHUYANG)
        line = AuditLine.objects.raw("SELECT * FROM audit_line ORDER BY seq DESC LIMIT 1")
        assert line is not None

    @pytest.mark.parametrize(
        ("role", "code", "why"),
        [
            ("township_clerk", TONGCHUAN, "授权的权限"),  # wrong level as well
            ("county_officer", TONGCHUAN, "授权的权限"),
            ("city_officer", DAZHOU, "授权的权限"),
            ("auditor", DAZHU, "超出您自己的范围"),
            ("administrator", DAZHU, "不能授在"),
            ("intake", DAZHOU, "授权的权限"),
            ("nonsense", DAZHU, "没有角色"),
        ],
    )
    def test_refuses_what_is_wider(
        self, officer: User, newcomer: User, area: Make, by: Make, role: str, code: int, why: str
    ) -> None:
        with by(officer), pytest.raises(NotAllowed) as refused:
            give(officer, newcomer, role, area(code))
        assert why in refused.value.zh + "".join(zh for zh, _ in refused.value.problems)

    def test_refuses_days_beyond_his_own(self, grant: Make, newcomer: User, area: Make, by: Make) -> None:
        last = today() + timedelta(days=30)
        officer = grant("春兰", "county_officer", DAZHU, ends=last)
        with by(officer):
            give(officer, newcomer, "township_clerk", area(ZHUYANG), ends=last)
            for ends in (None, last + timedelta(days=1)):
                with pytest.raises(NotAllowed, match="beyond"):
                    give(officer, newcomer, "village_visitor", area(ZHUYANG), ends=ends)

    def test_nobody_changes_his_own_grants(self, officer: User, area: Make, by: Make) -> None:
        with by(officer), pytest.raises(NotAllowed, match="own grants"):
            give(officer, officer, "township_clerk", area(ZHUYANG))

    def test_a_visitor_grants_nothing(self, grant: Make, newcomer: User, area: Make, by: Make) -> None:
        visitor = grant("春兰", "village_visitor", ZHUYANG)
        with by(visitor), pytest.raises(NotAllowed):
            give(visitor, newcomer, "village_visitor", area(ZHUYANG))

    def test_only_the_city_lets_others_see_who_has_no_area(
        self, grant: Make, newcomer: User, area: Make, by: Make
    ) -> None:
        city = grant("春兰", "city_officer", DAZHOU)
        assert not scope_of(city, today()).may("person.read", NO_AREA)
        with by(city):
            give(city, newcomer, "intake", area(DAZHOU))
        assert scope_of(newcomer, today()).may("person.read", NO_AREA)

    def test_an_ended_or_switched_off_granter_grants_nothing(
        self, grant: Make, newcomer: User, area: Make, by: Make
    ) -> None:
        gone = grant("春兰", "county_officer", DAZHU, ends=today() - timedelta(days=1))
        with by(gone), pytest.raises(NotAllowed):
            give(gone, newcomer, "township_clerk", area(ZHUYANG))

    def test_nobody_named_is_refused_outside_of_the_platform(
        self, officer: User, newcomer: User, area: Make, by: Make
    ) -> None:
        with by(officer), pytest.raises(NotAllowed, match="who does it"):
            grants.grant_role(
                user=newcomer, role="township_clerk", area=area(ZHUYANG), starts=today(), ends=None, by=None
            )


class TestTheSecondLock:
    def test_the_database_refuses_a_grant_to_oneself(self, officer: User, area: Make, by: Make) -> None:
        with by(officer), pytest.raises(DatabaseError), transaction.atomic():
            Grant.objects.create(
                user=officer, role="city_officer", area=area(DAZHOU), starts=today(), granted_by=officer
            )

    def test_the_database_refuses_a_grant_in_anothers_name(
        self, officer: User, newcomer: User, area: Make, by: Make
    ) -> None:
        with by(officer), pytest.raises(DatabaseError), transaction.atomic():
            Grant.objects.create(user=newcomer, role="city_officer", area=area(DAZHOU), starts=today())

    def test_grants_are_never_deleted(self, officer: User, by: Make) -> None:
        with by(officer), pytest.raises(DatabaseError), transaction.atomic():
            Grant.objects.all().delete()


class TestMachines:
    @pytest.fixture
    def machine(self, as_platform: None, area: Make) -> User:
        return accounts.open_account(username="yibao", name="医保局", area=area(DAZHU), by=None, kind="service")[0]

    def test_a_supplier_needs_registers(self, officer: User, machine: User, area: Make, by: Make) -> None:
        # The city's officer hands it on: levels city, county and town.
        with by(officer):
            with pytest.raises(NotAllowed, match="registers"):
                give(officer, machine, "supplier", area(ZHUYANG))
            give(officer, machine, "supplier", area(ZHUYANG), registers=["medical"])
        assert scope_of(machine, today()).registers == frozenset({"medical"})

    def test_registers_are_the_same_in_all_areas(self, officer: User, machine: User, area: Make, by: Make) -> None:
        with by(officer):
            give(officer, machine, "supplier", area(ZHUYANG), registers=["medical"])
            with pytest.raises(NotAllowed, match="same in all areas"):
                give(officer, machine, "supplier", area(WUMU), registers=["deaths"])

    def test_people_and_machines_have_their_own_roles(
        self, officer: User, machine: User, newcomer: User, area: Make, by: Make
    ) -> None:
        with by(officer):
            with pytest.raises(NotAllowed, match="machines"):
                give(officer, machine, "township_clerk", area(ZHUYANG))
            with pytest.raises(NotAllowed, match="machines"):
                give(officer, newcomer, "supplier", area(ZHUYANG), registers=["medical"])


class TestEnding:
    def test_a_revoked_grant_opens_nothing(self, officer: User, grant: Make, by: Make) -> None:
        clerk = grant("保国", "township_clerk", ZHUYANG)
        with by(officer):
            grants.revoke(grant=clerk.grants.get(), by=officer, reason="调离")
        assert not scope_of(clerk, today()).rights

    def test_a_neighbour_or_an_inferior_cannot_revoke(self, officer: User, grant: Make, by: Make) -> None:
        other = grant("保国", "county_officer", TONGCHUAN)
        city = grant("春兰", "city_officer", DAZHOU)
        with by(officer):
            for target in (other, city):
                with pytest.raises(NotAllowed):
                    grants.revoke(grant=target.grants.get(), by=officer, reason="x")

    def test_a_grant_is_prolonged_within_ones_own_days(self, grant: Make, by: Make) -> None:
        last = today() + timedelta(days=30)
        officer = grant("爱华", "county_officer", DAZHU, ends=last)
        clerk = grant("保国", "township_clerk", ZHUYANG, ends=today())
        with by(officer):
            grants.prolong(grant=clerk.grants.get(), ends=last, by=officer)
            with pytest.raises(NotAllowed):
                grants.prolong(grant=clerk.grants.get(), ends=last + timedelta(days=1), by=officer)
        assert clerk.grants.get().ends == last

    def test_two_who_take_each_others_grants_are_asked_one_after_the_other(self, grant: Make) -> None:
        asking = "SELECT pg_try_advisory_xact_lock(hashtext('yiyang.last_officer'))"
        officer = grant("爱华", "city_officer", DAZHOU)
        accounts.last_officer_problems(officer)
        with transaction.atomic("owner"), connections["owner"].cursor() as other:
            other.execute(asking)
            assert other.fetchone() == (False,)

    def test_the_last_city_officer_stays(self, grant: Make, by: Make) -> None:
        last = grant("爱华", "city_officer", DAZHOU)
        from yiyang.access.scope import platform
        from yiyang.audit.record import work

        with work(platform("test")):
            with pytest.raises(NotAllowed, match="last city officer"):
                grants.revoke(grant=last.grants.get(), by=None, reason="x")
            with pytest.raises(NotAllowed, match="last city officer"):
                accounts.switch_off(user=last, by=None, reason="x")
        second = grant("保国", "city_officer", DAZHOU)
        with by(second):
            grants.revoke(grant=last.grants.get(), by=second, reason="退休")


def test_a_date_is_a_day(grant: Make) -> None:
    user = grant("爱华", "county_officer", DAZHU, starts=date(2020, 1, 1), ends=today())
    assert scope_of(user, today()).may("person.read", DAZHU)
    assert not scope_of(user, today() + timedelta(days=1)).may("person.read", DAZHU)
