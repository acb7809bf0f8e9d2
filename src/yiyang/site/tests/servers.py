"""PostgreSQL servers for tests, each in a folder of its own: the embedded one, and Debian's 15, the oldest allowed."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from yiyang.site.postgres import Database, as_url, database
from yiyang.site.tests.ports import free_port

ADMIN_PASSWORD = "a p@ss/word:%"


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A short temporary folder: pytest's own are long for a socket."""
    path = Path(tempfile.mkdtemp(prefix="yiyang-test-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def embedded() -> Iterator[Database]:
    """The embedded server with its roles, stopped and removed at the end."""
    with folder() as path:
        found = database(path / "data")
        careless(found)
        try:
            found.prepare_roles()
            yield found
        finally:
            found.close()


def careless(found: Database) -> None:
    """Let an embedded server no longer wait for the disk: what it holds may be lost with the machine.

    It loses nothing when its processes are killed. Without pages in its log it writes half as much.
    """
    if not found.cluster:
        return
    with psycopg.connect(found.cluster.conninfo("postgres"), autocommit=True) as connection:
        for name, value in {"fsync": "off", "full_page_writes": "off", "wal_compression": "off"}.items():
            connection.execute(f"ALTER SYSTEM SET {name} = {value}")
        connection.execute("SELECT pg_reload_conf()")


@contextlib.contextmanager
def postgres_15(programs: Path) -> Iterator[str]:
    """Debian's server on a loopback port, entered by password; yields the address of its administrator."""
    with folder() as path:
        as_user = _as_postgres(path)
        secret = path / "password"
        secret.write_text(ADMIN_PASSWORD)
        data, port = path / "data", free_port()
        words = ["-D", str(data), "-U", "admin", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8"]
        _run([programs / "initdb", *words, "--locale=C.UTF-8"], as_user)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={path} -c fsync=off"
        control = [programs / "pg_ctl", "-s", "-w", "-D", data]
        _run([*control, "-l", path / "log", "-o", options, "start"], as_user)
        try:
            yield as_url("", host="127.0.0.1", port=str(port), user="admin", password=ADMIN_PASSWORD, dbname="postgres")
        finally:
            _run([*control, "-m", "immediate", "stop"], as_user)


def new_database(admin_url: str, name: str, owner: str, rights: str = "CREATEROLE BYPASSRLS") -> str:
    """A database with an owner of its own on somebody's server; the owner's address."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [owner]).fetchone():
            connection.execute(f"CREATE ROLE {owner} LOGIN {rights} PASSWORD 'owner'")
        connection.execute(f"CREATE DATABASE {name} OWNER {owner} ENCODING 'UTF8' TEMPLATE template0")
    return as_url(admin_url, user=owner, password="owner", dbname=name)


def _as_postgres(path: Path) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    found = pwd.getpwnam("postgres")
    os.chown(path, found.pw_uid, found.pw_gid)
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def _run(words: list[object], as_user: dict[str, Any]) -> None:
    subprocess.run(
        [str(word) for word in words],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd="/",
        **as_user,
    )
