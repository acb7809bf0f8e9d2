"""Each check says all is well where it is, and says how to mend where it is not: every one is made to fail."""

from __future__ import annotations

import ctypes.util
import importlib.metadata
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import psutil
import psycopg
import pytest

from yiyang.access import keyring
from yiyang.catalog import issued, pdf
from yiyang.site import postgres
from yiyang.site.doctor import cli, finding, folder, machine, server
from yiyang.site.doctor.finding import OK, WARNING, WRONG, Place
from yiyang.site.postgres import Database
from yiyang.site.tests import servers
from yiyang.site.tests.command import yiyang

MIGRATE = """
import sys
from pathlib import Path
from yiyang.site import start
start.start(Path(sys.argv[1]))
start.migrate()
"""


# 大竹县 under another code, as a change of areas leaves it.
RECODE = """
INSERT INTO areas_areachange (kind, state, effective, document, says, asked, ordered_by_name, moved, problems,
    ordered_at, undone_by_name)
VALUES ('rename', 'done', '2026-01-01', '', '', '{}', '', '[]', '[]', now(), '');
INSERT INTO areas_formerarea (area_id, change_id, code, name, valid_from, valid_to)
SELECT a.id, (SELECT max(id) FROM areas_areachange), a.code, a.name, '2000-01-01', '2025-12-31'
FROM areas_area AS a WHERE a.code = 511724000000;
UPDATE areas_area SET code = 511799000000 WHERE code = 511724000000;
"""


