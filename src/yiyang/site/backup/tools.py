"""PostgreSQL's own programs for dumping and restoring: which of those on this machine fit a server."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from yiyang.base.errors import MissingPart

_DEBIAN = Path("/usr/lib/postgresql")


def program(name: str, major: int) -> Path:
    """The program of a server's major version, or else of the next newer one.

    Errors: MissingPart when this machine has none that is new enough.
    """
    found = [(version, path) for path in _candidates(name) if (version := _major(path)) >= major]
    if not found:
        raise MissingPart(
            f"没有 PostgreSQL {major} 或更新版本的 {name}。"
            f"请安装（Debian：apt-get install postgresql-client-{major}）。",
            f"No {name} of PostgreSQL {major} or newer is here. Install it (Debian: apt-get install "
            f"postgresql-client-{major}).",
        )
    return min(found)[1]


def _candidates(name: str) -> list[Path]:
    from yiyang.site.embedded import programs

    folders = [*_DEBIAN.glob("*/bin"), *_on_path(name)]
    with suppress(MissingPart):  # Production without the wheel: the machine's own programs do.
        folders.append(programs())
    return [folder / name for folder in folders if (folder / name).exists()]


def _on_path(name: str) -> list[Path]:
    # Debian's /usr/bin/pg_dump is a wrapper that picks a version by itself; its folders are looked at above.
    found = shutil.which(name)
    return [Path(found).resolve().parent] if found and not Path("/usr/share/postgresql-common").exists() else []


@functools.cache
def _major(path: Path) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)\.\d+", said) or re.search(r"(\d+)", said)
    return int(found.group(1)) if found else 0


def major_of(path: Path) -> int:
    """The major version of a program."""
    return _major(path)


def connection_words(url: str) -> tuple[str, dict[str, str]]:
    """A connection for a program: the words for --dbname, and an environment with the password.

    Everybody may read the words of a running program; its environment only its owner.
    """
    words: dict[str, Any] = dict(conninfo_to_dict(url))
    password = words.pop("password", None)
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {}), "PGCLIENTENCODING": "UTF8"}
    return make_conninfo("", **words), environment
