"""`registry groups`: who is counted where, and what changed since the snapshot before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from yiyang.base.errors import SnapshotError, UsageError
from yiyang.registry.cli import app
from yiyang.registry.tests.hall import AIHUA, BAOGUO, CHUNLAN, DEMING, ZHUYANG, Hall, person_row

# Without a register of deaths nobody is known to be alive, and then nobody is known to belong to any group.
STRANGER = "110105194912310021"
MIAOBA = "511724118201"  # a village in another town of the county


def lived(who: str, how: str, where: str = ZHUYANG) -> dict[str, str]:
    return {
        "身份证号码": who,
        "姓名": "",
        "居住状况": how,
        "是否孤寡": "否",
        "现住地区划代码": where,
        "摸排日期": "2026-01-05",
    }


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["groups", *map(str, words)])


@pytest.fixture
def two_months(hall: Hall) -> tuple[Path, Path]:
    """爱华 moves in with her family, 保国 is found alone in another town, nobody asked 德明, 春兰 stays as she is."""
    hall.police()
    hall.deliver("police_deaths", [{"身份证号": STRANGER, "死亡日期": "2026-09-01"}])
    hall.deliver("township_living", [lived(AIHUA, "独居"), lived(CHUNLAN, "空巢")])
    first = hall.build().path
    hall.month = "2026-11"
    hall.police()
    hall.deliver("township_living", [lived(AIHUA, "与家人同住"), lived(CHUNLAN, "空巢"), lived(BAOGUO, "独居", MIAOBA)])
    return first, hall.build().path


def _groups(*words: str | Path) -> dict[str, Any]:
    said = run(*words, "--json")
    assert said.exit_code == 0, said.output
    return {group["id"]: group for group in json.loads(said.stdout)["groups"]}


def test_counts_members_and_the_undecided_apart(two_months: tuple[Path, Path]) -> None:
    found = _groups(two_months[0])
    assert (found["living_alone"]["members"], found["living_alone"]["undecided"]) == (1, 2)
    assert (found["empty_nest"]["members"], found["empty_nest"]["visited"]) == (1, True)


def test_tells_who_entered_and_left_and_why(two_months: tuple[Path, Path]) -> None:
    first, second = two_months
    alone = _groups(second, "--previous", first)["living_alone"]
    assert alone["entered"] == {"people": 1, "causes": {"living_arrangement": 1}}
    assert alone["left"] == {"people": 1, "causes": {"living_arrangement": 1}}
    assert _groups(second, "--previous", first)["empty_nest"]["entered"]["people"] == 0


def test_counts_people_where_they_live(two_months: tuple[Path, Path]) -> None:
    first, second = two_months
    told = json.loads(run(second, "--json").stdout)
    alone = {place["code"]: place["members"].get("living_alone", 0) for place in told["areas"]}
    assert alone == {"511724001000": 0, "511724118000": 1}
    in_town = _groups(second, "--area", "511724118", "--previous", first)["living_alone"]
    assert (in_town["members"], in_town["entered"]["people"], in_town["left"]["people"]) == (1, 1, 0)
    assert _groups(second, "--area", "511724118201")["living_alone"]["members"] == 1
    assert _groups(second, "--area", "511725")["living_alone"]["members"] == 0


def test_the_screen_says_it_in_words(two_months: tuple[Path, Path]) -> None:
    first, second = two_months
    said = run(second, "--previous", first).output
    for words in ("独居老年人 *", "进入、退出的原因", "居住状况", "各地人数", "每月探访"):
        assert words in said
    assert "进入、退出的原因" not in run(second).output


def test_a_wrong_area_or_snapshot_is_told(two_months: tuple[Path, Path], tmp_path: Path) -> None:
    assert isinstance(run(two_months[0], "--area", "999999").exception, UsageError)
    assert isinstance(run(tmp_path / "none").exception, SnapshotError)
    (two_months[0] / "people.parquet").write_bytes(b"")
    assert isinstance(run(two_months[1], "--previous", two_months[0]).exception, SnapshotError)


def test_without_a_register_of_deaths_everybody_is_undecided(hall: Hall) -> None:
    hall.police(*[person_row(who) for who in (AIHUA, BAOGUO, CHUNLAN, DEMING)])
    hall.deliver("township_living", [lived(who, "独居") for who in (AIHUA, BAOGUO, CHUNLAN, DEMING)])
    alone = _groups(hall.build().path)["living_alone"]
    assert (alone["members"], alone["undecided"]) == (0, 4)
