"""Putting a backup back: all of it, equal in every table, or nothing."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psycopg

from yiyang.base.clock import CHINA
from yiyang.base.errors import BackupError
from yiyang.base.output import storage_errors
from yiyang.site.backup.archive import Reader, reading
from yiyang.site.backup.content import Content, Difference, content, differences, is_empty
from yiyang.site.backup.make import SECRETS, data_files, person_key_mark
from yiyang.site.backup.script import run_dump
from yiyang.site.backup.sealing import Secret
from yiyang.site.backup.tools import program
from yiyang.site.postgres import Database, grant_app_role, withdraw_future_rights

_KEPT = ".before-restore-"
_STAGING = ".restore-"
_LOCK_TIMEOUT = "10s"


@dataclass(frozen=True)
class Restored:
    """What was put back, and what of the old was kept where (None: there was nothing)."""

    manifest: dict[str, Any]
    content: Content
    files: int
    keys: bool
    kept: Path | None
    other_person_key: bool
    seconds: float


def check_backup(path: Path, secret: Secret | None = None) -> dict[str, Any]:
    """Read a backup from its first to its last byte and compare every hash; its manifest. Errors: BackupError."""
    with reading(path, secret) as reader:
        for _ in reader.dump():
            pass
        for _ in reader.files():
            pass
        return reader.manifest


def restore_backup(path: Path, into: Database, *, secret: Secret | None = None, force: bool = False) -> Restored:
    """Put a backup into a database and its data folder.

    Everything is unpacked and its hashes compared before anything is touched; the database is changed in one
    transaction that is committed only when each table has the rows and the hash that the backup states.

    Args:
        into: with its role `yiyang_app` made.
        force: empty a database and set aside files that are there.

    Errors: BackupError, StorageError; then all is as it was.
    """
    started = time.monotonic()
    with storage_errors(into.data), _staging(into.data) as staging:
        with reading(path, secret) as reader:
            _check_versions(reader.manifest, into.owner_url)
            files = _unpack(reader, staging)
        _refuse_files(into.data, staging, force)
        moves = _Moves(staging, into.data)
        try:
            found = _database(reader.manifest, into, staging / "database", force, moves)
        except BaseException:
            moves.undo()
            raise
    _analyze(into.owner_url)
    other = reader.manifest["person_key"] != person_key_mark()
    seconds = round(time.monotonic() - started, 1)
    return Restored(reader.manifest, found, files, bool(reader.manifest["keys"]), moves.kept, other, seconds)


@contextmanager
def _staging(data: Path) -> Iterator[Path]:
    """A private folder among the data, so that moving in is renaming."""
    folder = data / f"{_STAGING}{secrets.token_hex(4)}"
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(reader: Reader, staging: Path) -> int:
    with open(staging / "database", "wb", opener=_private) as target:
        for piece in reader.dump():
            target.write(piece)
    count = 0
    for name, source in reader.files():
        _write(staging / name, source)
        count += name.startswith("files/")
    return count


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write(path: Path, source: IO[bytes]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(path, "wb", opener=_private) as target:
        shutil.copyfileobj(source, target, 2**20)
        target.flush()
        os.fsync(target.fileno())


def _check_versions(manifest: dict[str, Any], owner_url: str) -> None:
    with psycopg.connect(owner_url) as connection:
        server = connection.info.server_version // 10000
    if server < manifest["server"] // 10000:
        raise BackupError(
            f"备份来自 PostgreSQL {manifest['server'] // 10000}，目标是更旧的 {server}。请升级目标服务器。",
            f"The backup comes from PostgreSQL {manifest['server'] // 10000}, the target is the older {server}. "
            "Upgrade the target.",
        )


def _refuse_files(data: Path, staging: Path, force: bool) -> None:
    there = list(data_files(data))
    there += [path for name in SECRETS if _differs(path := data / "secrets" / name, staging / "secrets" / name)]
    if there and not force:
        raise BackupError(
            f"数据文件夹 {data} 已有内容（例如 {there[0].relative_to(data)}）。请换一个空的，"
            "或用 --force（原有文件会移到一旁）。",
            f"The data folder {data} is not empty (it has {there[0].relative_to(data)}). Choose an empty one, or use "
            "--force, which sets its files aside.",
        )


def _differs(there: Path, new: Path) -> bool:
    # A key for cookies is made at every first start; to lose it costs a login.
    if there.name == "django_key" or not there.exists() or not new.exists():
        return False
    return there.read_bytes() != new.read_bytes()


def _database(manifest: dict[str, Any], into: Database, dump: Path, force: bool, moves: _Moves) -> Content:
    tool = program("pg_restore", manifest["tool"])
    with psycopg.connect(into.owner_url) as connection:
        _make_room(connection, force)
        withdraw_future_rights(connection)
        run_dump(connection, tool, dump)
        grant_app_role(connection)
        found = content(connection)
        same = connection.info.server_version // 10000 == manifest["server"] // 10000
        _refuse_differences(differences(manifest["content"], found, same))
        # The last step before the commit: a rename that fails takes the database back with it.
        moves.make()
    return found


def _refuse_differences(wrong: list[Difference]) -> None:
    if wrong:
        lines = [
            (
                f"{one.name}：应为 {one.expected}，得到 {one.found}",
                f"{one.name}: {one.expected} expected, {one.found} found",
            )
            for one in wrong
        ]
        raise BackupError(
            "恢复的内容与备份不一致，已全部撤回：",
            "What was restored is not what the backup states; all of it was taken back:",
            lines,
        )


def _make_room(connection: psycopg.Connection[Any], force: bool) -> None:
    if is_empty(connection):
        return
    if not force:
        raise BackupError(
            f"数据库 {connection.info.dbname} 不是空的。请恢复到空数据库，或用 --force 清空它。",
            f"The database {connection.info.dbname} is not empty. Restore into an empty one, or empty it with --force.",
        )
    try:
        connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        for schema in _schemas(connection):
            connection.execute(psycopg.sql.SQL("DROP SCHEMA {} CASCADE").format(psycopg.sql.Identifier(schema)))
        # As PostgreSQL makes it, or the next dump would tell of a public schema of its own.
        connection.execute("CREATE SCHEMA public AUTHORIZATION pg_database_owner")
        connection.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
    except psycopg.errors.LockNotAvailable as error:
        raise BackupError(
            "数据库正在使用中。请先停止颐养的网页服务和后台任务。",
            "The database is in use. Stop Yiyang's web server and worker first.",
        ) from error


def _schemas(connection: psycopg.Connection[Any]) -> list[str]:
    query = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
    return [row[0] for row in connection.execute(query)]


class _Moves:
    """Renames what was unpacked to its place; what stood there goes to a folder of its own.

    Attributes:
        kept: that folder, None as long as nothing was in the way.
    """

    def __init__(self, staging: Path, data: Path) -> None:
        self._staging, self._data = staging, data
        self._done: list[tuple[Path, Path]] = []
        self.kept: Path | None = None

    def make(self) -> None:
        """All of them."""
        stamp = datetime.now(CHINA).strftime("%Y%m%d-%H%M%S")
        folders = [(self._staging / "files", self._data), (self._staging / "secrets", self._data / "secrets")]
        for source, target in (move for pair in folders for move in _tops(*pair)):
            if target.exists():
                self.kept = self._data / f"{_KEPT}{stamp}"
                self._rename(target, self.kept / target.relative_to(self._data))
            self._rename(source, target)

    def _rename(self, source: Path, target: Path) -> None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        source.rename(target)
        self._done.append((source, target))

    def undo(self) -> None:
        """Everything back where it was."""
        while self._done:
            source, target = self._done.pop()
            target.rename(source)


def _tops(staged: Path, target: Path) -> list[tuple[Path, Path]]:
    return [(path, target / path.name) for path in sorted(staged.iterdir())] if staged.exists() else []


def _analyze(owner_url: str) -> None:
    """Without statistics the first queries would take plans for empty tables."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("ANALYZE")
