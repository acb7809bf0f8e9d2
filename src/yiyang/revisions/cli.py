"""Commands: lists status, lists export, lists install."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from yiyang.base import platform
from yiyang.base.errors import InstallationError
from yiyang.base.screen import emit_json, say, show_table, t

app = typer.Typer(
    name="lists",
    no_args_is_help=True,
    help="在浏览器发布的清单与仓库是否一致。Lists issued in the browser and the repository.",
)
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]
Areas = Annotated[list[str] | None, typer.Argument(metavar="[AREA]…", help="地区代码，默认全部。All by default.")]


@app.command("status", epilog="例 Example: yiyang lists status")
def status_command(as_json: AsJson = False) -> None:
    """数据库、数据文件夹和仓库是否一致；有冲突时退出码不为 0。Do database, data folder and repository agree?"""
    with _at_work():
        from yiyang.revisions.installing import standings

        found = standings()
    if as_json:
        emit_json([asdict(one) for one in found])
    else:
        columns = [
            (t(*pair), "left") for pair in (("地区", "area"), ("版本", "version"), ("状态", "state"), ("处理", "do"))
        ]
        rows = [(one.area, one.version, one.said, one.mend) for one in found]
        show_table(t("在浏览器发布的清单", "Lists issued in the browser"), columns, rows)
    bad = [one for one in found if one.state in ("missing", "conflict")]
    if bad:
        raise InstallationError(f"{len(bad)} 份清单不一致。", f"{len(bad)} list(s) disagree.")


@app.command("export", epilog="例 Example: yiyang lists export --to policy/")
def export_command(
    to: Annotated[Path, typer.Option("--to", metavar="POLICY", help="仓库的 policy 文件夹。A checkout's policy.")],
    areas: Areas = None,
) -> None:
    """把已发布的清单按字节写回仓库的 policy/lists/。Write issued lists back into a checkout, byte for byte."""
    with _at_work():
        from yiyang.revisions.installing import export

        done = export(to, areas or ())
    for area, changed in done.items():
        names = " ".join(path.name for path in changed) or t("没有变化", "unchanged")
        say(f"{area}：{names}", f"{area}: {names}")


@app.command("install", epilog="例 Example: yiyang lists install")
def install_command() -> None:
    """按数据库重新装入已发布的清单。Make the data folder say what the database says."""
    with _at_work():
        from yiyang.revisions.installing import lay_in_all

        count = lay_in_all()
    say(f"已装入 {count} 个版本。", f"{count} version(s) laid in.")


@contextmanager
def _at_work() -> Iterator[Any]:
    with platform.started():
        from yiyang.access.scope import platform as by_platform
        from yiyang.audit.record import work

        with work(by_platform(f"命令行（{getpass.getuser()}）")) as scope:
            yield scope
