"""Commands: publish make, publish check, publish attack, publish budget."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from yiyang.base.errors import NotAsPublished, UsageError
from yiyang.base.output import atomic_file
from yiyang.base.screen import emit_json, say, show_table, t
from yiyang.indicators.publication import cli_methods
from yiyang.indicators.publication.cli_methods import Place

if TYPE_CHECKING:
    from yiyang.indicators.publication.protecting import Secured
    from yiyang.indicators.publication.tables import Table

app = typer.Typer(
    name="publish",
    no_args_is_help=True,
    help="公开统计表：隐藏、取整或加噪，核对，攻击测试。Publish statistics, provably safe.",
)
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]
Width = Annotated[int, typer.Option(min=1, help="隐藏的数至少可能多、少这么多。Hidden counts may be ± so much.")]
Method = Annotated[
    Literal["hide", "round", "noise"],
    typer.Option(help="隐藏小数、受控舍入、加噪（差分隐私）。Hide small counts, round, or add noise."),
]
LICENCE = "可自由使用、转载，请注明来源、表名和版本。"


@app.command("make", epilog="例 Example: yiyang publish make people.csv --by town --by age --areas town --out open")
def make_command(
    source: Annotated[Path, typer.Argument(help="CSV：一行一人，或一行一组加人数列。People, or groups with counts.")],
    by: Annotated[list[str], typer.Option(help="分组列，可多次给出。A column to tell apart; repeat it.")],
    out: Annotated[Path, typer.Option(help="公开文件夹；已有的表一并考虑。The folder of what is published.")],
    count: Annotated[
        str, typer.Option(help="人数列；缺省数行。The column of counts; rows are counted otherwise.")
    ] = "",
    areas: Annotated[str, typer.Option(help="其中的区划代码列（分级汇总）。The column of area codes.")] = "",
    name: Annotated[str, typer.Option(help="文件名。The table's name.")] = "table",
    title: Annotated[str, typer.Option(help="表名。The table's title.")] = "",
    universe: Annotated[str, typer.Option(help="统计的是谁；同一人群的表一起防护。Who is counted.")] = "people",
    moment: Annotated[str, typer.Option(help="时期，如 2026-10。The month.")] = "2026-01",
    least: Annotated[int, typer.Option(min=2, help="小于它的数（0除外）不公开。Smaller counts are hidden.")] = 10,
    width: Width = 5,
    hide_zeros: Annotated[bool, typer.Option(help="0 也不公开。Zeros are hidden too.")] = False,
    proof: Annotated[
        Path | None, typer.Option(help="证明文件（含真实数，不得公开）；缺省在公开文件夹旁。Keep it to yourself.")
    ] = None,
    method: Method = "hide",
    base: Annotated[int, typer.Option(help="取整为它的倍数；缺省按规则。Round to multiples of it.")] = 0,
    epsilon: Annotated[str, typer.Option(help="加噪用的隐私预算，如 0.5；缺省按规则。For noise.")] = "",
    preview: Annotated[bool, typer.Option(help="加噪时只看误差，不抽取。Only say noise's error.")] = False,
    as_json: AsJson = False,
) -> None:
    """做一张可以公开的统计表：隐藏小数并给出证明，或取整，或加噪。Make a table in which nobody can be found."""
    from yiyang.indicators.publication import counting, files, keeping, protecting
    from yiyang.indicators.publication.rules import Rules

    rules = Rules(least, width, "hidden" if hide_zeros else "open")
    kept = proof or out.with_name(f"{out.name}-protected") / f"{name}-{moment}.npz"
    if kept.resolve().is_relative_to(out.resolve()):
        raise UsageError("证明含真实数，不能放在公开文件夹里。", "The proof holds true counts: keep it elsewhere.")
    words: dict[str, Any] = {"name": name, "title": title or name, "universe": universe, "moment": moment}
    table = counting.table_from(source, by, count=count, areas=areas, **words)
    where = Place(out, f"{name}-{moment}", kept, LICENCE)
    if method != "hide":
        return _otherwise(table, where, method, base, epsilon, preview, as_json)
    earlier = _earlier(kept.parent, kept, universe)
    secured, found = protecting.protect([table], rules, earlier=earlier)
    verdict = protecting.check(secured, found, earlier=earlier)
    about = {"rules": asdict(rules), "licence": LICENCE, "version": 1, "note": _note(rules.least, rules.width)}
    about["protection"] = {"method": "hide"} | asdict(rules)
    kept.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(kept) as work_file:
        work_file.write_bytes(keeping.to_bytes([*secured, *earlier], found, len(earlier)))
    written = files.write(out, f"{name}-{moment}", files.as_json(table, secured[0].shown, about))
    told = {
        "cells": table.size, "sensitive": int(secured[0].sensitive.sum()), "hidden": secured[0].hidden,
        "secondary": secured[0].secondary, "narrowest": verdict.narrowest, "holds": verdict.holds,
        "files": [str(path) for path in written], "proof": str(kept),
    }  # fmt: skip
    if as_json:
        return emit_json(told)
    say(
        f"{table.size:,} 个数，隐藏 {told['hidden']:,} 个，其中 {told['sensitive']:,} 个小于 {least}，"
        f"{told['secondary']:,} 个为防推算。",
        f"{table.size:,} cells, {told['hidden']:,} hidden: {told['sensitive']:,} small ones, "
        f"{told['secondary']:,} so that those cannot be worked out.",
    )
    _say_verdict(verdict.holds, verdict.narrowest, verdict.problems)
    return cli_methods.mixed(where, moment)


def _otherwise(table: Table, place: Place, method: str, base: int, epsilon: str, preview: bool, as_json: bool) -> None:
    from yiyang.indicators.publication.policy import load_publication

    if method == "round":
        cli_methods.rounded(table, place, base or load_publication().rounding.base, as_json=as_json)
    else:
        cli_methods.noisy(table, place, epsilon, preview=preview, as_json=as_json)
    if not as_json:
        cli_methods.mixed(place, table.moment)


def _note(least: int, width: int) -> str:
    return (
        f"“…”表示不公开：人数少于{least}，或可由此推算出少于{least}的数。"
        f"每个小于{least}的数都至少可能多、少{width}（不低于0）。"
    )


def _earlier(folder: Path, but: Path, universe: str) -> list[Secured]:
    """The new tables of every other proof of a folder that speak of the same people."""
    from yiyang.indicators.publication import keeping, sealing

    found = []
    for path in sorted(folder.glob("*.npz")) if folder.is_dir() else []:
        if path.resolve() != but.resolve() and not sealing.is_rounded(path.read_bytes()):
            found += [each for each in keeping.from_bytes(path.read_bytes())[0] if each.table.universe == universe]
    return found


def _say_verdict(holds: bool, narrowest: int, problems: tuple[tuple[str, str], ...]) -> None:
    for zh, en in problems:
        say(f"  · {zh}", f"  · {en}")
    if not holds:
        raise NotAsPublished("证明不成立，这些表不能公开。", "The proof does not hold; do not publish.")
    if narrowest < 0:
        return say("没有需要隐藏的数。", "Nothing had to be hidden.")
    return say(
        f"证明成立：按公开的全部数字，任何被隐藏的小数都至少有 {narrowest + 1} 种可能。",
        f"Proved: whatever is published, every hidden small count may be one of {narrowest + 1} or more.",
    )


@app.command("check", epilog="例 Example: yiyang publish check open-protected/table-2026-10.npz --open open")
def check_command(
    proof: Annotated[Path, typer.Argument(help="publish make 写的证明文件。The proof that publish make wrote.")],
    published: Annotated[
        Path | None, typer.Option("--open", help="公开文件夹：核对公开的正是证明的表。What is published.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """逐条加总核对证明，不依赖求解器。Add up a proof, without the solver that found it."""
    from yiyang.indicators.publication import files, keeping, protecting, sealing

    if not proof.is_file():
        raise UsageError(f"没有文件 {proof}。", f"There is no file {proof}.")
    if sealing.is_rounded(proof.read_bytes()):
        seen = files.read(published) if published else None
        return cli_methods.check(proof.read_bytes(), seen, as_json=as_json)
    new, earlier, found = keeping.from_bytes(proof.read_bytes())
    verdict = protecting.check(new, found, earlier=earlier)
    seen = files.read(published) if published else []
    problems = [*verdict.problems, *(each for table in new for each in _differences(table, seen) if published)]
    if as_json:
        emit_json(
            {"holds": not problems, "narrowest": verdict.narrowest, "hidden": verdict.hidden,
             "sensitive": verdict.sensitive, "moves": verdict.moves, "problems": [en for _, en in problems]}
        )  # fmt: skip
        if problems:
            raise NotAsPublished("证明不成立。", "The proof does not hold.")
        return
    say(
        f"{verdict.sensitive:,} 个小数，{verdict.hidden:,} 个数被隐藏，{verdict.moves:,} 张可能的表逐张加总。",
        f"{verdict.sensitive:,} small counts, {verdict.hidden:,} hidden; {verdict.moves:,} possible tables added up.",
    )
    _say_verdict(not problems, verdict.narrowest, tuple(problems))


def _differences(table: Secured, seen: list[Any]) -> list[tuple[str, str]]:
    """Whether what is published is what was proved."""
    import numpy as np

    from yiyang.indicators.publication.protecting import shape_of

    for each in seen:
        if each.name == table.table.name and each.shape == shape_of(table.table):
            same = np.array_equal(each.shown, table.shown) and (each.values == table.table.counts)[table.shown].all()
            return [] if same else [(f"公开的{each.name}与证明的不同。", f"{each.name} is not what was proved.")]
    return [(f"没有找到公开的{table.table.name}。", f"{table.table.name} is not among what is published.")]


@app.command("attack", epilog="例 Example: yiyang publish attack open --width 5")
def attack_command(
    place: Annotated[Path, typer.Argument(help="公开文件夹或一张表（JSON）。A folder or a table as published.")],
    width: Width = 5,
    change: Annotated[
        int | None, typer.Option(min=0, help="假定相邻两月每个数变化不超过它。No count changes by more in a month.")
    ] = None,
    draws: Annotated[
        int, typer.Option(min=0, help="加噪的表：抽多少次来检验 ε；0 不检验。Draws by which noise is tried.")
    ] = 8000,
    as_json: AsJson = False,
) -> None:
    """攻击者的程序：用公开的全部表推算被隐藏和取整的数，检验加噪。Work out counts from all that is published."""
    from yiyang.indicators.publication import files
    from yiyang.indicators.publication.attack import attack

    if not place.exists():
        raise UsageError(f"没有 {place}。", f"There is no {place}.")
    seen = files.read(place)
    found, tried = attack(seen, width=width, change=change), cli_methods.tried(seen, draws)
    told = {
        "hidden": found.hidden, "recovered": len(found.recovered), "narrow": len(found.closest), "width": found.width,
        "programs": found.programs, "impossible": found.impossible,
        "closest": [{"cell": each.key, "low": each.low, "high": each.high} for each in found.closest], "noise": tried,
    }  # fmt: skip
    if as_json:
        return emit_json(told)
    if found.impossible:
        return say(
            "没有一种可能与公开的数一致：表有误，或假定不成立。", "Nothing fits: a table or assumption is wrong."
        )
    recovered, narrow = len(found.recovered), len(found.closest) - len(found.recovered)
    say(
        f"隐藏或取整 {found.hidden:,} 个数：推出 {recovered:,} 个，另有 {narrow:,} 个的可能范围小于 {width}"
        f"（取整的：小于所承诺的）（{found.programs:,} 次线性规划）。",
        f"{found.hidden:,} hidden or rounded: {recovered:,} recovered, {narrow:,} more held within less than {width}, "
        f"or than promised of rounded ones ({found.programs:,} linear programs).",
    )
    cli_methods.say_tried(tried)
    if found.closest:
        heads = [(t("被隐藏的数", "cell"), "left"), (t("最小", "low"), "right"), (t("最大", "high"), "right")]
        show_table(t("最接近的", "Closest"), heads, [[e.key, f"{e.low}", f"{e.high}"] for e in found.closest[:20]])
    return None


@app.command("budget", epilog="例 Example: yiyang publish budget open-protected")
def budget_command(
    folder: Annotated[Path, typer.Argument(help="公开文件夹旁的 -protected 文件夹。The folder of proofs.")],
    as_json: AsJson = False,
) -> None:
    """加噪的表用了多少隐私预算。What tables with noise have spent of people's privacy."""
    cli_methods.ledger(folder, as_json=as_json)
