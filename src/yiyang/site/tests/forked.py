"""Programs in real processes of their own that need not load Django anew: each is forked from one that has.

A start costs a second of work, and tests of killed processes start them by the hundred. What is forked is told its own
environment first, and takes its settings from that; it is killed like any other process.
"""

from __future__ import annotations

import functools
import importlib
import multiprocessing
import os
import runpy
import sys
import traceback
from collections.abc import Mapping
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from types import TracebackType
from typing import Any
from unittest import mock


class Forked:
    """A Python program that runs, with as much of `subprocess.Popen` as the tests need.

    Attributes:
        stdin, stdout: text of the program. What it complains of is told by `communicate`.
    """

    def __init__(self, program: Path, words: tuple[str, ...], environment: Mapping[str, str]) -> None:
        context = _server()
        (its_in, our_out), (our_in, its_out), (our_error, its_error) = (context.Pipe(duplex=False) for _ in range(3))
        ends = (its_in, its_out, its_error)
        self._process = context.Process(target=_become, args=(str(program), words, dict(environment), ends))
        self._process.start()
        for end in ends:
            end.close()
        self.stdin, self.stdout = _text(our_out, "w"), _text(our_in, "r")
        self._error = _text(our_error, "r")

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """None while it runs; minus the signal if one killed it."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """As `returncode`."""
        return self.returncode

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int:
        """Its end. Errors: TimeoutError."""
        self._process.join(timeout)
        if self.returncode is None:
            raise TimeoutError(f"process {self.pid} still runs after {timeout} seconds")
        return self.returncode

    def communicate(self, given: str = "", timeout: float | None = None) -> tuple[str, str]:
        """Give it what it waits for; what it said and what it complained of, at its end. Errors: TimeoutError."""
        if given and self.returncode is None:
            self.stdin.write(given)
        self.stdin.close()
        # Short words only: a program that fills its pipe would wait for a reader for ever.
        self.wait(timeout)
        return self.stdout.read(), self._error.read()

    def __enter__(self) -> Forked:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for end in (self.stdin, self.stdout, self._error):
            end.close()
        self.wait(60)


def _text(end: Connection, mode: str) -> Any:
    file = os.fdopen(os.dup(end.fileno()), mode, encoding="utf-8", errors="replace")
    end.close()
    return file


# ---- The process that all are forked from


@functools.cache
def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["yiyang.site.tests.forked_from"])
    # Neither it nor what is forked from it is measured.
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "COV_"))}
    with mock.patch.dict(os.environ, unmeasured, clear=True):
        forkserver.ensure_running()
    return context


def _become(program: str, words: tuple[str, ...], environment: dict[str, str], ends: tuple[Connection, ...]) -> None:
    """In the new process: be that program, as if it had been started so."""
    for number, end in enumerate(ends):
        os.dup2(end.fileno(), number)
        end.close()
    sys.stdin, sys.stdout, sys.stderr = (open(n, mode, closefd=False) for n, mode in enumerate("rww"))  # noqa: SIM115
    sys.argv = [program, *words]
    os.environ.clear()
    os.environ.update(environment)
    try:
        _own_settings()
        runpy.run_path(program, run_name="__main__")
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def _own_settings() -> None:
    """Django was set up where all are forked from, with no database; this is what it would have read here."""
    from django.conf import settings
    from django.db import connections

    module = importlib.reload(importlib.import_module(settings.SETTINGS_MODULE))
    for name in filter(str.isupper, dir(module)):
        setattr(settings, name, getattr(module, name))
    # The words that connections are made from, of every thread; what Django filled in stays.
    for alias, words in connections.settings.items():
        words.update(settings.DATABASES[alias])
