"""The drill: back up, lose everything, restore, and all is equal. And every way in which it must refuse."""

from __future__ import annotations

import io
import json
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from yiyang.audit import anchors
from yiyang.base.errors import BackupError, MissingPart
from yiyang.site import postgres
from yiyang.site.backup import make, restore, tools
from yiyang.site.backup import script as scripts
from yiyang.site.backup.archive import writing
from yiyang.site.backup.make import make_backup
from yiyang.site.backup.restore import check_backup, restore_backup
from yiyang.site.backup.sealing import CHUNK, Secret
from yiyang.site.postgres import Database
from yiyang.site.tests import servers
from yiyang.site.tests.command import refused, yiyang

PASSPHRASE = "三岔路口的老槐树下有一口井甜"
SCHEMA = r"""
CREATE TABLE areas (code bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE person (
    id bigint PRIMARY KEY, name text NOT NULL, area_code bigint REFERENCES areas (code) ON UPDATE CASCADE,
    id_number bytea, facts jsonb, seen timestamptz DEFAULT now(), share numeric, half double precision,
    stays daterange, initial text GENERATED ALWAYS AS (left(name, 1)) STORED);
CREATE INDEX person_area ON person (area_code, name text_pattern_ops);
CREATE TABLE line (number bigint GENERATED ALWAYS AS IDENTITY, note text);
CREATE FUNCTION chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.note := NEW.note || ' (chained)';
    RETURN NEW;
END $$;
CREATE TRIGGER chained BEFORE INSERT ON line FOR EACH ROW EXECUTE FUNCTION chain();
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
CREATE POLICY scope ON person TO yiyang_app
    USING (area_code <@ (SELECT nullif(current_setting('yiyang.people', true), '')::int8multirange));
REVOKE UPDATE, DELETE ON line FROM yiyang_app;
ALTER TABLE person ALTER half SET (n_distinct = 5);
INSERT INTO areas VALUES (511724000000, '大竹县'), (511725000000, '渠县');
INSERT INTO person SELECT i,
    (ARRAY['爱华', '保国', '春兰', E'tab\there', E'back\\slash', E'two\nlines', '\.'])[1 + i % 7] || i,
    511724000000 + 1000000 * (i % 2), decode(md5(i::text), 'hex'), jsonb_build_object('独居', i % 3 = 0, 'n', i),
    '2026-11-01 08:00+08'::timestamptz + i * interval '1 minute', i / 7.0, sqrt(i),
    daterange('2020-01-01', '2021-01-01')
FROM generate_series(1, 5000) AS i;
INSERT INTO person (id, name) VALUES (0, '');
INSERT INTO line (note) SELECT '第' || i || '行' FROM generate_series(1, 100) AS i;
"""


