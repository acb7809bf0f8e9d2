"""The world that tests of access and of the API ask questions about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from yiyang.site.tests.access_world import World, build, finish, rolled_back

CALM = {"any": 10**9, "people": 10**9}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once a module; whoever asks takes back what his question did (`rolled_back`)."""
    quick = override_settings(
        SECOND_FACTOR=False,
        API_CALLS_A_MINUTE=CALM,
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    )
    with django_db_blocker.unblock(), quick, rolled_back():
        made = build()
        finish(made)
        yield made
