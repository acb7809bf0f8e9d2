"""PostgreSQL, a worker, a clerk's process and a web process, each killed in the middle: all of it happened or nothing.

"The middle" is a place in the code at which the process stops and waits to be killed (`fire.py`), not a moment.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from yiyang.site.embedded import Cluster
from yiyang.site.tests import servers
from yiyang.site.tests.ports import free_port

House = Any
HERE = Path(__file__).parent


def until_paused(process: subprocess.Popen[str]) -> int:
    """Wait until a program says that it came to the place; the number of the process that waits there."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("PAUSED "):
            return int(line.split()[1])
    raise AssertionError(process.communicate()[1])


# ---- PostgreSQL


@pytest.fixture
def own_home() -> Iterator[Path]:
    """Not pytest's folder: every pytest that begins shuts that to other accounts, and a server has one of its own."""
    with servers.folder() as home:
        yield home / "data"


@pytest.fixture
def own_server(october: House, own_home: Path) -> Iterator[tuple[House, Cluster]]:
    """The installation of October on an embedded server of its own: a copy of the tests' server, while it runs."""
    data = own_home
    shutil.copytree(october.data, data)
    cluster = Cluster(data / "postgres")
    _copy_server(october, cluster)
    cluster.start()
    words = {"host": str(cluster.socket_folder)}
    owner = psycopg.conninfo.make_conninfo(october.owner, **words)
    name = psycopg.conninfo.conninfo_to_dict(owner)["dbname"]
    app = f"postgresql://yiyang_app:none@/{name}?host={cluster.socket_folder}"
    yield type(october)(owner, app, data), cluster
    cluster.stop()


