"""Making a backup: one snapshot of the database, its content in figures, the data folder's files."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import psycopg

from yiyang.base.errors import BackupError
from yiyang.base.output import atomic_file
from yiyang.registry.identity import person_key
from yiyang.site.backup.archive import Writer, writing
from yiyang.site.backup.content import Content, content
from yiyang.site.backup.script import failed
from yiyang.site.backup.sealing import Secret
from yiyang.site.backup.tools import connection_words, major_of, program

LAST = "last_backup.json"
# What is not data: the server's own files, what each start makes anew, and what `secrets` treats apart.
BACKUPS = "backups"
_NOT_DATA = ("postgres", "static", "secrets", "run", "tmp", BACKUPS, LAST)
SECRETS = ("keys.json", "django_key")


@dataclass(frozen=True)
class Made:
    """What a backup holds: `bytes` of the file, `seconds` it took."""

    path: Path
    sealed: bool
    keys: bool
    content: Content
    files: int
    bytes: int
    seconds: float


def make_backup(
    owner_url: str, data: Path, out: Path, *, secret: Secret | None = None, with_keys: bool = False
) -> Made:
    """Write one file with everything, while the installation goes on working.

    Args:
        owner_url: enters as the owner of all tables, whom row-level security does not bind.
        with_keys: put the keys in; without them sealed fields cannot be opened again.

    Errors: BackupError, StorageError. Interrupted, it leaves nothing.
    """
    _refuse_place(data.resolve(), out.resolve())
    started, keys = time.monotonic(), key_files(data) if with_keys else {}
    with atomic_file(out) as work, writing(work, secret) as writer:
        with psycopg.connect(owner_url, autocommit=True) as connection:
            _note_head(connection, data)
            # From here on one transaction: what is counted is what is dumped.
            connection.autocommit = False
            found = _database(connection, owner_url, writer, {"keys": sorted(keys)})
        files = [_add(writer, f"files/{path.relative_to(data).as_posix()}", path) for path in data_files(data)]
        for name, path in keys.items():
            writer.file(f"secrets/{name}", path)
        writer.end()
    size, seconds = out.stat().st_size, round(time.monotonic() - started, 1)
    made = Made(out.resolve(), secret is not None, bool(keys), found, sum(files), size, seconds)
    _remember(data, made)
    return made


def _note_head(connection: psycopg.Connection[Any], data: Path) -> None:
    """The log's head goes to its file before the snapshot is taken: what is restored can be held against it."""
    from yiyang.audit import anchors

    if connection.execute("SELECT to_regclass('public.audit_head')").fetchone() == (None,):
        return
    if head := connection.execute(anchors.HEAD).fetchone():
        anchors.keep(data, head, now=datetime.now(UTC))


def _refuse_place(data: Path, out: Path) -> None:
    """A backup among the data would go into the next one."""
    if out.is_relative_to(data) and not out.is_relative_to(data / BACKUPS):
        raise BackupError(
            f"备份不能放在数据文件夹 {data} 里。请放到别处，最好是另一台机器（或 {data / BACKUPS}）。",
            f"A backup cannot lie in the data folder {data}. Put it elsewhere, best on another machine "
            f"(or into {data / BACKUPS}).",
        )


def _add(writer: Writer, name: str, path: Path) -> bool:
    """Whether the file was still there: an export may be thrown away at any time."""
    try:
        writer.file(name, path)
    except FileNotFoundError:
        return False
    return True


def data_files(data: Path) -> Iterator[Path]:
    """The files of a data folder that a backup holds, in order."""
    for top in sorted(data.iterdir()) if data.is_dir() else ():
        if top.name in _NOT_DATA or top.name.startswith("."):
            continue
        within = sorted(top.rglob("*")) if top.is_dir() else [top]
        yield from (path for path in within if path.is_file() and not path.is_symlink())


def key_files(data: Path) -> dict[str, Path]:
    """The files of keys of an installation, by their name in a backup."""
    places = {name: data / "secrets" / name for name in SECRETS}
    if elsewhere := os.environ.get("YIYANG_KEYS"):
        places["keys.json"] = Path(elsewhere)
    return {name: path for name, path in places.items() if path.exists()}


def _database(connection: psycopg.Connection[Any], url: str, writer: Writer, more: dict[str, Any]) -> Content:
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
    found = content(connection)
    server = connection.info.server_version
    tool = program("pg_dump", server // 10000)
    writer.manifest(
        {
            "yiyang": version("yiyang"),
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "server": server,
            "tool": major_of(tool),
            "database": connection.info.dbname,
            "person_key": person_key_mark(),
            "migrations": _migrations(connection),
            "content": found,
            **more,
        }
    )
    words = [str(tool), "-Fc", "-Z", "1", "-B", "--lock-wait-timeout=60s", f"--snapshot={snapshot and snapshot[0]}"]
    _dump(words, url, writer.dump)
    return found


def _migrations(connection: psycopg.Connection[Any]) -> list[str]:
    if connection.execute("SELECT to_regclass('public.django_migrations')").fetchone() == (None,):
        return []
    rows = connection.execute("SELECT app || '.' || name FROM public.django_migrations ORDER BY 1").fetchall()
    return [row[0] for row in rows]


def person_key_mark() -> str:
    """Tells two keys of persons apart without telling what they are."""
    return hmac.new(person_key().encode(), b"yiyang backup", hashlib.sha256).hexdigest()[:8]


def _dump(words: list[str], url: str, take: Callable[[Any], None]) -> None:
    place, environment = connection_words(url)
    with TemporaryFile() as said:
        process = subprocess.Popen(
            [*words, f"--dbname={place}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            env=environment,
        )
        try:
            take(process.stdout)
        finally:
            process.stdout.close()  # type: ignore[union-attr]
            code = process.wait()
        if code:
            raise failed("pg_dump", said)


def _remember(data: Path, made: Made) -> None:
    """For the doctor and the metrics: when the last backup was made."""
    words: dict[str, Any] = {"made": datetime.now(UTC).isoformat(timespec="seconds"), "file": str(made.path)}
    words |= {"bytes": made.bytes, "seconds": made.seconds, "sealed": made.sealed, "keys": made.keys}
    data.mkdir(parents=True, exist_ok=True)
    with atomic_file(data / LAST) as work:
        work.write_text(json.dumps(words, indent=1))
