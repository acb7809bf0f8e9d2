"""Who keeps plans, projects and tasks in the tests of this room."""

from __future__ import annotations

from typing import Any

from conftest import DAZHU
from yiyang.access.scope import Scope, platform
from yiyang.accounts.middleware import today
from yiyang.accounts.scopes import scope_of
from yiyang.audit.record import work
from yiyang.planning import project_actions
from yiyang.planning.models import Project
from yiyang.planning.project_actions import NewProject


def scope(user: Any) -> Scope:
    """What an account may do today."""
    with work(platform("test")):
        return scope_of(user, today(), request="test", address="test")


def entered(by: Scope, title: str = "周家区域养老服务中心", **fields: Any) -> Project:
    """A project of 大竹县 with 200 beds."""
    given: dict[str, Any] = {
        "area_code": DAZHU, "kind": "elderly", "year": 2024, "places": 200, "money": {"central": 240_000_000}
    } | fields  # fmt: skip
    with work(by):
        return project_actions.add(by=by, new=NewProject(title=title, **given))