def _copy_server(of: House, cluster: Cluster) -> None:
    from yiyang.site.os_user import database_account, let_through

    cluster.folder.mkdir(mode=0o700)
    account = database_account(cluster.folder)
    if account:
        os.chown(cluster.folder, account.uid, account.gid)
        let_through(account, cluster.folder.parent)
    host = psycopg.conninfo.conninfo_to_dict(of.owner)["host"]
    words = ["-D", str(cluster.folder), "-h", str(host), "-U", "postgres", "-c", "fast", "-X", "fetch", "--no-sync"]
    cluster._run("pg_basebackup", words, account)
    # Copied with the rest: that the tests' server may lose what it holds; this one is set as those that people run.
    (cluster.folder / "postgresql.auto.conf").write_text("")
    # And the lock of the other server's socket.
    (cluster.folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def kill_server(cluster: Cluster) -> None:
    """As the kernel does when memory is short: the postmaster and all its children at once, nothing is written."""
    postmaster = psutil.Process(int((cluster.folder / "postmaster.pid").read_text().split()[0]))
    for process in [postmaster, *postmaster.children(recursive=True)]:
        process.kill()


def test_postgresql_killed_while_a_delivery_goes_in_loses_and_doubles_nothing(
    own_server: tuple[House, Cluster], undisturbed: dict[str, dict[str, str]]
) -> None:
    house, cluster = own_server
    pk = house.do("at_the_door")
    before = house.held()
    worker = house.paused("yiyang.registry.refresh:put_people:after", "worker")
    kill_server(cluster)
    # As `yiyang serve` does.
    cluster.start()
    assert house.held() == before, "nothing half"
    # The worker finds its connections broken; it may live or die of it.
    worker.communicate("\n", timeout=240)
    house.do("rescue_at_once")
    assert house.state(pk) == "accepted"
    assert house.held() == undisturbed["in"]
    assert house.do("verified") == []
    assert house.ask(f"SELECT count(*) FROM audit_line WHERE what = 'delivery:{pk}' AND kind = 'decide'") == [(1,)]


# ---- An export


def test_a_worker_killed_in_an_export_leaves_no_half_file_and_the_list_is_made_once(
    clone: Callable[..., House], october: House
) -> None:
    house = clone(october)
    pk = house.do("order_export")
    folder = house.data / "exports" / str(pk)
    house.killed_in("yiyang.registry.exports:seal_file:before", "worker")
    assert not (folder / "list.sealed").exists()
    assert _export(house, pk) == ("running", "")
    house.killed_in("yiyang.registry.exports:seal_file:after", "rescue")
    assert _export(house, pk) == ("running", ""), "sealed, but nobody was told"
    house.do("rescue")
    assert _export(house, pk) == ("ready", f"exports/{pk}/list.sealed")
    assert [path.name for path in folder.iterdir()] == ["list.sealed"]
    lines = house.do("fetch_export", pk)
    people, rows = house.ask("SELECT count(*) FILTER (WHERE is_current), (SELECT rows FROM registry_export) "
                             "FROM registry_person")[0]  # fmt: skip
    assert (rows, len(lines)) == (people, people + 3), "a watermark, headings and a closing line"
    made = "SELECT count(*) FROM audit_line WHERE kind = 'export' AND detail ->> 'act' = 'made'"
    assert house.ask(made) == [(1,)]


def _export(house: House, pk: int) -> tuple[str, str]:
    return tuple(house.ask(f"SELECT state, file FROM registry_export WHERE id = {pk}")[0])


# ---- A merge

ALSO = {
    "aliases": "SELECT key, person_id FROM registry_alias",
    "files": "SELECT id, merged_into_id, is_current FROM registry_person",
    "questions": "SELECT id, state, person_id, other_id, undo::text, judged_by_name FROM registry_possibledouble",
    "groups": "SELECT person_id, count(*) FROM registry_membership GROUP BY 1",
}


def merged(house: House) -> dict[str, Any]:
    return house.held() | {name: sorted(house.ask(query)) for name, query in ALSO.items()}


def test_a_merge_killed_in_the_middle_did_not_happen_and_so_with_its_undoing(
    clone: Callable[..., House], october: House
) -> None:
    house = clone(october)
    pair = house.do("pair")
    apart = merged(house)
    house.killed_in("yiyang.registry.merging:resolve:before", "judge_pair", pair)
    assert merged(house) == apart
    house.do("judge_pair", pair)
    one = merged(house)
    assert (len(one["aliases"]), one["people"] != apart["people"]) == (1, True)
    house.killed_in("yiyang.registry.merging:resolve:after", "undo_pair", pair)
    assert merged(house) == one
    house.do("undo_pair", pair)
    assert merged(house) == apart
    assert house.do("verified") == []


# ---- A delivery on its way in


class Web:
    """gunicorn with one process, which stops once at a place."""

    def __init__(self, house: House, pause: str) -> None:
        self.port = free_port()
        conf = [sys.executable, "-m", "gunicorn", "-c", "python:yiyang.site.gunicorn_conf", "--chdir", str(HERE)]
        bind = {"YIYANG_BIND": f"127.0.0.1:{self.port}", "YIYANG_WORKERS": "1"}
        self.log = house.data / "web.log"
        self.process = house.run([*conf, "--log-file", str(self.log), "fire:application"], pause, **bind)

    def begin(self, text: str, token: str) -> socket.socket:
        """Send a delivery and do not wait for the answer."""
        body = text.encode()
        head = f"PUT {PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: text/csv\r\n"
        sender = self._connected()
        sender.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        return sender

    def _connected(self) -> socket.socket:
        until = time.monotonic() + 180
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=240)
            except ConnectionRefusedError:
                assert time.monotonic() < until, self.log.read_text()[-3000:]
                assert self.process.poll() is None, self.log.read_text()[-3000:]
                time.sleep(0.1)

    def put(self, text: str, token: str) -> tuple[int, str]:
        """Deliver; the status and the body of the answer."""
        head = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv", "Host": "localhost"}
        url = f"http://127.0.0.1:{self.port}{PATH}"
        request = urllib.request.Request(url, text.encode(), head, method="PUT")
        try:
            with urllib.request.urlopen(request, timeout=240) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read().decode()

    def close(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=240)


PATH = "/api/v1/deliveries/police_households/2026-11?area=511724000000&known=2026-11-05"


def test_a_web_process_killed_in_a_delivery_leaves_nothing_that_hinders_the_same_file(
    clone: Callable[..., House], october: House
) -> None:
    house = clone(october)
    token, text = house.do("token")
    mine = "SELECT count(*) FROM registry_delivery WHERE month = '2026-11'"
    web = Web(house, "yiyang.registry.actions:_order:after")
    try:
        with web.begin(text, token) as sender:
            os.kill(until_paused(web.process), signal.SIGKILL)
            assert sender.recv(100) == b"", "no answer: the sender knows that it has to send it again"
        assert house.ask(mine) == [(0,)]
        status, said = web.put(text, token)
        assert status == 202, said
        assert web.put(text, token) == (202, said), "and the same file is the same delivery"
    finally:
        web.close()
    assert house.ask(mine) == [(1,)]
    assert house.ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND task_name LIKE '%check%'") == [
        (1,)
    ]
    house.do("worker")
    assert house.ask("SELECT state FROM registry_delivery WHERE month = '2026-11'") == [("checked",)]
