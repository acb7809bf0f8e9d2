"""Commands: assess draw verify."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from yiyang.base.errors import NotAsPublished, UsageError
from yiyang.base.screen import emit_json, say

app = typer.Typer(name="assess", no_args_is_help=True, help="能力评估：核对随机抽查。Assessments: verify a draw.")
draw_app = typer.Typer(no_args_is_help=True, help="随机抽查。Random re-assessment.")
app.add_typer(draw_app, name="draw")
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="公示的 JSON 文件。The published file.")]


@draw_app.command("verify", epilog="例 Example: yiyang assess draw verify draw-511724000000-2026-10.json")
def verify_command(file: File, as_json: AsJson = False) -> None:
    """按公示的种子和名录重新抽一遍，看结果是否一样。Draw again from the published seed and pool.

    任何人都可以核对：不需要登录，也不连接数据库。不一致时退出码为 16。Anybody can: no login, no database. Exit code 16
    where it does not come out the same.
    """
    from yiyang.assessment.lots import verify

    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"打不开 {file}。", f"{file} cannot be opened.") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UsageError(f"{file.name} 不是 JSON 文件。", f"{file.name} is no JSON file.") from error
    found = verify(said)
    if as_json:
        emit_json({"holds": not found, "problems": [{"zh": zh, "en": en} for zh, en in found]})
    elif not found:
        pool, drawn, source = len(said["pool"]), len(said["drawn"]), said.get("seed_from", "")
        say(
            f"一致：名录 {pool} 份，抽中 {drawn} 份。请再到“{source}”核对种子。",
            f"It holds: {drawn} of {pool}. Look the seed up in {source}, too.",
        )
    if found:
        raise NotAsPublished("抽查结果与公示的种子和名录不符：", "The draw does not follow from seed and pool:", found)
