"""`yiyang serve`: the whole platform with one command: database, migrations, demo county, web server, worker."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yiyang.base.errors import DatabaseError, UsageError
from yiyang.base.screen import progress, say, t

if TYPE_CHECKING:
    from yiyang.site.postgres import Database

app = typer.Typer()
DEMO_AREA = 511724000000
PATIENCE = 40  # seconds, more than gunicorn gives its processes; that a child gets to end its work


@app.command(epilog="例 Example: yiyang serve --demo --port 8000")
def serve(
    data: Annotated[Path | None, typer.Option(help="数据文件夹，默认 ./var 或 YIYANG_DATA。Data folder.")] = None,
    host: Annotated[str, typer.Option(help="监听地址。Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口。Port.")] = 8000,
    demo: Annotated[
        bool | None, typer.Option("--demo/--no-demo", help="空库时载入演示县（大竹县）。Load the demo county.")
    ] = None,
    elders: Annotated[int, typer.Option(help="演示县的老年人数，0 = 与普查相同。Elders of the demo county.")] = 0,
    workers: Annotated[int, typer.Option(help="网页进程数。Web processes.")] = 2,
) -> None:
    """启动平台：数据库、网页、后台任务；Ctrl-C 停止，数据保留。

    Start the platform; Ctrl-C stops it, data stay.
    """
    from yiyang.site import start as start_
    from yiyang.site.upkeep import collect_static

    _refuse_taken(host, port)
    folder = (data or start_.data_folder()).resolve()
    with progress("启动", "start", total=4) as bar:
        bar.step("数据库", "database")
        found = start_.start(folder)
        bar.step("密钥", "keys")
        make_keys()
        bar.step("数据表", "tables")
        start_.migrate()
        bar.step("静态文件", "static files")
        collect_static()
    _offer_demo(demo, elders)
    try:
        Children(folder, host, port, workers, found).run()
    finally:
        found.close()


def make_keys() -> None:
    """The key ring, if there is none yet."""
    from yiyang.access import keyring

    if not keyring.default_path().exists():
        keyring.create(keyring.default_path(), now=datetime.now(UTC))


def _refuse_taken(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UsageError(
                f"端口 {host}:{port} 已被占用，请用 --port 换一个。",
                f"{host}:{port} is in use; choose another with --port.",
            ) from error


def _offer_demo(demo: bool | None, elders: int) -> None:
    """Load the demo county into an empty installation, if it is wished (or asked on a terminal and answered yes)."""
    from yiyang.site import demo_county

    if not demo_county.is_empty():
        demo_county.show_accounts()
        return
    if demo is None:
        demo = sys.stdin.isatty() and typer.confirm(
            t("数据库是空的。载入演示县（大竹县，191,020 位虚构老年人，约七分钟）？", "Load the demo county?"),
            default=True,
        )
    if demo:
        demo_county.load(elders or None)
        demo_county.show_accounts()
    else:
        say(
            "尚无账户。请运行：yiyang account create --role city_officer --area 511700 --username 用户名",
            "No account yet: yiyang account create --role city_officer --area 511700 --username NAME",
        )


# What takes minutes has a process of its own, so that nothing else waits for it.
CHILDREN = {"web": ["web"], "worker": ["worker", "--except", "long"], "long": ["worker", "--only", "long"]}


@dataclass
class Children:
    """The web server and the worker as processes of their own: watched, started again when they die, ended together."""

    data: Path
    host: str
    port: int
    workers: int
    database: Database
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    deaths: dict[str, list[float]] = field(default_factory=dict)

    def run(self) -> None:
        """Until Ctrl-C or SIGTERM."""
        for name in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, _interrupt)
        try:
            for child in CHILDREN:
                self._start(child)
            self._wait_for_web()
            say(
                f"已启动：http://{self.host}:{self.port} 　数据在 {self.data}　按 Ctrl-C 停止。",
                f"Running: http://{self.host}:{self.port}  data in {self.data}  Ctrl-C stops.",
            )
            self._watch()
        except KeyboardInterrupt:
            say("正在停止…", "Stopping…")
        finally:
            self._stop()

    def _start(self, child: str) -> None:
        # A session of its own: Ctrl-C reaches us alone, and we end the children in order.
        self.running[child] = subprocess.Popen(self._command(child), env=self._environment(), start_new_session=True)

    @staticmethod
    def _command(child: str) -> list[str]:
        return [sys.executable, "-m", "yiyang", *CHILDREN[child]]

    def _environment(self) -> dict[str, str]:
        metrics = self.data / "run" / "metrics"
        metrics.mkdir(parents=True, exist_ok=True)
        from yiyang.site.postgres import URL_VARIABLE

        # Web and worker enter as yiyang_app only: the owner's address stays here.
        return {k: v for k, v in os.environ.items() if k != URL_VARIABLE} | {
            "YIYANG_DATA": str(self.data),
            "YIYANG_BIND": f"{self.host}:{self.port}",
            "YIYANG_WORKERS": str(self.workers),
            "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        }

    def _wait_for_web(self) -> None:
        for _ in range(300):
            if self.running["web"].poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex((self.host, self.port)) == 0:
                    return
            time.sleep(0.1)
        raise DatabaseError("网页服务没有启动，原因见上面的日志。", "The web server did not start; see the log above.")

    def _watch(self) -> None:
        while True:
            for child, process in list(self.running.items()):
                if process.poll() is not None:
                    self._again(child, process.returncode)
            self.database.ensure_running()
            time.sleep(2)

    def _again(self, child: str, code: int) -> None:
        now = time.monotonic()
        recent = [moment for moment in self.deaths.get(child, []) if now - moment < 60]
        self.deaths[child] = [*recent, now]
        if len(recent) >= 3:
            raise DatabaseError(
                f"{child} 一分钟内第四次退出（{code}），请运行 yiyang doctor。",
                f"{child} ended for the fourth time in a minute ({code}); run yiyang doctor.",
            )
        say(f"{child} 意外退出（{code}），重新启动。", f"{child} ended ({code}); starting it again.")
        self._start(child)

    def _stop(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        for process in self.running.values():
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(self.data / "run" / "metrics", ignore_errors=True)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt
