"""Whatever holds personal data is behind a lock, every field is sorted, and nobody acts without a scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction
from django.utils import timezone

from yiyang.access import fields
from yiyang.access.rls import APP_ROLE
from yiyang.access.scope import NOBODY, acting, current, platform
from yiyang.access.scoped import Scoped
from yiyang.accounts.jobs import scope_of_job
from yiyang.accounts.models import Grant, User
from yiyang.audit.record import work
from yiyang.registry.models import Contact, Person, Statement

ZHUYANG, WUMU = 511724001000, 511724101000
OURS = [model for model in apps.get_models() if model.__module__.startswith("yiyang.")]
# Accounts are looked up before any scope is known: pages narrow them (`accounts.visible`), tests ask every page.
BEFORE_ANY_SCOPE = {"accounts_user", "accounts_apitoken", "accounts_apicalls"}
# No names and no facts of people: who ordered a change of areas, and which rows it moved.
OF_OFFICE = {"areas_areachange", "areas_movedrow"}
pytestmark = pytest.mark.django_db


def _protected() -> set[str]:
    """Tables with row-level security in force and a policy."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class AS c WHERE c.relrowsecurity "
            "AND EXISTS (SELECT 1 FROM pg_policy AS p WHERE p.polrelid = c.oid)"
        )
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_field_is_sorted_as_personal_or_open(model: type[models.Model]) -> None:
    assert fields.forgotten(model) == set(), "say in the model's module: sorted_fields(…)"


def test_every_table_with_personal_data_is_behind_the_second_lock() -> None:
    personal = {model._meta.db_table for model in OURS if fields.personal(model) and model._meta.managed}
    assert personal - _protected() - BEFORE_ANY_SCOPE - OF_OFFICE == set()


def test_every_model_that_knows_an_area_has_both_locks() -> None:
    scoped = {model._meta.db_table for model in OURS if issubclass(model, Scoped)}
    assert scoped <= _protected()
    coded = {m for m in OURS if any("area_code" in field.name for field in m._meta.concrete_fields)}
    assert {m.__name__ for m in coded if not issubclass(m, Scoped)} <= {"AuditLine", "AuditWrite", "AuditIndex"}


def test_the_applications_role_owns_nothing_and_bypasses_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)
        cursor.execute("SELECT current_user, count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (APP_ROLE, 0)


def test_a_related_row_is_no_way_around(person: Callable[..., Any], grant: Callable[..., Any]) -> None:
    theirs = person("保国", WUMU)
    with work(platform("test")):
        Contact.objects.create(person=theirs, kind="family", name="保国之子")
    with acting(_scope(grant("爱华", "township_clerk", ZHUYANG))):
        assert not Contact.objects.filter(name="保国之子").exists()
        assert not Contact.objects.filter(person__name="保国").exists()
        assert not Statement.objects.filter(person=theirs.pk).exists()
        assert not Person.objects.filter(pk=theirs.pk).exists()


def _scope(user: User) -> Any:
    from yiyang.accounts.scopes import scope_of

    return scope_of(user, timezone.localdate())


class TestWorkerAndCommandLine:
    def test_a_job_has_the_scope_of_today_and_not_that_of_the_order(self, grant: Callable[..., Any]) -> None:
        user = grant("爱华", "township_clerk", ZHUYANG)
        assert scope_of_job(user.pk, "r").may("person.read", ZHUYANG)
        with work(platform("test")):
            Grant.objects.filter(user=user).update(revoked_at=timezone.now())
        assert not scope_of_job(user.pk, "r").rights

    def test_a_job_of_an_account_that_was_switched_off_does_not_run(self, grant: Callable[..., Any]) -> None:
        user = grant("保国", "township_clerk", ZHUYANG)
        with work(platform("test")):
            User.objects.filter(pk=user.pk).update(is_active=False)
        with pytest.raises(PermissionDenied):
            scope_of_job(user.pk, "r")

    def test_a_command_without_a_scope_sees_and_writes_nothing(self, person: Callable[..., Any]) -> None:
        somebody = person("春兰", ZHUYANG)
        assert current() == NOBODY
        with transaction.atomic():
            assert Person.objects.count() == 0
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM registry_person")
                assert cursor.fetchone() == (0,)
                cursor.execute("UPDATE registry_person SET name = 'x' WHERE id = %s", [somebody.pk])
                assert cursor.rowcount == 0
