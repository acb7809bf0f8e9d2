"""Heads of the chain, noted outside of the database: who rewrites the log does not rewrite these with it."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from django.db import connections

from yiyang.base.errors import AuditError

HEAD = "SELECT seq, encode(hash, 'hex') FROM audit_head"


def path_in(data: Path) -> Path:
    """Where an installation keeps them. Send the file (or its last line) elsewhere regularly."""
    return data / "audit" / "heads.log"


def note(data: Path, *, now: datetime, using: str = "default") -> tuple[int, str] | None:
    """Append the head of the chain; None when nothing was added since the last time.

    Errors: OSError when the file cannot be written.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(HEAD)
        return keep(data, cursor.fetchone(), now=now)


def keep(data: Path, head: tuple[int, str], *, now: datetime) -> tuple[int, str] | None:
    """Append a head that was read (`HEAD`) to the file; None when it stands there already. Errors: OSError."""
    seq, sha = head
    file = path_in(data)
    if seq == 0 or (file.exists() and read(file).get(seq) == sha):
        return None
    file.parent.mkdir(mode=0o700, exist_ok=True)
    # O_APPEND: two who note at once do not overwrite each other.
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w") as opened:
        opened.write(f"{now.isoformat(timespec='seconds')} {seq} {sha}\n")
        opened.flush()
        os.fsync(opened.fileno())
    return seq, sha


def read(file: Path) -> dict[int, str]:
    """Line number → hash in hexadecimal. A file that is not there holds none.

    Errors: AuditError for a line that cannot be read, or for two hashes of one line.
    """
    if not file.exists():
        return {}
    found: dict[int, str] = {}
    for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        match text.split():
            case [_, seq, sha] if seq.isdigit() and len(sha) == 64 and found.get(int(seq), sha) == sha:
                found[int(seq)] = sha
            case _:
                raise AuditError(
                    f"存证文件 {file} 第 {number} 行读不懂或与前面矛盾：{text[:100]}",
                    f"Line {number} of {file} cannot be read or contradicts an earlier one: {text[:100]}",
                )
    return found
