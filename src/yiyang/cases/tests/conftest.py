"""A database of one's own in which transactions are committed, for tests of several at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connections

NAME = "yiyang_cases_committed"
ALIASES = ("default", "owner")


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Django's connections lead to a copy of the tests' database, which is thrown away."""
    with django_db_blocker.unblock():
        connections.close_all()
        settings = {alias: connections[alias].settings_dict for alias in ALIASES}
        names = {alias: words["NAME"] for alias, words in settings.items()}
        owner = connections["owner"].get_connection_params()
        server = {key: owner[key] for key in ("user", "password", "host", "port") if owner.get(key)}
        with psycopg.connect(**server, dbname="postgres", autocommit=True) as server_connection:
            _drop(server_connection)
            server_connection.execute(f'CREATE DATABASE {NAME} TEMPLATE "{names["owner"]}"')
        for words in settings.values():
            words["NAME"] = NAME
        yield
        connections.close_all()
        for alias, words in settings.items():
            words["NAME"] = names[alias]
        with psycopg.connect(**server, dbname="postgres", autocommit=True) as server_connection:
            _drop(server_connection)


def _drop(server: psycopg.Connection[Any]) -> None:
    """Whoever forces sessions out must have their roles' rights, and autovacuum is the superuser's: it leaves by itself
    where nobody is forced."""
    try:
        server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    except psycopg.errors.InsufficientPrivilege:
        server.execute(f"DROP DATABASE IF EXISTS {NAME}")
