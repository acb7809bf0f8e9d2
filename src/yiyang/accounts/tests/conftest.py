"""Two people at work and how they act: 'officer' of the city, and whoever a test grants a role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from yiyang.accounts.models import User
from yiyang.accounts.scopes import scope_of
from yiyang.areas.models import Area
from yiyang.audit.record import work


@pytest.fixture(autouse=True)
def no_failures_yet(db: None) -> None:
    """Each test begins without failed logins, whatever was counted before."""
    cache.clear()


@pytest.fixture
def area(db: None) -> Callable[[int], Area]:
    """The area of a code."""
    return lambda code: Area.objects.get(code=code)


@pytest.fixture
def by() -> Callable[[User], Any]:
    """`with by(user):` is one unit of work under that account's scope, as in a request."""

    @contextmanager
    def acting(user: User, on: date | None = None) -> Iterator[User]:
        with work(scope_of(user, on or timezone.localdate())):
            yield user

    return acting
