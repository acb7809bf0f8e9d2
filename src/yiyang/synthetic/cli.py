"""`yiyang city make`: a made-up city, delivered as its departments would deliver it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from yiyang.base import screen
from yiyang.base.output import atomic_folder

app = typer.Typer(
    name="city", no_args_is_help=True, help="虚构城市：造数据用于试用和测试。A made-up city for trials and tests."
)


@app.callback()
def city() -> None:
    """虚构城市。A made-up city."""


@app.command()
def make(
    area: Annotated[
        str, typer.Option(help="县、市、省的区划代码或名称。Code or name of a county, city or province.")
    ] = "511700",
    out: Annotated[Path, typer.Option(help="输出文件夹。Output folder.")] = Path("out/city"),
    seed: Annotated[int, typer.Option(help="种子：同一个种子造出同样的字节。The same seed makes the same bytes.")] = 1,
    elders: Annotated[
        int | None, typer.Option(help="老年人数，默认与普查相同。Number of elders; as counted by default.")
    ] = None,
    unidentified: Annotated[
        float, typer.Option(help="另加的无有效身份证号码的行的比例。Share of further rows without a usable id number.")
    ] = 0.0,
    months: Annotated[str, typer.Option(help="连续的月份。Successive months.")] = "2026-10,2026-11",
    as_json: Annotated[bool, typer.Option("--json", help="用 JSON 输出结果。Answer in JSON.")] = False,
) -> None:
    """按普查数字造一座城市：各部门的登记册、埋下的差错和真值。

    Make a city from the census: the departments' registers, planted faults, and the truth.

    例 Examples:

      yiyang city make --area 511700 --seed 1 --out out/dazhou

      yiyang city make --area 铜梁区 --elders 20000 --out out/tongliang
    """
    report = make_into(out, area=area, seed=seed, elders=elders, months=months, unidentified=unidentified)
    if as_json:
        screen.emit_json({**report, "out": str(out)})
        return
    rows, elders = sum(sum(month.values()) for month in report["rows"].values()), report["elders"]
    name, count = report["name"], len(report["months"])
    screen.say(
        f"已造好虚构的{name}：{elders:,} 位老年人，{count} 个月，{rows:,} 行登记。输出在 {out}",
        f"Made-up {name} is ready: {elders:,} elders, {count} months, {rows:,} rows. See {out}",
    )


def make_into(
    out: Path, *, area: str, seed: int, elders: int | None, months: str, unidentified: float = 0.0
) -> dict[str, Any]:
    """Make a city in a folder; its manifest."""
    from yiyang.synthetic.make import make_city, manifest, plan_of

    plan = plan_of(area, months, elders, seed, unidentified)
    with screen.progress("造城市", "Making the city", 1 + len(plan.months)) as bar, atomic_folder(out) as folder:
        report = manifest(plan, make_city(plan, folder, bar.step))
        (folder / "manifest.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return report
