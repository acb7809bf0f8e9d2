"""What the doctor says of the database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from unittest import mock

import psycopg
import pytest

from yiyang.site import postgres
from yiyang.site.doctor import server, workers
from yiyang.site.doctor.finding import OK, WARNING, WRONG, Place
from yiyang.site.postgres import Database
from yiyang.site.tests import servers
from yiyang.site.tests.doctor.judging import judge

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
    assert judge(workers.worker, place)[0] == WARNING
    assert place.owner
    run = place.owner.execute
    run("INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('default', 'x', 'todo')")
    try:
        assert judge(workers.worker, place) == (WRONG, "0 workers, 1 jobs waiting, 0 stalled")
        run("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
        run("UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM procrastinate_workers)")
        assert judge(workers.worker, place) == (WRONG, "0 workers, 0 jobs waiting, 1 stalled")
        run("UPDATE procrastinate_workers SET last_heartbeat = now()")
        assert judge(workers.worker, place) == (OK, "1 workers, 0 jobs waiting, 0 stalled")
    finally:
        run("DELETE FROM procrastinate_jobs; DELETE FROM procrastinate_workers")


def test_a_queue_that_no_worker_takes(place: Place) -> None:
    assert place.owner
    with place.owner.transaction(force_rollback=True):
        run = place.owner.execute
        run("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
        run("INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('long', 'x', 'todo')")
        asked = Place(place.data, owner=place.owner)
        assert judge(workers.worker, asked) == (OK, "1 workers, 1 jobs waiting, 0 stalled")
        run("UPDATE procrastinate_events SET at = now() - interval '1 hour'")
        state, says = judge(workers.worker, asked)
        assert (state, "long (1)" in says) == (WARNING, True)
        assert "yiyang-worker-long)" in workers.worker(asked).mend[1]
        run("UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM procrastinate_workers)")
        run("INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('long', 'y', 'todo')")
        run("UPDATE procrastinate_events SET at = now() - interval '1 hour'")
        assert judge(workers.worker, asked)[0] == OK


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
