"""The embedded server is shared, mended and left in order; any server gets the two roles."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from yiyang.base.errors import DatabaseError
from yiyang.site import embedded, postgres
from yiyang.site.postgres import Database, database
from yiyang.site.tests import servers


@pytest.fixture(autouse=True)
def _no_server_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (postgres.URL_VARIABLE, postgres.APP_URL_VARIABLE):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def running() -> Iterator[Database]:
    with servers.embedded() as found:
        yield found


@pytest.fixture(scope="module")
def admin_15(needs_postgres_15: Path) -> Iterator[str]:
    with servers.postgres_15(needs_postgres_15) as url:
        yield url


@pytest.fixture
def home() -> Iterator[Path]:
    with servers.folder() as path:
        yield path


def ask(url: str, query: str, *values: Any) -> Any:
    with psycopg.connect(url) as connection:
        found = connection.execute(query, values).fetchone()
    return found[0] if found else None


def another_process(data: Path, then: str) -> subprocess.Popen[str]:
    code = f"""
import os, sys
from pathlib import Path
from yiyang.site.postgres import database
found = database(Path({str(data)!r}))
print("in", flush=True)
sys.stdin.readline()
{then}
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "in\n"
    return process


def written(folder: Path, *, until: str) -> str:
    """What the server's log holds once it holds `until`: another process writes it, after the answer was given."""
    end = time.monotonic() + 180
    while until not in (log := "".join(file.read_text() for file in folder.iterdir())):
        assert time.monotonic() < end, log
        time.sleep(0.05)
    return log


def postmaster(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().split("\n")[0])


# — the embedded server —


def test_a_second_process_joins_the_running_server_and_leaves_it_running(running: Database) -> None:
    before = postmaster(running.data)
    process = another_process(running.data, "print(found.close())")
    assert process.communicate("\n", timeout=240)[0] == "False\n"
    assert postmaster(running.data) == before
    assert ask(running.app_url, "SELECT current_user") == "yiyang_app"


def test_the_last_one_out_stops_the_server_also_after_others_were_killed(home: Path) -> None:
    process = another_process(home, "pass")
    server = postmaster(home)
    process.kill()
    process.communicate()
    found = database(home)
    assert postmaster(home) == server  # it outlived its process, and was joined
    assert found.close()
    assert not (home / "postgres" / "postmaster.pid").exists()


def test_what_was_written_is_there_after_stopping_and_starting_again(home: Path) -> None:
    with database(home) as found, psycopg.connect(found.owner_url) as connection:
        connection.execute("CREATE TABLE note AS SELECT '爱华' AS name")
    with database(home) as found:
        assert ask(found.owner_url, "SELECT name FROM note") == "爱华"


def test_a_child_made_by_fork_may_end_without_stopping_the_server(running: Database) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0 if running.close() is False else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert ask(running.owner_url, "SELECT 1") == 1


def test_a_killed_server_is_started_again(running: Database) -> None:
    os.kill(postmaster(running.data), signal.SIGKILL)
    running.ensure_running()
    assert ask(running.owner_url, "SELECT 1") == 1


def test_a_server_that_still_starts_is_waited_for(home: Path) -> None:
    with database(home) as found:
        cluster = found.cluster
        assert cluster
    # Started by somebody who was killed before he saw the end of it.
    cluster._control(cluster._account(), "start", "-W", "-l", str(home / "postgres" / "start.log"))
    with database(home) as found:
        assert ask(found.owner_url, "SELECT 1") == 1


def test_mends_a_process_file_whose_number_now_belongs_to_another_program(home: Path) -> None:
    with database(home):
        pass
    owner = (home / "postgres").stat()
    as_owner: dict[str, Any] = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
    sleeper = subprocess.Popen(["sleep", "60"], **(as_owner if os.geteuid() == 0 else {}))
    try:
        file = home / "postgres" / "postmaster.pid"
        file.write_text(f"{sleeper.pid}\n{home / 'postgres'}\n1\n5432\n{home}\n\n  1 1\nready\n")
        with database(home) as found:
            assert ask(found.owner_url, "SELECT 1") == 1
    finally:
        sleeper.kill()
        sleeper.wait()