@pytest.fixture(autouse=True)
def _no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    names = (postgres.URL_VARIABLE, postgres.APP_URL_VARIABLE, "YIYANG_DATA", "YIYANG_KEYS", "YIYANG_PERSON_KEY")
    for name in (*names, "YIYANG_DEBUG", "YIYANG_HTTPS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def installed() -> Iterator[Database]:
    """A migrated database of this version."""
    names = (postgres.URL_VARIABLE, postgres.APP_URL_VARIABLE, "YIYANG_DATA")
    with mock.patch.dict(os.environ), servers.folder() as home:
        for name in names:
            os.environ.pop(name, None)
        with postgres.database(home / "data") as found:
            subprocess.run([sys.executable, "-c", MIGRATE, str(found.data)], check=True)
            yield found


@pytest.fixture
def place(installed: Database) -> Iterator[Place]:
    """The installation, all well."""
    with (
        psycopg.connect(installed.app_url, autocommit=True) as app,
        psycopg.connect(installed.owner_url, autocommit=True) as owner,
    ):
        yield Place(installed.data, app, owner)


@pytest.fixture
def home(tmp_path: Path) -> Place:
    """A data folder by itself, in order."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    keyring.create(data / "secrets" / "keys.json", now=datetime.now(UTC))
    (data / "static").mkdir()
    (data / "static" / "staticfiles.json").write_text("{}")
    (data / "postgres").mkdir(mode=0o700)
    (data / "postgres" / "PG_VERSION").write_text("18")
    return Place(data)


def judge(check: Callable[[Place], finding.Finding], place: Place) -> tuple[str, str]:
    """State and English sentence; a finding that is not ok says how to mend it, in both languages."""
    found = check(place)
    assert all(found.says)
    assert found.state == OK or all(found.mend)
    return found.state, found.says[1]


def as_server(home: Place) -> None:
    """An installation with a server of its own."""
    shutil.rmtree(home.data / "postgres")


# — the machine —


def test_an_old_python(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge(machine.python, home)[0] == OK
    monkeypatch.setattr(machine, "_OLDEST_PYTHON", (9, 0))
    assert judge(machine.python, home)[0] == WRONG


def test_a_missing_package_and_one_of_another_version(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    needs = ["typer>=0.1", "rich>=999", 'no-such-package; extra == "web"', 'nor-this; extra == "spark"']
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: needs)
    state, says = judge(machine.packages, home)
    assert state == WRONG
    assert "rich" in says
    assert "no-such-package ✗" in says
    assert "nor-this" not in says
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: needs[:1])
    assert judge(machine.packages, home)[0] == OK


@pytest.mark.parametrize(("free", "state"), [(100, OK), (10, WARNING), (0.5, WRONG)])
def test_a_disk_that_fills(home: Place, monkeypatch: pytest.MonkeyPatch, free: float, state: str) -> None:
    usage = mock.Mock(free=free * 2**30)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert judge(machine.disk, Place(home.data / "not" / "there"))[0] == state


@pytest.mark.parametrize(("total", "state"), [(16, OK), (3, WARNING), (1, WRONG)])
def test_a_small_memory(home: Place, monkeypatch: pytest.MonkeyPatch, total: int, state: str) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: mock.Mock(total=total * 2**30))
    assert judge(machine.memory, home)[0] == state


def test_clocks_that_disagree_a_clock_never_set_and_another_zone(home: Place) -> None:
    home.zone = "+0800"
    assert judge(machine.clock, home)[0] == OK
    home.zone = "+0000"
    assert judge(machine.clock, home)[0] == WARNING
    home.app = mock.Mock()
    home.app.execute().fetchall.return_value = [(datetime.now(UTC).timestamp() - 90,)]
    assert "90 s apart" in judge(machine.clock, home)[1]
    home.now = datetime(1970, 1, 2, tzinfo=UTC)
    assert judge(machine.clock, home)[0] == WRONG


def test_no_chinese_font(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "has_chinese_font", lambda: True)
    assert judge(machine.chinese_font, home)[0] == OK
    monkeypatch.setattr(pdf, "has_chinese_font", lambda: False)
    assert judge(machine.chinese_font, home)[0] == WARNING


def test_no_pango(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: name)
    assert judge(machine.pango, home)[0] == OK
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    assert judge(machine.pango, home)[0] == WARNING


def test_a_port_that_another_program_has_or_yiyang_itself(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        home.port = other.getsockname()[1]
        assert judge(machine.port, home)[0] == WRONG
        monkeypatch.setattr(machine, "_answers", lambda port: True)
        assert "Yiyang runs" in judge(machine.port, home)[1]
    assert judge(machine.port, home) == (OK, f"Port {home.port} is free")


# — the data folder —


def test_a_data_folder_that_is_missing_or_open_to_others(home: Place) -> None:
    assert judge(folder.folder, home)[0] == OK
    (home.data / "secrets").chmod(0o755)
    state, says = judge(folder.folder, home)
    assert (state, "secrets" in says) == (WRONG, True)
    assert judge(folder.folder, Place(home.data / "none"))[0] == WRONG


def test_keys_that_are_missing_or_readable_by_others(home: Place) -> None:
    assert judge(folder.keys, home)[0] == OK
    (home.data / "secrets" / "django_key").write_text("x")
    (home.data / "secrets" / "django_key").chmod(0o644)
    assert "django_key" in judge(folder.keys, home)[1]
    (home.data / "secrets" / "keys.json").chmod(0o640)
    assert judge(folder.keys, home)[0] == WRONG
    (home.data / "secrets" / "keys.json").unlink()
    assert "no key ring" in judge(folder.keys, home)[1]


def test_the_public_key_of_persons_in_production(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge(folder.person_key, home)[0] == OK
    as_server(home)
    assert judge(folder.person_key, home)[0] == WARNING
    monkeypatch.setenv("YIYANG_PERSON_KEY", "own")
    assert judge(folder.person_key, home)[0] == OK


def test_static_files_that_nobody_collected(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge(folder.static, home)[0] == OK
    shutil.rmtree(home.data / "static")
    assert judge(folder.static, home)[0] == WRONG
    monkeypatch.setenv("YIYANG_DEBUG", "1")
    assert judge(folder.static, home)[0] == OK


def test_no_backup_an_old_one_and_one_beside_the_data(home: Place) -> None:
    assert judge(folder.backup, home)[0] == OK  # a trial
    as_server(home)
    assert judge(folder.backup, home) == (WARNING, "No backup was made yet")

    def last(days: float, file: str) -> None:
        made = (home.now - timedelta(days=days)).isoformat()
        (home.data / "last_backup.json").write_text(json.dumps({"made": made, "file": file}))

    last(3, "/mnt/elsewhere/b.tar")
    assert judge(folder.backup, home) == (WARNING, "The last backup is 3.0 days old")
    last(0.5, "/mnt/elsewhere/b.tar")
    assert judge(folder.backup, home) == (OK, "The last backup is 12.0 hours old")
    last(0.5, str(home.data / "last_backup.json"))
    assert "on the disk of the data" in judge(folder.backup, home)[1]


def test_demo_accounts_behind_a_public_name(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIYANG_HTTPS", "1")
    assert judge(folder.demo, home)[0] == OK
    (home.data / "demo").mkdir()
    state, says = judge(folder.demo, home)
    assert (state, "public password" in says) == (WARNING, True)
    monkeypatch.delenv("YIYANG_HTTPS")
    assert judge(folder.demo, home)[0] == OK


# — the database —


def test_a_database_that_cannot_be_entered(home: Place) -> None:
    home.unreachable = ("连不上", "Cannot reach it")
    assert judge(server.reachable, home) == (WRONG, "Cannot reach it")


def test_a_server_that_is_too_old_or_loses_what_it_confirmed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge(server.reachable, place) == (OK, "PostgreSQL 18.4")
    assert place.app
    place.app.execute("SET synchronous_commit = off")
    assert judge(server.reachable, place)[0] == WRONG
    monkeypatch.setattr(server, "OLDEST_MAJOR", 99)
    assert judge(server.reachable, place)[0] == WRONG


def test_a_missing_extension(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge(server.extensions, place)[0] == OK
    monkeypatch.setattr(server, "_EXTENSIONS", ("plpgsql", "postgis"))
    assert judge(server.extensions, place) == (WRONG, "Extensions missing: postgis")


def test_an_application_that_enters_as_the_owner_or_may_pass_rules_by(place: Place, installed: Database) -> None:
    assert judge(server.app_role, place)[0] == OK
    assert judge(server.app_role, Place(place.data, app=place.owner))[0] == WRONG
    assert judge(server.app_role, Place(place.data, owner=place.owner)) == (WRONG, "yiyang_app cannot enter")
    assert installed.cluster
    with psycopg.connect(installed.cluster.conninfo("postgres"), autocommit=True) as admin:
        admin.execute("ALTER ROLE yiyang_app BYPASSRLS")
        assert judge(server.app_role, place)[0] == WRONG
        admin.execute("ALTER ROLE yiyang_app NOBYPASSRLS")


def test_a_table_about_people_without_the_second_lock(place: Place) -> None:
    assert judge(server.second_lock, place)[0] == OK
    assert place.owner
    place.owner.execute("CREATE TABLE forgotten (person_id bigint)")
    place.owner.execute("ALTER TABLE registry_contact DISABLE ROW LEVEL SECURITY")
    try:
        assert judge(server.second_lock, place) == (
            WRONG,
            "Tables without row-level security: forgotten, registry_contact",
        )
    finally:
        place.owner.execute("ALTER TABLE registry_contact ENABLE ROW LEVEL SECURITY")
        place.owner.execute("DROP TABLE forgotten")


def test_persons_that_are_seen_without_a_scope(place: Place) -> None:
    assert judge(server.no_scope_no_rows, place)[0] == OK
    assert place.owner
    place.owner.execute("CREATE SCHEMA fake; GRANT USAGE ON SCHEMA fake TO yiyang_app")
    place.owner.execute(
        "CREATE VIEW fake.registry_person AS SELECT 1; GRANT SELECT ON fake.registry_person TO yiyang_app"
    )
    assert place.app
    place.app.execute("SET search_path = fake, public")
    try:
        assert judge(server.no_scope_no_rows, place)[0] == WRONG
    finally:
        place.owner.execute("DROP SCHEMA fake CASCADE")


def test_a_database_that_waits_for_migrations_or_is_newer(place: Place) -> None:
    assert judge(server.migrations, place)[0] == OK
    assert place.owner
    name = ("registry", "0001_initial")
    place.owner.execute("DELETE FROM django_migrations WHERE app = %s AND name = %s", name)
    assert judge(server.migrations, place) == (WRONG, "1 migrations wait (registry.0001_initial …)")
    place.owner.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", name)
    place.owner.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('registry', '9999_later', now())")
    assert judge(server.migrations, place) == (WRONG, "The database is of a newer version (registry.9999_later)")
    place.owner.execute("DELETE FROM django_migrations WHERE name = '9999_later'")


def test_a_worker_that_is_gone_and_the_job_it_left(place: Place) -> None:
    assert judge(server.worker, place)[0] == WARNING
    assert place.owner
    run = place.owner.execute
    run("INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('default', 'x', 'todo')")
    try:
        assert judge(server.worker, place) == (WRONG, "0 workers, 1 jobs waiting, 0 stalled")
        run("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
        run("UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM procrastinate_workers)")
        assert judge(server.worker, place) == (WRONG, "0 workers, 0 jobs waiting, 1 stalled")
        run("UPDATE procrastinate_workers SET last_heartbeat = now()")
        assert judge(server.worker, place) == (OK, "1 workers, 0 jobs waiting, 0 stalled")
    finally:
        run("DELETE FROM procrastinate_jobs; DELETE FROM procrastinate_workers")


def test_folders_of_deliveries_that_nobody_removed(place: Place) -> None:
    assert judge(server.delivered_files, place)[0] == OK
    left = place.data / "deliveries" / "left"
    left.mkdir(parents=True)
    assert judge(server.delivered_files, place)[0] == OK  # it may be arriving
    os.utime(left, (0, 0))
    try:
        assert judge(server.delivered_files, place) == (
            WARNING,
            "1 folders below deliveries belong to no delivery (left …)",
        )
    finally:
        left.rmdir()


def test_a_list_whose_county_was_recoded(place: Place) -> None:
    assert judge(server.list_folders, place)[0] == OK
    assert place.owner
    with place.owner.transaction(force_rollback=True):
        place.owner.execute(RECODE)
        assert judge(server.list_folders, place) == (
            WARNING,
            "Folders of lists have codes that are no longer in force: lists/511724 (now 511799000000)",
        )


def test_an_audit_log_whose_end_was_cut_off(place: Place) -> None:
    assert judge(server.audit_chain, place)[0] == OK
    assert place.owner
    place.owner.execute("UPDATE audit_head SET seq = seq + 3")
    try:
        assert judge(server.audit_chain, place)[0] == WRONG
    finally:
        place.owner.execute("UPDATE audit_head SET seq = seq - 3")


# — the command —


def test_every_check_has_a_test_that_makes_it_fail() -> None:
    text = Path(__file__).read_text()
    for check in cli.checks():
        module = check.run.__module__.rsplit(".", 1)[1]
        assert f"judge({module}.{check.run.__name__}, " in text, check.name


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: Path) -> Any:
        raise RuntimeError("boom")

    monkeypatch.setattr(keyring, "load", broken)
    home.unreachable = ("", "gone")
    found = {check.name: result for check, result in cli.examine(home)}
    assert found["keys"].says[1] == "The check could not be made: RuntimeError: boom"
    assert found["static files"].state == OK
    assert "worker" not in found


def test_the_command_looks_and_makes_nothing(tmp_path: Path) -> None:
    said = yiyang("doctor", "--data", tmp_path / "none", "--json")
    assert said.code == 15
    found = {line["check"]: line["state"] for line in json.loads(said.out)}
    assert found["folder"] == found["database"] == WRONG
    assert not (tmp_path / "none").exists()


def test_the_command_tells_what_to_mend_in_both_languages(tmp_path: Path) -> None:
    zh, en = (
        yiyang("doctor", "--data", tmp_path / "none"),
        yiyang("--lang", "en", "doctor", "--data", tmp_path / "none"),
    )
    assert (zh.code, en.code) == (15, 15)
    assert "没有数据文件夹" in zh.out
    assert "There is no data folder" in en.out


def test_lists_that_the_release_changed_too_are_told(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    issued_one = SimpleNamespace(area="511724", version="2027")
    monkeypatch.setattr(issued, "standings", lambda data: [(issued_one, issued.Standing.CONFLICT)])
    assert judge(folder.lists, home)[0] == WRONG
