"""Command: forecast."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from yiyang.base.screen import emit_json, say, show_table, t

app = typer.Typer(help="人口预测。Forecast.")
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]


@app.command("forecast", epilog="例 Example: yiyang forecast 511724 --to 2035 --migration halve")
def forecast_command(
    area: Annotated[str, typer.Argument(help="区划代码或名称，0 为全国。Code or name of an area; 0: the country.")],
    to: Annotated[int | None, typer.Option(help="到哪一年，缺省 2035，最远 2050。To which year.")] = None,
    migration: Annotated[str | None, typer.Option(help="continue、halve 或 none。Moves.")] = None,
    fertility: Annotated[str | None, typer.Option(help="low、medium 或 high。Births.")] = None,
    mortality: Annotated[str | None, typer.Option(help="low、medium 或 high。Deaths.")] = None,
    series: Annotated[str | None, typer.Option(help="失能口径。How disability is counted.")] = None,
    as_json: AsJson = False,
) -> None:
    """推算一个县、市、省或全国今后的老年人、失能老年人和需求。Project an area's elders and what they will need."""
    from yiyang.areas.logic import NATION, require
    from yiyang.forecast import demand, projections, units

    scenario = projections.scenario_of(migration=migration, fertility=fertility, mortality=mortality)
    counted = demand.series_of(series)
    code = NATION if area == "0" else require(area).code
    found = projections.project(code, to, scenario)
    rows = [_row(found, place, series) for place in range(len(found.years))]
    if as_json:
        needs = {line.name: round(line.needed) for line in demand.needs(found, found.years[-1])}
        return emit_json(
            {"area": code, "scenario": vars(scenario), "made_from": found.made_from, "years": rows, "needs": needs}
        )
    say(f"{scenario.said}；失能：{counted.zh}", f"{vars(scenario)}; disability: {series or 'default'}")
    heads = {
        "year": t("年份", "year"), "everybody": t("总人口", "everybody"), "over_60": "60+",
        "low_60": t("60+ 低", "60+ low"),
        "high_60": t("60+ 高", "60+ high"), "over_65": "65+", "over_80": "80+", "disabled": t("失能", "disabled"),
    }  # fmt: skip
    lines = [[str(row["year"]), *(f"{row[head]:,}" for head in heads if head != "year")] for row in rows]
    show_table(units.name_of(code), [(word, "right") for word in heads.values()], lines)
    return None


def _row(found: Any, place: int, series: str | None) -> dict[str, int]:
    from yiyang.forecast import demand

    disabled = sum(float(people[place]) for people in demand.disabled(found, series).values())
    over = {f"over_{age}": round(float(found.over(age)[place])) for age in (60, 65, 80)}
    low, high = found.elders[place, 1, 0], found.elders[place, -2, 0]
    people = round(float(found.total[place].sum()))
    return {"year": found.years[place], "everybody": people, **over, "low_60": round(float(low)),
            "high_60": round(float(high)), "disabled": round(disabled)}  # fmt: skip
