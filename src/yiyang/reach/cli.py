"""Commands: reach cover, reach site, reach phase."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yiyang.base.clock import today
from yiyang.base.errors import UsageError
from yiyang.base.screen import emit_json, progress, say, show_table, t

if TYPE_CHECKING:
    from yiyang.reach.siting.answer import Answer
    from yiyang.reach.trial import Files

app = typer.Typer(name="reach", no_args_is_help=True, help="养老服务圈与设施选址。The care circle and where to build.")
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]
Where = Annotated[str, typer.Option("--area", help="区划代码或名称。A city, county or town.")]
Roads = Annotated[
    Path | None, typer.Option(help="OpenStreetMap 提取文件；缺省用虚拟路网。An .osm.pbf; otherwise made-up roads.")
]
Standing = Annotated[
    Path | None, typer.Option("--facilities", help="设施 CSV；缺省用虚拟设施。Facilities; otherwise made up.")
]
People = Annotated[
    Path | None, typer.Option("--points", help="人口点 CSV；缺省按普查虚拟。Population points; otherwise made up.")
]
KindName = Annotated[str | None, typer.Option(help="设施类别，如 day_care 或 日间照料中心。A kind of facility.")]
Seconds = Annotated[int, typer.Option(min=1, help="最长用时（秒）。How long it may take.")]
Projects = Annotated[
    Path | None, typer.Option(help="规划项目 CSV（可有 床位、造价、年度、已开工）。Projects of the plan.")
]
Keeps = Annotated[
    str,
    typer.Option(help="规划项目：keep 保留，under_way 只保留在建，question 全部质疑。Which projects stay."),
]
KEEPS = ("keep", "under_way", "question")
Gap = Annotated[float, typer.Option(min=0, max=50, help="与最优值相差不超过百分之几即可。Stop within so many percent.")]


@app.command("cover", epilog="例 Example: yiyang reach cover --area 511724 --roads dazhu.osm.pbf --facilities f.csv")
def cover_command(
    area: Where,
    roads: Roads = None,
    facilities: Standing = None,
    points: People = None,
    kind: KindName = None,
    out: Annotated[Path | None, typer.Option(help="输出文件夹。Folder for tables and map.")] = None,
    as_json: AsJson = False,
) -> None:
    """服务圈覆盖：多少人在规定时间内走得到设施，哪里还没有覆盖。Who gets to a facility in time, and who does not."""
    from yiyang.reach import reporting
    from yiyang.reach.trial import Files, ground

    files = Files(roads, points, facilities)
    stand, _ = ground(area, files, kind=kind)
    found = reporting.covered(stand, area, files)
    if out:
        reporting.write_cover(out, stand, found)
    if as_json:
        return emit_json(found.told)
    _warn(files)
    show_table(
        t("覆盖情况", "Coverage"),
        [(t("区域", "area"), "left"), (t("人群", "group"), "left"), (t("人数", "people"), "right"),
         (t("已覆盖", "covered"), "right"), (t("覆盖率", "share"), "right")],
        found.rows(),
    )  # fmt: skip
    return say(
        f"未覆盖的人口点 {len(found.gaps):,} 个；每千人可及 {found.told['places_per_1000']:.1f} 位（两步移动搜索）。",
        f"{len(found.gaps):,} points without; {found.told['places_per_1000']:.1f} places in reach per 1,000 (E2SFCA).",
    )


@app.command("site", epilog="例 Example: yiyang reach site --area 511722 --count 10 --kind day_care --map sites.html")
def site_command(
    area: Where,
    count: Annotated[int | None, typer.Option(min=1, help="共建多少处（含已定）。How many in all.")] = None,
    kind: KindName = None,
    budget: Annotated[int | None, typer.Option(min=0, help="总预算（万元）。Money, in 10,000 yuan.")] = None,
    group: Annotated[str, typer.Option(help="按哪类人群计算：elders、very_old…。Whose cover counts.")] = "elders",
    sites: Annotated[Path | None, typer.Option(help="备选点 CSV；缺省为各村（社区）。Where one may build.")] = None,
    projects: Projects = None,
    keeps: Keeps = "keep",
    roads: Roads = None,
    facilities: Standing = None,
    points: People = None,
    map_file: Annotated[Path | None, typer.Option("--map", help="地图文件 .html 或 .svg。A map.")] = None,
    seconds: Seconds = 60,
    gap: Gap = 0.0,
    as_json: AsJson = False,
) -> None:
    """选址建议：再建哪些处，新覆盖的人最多；说明与最优值最多差多少。The sites that cover most more, with proof."""
    from yiyang.reach import reporting
    from yiyang.reach.trial import Files

    _check_keeps(keeps, projects)
    if map_file and map_file.suffix not in (".html", ".svg"):
        raise UsageError("--map 应以 .html 或 .svg 结尾。", "--map ends in .html or .svg.")
    files = Files(roads, points, facilities)
    wish = reporting.Wish(area, files, count, kind, budget, group, sites, projects, keeps, seconds, gap / 100)
    with progress("计算选址", "siting", total=1) as bar:
        bar.step("计算选址", "siting")
        found = reporting.sited(wish)
    if map_file:
        reporting.write_map(map_file, found)
    if as_json:
        return emit_json(found.told)
    return _tell_sites(found.told, found.answer, files)


@app.command(
    "phase", epilog="例 Example: yiyang reach phase --area 511722 --kind regional_home --budget 2000,2000,3000,3000"
)
def phase_command(
    area: Where,
    kind: Annotated[str, typer.Option(help="设施类别。A kind of facility.")],
    budget: Annotated[
        str, typer.Option(help="各年预算（万元），逗号分隔；不填用规划项目的资金。Money by year, in 10,000 yuan.")
    ] = "",
    years: Annotated[int, typer.Option(min=0, max=15, help="不填预算时：几年。Without budget: how many years.")] = 0,
    first_year: Annotated[int, typer.Option(help="第一年，缺省明年。The first year; otherwise the next one.")] = 0,
    projects: Projects = None,
    keeps: Keeps = "keep",
    constant: Annotated[
        bool, typer.Option("--constant", help="需求不随人口预测增长。The need stays as it is.")
    ] = False,
    roads: Roads = None,
    facilities: Standing = None,
    points: People = None,
    seconds: Seconds = 120,
    gap: Gap = 1.0,
    as_json: AsJson = False,
) -> None:
    """分年建设：在各年预算内，在哪里建、建多大、哪年建，满足的床位需求最多。Where, how large and in which year."""

    from yiyang.reach import reporting
    from yiyang.reach.over_years import Wanted
    from yiyang.reach.trial import Files

    _check_keeps(keeps, projects)
    money = _money(budget) if budget else []
    if not money and not (years and projects):
        raise UsageError(
            "请用 --budget 给出各年预算；或用 --years 和 --projects，按规划项目的资金。",
            "Give --budget, or --years and --projects to spend what the projects cost.",
        )
    this, files = today().year, Files(roads, points, facilities)
    counted = None if points is None else this
    wanted = Wanted(first_year or this + 1, len(money) or years, tuple(money), keeps, not constant, counted)
    with progress("计算分年建设", "siting over years", total=1) as bar:
        bar.step("计算分年建设", "siting over years")
        found = reporting.phased(area, files, kind, wanted, projects, seconds, gap / 100)
    if as_json:
        return emit_json(found.told)
    return _tell_years(found.told, found.answer, files)


def _check_keeps(keeps: str, projects: Path | None) -> None:
    if keeps not in KEEPS:
        raise UsageError(f"--keeps 应为 {'、'.join(KEEPS)}。", f"--keeps is one of {', '.join(KEEPS)}.")
    if keeps != "keep" and projects is None:
        raise UsageError(f"--keeps {keeps} 需要 --projects。", f"--keeps {keeps} needs --projects.")


def _tell_years(told: dict[str, Any], answer: Answer, files: Files) -> None:
    _warn(files)
    show_table(
        t("建设安排", "What to build"),
        [(t("年", "year"), "right"), (t("地点", "site"), "left"), (t("床位", "places"), "right"),
         (t("万元", "10,000 yuan"), "right"), (t("与规划相比", "plan"), "left")],
        [(row["year"], row["name"], row["places"], row["yuan"] // 10_000, _fate(row)) for row in told["buildings"]],
    )  # fmt: skip
    doubted = told["question"]
    beside = doubted["plan_served"] if doubted else [""] * len(told["years"])
    show_table(
        t("各年满足床位", "Places served by year"),
        [(t("年", "year"), "right"), (t("需要", "needed"), "right"), (t("按规划", "the plan"), "right"),
         (t("本方案", "this"), "right")],
        list(zip(told["years"], told["demand"], beside, told["served"], strict=True)),
    )  # fmt: skip
    for why, titles in told["left_out"].items():
        say(f"{len(titles)} 个规划项目{why}，未计入：{'、'.join(titles)}。", f"not counted: {', '.join(titles)}.")
    need = (
        (f"需求按人口预测从 {told['counted']} 年推算", f"the need follows the forecast from {told['counted']}")
        if told["grows"] else ("需求各年不变", "the need stays as it is")
    )  # fmt: skip
    zh, en = answer.words()
    say(f"{need[0]}；{zh}。", f"{need[1]}; {en}.")
    if doubted:
        say(doubted["zh"], doubted["en"])


def _fate(row: dict[str, Any]) -> str:
    """What becomes of a planned project, in the reader's language."""
    words = {"kept": ("保留", "kept"), "dropped": ("取消", "dropped"), "new": ("新选", "new")}
    if row["fate"]:
        return t(*words[row["fate"]])
    return t("已定", "planned") if row["is_planned"] else ""


