"""Findings as a report: order, keys that stay, dismissals, JSON, workbook, paper, and the command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from yiyang.base.errors import Contradiction, UsageError
from yiyang.planning.cli import app
from yiyang.planning.coherence import CHECKS, check
from yiyang.planning.coherence.findings import SEVERITIES
from yiyang.planning.coherence.paper import html
from yiyang.planning.coherence.telling import as_data
from yiyang.planning.coherence.workbook import xlsx
from yiyang.planning.records import Document
from yiyang.planning.tests.coherence.made import DAZHU, indicator, plan, project

TEXT = """大竹县养老服务试编规划

一、发展目标

到2025年，全县至少建成60个区域性养老服务中心。

二、重点任务

到2025年，全县区域养老服务中心达到70个。=1+1
"""


def contradicted() -> Document:
    rows = [project(1, "托育项目", kind="childcare", places=150, description="建设50个托位。")]
    table = [indicator("县级老年大学覆盖率", "100")]
    return plan("到2022年，县级老年大学覆盖率达到100%。", "一、甲", "三、乙", projects=rows, indicators=table)


def test_the_gravest_come_first() -> None:
    told = check([contradicted()]).findings
    ranks = [SEVERITIES.index(each.severity) for each in told]
    assert len(told) == 3
    assert ranks == sorted(ranks)


def test_keys_stay_when_lines_move_and_change_with_the_figures() -> None:
    one = plan("到2025年，区域养老服务中心达到60个。", "到2025年，区域养老服务中心达到70个。")
    moved = plan("", "前言。", "到2025年，区域养老服务中心达到60个。", "", "到2025年，区域养老服务中心达到70个。")
    other = plan("到2025年，区域养老服务中心达到60个。", "到2025年，区域养老服务中心达到80个。")
    keys = [{each.key for each in check([document]).findings} for document in (one, moved, other)]
    assert keys[0] == keys[1]
    assert not keys[0] & keys[2]


def test_dismissed_findings_are_listed_apart_with_their_reason() -> None:
    first = check([contradicted()]).findings[0]
    report = check([contradicted()], dismissed={first.key: "二期另列", "gone": "旧"})
    assert first.key not in {each.key for each in report.findings}
    assert [(each.finding.key, each.reason) for each in report.dismissed] == [(first.key, "二期另列")]


def test_every_finding_has_both_places_both_figures_and_a_sentence() -> None:
    data = as_data(check([contradicted()]))
    assert json.loads(json.dumps(data)) == data
    for each in data["findings"]:
        assert len(each["places"]) == len(each["figures"]) == 2
        assert set(each["places"][0]) == {"document", "line", "path", "table", "row", "text"}
        assert each["why"].endswith("。")
        assert 0 < each["sure"] <= 1


def test_every_check_has_its_words_once() -> None:
    assert len({each.id for each in CHECKS}) == len({each.zh for each in CHECKS}) == len(CHECKS)
    assert all(each.zh and each.en and each.what_zh and (each.one or each.pair) for each in CHECKS)


def test_nothing_found_in_nothing() -> None:
    assert check([]).findings == ()
    assert check([plan(area=None)]).findings == ()


def test_the_workbook_holds_every_finding_and_no_formula(tmp_path: Path) -> None:
    document = replace(contradicted(), title="=1+1")
    report = check([document])
    xlsx(report, tmp_path / "found.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "found.xlsx")).get_sheet_by_name("矛盾").to_python()
    assert len(rows) == 1 + len(report.findings)
    assert rows[1][0] == "=1+1"


def test_the_paper_escapes_what_the_file_says() -> None:
    page = html(check([replace(contradicted(), title="<b>规划</b>")]))
    assert "&lt;b&gt;规划" in page
    assert "<b>规划" not in page


def test_the_command_tells_writes_and_fails_with_its_own_code(tmp_path: Path) -> None:
    (tmp_path / "大竹.txt").write_text(TEXT, encoding="utf-8")
    found = CliRunner().invoke(app, ["check", str(tmp_path), "--json", "--xlsx", str(tmp_path / "r.xlsx")])
    assert isinstance(found.exception, Contradiction)
    data = json.loads(found.stdout)
    assert [each["check"] for each in data["findings"]] == ["targets"]
    assert data["documents"][0]["area"] == f"{DAZHU}"
    assert {figure["value"] for figure in data["findings"][0]["figures"]} == {60, 70}
    assert (tmp_path / "r.xlsx").exists()


def test_the_command_is_content_once_the_finding_is_dismissed(tmp_path: Path) -> None:
    (tmp_path / "大竹.txt").write_text(TEXT, encoding="utf-8")
    first = CliRunner().invoke(app, ["check", str(tmp_path), "--json"])
    key = json.loads(first.stdout)["findings"][0]["key"]
    dismissals = tmp_path / "dismissed.yaml"
    dismissals.write_text(f"{key}: 70 个含规划外\n", encoding="utf-8")
    again = CliRunner().invoke(app, ["check", str(tmp_path), "--json", "--dismissals", str(dismissals)])
    assert again.exit_code == 0
    assert json.loads(again.stdout)["dismissed"][0]["reason"] == "70 个含规划外"


@pytest.mark.parametrize(
    "words",
    [["nowhere"], ["{dir}", "--area", "大竹"], ["{dir}", "--area", "别的=511724"], ["{dir}", "--dismissals", "{dir}"]],
)
def test_words_that_do_not_fit_are_refused(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "大竹.txt").write_text(TEXT, encoding="utf-8")
    found = CliRunner().invoke(app, ["check", *(each.format(dir=tmp_path) for each in words)])
    assert isinstance(found.exception, UsageError)


def test_a_finding_is_at_most_as_sure_as_its_figures_were_read() -> None:
    from yiyang.planning.records import Doubt

    document = contradicted()
    sure = {each.check: each.sure for each in check([document]).findings}
    row = document.projects[0].where
    doubted = replace(document, doubts=(Doubt(row, "单位拿不准", "150", 0.4),))
    told = {each.check: each.sure for each in check([doubted]).findings}
    assert told == sure | {"descriptions": 0.4}


def test_a_plan_in_which_nothing_was_read_is_not_called_clean_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "空.txt").write_text("今天天气很好。\n", encoding="utf-8")
    found = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert "没有读到项目" in found.output
    alone = CliRunner().invoke(app, ["check", str(tmp_path / "空.txt")])
    assert isinstance(alone.exception, UsageError)
    assert "所在的文件夹" in alone.exception.zh
