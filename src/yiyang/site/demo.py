"""The demo: a whole synthetic city, from its departments' files to entitlements, reasons and differences."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from yiyang.base.screen import console, show_table, t

app = typer.Typer()
MONTHS = ("2026-10", "2026-11")


@app.command("demo", epilog="例 Example: yiyang demo --area 500151 --out out/tongliang")
def demo_command(
    area: Annotated[str, typer.Option(help="地区代码。The area.")] = "511700",
    elders: Annotated[
        int | None, typer.Option(help="缩小到多少位老人；不写为全部。Fewer elders; all by default.")
    ] = None,
    seed: Annotated[int, typer.Option(help="随机种子。The seed.")] = 1,
    out: Annotated[Path, typer.Option(help="输出文件夹。The output folder.")] = Path("out/demo"),
) -> None:
    """造一座城，收各部门的登记册，为每位老人找到应享的待遇。The main job on a synthetic city, end to end."""
    clock = _Clock()
    clock.step(
        "① 造一座合成的城（各部门的登记册，两个月）",
        "① a synthetic city: registers of two months",
        lambda: _city(area, seed, elders, out / "city"),
    )
    first, second = MONTHS
    for month, previous in ((first, None), (second, out / f"snapshot-{first}")):
        clock.step(
            f"② 汇集 {month} 的登记册",
            f"② bringing the registers of {month} together",
            partial(_build, out, month, previous),
        )
    clock.step(f"③ {first}：按清单逐人判定", f"③ {first}: everybody under his list", lambda: _run(out, first, first))
    clock.step(
        f"④ {first} 按今日所知重算，得出补发与追回",
        f"④ {first} again as known now: back-pay and recovery",
        lambda: _arrears(out, first, second),
    )
    clock.step(
        f"⑤ {second}：判定、比较、出报告",
        f"⑤ {second}: answers, differences, report",
        lambda: _month(out, second, first),
    )
    _tell(out, second, clock)


class _Clock:
    def __init__(self) -> None:
        self.steps: list[tuple[str, float]] = []

    def step(self, zh: str, en: str, work: Callable[[], Any]) -> None:
        console(stderr=True).print(Text(t(zh, en), style="bold"))
        began = time.perf_counter()
        work()
        self.steps.append((t(zh, en), time.perf_counter() - began))


def _city(area: str, seed: int, elders: int | None, out: Path) -> None:
    from yiyang.synthetic.cli import make

    make(area=area, seed=seed, elders=elders, months=",".join(MONTHS), out=out)


def _build(out: Path, month: str, previous: Path | None) -> None:
    from yiyang.registry.build import build

    build(
        out / "city" / month, known=date.fromisoformat(f"{month}-01"), out=out / f"snapshot-{month}", previous=previous
    )


def _run(out: Path, month: str, known: str, **options: Any) -> None:
    from yiyang.entitlement import actions

    name = f"run-{month}" if known == month else f"run-{month}-known-{known}"
    actions.run(snapshot=out / f"snapshot-{known}", month=month, out=out / name, **options)


def _arrears(out: Path, month: str, known: str) -> None:
    from yiyang.entitlement import actions

    _run(out, month, known, pages=False)
    actions.compute_arrears(out / f"run-{month}", out / f"run-{month}-known-{known}", out / "arrears")


def _month(out: Path, month: str, before: str) -> None:
    _run(out, month, month, previous=out / f"run-{before}", then=out / "arrears")


def _tell(out: Path, month: str, clock: _Clock) -> None:
    from yiyang.entitlement import show

    run = out / f"run-{month}"
    found = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    show.summary(found)
    show.difference(json.loads((run / "diff.json").read_text(encoding="utf-8")), by_item=False)
    show.arrears(json.loads((out / "arrears" / "arrears.json").read_text(encoding="utf-8")))
    show_table(
        t("用时（秒）", "Seconds"),
        [(t("步骤", "step"), "left"), (t("秒", "s"), "right")],
        [
            *[(name, f"{seconds:.1f}") for name, seconds in clock.steps],
            (t("合计", "total"), f"{sum(s for _, s in clock.steps):.1f}"),
        ],
    )
    console().print(
        t(
            f"\n报告（含地图）：{run / 'report.html'}\n接着试：",
            f"\nReport with the map: {run / 'report.html'}\nLook next:",
        ),
        markup=False,
    )
    for hint in _hints(run, found):
        console().print(f"  yiyang {hint}", markup=False)


def _hints(run: Path, found: dict[str, Any]) -> list[str]:
    """Commands that work on this run: the nearest list's dearest item a little dearer, who gets it, the list."""
    from yiyang.engine.facts import area_span
    from yiyang.entitlement.store import RunFolder

    opened = RunFolder(run)
    paying = [item for item in found["items"] if item["year_fen"] and item["per"] == "person"] or found["items"]
    item = min(
        paying, key=lambda item: (area_span(item["list_area"])[1] - area_span(item["list_area"])[0], -item["year_fen"])
    )
    info = opened.bound.infos[item["rule"]]
    somebody = opened.table(f"entitlements/{info.list_area}-{info.item.id}.parquet", columns=["person"])["person"][0]
    dearer = [
        f"{info.list_area}/{info.item.id}.{name}={info.values[name] // 100 + 20}" for name in info.tier_values[-1:]
    ]
    return [
        f"next {run}",
        *(f"simulate {run} --set {change}" for change in dearer),
        f"explain {run} {somebody} {info.item.id}",
        f"list show {info.list_area}",
    ]
