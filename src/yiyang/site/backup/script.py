"""Running the script that pg_restore makes, in a transaction of ours, so that it is compared before it is committed.

pg_restore's own connection would commit before anybody could look; `psql` takes a script that was cut off for a whole.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import psycopg

from yiyang.base.errors import BackupError

_BLOCK = 2**20
_COPY = re.compile(rb"^(COPY [^\n]* FROM stdin;)\n", re.MULTILINE)
# Of newer programs, unknown to an older server; of psql only; rights to the old owner's future tables, which
# `prepare_roles` gives to the new one's.
_NOT_HERE = re.compile(
    rb"^(SET transaction_timeout = 0;|\\(un)?restrict [^\n]*|ALTER DEFAULT PRIVILEGES [^\n]*;)\n", re.MULTILINE
)
# The server's own note at each column, since the minor releases of November 2026 (15.20). An older pg_dump takes it for
# an option that somebody set; older servers refuse it, and new ones make their own.
_OWN_NOTE = re.compile(rb"^(ALTER [^\n]* ALTER COLUMN [^\n]* SET \()([^\n)]*)\);\n", re.MULTILINE)


def run_dump(connection: psycopg.Connection[Any], tool: Path, dump: Path) -> None:
    """Run a dump of pg_dump's custom format within the open transaction.

    Errors: BackupError when the dump cannot be read, or the server refuses a part of it.
    """
    words = [str(tool), "--no-owner", "-f", "-", str(dump)]
    with TemporaryFile() as said:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said)
        try:
            _run(connection, _Script(process.stdout))  # type: ignore[arg-type]
        except psycopg.Error as error:
            raise BackupError(
                f"数据库拒绝了备份的内容：{error}", f"The database refused the backup: {error}"
            ) from error
        finally:
            # Closed early, it ends by itself: nobody reads what it writes.
            process.stdout.close()  # type: ignore[union-attr]
            code = process.wait()
        if code:
            raise failed("pg_restore", said)


def failed(name: str, said: IO[bytes]) -> BackupError:
    """The error of a program that failed, in its own words."""
    said.seek(0)
    why = said.read().decode(errors="replace").strip()
    return BackupError(f"{name} 失败：{why}", f"{name} failed: {why}")


class _Script:
    """A script read in blocks: statements up to the next table's rows, then those rows, and so on."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._held = source, b""

    def _more(self) -> bool:
        block = self._source.read(_BLOCK)
        self._held += block
        return bool(block)

    def statements(self) -> tuple[bytes, bytes]:
        """The statements up to the next COPY, and that COPY; at the end of the script the COPY is empty."""
        while not (found := _COPY.search(self._held)):
            if not self._more():
                rest, self._held = self._held, b""
                return rest, b""
        before, self._held = self._held[: found.start()], self._held[found.end() :]
        return before, found.group(1)

    def rows(self) -> Any:
        """The rows of a COPY, in blocks of whole lines."""
        while True:
            # Rows end with a line of their own that says so; nothing else can stand there, because COPY escapes.
            if self._held.startswith(b"\\.\n"):
                self._held = self._held[3:]
                return
            end = self._held.find(b"\n\\.\n")
            if end >= 0:
                yield self._held[: end + 1]
                self._held = self._held[end + 4 :]
                return
            whole = self._held.rfind(b"\n") + 1
            if whole:
                yield self._held[:whole]
                self._held = self._held[whole:]
            if not self._more():
                raise BackupError("备份中的数据不完整。", "The backup's rows are cut off.")


def _run(connection: psycopg.Connection[Any], script: _Script) -> None:
    with connection.cursor() as cursor:
        copy = b"-"
        while copy:
            statements, copy = script.statements()
            if statements := _OWN_NOTE.sub(_without_note, _NOT_HERE.sub(b"", statements)).strip():
                cursor.execute(statements)
            if copy:
                with cursor.copy(copy) as target:
                    for block in script.rows():
                        target.write(block)


def _without_note(found: re.Match[bytes]) -> bytes:
    options = [option for option in found.group(2).split(b", ") if not option.startswith(b"pg_attver=")]
    return found.group(1) + b", ".join(options) + b");\n" if options else b""