def _money(text: str) -> list[int]:
    try:
        years = [int(part) * 10_000 for part in text.replace("，", ",").split(",")]
    except ValueError:
        years = [-1]
    if min(years) < 0 or len(years) > 15:
        raise UsageError(
            f"--budget 应为以逗号分隔的各年万元数（至多15年），现在是“{text}”。",
            f"--budget is the money of each year, with commas between (at most 15 years), not “{text}”.",
        )
    return years


def _warn(files: Files) -> None:
    if warning := files.warning():
        say(*warning)


def _tell_sites(told: dict[str, Any], answer: Answer, files: Files) -> None:
    _warn(files)
    rows = [
        (
            number,
            site["name"],
            site["adds"],
            site["within_reach"],
            _fate(site),
        )
        for number, site in enumerate(told["sites"], start=1)
    ]
    show_table(
        t("建议选址", "Suggested sites"),
        [
            ("", "right"),
            (t("地点", "site"), "left"),
            (t("新覆盖", "adds"), "right"),
            (t("服务范围内", "in reach"), "right"),
            (t("与规划相比", "plan"), "left"),
        ],
        rows,
    )
    zh, en = answer.words()
    say(
        f"覆盖率 {told['share_before']:.1%} → {told['share_after']:.1%}，新覆盖 {told['covered_more']:,} 人；{zh}。",
        f"Covered {told['share_before']:.1%} → {told['share_after']:.1%}, {told['covered_more']:,} more; {en}.",
    )
    if told["question"]:
        say(told["question"]["zh"], told["question"]["en"])