def test_leaves_a_process_file_alone_while_another_container_uses_the_folder(home: Path) -> None:
    with database(home):
        pass
    (home / "postgres" / "postmaster.pid").write_text("999999\n")
    elsewhere = embedded.Cluster(home / "postgres")
    elsewhere._join()
    with pytest.raises(DatabaseError, match="another container"):
        embedded.Cluster(home / "postgres").start()
    assert (home / "postgres" / "postmaster.pid").exists()
    (home / "postgres" / "postmaster.pid").unlink()
    elsewhere.stop()


def test_nobody_else_may_enter_the_folders_and_no_folder_above_is_loosened(running: Database) -> None:
    above = running.data.parent
    modes = {name: stat.S_IMODE((running.data / name).stat().st_mode) for name in ("postgres", "secrets")}
    assert modes == {"postgres": 0o700, "secrets": 0o700}
    assert stat.S_IMODE((running.data / "secrets" / "app_password").stat().st_mode) == 0o600
    assert stat.S_IMODE(above.stat().st_mode) & 0o007 == 0  # mkdtemp's 0700: passage is granted to one account only
    assert stat.S_IMODE(running.data.stat().st_mode) & 0o007 == 0


def test_a_copied_folder_with_wider_modes_is_closed_again(home: Path) -> None:
    with database(home):
        pass
    (home / "postgres").chmod(0o755)
    with database(home):
        assert stat.S_IMODE((home / "postgres").stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["长" * 40, "a, b"])
def test_a_path_that_no_socket_can_have_is_no_obstacle(home: Path, name: str) -> None:
    with database(home / name) as found:
        assert ask(found.owner_url, "SELECT 1") == 1


