"""Commands: assess draw verify, assess rescore."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yiyang.base import platform
from yiyang.base.errors import NotAsPublished, UsageError
from yiyang.base.screen import emit_json, say, show_table, t

if TYPE_CHECKING:
    from yiyang.assessment.rescoring import Reading, Rescored

app = typer.Typer(
    name="assess", no_args_is_help=True, help="能力评估：核对随机抽查、换版本重算。Assessments: verify a draw, rescore."
)
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


# A city's whole stock: read at once, so many and no more.
MOST = 2_000_000


@app.command("rescore", epilog="例 Example: yiyang assess rescore gbt_42195_2022 --reading sum --out changed.csv")
def rescore_command(
    scale: Annotated[str, typer.Argument(metavar="SCALE", help="标准编号，如 gbt_42195_2022。A scale's id.")],
    reading: Annotated[
        str, typer.Option("--reading", help="换成哪个版本或理解；不写就列出有哪些。Which other version or reading.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help=".csv：谁的等级会变，只写证书编号。Who would change.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """平台上的有效结果换一个版本或理解，谁的等级会变；只是看，不改动任何结果。Whose level would be another one.

    Standing results on the platform under another version or reading; nothing is changed.
    """
    with platform.started():
        found = _asked(scale, reading, as_json)
    if found is None:
        return
    if out:
        _write(found, out)
    counts = [{"before": before, "after": after, "results": count} for before, after, count in found.counts]
    if as_json:
        # Nothing else is said then: what reads it reads JSON.
        emit_json({"scored": found.scored, "left": found.left, "changed": found.changed, "counts": counts})
        return
    heads = [(t("现在", "now"), "left"), (t("换了以后", "then"), "left"), (t("份", "results"), "right")]
    show_table(t("换版本重算", "Rescored"), heads, [[*each.values()] for each in counts])
    if out:
        say(f"已写出 {out}。", f"Wrote {out}.")
    say(
        f"重算 {found.scored:,} 份，{found.changed:,} 份的等级会变；别的版本的 {found.left:,} 份没有重算。",
        f"{found.scored:,} scored, {found.changed:,} would change; {found.left:,} of other versions were left.",
    )


def _asked(scale: str, reading: str, as_json: bool) -> Rescored | None:
    """What was asked for; None where the readings were listed instead."""
    from yiyang.assessment import rescoring, scales

    if scale not in scales.instruments():
        known = [(each, each) for each in scales.instruments()]
        raise UsageError(f"没有评估标准 {scale}。", f"There is no scale {scale}.", known)
    readings = {each.slug: each for each in rescoring.readings(scale)}
    if reading not in readings:
        _offer(readings, reading, as_json)
        return None
    return _rescored(scale, readings[reading])


def _offer(readings: dict[str, Reading], asked: str, as_json: bool) -> None:
    if asked:
        known = [(f"{each.slug}：{each.title}", each.slug) for each in readings.values()]
        raise UsageError(f"没有“{asked}”。", f"There is no reading {asked}.", known)
    if as_json:
        emit_json([{"reading": each.slug, "title": each.title} for each in readings.values()])
        return
    heads = [("--reading", "left"), (t("是什么", "what it is"), "left")]
    show_table(t("可以换成", "Other readings"), heads, [[each.slug, each.title] for each in readings.values()])


def _rescored(scale: str, reading: Reading) -> Rescored:
    from yiyang.access.scope import platform as scope
    from yiyang.assessment import rescoring
    from yiyang.audit.record import record, work

    with work(scope("yiyang assess rescore")):
        record("search", what="assessment:rescoring", detail={"instrument": scale, "reading": reading.slug})
        return rescoring.rescored(scale, reading, most=MOST, shown=MOST)


def _write(found: Rescored, out: Path) -> None:
    """By certificate number: no name and nothing of what was answered leaves."""
    import csv

    from yiyang.base.output import atomic_file

    with atomic_file(out) as work, work.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["证书编号", "现在", "换了以后"])
        writer.writerows([each.result.number, each.before, each.after] for each in found.moved)
