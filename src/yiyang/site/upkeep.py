"""Commands of an installation that an operator keeps: migrate, web, worker. `yiyang serve` is all of them in one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from yiyang.base.errors import MissingPart, UsageError
from yiyang.base.screen import say

app = typer.Typer()
Data = Annotated[
    Path | None, typer.Option(help="数据文件夹；默认为 YIYANG_DATA 或 var。The data folder; YIYANG_DATA or var.")
]


@app.command("migrate", epilog="例 Example: yiyang migrate")
def migrate_command(data: Data = None) -> None:
    """把数据库升级到本版本，并收集静态文件；可重复执行。Bring database and static files to this version."""
    from yiyang.site import start

    with start.start(data and data.resolve()):
        start.migrate()
        collect_static()
    say("数据库和静态文件已是本版本。", "Database and static files are of this version.")


def collect_static() -> None:
    """Put style and script where the web server finds them, under names that change with their content."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


@app.command("web", epilog="例 Example: yiyang web --data /var/lib/yiyang")
def web_command(data: Data = None) -> None:
    """只启动网页服务（生产环境）。Only the web server, for production: reads YIYANG_BIND and YIYANG_WORKERS."""
    from yiyang.site import start

    # The embedded database, if it is that, is joined by this process, which gunicorn then becomes the child of.
    with start.start(data and data.resolve()):
        sys.argv = ["gunicorn", "--config", f"file:{_beside('gunicorn_conf.py')}", "yiyang.site.wsgi:application"]
        _gunicorn()


def _beside(name: str) -> Path:
    return Path(__file__).with_name(name)


def _gunicorn() -> None:
    try:
        from gunicorn.app.wsgiapp import run  # type: ignore[import-untyped]
    except ImportError as error:
        raise MissingPart(
            "没有安装 gunicorn：pip install 'yiyang[web]'", "gunicorn is missing: pip install 'yiyang[web]'"
        ) from error
    run()


@app.command("worker", epilog="例 Example: yiyang worker --except long")
def worker_command(
    concurrency: Annotated[int, typer.Option(help="同时执行几项任务。Jobs at the same time.")] = 1,
    only: Annotated[str | None, typer.Option(help="只做这一队列。This queue only.")] = None,
    without: Annotated[str | None, typer.Option("--except", help="不做这一队列。All queues but this.")] = None,
    data: Data = None,
) -> None:
    """只启动后台任务（生产环境）；长时间的计算在队列 long。Only the worker; long jobs are in `long`."""
    from yiyang.site import start

    with start.start(data and data.resolve()):
        from django.core.management import call_command

        call_command("procrastinate", "worker", concurrency=concurrency, queues=queues(only, without))


def queues(only: str | None, without: str | None) -> list[str] | None:
    """The queues that a worker looks after; None = all of them. Raises UsageError where there is no such queue."""
    from procrastinate.contrib.django import app as jobs

    known = sorted({task.queue for task in jobs.tasks.values()})
    if wrong := [name for name in (only, without) if name is not None and name not in known]:
        raise UsageError(f"没有队列“{wrong[0]}”。", f"there is no queue {wrong[0]}", [(name, name) for name in known])
    if only is not None:
        return [only]
    return None if without is None else [name for name in known if name != without]
