"""`yiyang doctor`."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from yiyang.base.errors import InstallationError, YiyangError
from yiyang.base.screen import emit_json, show_table, t
from yiyang.site.doctor import folder as data_folder
from yiyang.site.doctor import machine
from yiyang.site.doctor.finding import OK, WARNING, WRONG, Check, Finding, Place, wrong

app = typer.Typer()
_STATES = {OK: ("正常", "ok"), WARNING: ("注意", "warning"), WRONG: ("错误", "wrong")}


@app.command("doctor", epilog="例 Example: yiyang doctor --json")
def doctor_command(
    data: Annotated[Path | None, typer.Option(help="数据文件夹。The data folder; YIYANG_DATA or var.")] = None,
    port: Annotated[int, typer.Option(help="网页服务的端口。The web server's port.")] = 8000,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。Answer in JSON.")] = False,
) -> None:
    """检查安装是否正常，说明哪里不对、怎样改正。See whether the installation is sound; say how to mend what is not."""
    folder = data or Path(os.environ.get("YIYANG_DATA", "var"))
    with _place(folder.resolve(), port) as place:
        found = examine(place)
    if as_json:
        emit_json([{"check": check.name, **asdict(finding)} for check, finding in found])
    else:
        _show(found)
    bad = [finding for _, finding in found if finding.state == WRONG]
    if bad:
        raise InstallationError(f"{len(bad)} 项需要处理。", f"{len(bad)} to be mended.")


def examine(place: Place) -> list[tuple[Check, Finding]]:
    """Every check that can be made here, in the order of the table."""
    return [(check, run(check, place)) for check in checks() if not (check.with_database and place.unreachable)]


def checks() -> tuple[Check, ...]:
    with contextlib.suppress(ImportError):  # Without the extra `web` the check of packages says so.
        from yiyang.site.doctor import server

        return (*machine.CHECKS, *data_folder.CHECKS, *server.CHECKS)
    return (*machine.CHECKS, *data_folder.CHECKS)


def run(check: Check, place: Place) -> Finding:
    """A check that breaks is itself a finding; the others go on."""
    try:
        return check.run(place)
    except Exception as error:
        for connection in (place.app, place.owner):
            if connection:
                connection.rollback()
        why = f"{type(error).__name__}: {error}"
        return wrong((f"检查未能完成：{why}", f"The check could not be made: {why}"), ("请报告此问题", "Report this"))


@contextlib.contextmanager
def _place(data: Path, port: int) -> Iterator[Place]:
    """Looks only: a data folder that is not there is not made."""
    place = Place(data, port=port)
    found: Any = None
    try:
        if not data.is_dir():
            place.unreachable = ("没有数据文件夹", "There is no data folder")
        else:
            found = _enter(place)
        yield place
    finally:
        for connection in (place.app, place.owner):
            if connection:
                connection.close()
        if found:
            found.close()


def _enter(place: Place) -> Any:
    try:
        import psycopg

        from yiyang.site import start
        from yiyang.site.postgres import APP_URL_VARIABLE

        found = start.start(place.data)
        if found.owner_url:
            place.owner = psycopg.connect(found.owner_url, autocommit=True)
        place.app = psycopg.connect(os.environ[APP_URL_VARIABLE], autocommit=True, connect_timeout=10)
        return found
    except YiyangError as error:
        place.unreachable = (error.zh, error.en)
    except Exception as error:
        place.unreachable = (f"{type(error).__name__}: {error}", f"{type(error).__name__}: {error}")
    return None


def _show(found: list[tuple[Check, Finding]]) -> None:
    columns = [
        (t("检查", "check"), "left"),
        ("", "left"),
        (t("结果", "finding"), "left"),
        (t("怎样改正", "how to mend"), "left"),
    ]
    rows = [
        (t(*check.title), t(*_STATES[finding.state]), t(*finding.says), t(*finding.mend)) for check, finding in found
    ]
    show_table(t("颐养安装检查", "The installation of Yiyang"), columns, rows)
