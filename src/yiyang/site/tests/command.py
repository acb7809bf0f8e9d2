"""The real command line, in this process and in one of its own."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from yiyang.site import cli


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str


def yiyang(*words: str | Path) -> Said:
    """Run `yiyang WORDS…` here."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    cli.app.registered_groups.clear()  # main() gathers the rooms each time
    words_given = mock.patch.object(sys, "argv", ["yiyang", *map(str, words)])
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), words_given:
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(bool(stop.code))
    return Said(code, out.getvalue(), err.getvalue())


def refused(code: int, *words: str | Path) -> str:
    """What a command says that must fail with this code: in Chinese and in English, and never a traceback."""
    zh, en = yiyang(*words), yiyang("--lang", "en", *words)
    assert (zh.code, en.code) == (code, code), zh.err + en.err
    assert (zh.out, en.out) == ("", "")
    assert "Traceback" not in zh.err + en.err
    return zh.err + en.err


def process(*words: str | Path, before: str = "", limit: int | None = None) -> subprocess.Popen[str]:
    """Start `yiyang WORDS…` in a process of its own.

    Args:
        before: Python that is run first.
        limit: the largest file the process may write, in bytes: a disk that fills.
    """
    import resource

    code = f"{before}\nfrom yiyang.site.cli import main\nmain()"
    command = [sys.executable, "-c", code, *map(str, words)]

    def hinder() -> None:
        # Where the tests run in the background of a shell, Ctrl+C is ignored from birth on.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    if limit is not None:
        # Coverage would meet the limit, too, when the process ends, and complain with a traceback of its own.
        environment = {name: value for name, value in environment.items() if not name.startswith("COV")}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, preexec_fn=hinder
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