def test_the_folder_of_another_major_version_is_refused_with_the_way_out(home: Path) -> None:
    (home / "postgres").mkdir()
    (home / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(DatabaseError, match=r"made by PostgreSQL 16; this is 18.*yiyang backup.*yiyang restore"):
        database(home)


def test_a_folder_with_something_else_in_it_is_refused(home: Path) -> None:
    (home / "postgres").mkdir()
    (home / "postgres" / "照片.jpg").touch()
    with pytest.raises(DatabaseError, match="neither empty nor a database"):
        database(home)
    assert (home / "postgres" / "照片.jpg").exists()


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    with database(home):
        pass
    (home / "postgres" / "own.conf").write_text("work_mem = 'plenty'\n")
    with pytest.raises(DatabaseError, match="work_mem"):
        database(home)


def test_a_broken_constraint_leaves_no_personal_data_in_the_servers_log(running: Database) -> None:
    with psycopg.connect(running.owner_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE once (name text UNIQUE)")
        connection.execute("INSERT INTO once VALUES ('春兰')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO once VALUES ('春兰')")
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("SELECT FROM afterwards")
    log = written(running.data / "postgres" / "log", until="afterwards")
    assert "once_name_key" in log
    assert "春兰" not in log


# — any server —


@pytest.fixture(params=["embedded 18", "Debian's 15"])
def server(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    if request.param == "embedded 18":
        yield request.getfixturevalue("running")
        return
    name = f"city{os.urandom(4).hex()}"
    url = servers.new_database(request.getfixturevalue("admin_15"), name, "owner")
    monkeypatch.setenv(postgres.URL_VARIABLE, url)
    yield database(home)


def test_the_application_enters_as_a_role_that_rules_bind(server: Database) -> None:
    server.prepare_roles()
    server.prepare_roles()
    found = ask(
        server.app_url,
        "SELECT array[rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolcanlogin] FROM pg_roles "
        "WHERE rolname = current_user",
    )
    assert found == [False, False, False, False, True]


def test_the_application_may_use_tables_made_later_and_sees_only_what_its_scope_lets_through(server: Database) -> None:
    server.prepare_roles()
    with psycopg.connect(server.owner_url) as connection:
        connection.execute("CREATE TABLE elder (id int GENERATED ALWAYS AS IDENTITY, area_code bigint)")
        connection.execute("ALTER TABLE elder ENABLE ROW LEVEL SECURITY")
        scope = "area_code <@ (SELECT nullif(current_setting('yiyang.people', true), '')::int8multirange)"
        connection.execute(f"CREATE POLICY scope ON elder USING ({scope})")
        connection.execute("INSERT INTO elder (area_code) VALUES (511724100000), (511725100000)")
    with psycopg.connect(server.app_url) as connection:
        count = "SELECT count(*) FROM elder"
        assert connection.execute(count).fetchone() == (0,)
        connection.execute("SELECT set_config('yiyang.people', '{[511724000000,511725000000)}', true)")
        assert connection.execute(count).fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("INSERT INTO elder (area_code) VALUES (511725100000)")
    with psycopg.connect(server.app_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE own (id int)")
    with psycopg.connect(server.owner_url) as connection:
        connection.execute("DROP TABLE elder")


def test_a_role_that_could_pass_the_second_lock_is_bound_again(admin_15: str) -> None:
    with psycopg.connect(admin_15) as connection:
        connection.execute("DROP ROLE IF EXISTS yiyang_app") if not _has_databases(connection) else None
    url = servers.new_database(admin_15, "bound", "owner")
    postgres.prepare_app_role(url, "x")
    with psycopg.connect(admin_15) as connection:
        connection.execute("ALTER ROLE yiyang_app BYPASSRLS")
    with pytest.raises(DatabaseError, match="administrator"):
        postgres.prepare_app_role(url, "x")  # the owner may not: only a superuser can take that right away
    postgres.prepare_app_role(admin_15, "x")
    assert ask(admin_15, "SELECT rolbypassrls FROM pg_roles WHERE rolname = 'yiyang_app'") is False


def _has_databases(connection: psycopg.Connection[Any]) -> bool:
    query = "SELECT EXISTS (SELECT FROM pg_shdepend WHERE refobjid = to_regrole('yiyang_app'))"
    return bool(connection.execute(query).fetchone() == (True,))


def test_an_owner_who_may_not_make_roles_is_told_what_to_ask_for(needs_postgres_15: Path, home: Path) -> None:
    with servers.postgres_15(needs_postgres_15) as admin:
        url = servers.new_database(admin, "poor", "poor", rights="NOCREATEROLE")
        with pytest.raises(DatabaseError, match=r"CREATE ROLE yiyang_app LOGIN NOSUPERUSER.*YIYANG_APP_DATABASE_URL"):
            Database(url, home).prepare_roles()


def test_a_named_application_address_is_used_as_it_is(running: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    given = postgres.as_url(running.app_url, application_name="own")
    monkeypatch.setenv(postgres.APP_URL_VARIABLE, given)
    assert running.prepare_roles() == given


def test_a_server_that_is_away_is_named_without_its_password(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(postgres.URL_VARIABLE, "postgresql://who:secret@127.0.0.1:1/city")
    with pytest.raises(DatabaseError, match=r"host=127\.0\.0\.1 port=1 dbname=city user=who") as caught:
        database(home)
    assert "secret" not in caught.value.zh + caught.value.en


def test_a_server_older_than_supported_is_refused(running: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "OLDEST_MAJOR", 99)
    with pytest.raises(DatabaseError, match="too old; 99 or newer"):
        postgres.check_server(running.owner_url)


def test_a_database_of_another_encoding_is_refused(running: Database) -> None:
    assert running.cluster
    with psycopg.connect(running.cluster.conninfo("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE old TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'")
    with pytest.raises(DatabaseError, match="LATIN1; UTF8 is needed"):
        postgres.check_server(running.cluster.conninfo("old"))


WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20)


@given(user=WORDS, password=WORDS, name=WORDS)
def test_an_address_keeps_every_password(user: str, password: str, name: str) -> None:
    url = postgres.with_user(f"postgresql:///{'x'}?host=/run/postgresql&port=5433", user, password)
    words = conninfo_to_dict(postgres.as_url(url, dbname=name))
    assert words == {"user": user, "password": password, "dbname": name, "host": "/run/postgresql", "port": "5433"}


def test_django_gets_the_same_words() -> None:
    found = postgres.django_settings("postgresql://a:b%20c@db.example:5433/city?sslmode=require", "engine")
    assert found == {
        "ENGINE": "engine",
        "NAME": "city",
        "USER": "a",
        "PASSWORD": "b c",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def test_both_places_call_the_applications_role_alike() -> None:
    from yiyang.access.rls import APP_ROLE

    assert APP_ROLE == postgres.APP_ROLE