@pytest.fixture(autouse=True)
def _no_server_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (postgres.URL_VARIABLE, postgres.APP_URL_VARIABLE, "YIYANG_DATA", "YIYANG_KEYS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def city() -> Iterator[Database]:
    """An installation with people, files and keys."""
    with servers.embedded() as found:
        fill(found)
        yield found


def fill(city: Database) -> None:
    with psycopg.connect(city.owner_url) as connection:
        connection.execute(SCHEMA)
    files = city.data / "files" / "deliveries"
    files.mkdir(parents=True)
    (files / "低保名册.csv").write_text("姓名\n爱华\n")
    (files / "big.bin").write_bytes(os.urandom(3 * 2**20 + 5))
    (city.data / "secrets" / "keys.json").write_text('{"keys": "爱华\'s"}')
    (city.data / "static").mkdir()
    (city.data / "static" / "made-anew.css").touch()


@pytest.fixture
def new_cluster() -> Iterator[Database]:
    """An empty cluster in an empty data folder."""
    with servers.embedded() as found:
        yield found


@pytest.fixture
def fresh(city: Database) -> Iterator[Database]:
    """An empty database beside the city's, with an empty data folder of its own."""
    assert city.cluster
    name = f"fresh{os.urandom(4).hex()}"
    with psycopg.connect(city.cluster.conninfo("postgres"), autocommit=True) as connection, servers.folder() as data:
        connection.execute(f"CREATE DATABASE {name} OWNER {postgres.OWNER_ROLE}")
        found = Database(postgres.as_url(city.owner_url, dbname=name), data)
        found.prepare_roles()
        yield found
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "backup.tar"


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def everything(city: Database) -> list[tuple[Any, ...]]:
    return rows(city.owner_url, "SELECT * FROM person ORDER BY id") + rows(
        city.owner_url, "SELECT * FROM line ORDER BY 1"
    )


# — the drill —


@pytest.mark.parametrize("secret", [None, Secret(PASSPHRASE)], ids=["open", "sealed"])
def test_a_fresh_cluster_gets_equal_rows_rules_rights_and_files(
    city: Database, new_cluster: Database, out: Path, secret: Secret | None, record_property: Any
) -> None:
    made = make_backup(city.owner_url, city.data, out, secret=secret, with_keys=secret is not None)
    restored = restore_backup(out, new_cluster, secret=secret)
    record_property("backup and restore seconds", (made.seconds, restored.seconds))

    assert restored.content == made.content
    assert made.content["tables"]["public.person"][0] == 5001
    assert made.content["rules"]["policies"][0] == made.content["rules"]["triggers"][0] == 1
    assert everything(new_cluster) == everything(city)
    for name in ("低保名册.csv", "big.bin"):
        found = new_cluster.data / "files" / "deliveries" / name
        assert found.read_bytes() == (city.data / "files" / "deliveries" / name).read_bytes()
        assert stat.S_IMODE(found.stat().st_mode) == 0o600
    assert not (new_cluster.data / "static").exists()
    assert (new_cluster.data / "secrets" / "keys.json").exists() == (secret is not None)
    assert not [path.name for path in new_cluster.data.iterdir() if path.name.startswith(".restore")]


def test_the_second_lock_and_the_triggers_work_after_restoring(city: Database, fresh: Database, out: Path) -> None:
    make_backup(city.owner_url, city.data, out)
    restore_backup(out, fresh)
    with psycopg.connect(fresh.app_url) as connection:
        count = "SELECT count(*) FROM person"
        assert connection.execute(count).fetchone() == (0,)
        connection.execute("SELECT set_config('yiyang.people', '{[511724000000,511725000000)}', true)")
        assert connection.execute(count).fetchone() == (2500,)
        connection.execute("INSERT INTO line (note) VALUES ('new')")
        assert connection.execute("SELECT number, note FROM line ORDER BY 1 DESC LIMIT 1").fetchone() == (
            101,
            "new (chained)",
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM line")
    with psycopg.connect(fresh.owner_url) as connection:
        connection.execute("CREATE TABLE later (id int)")
    assert rows(fresh.app_url, "SELECT count(*) FROM later") == [(0,)]


def test_what_is_written_meanwhile_is_in_the_next_backup(
    city: Database, fresh: Database, out: Path, tmp_path: Path
) -> None:
    stop = threading.Event()

    def write() -> None:
        with psycopg.connect(city.owner_url, autocommit=True) as connection:
            while not stop.is_set():
                connection.execute("INSERT INTO line (note) VALUES ('meanwhile')")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = make_backup(city.owner_url, city.data, out)
    finally:
        stop.set()
        writer.join()
    restored = restore_backup(out, fresh)
    assert restored.content == made.content
    assert rows(city.owner_url, "SELECT count(*) FROM line")[0][0] > made.content["tables"]["public.line"][0]


@pytest.mark.parametrize("tool", ["15", "18"])
def test_debians_15_is_backed_up_and_restored_into_itself_and_into_18(
    needs_postgres_15: Path, fresh: Database, out: Path, tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if tool == "18":  # A machine that has the wheel's programs only.
        monkeypatch.setattr(tools, "_DEBIAN", Path("/nowhere"))
        monkeypatch.setattr(tools, "_on_path", lambda name: [])
    with servers.folder() as data, servers.postgres_15(needs_postgres_15) as admin:
        old = Database(servers.new_database(admin, "old", "old_owner"), data / "old")
        old.data.mkdir()
        old.prepare_roles()
        with psycopg.connect(old.owner_url) as connection:
            connection.execute(SCHEMA)
        made = make_backup(old.owner_url, old.data, out)
        manifest = check_backup(out)
        assert (manifest["server"] // 10000, manifest["tool"]) == (15, int(tool))
        again = Database(servers.new_database(admin, "again", "another_owner"), data / "again")
        again.data.mkdir()
        postgres.prepare_app_role(again.owner_url)
        assert restore_backup(out, again).content == made.content
        assert everything(again) == everything(old)
        assert restore_backup(out, fresh).content["tables"] == made.content["tables"]
        assert everything(fresh) == everything(old)
        assert set_options(fresh) == [("half", "n_distinct=5")]


def set_options(city: Database) -> list[tuple[Any, ...]]:
    of_columns = (
        "SELECT attname, option FROM pg_attribute, unnest(attoptions) AS option WHERE attrelid = 'person'::regclass"
    )
    return rows(city.owner_url, f"{of_columns} AND option NOT LIKE 'pg_attver=%'")


def test_what_an_older_program_took_for_an_option_is_left_out(fresh: Database) -> None:
    # As pg_dump 18.4 writes down a server of 15.20, which notes something of its own at each column.
    script = b"""CREATE TABLE public.person (name text, half float);
ALTER TABLE ONLY public.person ALTER COLUMN name SET (pg_attver=26498888);
ALTER TABLE ONLY public.person ALTER COLUMN half SET (pg_attver=26498888, n_distinct=5);
COPY public.person (name, half) FROM stdin;
ALTER TABLE ONLY public.person ALTER COLUMN name SET (pg_attver=26498888);\t1
\\.
"""
    with psycopg.connect(fresh.owner_url) as connection:
        scripts._run(connection, scripts._Script(io.BytesIO(script)))
    assert set_options(fresh) == [("half", "n_distinct=5")]
    assert "pg_attver" in rows(fresh.owner_url, "SELECT name FROM person")[0][0]


def test_a_backup_of_a_newer_server_is_refused_by_an_older_one(
    city: Database, needs_postgres_15: Path, out: Path
) -> None:
    make_backup(city.owner_url, city.data, out)
    with servers.folder() as data, servers.postgres_15(needs_postgres_15) as admin:
        target = Database(servers.new_database(admin, "new", "new_owner"), data)
        with pytest.raises(BackupError, match="from PostgreSQL 18, the target is the older 15"):
            restore_backup(out, target)


# — refusing —


def test_a_used_database_is_refused_unless_forced_and_then_replaced(city: Database, fresh: Database, out: Path) -> None:
    make_backup(city.owner_url, city.data, out)
    with psycopg.connect(fresh.owner_url) as connection:
        connection.execute("CREATE SCHEMA other; CREATE TABLE other.mine (id int); CREATE TABLE person (id int)")
    with pytest.raises(BackupError, match="is not empty"):
        restore_backup(out, fresh)
    assert rows(fresh.owner_url, "SELECT count(*) FROM person") == [(0,)]
    restore_backup(out, fresh, force=True)
    restore_backup(out, fresh, force=True)
    assert everything(fresh) == everything(city)
    assert rows(fresh.owner_url, "SELECT to_regclass('other.mine')") == [(None,)]
    assert rows(fresh.app_url, "SELECT count(*) FROM areas") == [(2,)]


def test_a_used_data_folder_is_refused_unless_forced_and_then_set_aside(
    city: Database, fresh: Database, out: Path
) -> None:
    make_backup(city.owner_url, city.data, out)
    mine = fresh.data / "files" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(BackupError, match=r"data folder .* is not empty \(it has files/mine.txt\)"):
        restore_backup(out, fresh)
    kept = restore_backup(out, fresh, force=True).kept
    assert kept
    assert (kept / "files" / "mine.txt").read_text() == "mine"
    assert (fresh.data / "files" / "deliveries" / "big.bin").exists()


def test_other_keys_are_not_overwritten_unless_forced(city: Database, fresh: Database, out: Path) -> None:
    make_backup(city.owner_url, city.data, out, with_keys=True)
    keys = fresh.data / "secrets" / "keys.json"
    keys.write_text("others")
    with pytest.raises(BackupError, match=r"secrets/keys.json"):
        restore_backup(out, fresh)
    assert keys.read_text() == "others"


def test_forcing_a_database_in_use_says_what_to_stop(
    city: Database, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore, "_LOCK_TIMEOUT", "100ms")
    make_backup(city.owner_url, city.data, out)
    with psycopg.connect(city.owner_url) as busy:
        busy.execute("SELECT count(*) FROM person")
        with pytest.raises(BackupError, match="web server and worker"):
            restore_backup(out, city, force=True)
    assert rows(city.owner_url, "SELECT count(*) FROM areas") == [(2,)]


def test_what_is_not_equal_is_taken_back(
    city: Database, fresh: Database, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = make.content  # type: ignore[attr-defined]

    def other(connection: psycopg.Connection[Any]) -> Any:
        found = real(connection)
        found["tables"]["public.person"] = (5000, "1")
        return found

    monkeypatch.setattr(make, "content", other)
    make_backup(city.owner_url, city.data, out)
    with pytest.raises(BackupError, match=r"public.person: \(5000, '1'\) expected, \(5001,"):
        restore_backup(out, fresh)
    assert rows(fresh.owner_url, "SELECT to_regclass('person')") == [(None,)]
    assert not (fresh.data / "files").exists()


@pytest.mark.parametrize("at", [0.1, 0.5, 0.97], ids=["early", "middle", "late"])
@pytest.mark.parametrize("sealed", [False, True], ids=["open", "sealed"])
@pytest.mark.parametrize("how", ["flipped", "cut off"])
def test_a_damaged_backup_restores_nothing(
    city: Database, fresh: Database, out: Path, at: float, sealed: bool, how: str
) -> None:
    secret = Secret(PASSPHRASE) if sealed else None
    make_backup(city.owner_url, city.data, out, secret=secret)
    content = bytearray(out.read_bytes())
    place = int(len(content) * at)
    if how == "flipped":
        content[place] ^= 1
    else:
        del content[place:]
    out.write_bytes(content)
    with pytest.raises(BackupError, match=r"damaged|entry that is not ours|not a backup"):
        restore_backup(out, fresh, secret=secret)
    assert rows(fresh.owner_url, "SELECT to_regclass('person')") == [(None,)]
    assert not (fresh.data / "files").exists()


def test_a_sealed_backup_cut_off_between_chunks_is_noticed(city: Database, out: Path) -> None:
    make_backup(city.owner_url, city.data, out, secret=Secret(PASSPHRASE))
    content = out.read_bytes()
    head = content.index(b"}") + 1
    out.write_bytes(content[: head + 2 * (CHUNK + 16)])
    with pytest.raises(BackupError, match="damaged or cut off at MiB 1"):
        check_backup(out, Secret(PASSPHRASE))


def test_a_sealed_backup_shows_nothing_and_opens_only_with_its_secret(
    city: Database, out: Path, tmp_path: Path
) -> None:
    key_file = tmp_path / "key"
    key_file.write_bytes(os.urandom(64))
    make_backup(city.owner_url, city.data, out, secret=Secret(key_file=key_file), with_keys=True)
    content = out.read_bytes()
    assert b"manifest" not in content
    assert "爱华".encode() not in content
    assert check_backup(out, Secret(key_file=key_file))["keys"] == ["keys.json"]
    with pytest.raises(BackupError, match="sealed with a key file"):
        check_backup(out, Secret(PASSPHRASE))
    with pytest.raises(BackupError, match="encrypted"):
        check_backup(out)
    key_file.write_bytes(os.urandom(64))
    with pytest.raises(BackupError, match="Wrong passphrase or key file"):
        check_backup(out, Secret(key_file=key_file))


def test_weak_secrets_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="at least 12"):
        Secret("短口令")
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(BackupError, match="openssl rand"):
        Secret(key_file=tmp_path / "key")


def test_something_else_is_not_taken_for_a_backup(tmp_path: Path) -> None:
    for name, content in {"photo.jpg": os.urandom(5000), "empty": b"", "text": "爱华\n".encode() * 1000}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BackupError):
            check_backup(tmp_path / name)


def test_an_entry_that_would_leave_the_data_folder_is_refused(fresh: Database, out: Path) -> None:
    with writing(out, None) as writer:
        writer.manifest({"server": 150000, "tool": 15, "keys": [], "content": {}, "person_key": ""})
        writer.file("files/../../../etc/cron.d/mine", Path(__file__))
        writer.end()
    with pytest.raises(BackupError, match="not ours"):
        restore_backup(out, fresh)


def test_an_interrupted_backup_leaves_nothing(city: Database, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(make, "_add", stopped)
    with pytest.raises(KeyboardInterrupt):
        make_backup(city.owner_url, city.data, out)
    assert list(out.parent.iterdir()) == []


def test_a_restore_interrupted_at_the_last_step_leaves_all_as_it_was(
    city: Database, fresh: Database, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_backup(city.owner_url, city.data, out, with_keys=True)
    real = restore._Moves._rename
    seen: list[str] = []

    def stopped(self: Any, source: Path, target: Path) -> None:
        seen.append(target.name)
        if len(seen) == 2:
            raise KeyboardInterrupt
        real(self, source, target)

    monkeypatch.setattr(restore._Moves, "_rename", stopped)
    with pytest.raises(KeyboardInterrupt):
        restore_backup(out, fresh)
    assert seen == ["files", "keys.json"]
    assert rows(fresh.owner_url, "SELECT to_regclass('person')") == [(None,)]
    assert not (fresh.data / "files").exists()


def test_a_backup_is_readable_by_its_owner_only_and_remembered(city: Database, out: Path) -> None:
    made = make_backup(city.owner_url, city.data, out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    last = json.loads((city.data / make.LAST).read_text())
    assert (last["file"], last["bytes"], last["sealed"]) == (str(out), made.bytes, False)


def test_the_head_of_the_log_is_noted_and_goes_along(city: Database, new_cluster: Database, out: Path) -> None:
    with psycopg.connect(city.owner_url) as connection:
        connection.execute(
            "CREATE TABLE audit_head AS SELECT 7::bigint AS seq, decode(repeat('ab', 32), 'hex') AS hash"
        )
    try:
        make_backup(city.owner_url, city.data, out)
        restore_backup(out, new_cluster)
    finally:
        with psycopg.connect(city.owner_url) as connection:
            connection.execute("DROP TABLE audit_head")
    assert anchors.read(anchors.path_in(new_cluster.data)) == {7: "ab" * 32}


def test_a_backup_among_the_data_is_refused_but_for_its_own_folder(city: Database) -> None:
    with pytest.raises(BackupError, match="cannot lie in the data folder"):
        make_backup(city.owner_url, city.data, city.data / "files" / "b.tar")
    first = make_backup(city.owner_url, city.data, city.data / "backups" / "1.tar")
    second = make_backup(city.owner_url, city.data, city.data / "backups" / "2.tar")
    assert second.files == first.files


def test_a_machine_without_fitting_programs_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingPart, match="apt-get install postgresql-client-99"):
        tools.program("pg_dump", 99)


def test_no_password_stands_where_everybody_can_read_it() -> None:
    place, environment = tools.connection_words("postgresql://a:s3cret@db/city")
    assert "s3cret" not in place
    assert environment["PGPASSWORD"] == "s3cret"


# — on the command line —


def test_the_commands_tell_what_was_backed_up_and_restored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIYANG_BACKUP_PASSPHRASE", PASSPHRASE)
    with servers.folder() as home:
        with postgres.database(home / "one") as found:
            found.prepare_roles()
            fill(found)
            said = yiyang("backup", tmp_path, "--encrypt", "--data", home / "one", "--json")
        assert said.code == 0, said.err
        file = json.loads(said.out)["path"]
        assert file.endswith(".tar.sealed")
        assert "备份完好" in yiyang("restore", file, "--check").out
        said = yiyang("--lang", "en", "restore", file, "--into", home / "two")
        assert said.code == 0, said.err
        assert "public.person" in said.out
        assert "5,001" in said.out
        assert "Restored, 2 files" in said.err
        assert "空" in refused(12, "restore", file, "--into", home / "two")


def test_the_commands_refuse_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YIYANG_BACKUP_PASSPHRASE", raising=False)
    assert "没有备份文件" in refused(12, "restore", tmp_path / "none.tar", "--check")
    assert "需要口令" in refused(2, "backup", tmp_path / "b.tar", "--encrypt", "--data", tmp_path)
    (tmp_path / "there.tar").touch()
    assert "不会覆盖" in refused(12, "backup", tmp_path / "there.tar", "--data", tmp_path / "data")
