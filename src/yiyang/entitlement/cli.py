"""Commands: run, explain, diff, arrears, simulate, next."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yiyang.base.errors import UsageError
from yiyang.base.screen import emit_json, lang, say
from yiyang.entitlement import show

if TYPE_CHECKING:
    from yiyang.catalog.overlay import Overlay

app = typer.Typer()
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]
RunArgument = Annotated[
    Path, typer.Argument(metavar="RUN", help="yiyang run 的输出文件夹。A folder made by yiyang run.")
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="ITEM.VALUE=…", help="试改一个取值（金额以元计），可多次。Try a value (money in yuan)."
    ),
]
Overlays = Annotated[
    list[Path] | None,
    typer.Option(
        "--overlay", metavar="FILE|DIR", help="YAML 改动文件，或另一份清单的文件夹。A YAML overlay or a list folder."
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="同时把明细写入该文件夹。Also write the details there.")
]


class EngineName(StrEnum):
    DUCKDB = "duckdb"
    SPARK = "spark"


@app.command("run", epilog="例 Example: yiyang run --snapshot out/s11 --month 2026-11 --out out/r11 --previous out/r10")
def run_command(
    snapshot: Annotated[Path, typer.Option(help="yiyang registry build 的输出。A snapshot.")],
    month: Annotated[str, typer.Option(help="月份，如 2026-11。The month.")],
    out: Annotated[Path, typer.Option(help="输出文件夹。The output folder.")],
    engine: Annotated[EngineName, typer.Option(help="计算引擎。The engine.")] = EngineName.DUCKDB,
    previous: Annotated[
        Path | None, typer.Option(help="上月的运行，用来写“什么变了”。The run of the month before.")
    ] = None,
    arrears: Annotated[
        Path | None, typer.Option(help="yiyang arrears --out 的输出，写进报告。Arrears to put into the report.")
    ] = None,
    sets: Sets = None,
    overlay: Overlays = None,
    as_json: AsJson = False,
) -> None:
    """按清单为每个人判定当月待遇。Answer everybody of a snapshot under the lists that answer for him."""
    from yiyang.entitlement import actions

    run = actions.run(
        snapshot=snapshot,
        month=month,
        out=out,
        engine=engine.value,
        overlay=_overlay(sets, overlay),
        previous=previous,
        then=arrears,
    )
    if as_json:
        return emit_json(run.summary)
    show.summary(run.summary)
    say(f"报告：{out / 'report.html'}", f"Report: {out / 'report.html'}")


@app.command("explain", epilog="例 Example: yiyang explain out/r11 511724194501010011 old_age_allowance")
def explain_command(
    run: RunArgument,
    person: Annotated[
        str,
        typer.Argument(metavar="PERSON", help="人员编号或 18 位身份证号。A person number or an 18-digit id number."),
    ],
    item: Annotated[str | None, typer.Argument(metavar="[ITEM]", help="只看一个项目。Only one item.")] = None,
    as_json: AsJson = False,
) -> None:
    """说明一个人为什么有、为什么没有、还缺什么。Why a person is entitled, why not, what is missing."""
    from yiyang.entitlement.explain import explain, person_in
    from yiyang.entitlement.store import RunFolder

    opened = RunFolder(run)
    told = explain(opened, person_in(opened, person), item, lang(), asked=person)
    emit_json(told) if as_json else show.explanation(told, single=item is not None)


@app.command("diff", epilog="例 Example: yiyang diff out/r10 out/r11 --out out/d11")
def diff_command(
    run_a: Annotated[Path, typer.Argument(metavar="RUN_A")],
    run_b: Annotated[Path, typer.Argument(metavar="RUN_B")],
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """两次运行之间新增、变动、停发的人，以及原因。Who is new, changed, ended, and why."""
    from yiyang.entitlement import actions

    found = actions.compare_runs(run_a, run_b, out)
    emit_json(found) if as_json else show.difference(found)


@app.command(
    "arrears",
    epilog="例 Example: yiyang run --snapshot out/s11 --month 2026-10 --out out/r10-now && "
    "yiyang arrears out/r10 out/r10-now",
)
def arrears_command(
    then: Annotated[Path, typer.Argument(metavar="RUN_THEN", help="当时的运行。The month as known then.")],
    now: Annotated[
        Path, typer.Argument(metavar="RUN_NOW", help="同一个月、按现在所知重算的运行。The same month as known now.")
    ],
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """同一个月按当时所知与按现在所知之差：补发与追回。Back-pay and recovery of one month."""
    from yiyang.entitlement import actions

    found = actions.compute_arrears(then, now, out)
    emit_json(found) if as_json else show.arrears(found)


@app.command(
    "simulate",
    epilog="例 Example: yiyang simulate out/r11 --set 511724/old_age_allowance.eighties=80 "
    "--set 511724/old_age_allowance.nineties=100",
)
def simulate_command(run: RunArgument, sets: Sets = None, overlay: Overlays = None, as_json: AsJson = False) -> None:
    """试算清单改动：每年多花多少，谁受益，谁受损。What a change would cost, who wins, who loses."""
    from yiyang.entitlement.simulate import Simulator
    from yiyang.entitlement.store import RunFolder

    if not sets and not overlay:
        raise UsageError("没有给出改动：请用 --set 或 --overlay。", "no change given: use --set or --overlay.")
    opened, changes = RunFolder(run), _overlay(sets, overlay)
    found = Simulator(opened).simulate(opened.rebind(changes))
    emit_json(found) if as_json else show.simulation(found)


@app.command("next", epilog="例 Example: yiyang next out/r11 --out out/next")
def next_command(run: RunArgument, out: Out = None, as_json: AsJson = False) -> None:
    """接下来先查什么：缺失的事实，按关系的钱和人排序，并按乡镇列名单。What to find out next."""
    from yiyang.entitlement import next_facts
    from yiyang.entitlement.store import RunFolder

    opened = RunFolder(run)
    found = next_facts.missing(opened)
    summary = next_facts.summarise(opened, found)
    if out:
        from yiyang.entitlement.actions import write_next

        write_next(opened, found, summary, out)
    emit_json(summary) if as_json else show.next_facts(summary)


def _overlay(sets: list[str] | None, paths: list[Path] | None) -> Overlay:
    from yiyang.catalog.overlay import Overlay

    return Overlay.of(sets or (), paths or ())


__all__ = ["app"]
