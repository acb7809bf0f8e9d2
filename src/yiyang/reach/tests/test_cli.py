"""The commands on files as people have them, and without any."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from yiyang.base.errors import UsageError, YiyangError
from yiyang.reach.cli import app
from yiyang.reach.network.made_places import made_up_points
from yiyang.reach.network.reading import read_facilities, read_points
from yiyang.reach.policy import load_reach

COUNTY = "511724"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def told(*words: str) -> Any:
    found = run(*words, "--json")
    assert found.exit_code == 0, found.exception or found.output
    return json.loads(found.stdout)


@pytest.mark.parametrize("command", ["cover", "site", "phase"])
def test_help_shows_an_example(command: str) -> None:
    assert f"yiyang reach {command}" in run(command, "--help").stdout


def test_coverage_without_any_file_says_what_is_made_up() -> None:
    found = told("cover", "--area", COUNTY)
    assert found["made_up"] == ["roads", "points", "facilities"]
    whole = next(row for row in found["coverage"] if row["group"] == "elders" and row["area"] == 511724_000_000)
    parts = [row for row in found["coverage"] if row["group"] == "elders" and row["area"] != 511724_000_000]
    assert whole["people"] == 191_020 == sum(row["people"] for row in parts)
    assert whole["covered"] == sum(row["covered"] for row in parts)
    assert sum(gap["people"]["elders"] for gap in found["gaps"]) == whole["people"] - whole["covered"]
    assert "虚拟" in run("cover", "--area", COUNTY).output


def test_coverage_is_written_whole(tmp_path: Path) -> None:
    told("cover", "--area", COUNTY, "--out", str(tmp_path / "out"))
    assert {path.name for path in (tmp_path / "out").glob("*.*")} == {
        ".yiyang", "coverage.csv", "gaps.csv", "points.csv", "map.svg"
    }  # fmt: skip
    assert "<svg" in (tmp_path / "out" / "map.svg").read_text(encoding="utf-8")


def test_the_ten_best_sites_of_a_county_are_proved(tmp_path: Path) -> None:
    page = tmp_path / "sites.html"
    found = told("site", "--area", "511722", "--count", "10", "--map", str(page))
    assert found["status"] == "optimal"
    assert found["objective"] == found["bound"] == sum(site["adds"] for site in found["sites"])
    assert len(found["sites"]) == 10
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert len(re.findall("<polygon", text)) >= 11


def test_fixed_projects_are_kept_or_questioned(tmp_path: Path) -> None:
    projects = tmp_path / "projects.csv"
    projects.write_text("编号,名称,区划代码\nP1,已定项目,511724001001\n", encoding="utf-8")
    found = told("site", "--area", COUNTY, "--count", "4", "--projects", str(projects), "--keeps", "question")
    (plan,) = [site for site in found["sites"] if site["is_planned"]]
    assert (plan["id"], plan["fate"] in ("kept", "dropped")) == ("P1", True)
    assert {site["fate"] for site in found["sites"] if not site["is_planned"]} == {"new"}
    assert found["question"]["at_least"] <= found["question"]["at_most"]


def test_money_limits_what_is_built() -> None:
    found = told("site", "--area", COUNTY, "--kind", "日间照料中心", "--budget", "150")
    assert len(found["sites"]) == 3


def test_homes_are_built_year_by_year() -> None:
    found = told("phase", "--area", COUNTY, "--kind", "regional_home", "--budget", "1100,600", "--seconds", "10")
    spent = [sum(row["yuan"] for row in found["buildings"] if row["year"] <= year) for year in (1, 2)]
    assert spent[0] <= 11_000_000
    assert spent[1] <= 17_000_000
    assert found["objective"] == sum(found["served"])


def test_the_plans_own_money_is_spent_again_and_both_are_told(tmp_path: Path) -> None:
    projects = tmp_path / "projects.csv"
    projects.write_text(
        "编号,名称,区划代码,类别,床位,造价,年度,已开工\nP1,甲,511724001001,regional_home,50,8000000,2027,是\n"
        "P2,乙,511724001001,regional_home,50,9000000,2028,\nP3,丙,511724001001,regional_home,50,9000000,2033,\n",
        encoding="utf-8",
    )  # fmt: skip
    words = ("phase", "--area", COUNTY, "--kind", "regional_home", "--first-year", "2027", "--seconds", "10")
    found = told(*words, "--years", "2", "--projects", str(projects), "--keeps", "under_way")
    assert found["budget"] == [8_000_000, 9_000_000]
    assert found["left_out"] == {"规划期以后才完工": ["丙"]}
    fates = {row["id"]: row["fate"] for row in found["buildings"] if row["is_planned"]}
    assert fates["P1"] == "kept"
    assert sum(found["served"]) >= sum(found["question"]["plan_served"])
    assert run(*words, "--years", "2", "--projects", str(projects), "--keeps", "question").exit_code == 0


def test_the_need_grows_with_the_forecast_or_stays() -> None:
    words = ("phase", "--area", COUNTY, "--kind", "dining", "--budget", "50,50", "--first-year", "2029")
    grown, still = told(*words), told(*words, "--constant")
    assert still["demand"][0] == still["demand"][1] < grown["demand"][0] < grown["demand"][1]
    assert (grown["grows"], grown["counted"], still["grows"]) == (True, 2020, False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["site", "--area", COUNTY], "Give a count or a budget"),
        (["site", "--area", COUNTY, "--count", "3", "--group", "young"], "no group young"),
        (["site", "--area", COUNTY, "--budget", "3"], "needs --kind"),
        (["site", "--area", COUNTY, "--count", "3", "--keeps", "question"], "needs --projects"),
        (["site", "--area", COUNTY, "--count", "3", "--map", "x.pdf"], ".html or .svg"),
        (["site", "--area", COUNTY, "--count", "3", "--kind", "castle"], "no kind of facility castle"),
        (["phase", "--area", COUNTY, "--kind", "dining", "--budget", "x"], "with commas"),
        (["phase", "--area", COUNTY, "--kind", "dining"], "Give --budget"),
        (["phase", "--area", COUNTY, "--kind", "dining", "--budget", "1,1"], "do not pay the smallest"),
        (["site", "--area", COUNTY, "--kind", "dining", "--budget", "1"], "do not pay the smallest"),
        (["phase", "--area", COUNTY, "--kind", "dining", "--budget", "1", "--keeps", "all"], "--keeps is one of"),
        (["phase", "--area", COUNTY, "--kind", "dining", "--budget", "50", "--first-year", "2090"], "2021–2050"),
        (["cover", "--area", COUNTY, "--roads", "none.osm.pbf"], "no road file"),
        (["cover", "--area", "大足县"], "table of areas"),
    ],
)
def test_words_that_do_not_fit_are_told(words: list[str], said: str) -> None:
    error = run(*words).exception
    assert isinstance(error, YiyangError)
    assert said in error.en


def _bad(tmp_path: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding=encoding)
    return path


def test_every_bad_row_of_points_is_named(tmp_path: Path) -> None:
    path = _bad(tmp_path, "code,lon,lat,elders,urban\n511724001001,107,30,5,1\n51x,107,30,5,1\n"
                          "511724001002,30,107,5,1\n511724001003,107,30,-3,maybe\n")  # fmt: skip
    with pytest.raises(UsageError) as caught:
        read_points(path)
    said = [en for _, en in caught.value.problems]
    assert [line.split(":")[0] for line in said] == ["line 3", "line 4", "line 5", "line 5"]


def test_tables_of_offices_are_read_as_they_are(tmp_path: Path) -> None:
    path = _bad(tmp_path, "村码,经度,纬度,老年人,城镇\n511724001001,107.2,30.7,5,是\n", encoding="gb18030")
    found = read_points(path)
    assert (found.code.tolist(), found.urban.tolist(), found.people["elders"].tolist()) == ([511724001001], [True], [5])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lon,lat\n", "there are no rows"),
        ("name\nx\n", "column lon is missing"),
        ("id,lon,lat\n1,107,30\n1,107,30\n", "id 1 stands twice"),
        ("lon,lat,kind\n107,30,castle\n", "no kind of facility castle"),
        ("village\n511724999999\n", "is not known"),
        ("lon,lat\n107,x\n", "lat should be a number"),
    ],
)
def test_bad_facilities_are_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_facilities(_bad(tmp_path, text), load_reach(), made_up_points(511724_000_000))
    assert any(said in en for _, en in caught.value.problems)


def test_a_facility_in_a_made_up_village_is_made_up(tmp_path: Path) -> None:
    path = _bad(tmp_path, "village,kind,capacity\n511724001001,dining,30\n")
    found = read_facilities(path, load_reach(), made_up_points(511724_000_000))
    assert (found.made_up.tolist(), found.kind, found.capacity.tolist()) == ([True], ["dining"], [30])
