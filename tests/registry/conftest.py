"""Installations to be set on fire: a database of one's own, a data folder, and real processes that work on them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from yiyang.site.tests.forked import Forked

# Dozens of processes that start one after the other; the first test pays for the fixtures.
pytestmark = pytest.mark.timeout(900)
FIRE = Path(__file__).with_name("fire.py")
# What the registry holds, without keys and moments that differ from run to run.
HELD = {
    "statements": "SELECT register, person, valid_from, valid_to, known_from, known_to, source_file, source_row, "
    "row_hash, state, values::text FROM registry_statement WHERE known_to > known_from",
    "people": "SELECT id, name, household, sex, birth_date, alive, area_code, registered_code, facts::text, "
    "groups::text, is_current, month, phone_hash FROM registry_person",
    "contacts": "SELECT person, register, fingerprint FROM registry_statedcontact",
    "quarantine": "SELECT source_row, field, value, reason FROM registry_quarantineline",
}


class House:
    """One installation: a database, a data folder, and processes that work on them."""

    def __init__(self, owner: str, app: str, data: Path) -> None:
        self.owner, self.app, self.data = owner, app, data

    def environment(self) -> dict[str, str]:
        from yiyang.access import keyring

        # Not measured: they are started and killed by the dozen, and what they run is measured in its rooms.
        ours = ("DATABASE_URL", "COVERAGE_", "COV_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        ring = {"YIYANG_KEYS": str(keyring.default_path())}
        return kept | ring | {"YIYANG_DATA": str(self.data), "YIYANG_APP_DATABASE_URL": self.app}

    def begin(self, *words: object, pause: str = "") -> Forked:
        """A step in a process of its own, forked. At `pause` (see fire.py) it stops, once, and waits for a line."""
        return Forked(FIRE, tuple(map(str, words)), self.environment() | self._mark(pause))

    def run(self, command: list[str], pause: str = "", **environment: str) -> subprocess.Popen[str]:
        """A program on this installation, from its very start. At `pause` it stops, as in `begin`."""
        return subprocess.Popen(
            command, env=self.environment() | self._mark(pause) | environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def _mark(self, pause: str) -> dict[str, str]:
        return {"YIYANG_FIRE_PAUSE": pause, "YIYANG_FIRE_MARK": str(self.data / f"paused-{time.monotonic_ns()}")}

    def paused(self, pause: str, *words: object) -> Forked:
        """A step that has come to a place and waits there."""
        process = self.begin(*words, pause=pause)
        until_paused(process)
        return process

    def killed_in(self, pause: str, *words: object) -> None:
        """A step, killed at a place."""
        with self.paused(pause, *words) as process:
            process.kill()

    def do(self, *words: object) -> Any:
        """A step to its end; what it said."""
        with self.begin(*words) as process:
            out, error = process.communicate(timeout=400)
        assert process.returncode == 0, error[-3000:]
        return json.loads(out.strip().splitlines()[-1])

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.owner) as connection:
            return connection.execute(query).fetchall()

    def held(self) -> dict[str, str]:
        """A fingerprint of each thing that the registry holds."""
        mark = "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM ({}) AS t"
        return {name: self.ask(mark.format(query))[0][0] for name, query in HELD.items()}

    def state(self, pk: int) -> str:
        return str(self.ask(f"SELECT state FROM registry_delivery WHERE id = {int(pk)}")[0][0])

    def killed_at(self, table: str) -> None:
        """Run the worker until it wants to write to a table, which is held, and kill it there."""
        with psycopg.connect(self.owner) as holder:
            holder.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
            worker = self.begin("worker")
            until = time.monotonic() + 180
            waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
            while time.monotonic() < until and worker.poll() is None:
                if holder.execute(waits, [table]).fetchone() != (0,):  # type: ignore[comparison-overlap]
                    break
                time.sleep(0.05)
            assert worker.poll() is None, worker.communicate()[1][-3000:]
            with worker:
                worker.kill()
                assert worker.wait(10) == -signal.SIGKILL


def until_paused(process: subprocess.Popen[str] | Forked) -> int:
    """Wait until a program says that it came to the place; the number of the process that waits there."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("PAUSED "):
            return int(line.split()[1])
    raise AssertionError(process.communicate()[1][-3000:])


@pytest.fixture(scope="session")
def clone(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., House]]:
    """clone(of) makes a new house: the database and the data folder of another one, or an empty migrated one."""
    from django.db import connections

    made: list[str] = []
    words = {alias: connections[alias].settings_dict for alias in ("owner", "default")}

    def url(alias: str, name: str) -> str:
        from psycopg.conninfo import make_conninfo

        each = words[alias]
        given = {
            "dbname": name,
            "user": each["USER"],
            "password": each["PASSWORD"],
            "host": each["HOST"],
            "port": each["PORT"],
        }
        return make_conninfo(**{key: value for key, value in given.items() if value})

    def make(of: House | None = None) -> House:
        with django_db_blocker.unblock():
            # A database is not cloned while somebody is in it.
            connections.close_all()
        name, source = f"fire_{os.getpid()}_{len(made)}", words["owner"]["NAME"]
        if of is not None:
            source = psycopg.conninfo.conninfo_to_dict(of.owner)["dbname"]
        with psycopg.connect(url("owner", "postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
            connection.execute(f'GRANT TEMPORARY, CONNECT ON DATABASE "{name}" TO {words["default"]["USER"]}')
        made.append(name)
        data = tmp_path_factory.mktemp("house") / "data"
        if of is not None:
            shutil.copytree(of.data, data)
        data.mkdir(exist_ok=True)
        return House(url("owner", name), _as_url(url("default", name)), data)

    yield make
    with psycopg.connect(url("owner", "postgres"), autocommit=True) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _as_url(conninfo: str) -> str:
    """As the application is told its database."""
    from urllib.parse import quote

    w = {key: quote(str(value), safe="") for key, value in psycopg.conninfo.conninfo_to_dict(conninfo).items()}
    port = f"&port={w['port']}" if "port" in w else ""
    return f"postgresql://{w['user']}:{w.get('password', '')}@/{w['dbname']}?host={w['host']}{port}"


@pytest.fixture(scope="session")
def october(clone: Callable[..., House]) -> House:
    """The first month has gone in."""
    house = clone()
    house.do("setup")
    return house


@pytest.fixture(scope="session")
def undisturbed(clone: Callable[..., House], october: House) -> dict[str, dict[str, str]]:
    """What is held before the second month, with it, and after it was taken back, if nothing happens."""
    house = clone(october)
    found = {"before": house.held()}
    pk = house.do("arrive+worker")
    house.do("accept+worker", pk)
    found["in"] = house.held()
    house.do("take_back+worker", pk)
    return found | {"back": house.held()}
