"""The first account, the demo's accounts, and the matrix that is printed from the code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from yiyang.access.fields import forgotten
from yiyang.accounts import cli, demo, matrix
from yiyang.accounts.models import ApiToken, Grant, User
from yiyang.accounts.roles import load_roles
from yiyang.accounts.scopes import scope_of
from yiyang.accounts.tests.places import DAZHOU, DAZHU
from yiyang.base import platform
from yiyang.base.errors import UsageError

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """run("create", …) as on the command line, on the tests' own database."""

    @contextmanager
    def started() -> Iterator[None]:
        yield

    monkeypatch.setattr(platform, "started", started)
    return lambda *words: CliRunner().invoke(cli.app, [str(word) for word in words], catch_exceptions=True)


class TestTheCommand:
    def test_the_first_officer_begins_the_chain(self, run: Make) -> None:
        said = run("create", "--role", "city_officer", "--area", "511700", "--username", "ZhangMin")
        assert said.exit_code == 0, said.output
        made = User.objects.get(username="zhangmin")
        assert made.must_change_password
        assert made.grants.get().granted_by is None
        assert "zhangmin" in run("list").output
        assert run("reset-password", "--username", "zhangmin").exit_code == 0
        assert run("link", "--username", "zhangmin", "--subject", "s-1").exit_code == 0

    @pytest.mark.parametrize(
        ("role", "area"), [("city_officer", "511724"), ("nonsense", "511700"), ("intake", "511724")]
    )
    def test_a_wrong_role_or_level_opens_nothing(self, run: Make, role: str, area: str) -> None:
        said = run("create", "--role", role, "--area", area, "--username", "x1")
        assert isinstance(said.exception, UsageError)
        assert not User.objects.exists()


class TestTheDemo:
    def test_there_is_an_account_a_role(self, settings: Any, tmp_path: Path) -> None:
        settings.DATA = tmp_path
        rows = demo.make_demo_accounts(DAZHU)
        assert {row["role"] for row in rows} == {role.zh for role in load_roles().roles.values()}
        assert rows == demo.make_demo_accounts(DAZHU)
        assert User.objects.count() == len(rows) == len(demo.shown())
        assert User.objects.get(username="xin").must_change_password
        assert not User.objects.get(username="shi").must_change_password
        assert all(user.is_demo for user in User.objects.all())

    def test_each_one_reaches_what_his_role_says(self, settings: Any, tmp_path: Path) -> None:
        from django.utils import timezone

        settings.DATA = tmp_path
        demo.make_demo_accounts(DAZHU)
        today = timezone.localdate()
        scopes = {user.username: scope_of(user, today) for user in User.objects.all()}
        assert scopes["shi"].may("person.read", DAZHOU)
        assert scopes["xiang"].people
        assert not scopes["xiang"].people & scopes["xiang2"].people
        assert scopes["xiang"].people.covers(scopes["cun"].people)
        for nobody in ("shenji", "guanli", "yibao", "jigou"):
            assert not scopes[nobody].people


class TestTheMatrix:
    def test_every_route_of_this_room_says_who_may_open_it(self) -> None:
        mine = [route for route in matrix.routes() if route.name.startswith("accounts:") or "/accounts/" in route.path]
        assert len(mine) > 30
        assert not [route for route in mine if not route.rights]

    def test_every_right_that_a_route_asks_for_is_one_of_the_policy(self) -> None:
        known = {*load_roles().rights, "public", "logged_in", "citizen"}
        assert {right for route in matrix.routes() for right in route.rights} <= known

    def test_who_has_which_right_is_what_the_policy_says(self) -> None:
        by_key = {line.key: line for line in matrix.rights()}
        assert "township_clerk" in by_key["person.read"].roles
        assert not {"auditor", "administrator"} & by_key["person.read"].roles
        assert "市级业务人员" in by_key["audit.read"].note

    def test_nobody_without_people_opens_a_page_of_people(self) -> None:
        known = load_roles()
        for line in matrix.rights():
            if known.rights[line.key].people:
                assert not {"auditor", "administrator", "supplier"} & line.roles


@pytest.mark.parametrize("model", [User, Grant, ApiToken])
def test_every_field_is_sorted(model: Any) -> None:
    assert not forgotten(model)
