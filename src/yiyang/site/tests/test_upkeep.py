"""Web server and worker as an operator runs them: they answer, do their work, and end cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from yiyang.site import postgres
from yiyang.site.tests import servers
from yiyang.site.tests.ports import free_port

YIYANG = [sys.executable, "-m", "yiyang"]


OURS = (postgres.URL_VARIABLE, postgres.APP_URL_VARIABLE, "YIYANG_KEYS")


@pytest.fixture(scope="module")
def migrated() -> Iterator[Path]:
    """An installation that nothing runs on, migrated once."""
    with servers.folder() as home:
        words = {name: value for name, value in os.environ.items() if name not in OURS}
        environment = words | {"YIYANG_DATA": str(home / "data")}
        subprocess.run([*YIYANG, "migrate"], env=environment, check=True, capture_output=True)
        yield home / "data"


@pytest.fixture
def home(migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("YIYANG_DATA", str(migrated))
    return migrated


def answer(url: str) -> str | None:
    try:
        with urllib.request.urlopen(url, timeout=60) as said:
            return str(said.read(500).decode())
    except urllib.error.HTTPError as error:
        return f"{error.code}"
    except OSError:
        return None


def wait_for(url: str, process: subprocess.Popen[bytes], wanted: str = "") -> str:
    """The first answer, or the first that is the wanted one."""
    until = time.monotonic() + 180
    while (said := answer(url)) is None or (wanted and said != wanted):
        assert process.poll() is None, "it ended"
        assert time.monotonic() < until, f"last answer: {said}"
        time.sleep(0.2)
    return said


@pytest.mark.slow
def test_the_web_server_answers_and_its_end_stops_the_embedded_database(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("YIYANG_BIND", place)
    monkeypatch.setenv("YIYANG_WORKERS", "1")
    web = subprocess.Popen([*YIYANG, "web"], stderr=subprocess.DEVNULL)
    try:
        assert wait_for(f"http://{place}/healthz", web) == "ok\n"
        assert '"database": "ok"' in str(answer(f"http://{place}/readyz"))
        os.kill(int((home / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        assert answer(f"http://{place}/healthz") == "ok\n"
        # The server's other processes notice that it died only by and by, and answer until then.
        wait_for(f"http://{place}/readyz", web, "503")
    finally:
        web.send_signal(signal.SIGTERM)
        assert web.wait(60) == 0


@pytest.mark.slow
def test_the_worker_counts_as_alive_and_ends_when_told(home: Path) -> None:
    worker = subprocess.Popen([*YIYANG, "worker"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    with postgres.database(home) as found, psycopg.connect(found.owner_url, autocommit=True) as connection:
        until = time.monotonic() + 180
        while connection.execute("SELECT count(*) FROM procrastinate_workers").fetchone() != (1,):
            assert worker.poll() is None
            assert time.monotonic() < until
            time.sleep(0.2)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
        assert connection.execute("SELECT count(*) FROM procrastinate_workers").fetchone() == (0,)


@pytest.mark.slow
def test_two_workers_share_the_queues_and_the_long_one_takes_only_what_is_long(home: Path) -> None:
    """As production.md runs them: a job of each queue is waiting, one worker alone looks after `long`."""
    with postgres.database(home) as found, psycopg.connect(found.owner_url, autocommit=True) as connection:
        for queue in ("long", "registry"):
            connection.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES (%s, 'nobody.knows.it')", [queue]
            )
        assert _worked_off(connection, "--only", "long") == {"long"}
        assert _worked_off(connection, "--except", "long") == {"long", "registry"}


def _worked_off(connection: psycopg.Connection[tuple[str]], *words: str) -> set[str]:
    """The queues whose waiting job is gone after a worker with these words found nothing more to do."""
    before = _ended(connection)
    worker = subprocess.Popen([*YIYANG, "worker", *words], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 180
    while _ended(connection) == before:
        assert worker.poll() is None
        assert time.monotonic() < until
        time.sleep(0.2)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    return _ended(connection)


def _ended(connection: psycopg.Connection[tuple[str]]) -> set[str]:
    rows = connection.execute(
        "SELECT queue_name FROM procrastinate_jobs WHERE task_name = 'nobody.knows.it' AND status = 'failed'"
    )
    return {queue for (queue,) in rows}
