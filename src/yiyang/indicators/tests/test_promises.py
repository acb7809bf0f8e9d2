"""Targets that a bureau's own documents state stand beside those of policy, once, and count when somebody confirmed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from conftest import DAZHOU, DAZHU
from yiyang.access.scope import Scope
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.catalog.plan_terms_schema import Terms
from yiyang.indicators import reading
from yiyang.indicators.policy import load_indicators
from yiyang.indicators.promises import actions, matching
from yiyang.indicators.promises.reading import Read, match_of, of_areas, promised
from yiyang.indicators.tests.test_pages import text
from yiyang.indicators.tests.town import scope
from yiyang.planning import file_actions
from yiyang.planning.coherence.terms import load_terms
from yiyang.planning.models import PlanFile

KNOWN = list(load_indicators().values())


@pytest.mark.parametrize(
    ("name", "unit", "indicator", "is_sure"),
    [
        ("养老机构护理型床位占比", "%", "nursing_beds", True),
        ("特殊困难老年人月探访率", "%", "visited_monthly", True),
        ("养老服务床位总量", "万张", "beds", True),
        # Two indicators speak of stars: a person is asked.
        ("养老机构等级评定达到一星级以上标准的比例", "%", "graded_homes", False),
        ("老年食堂覆盖面", "米", "", False),
    ],
)  # fmt: skip
def test_names_of_documents_find_their_indicator(name: str, unit: str, indicator: str, is_sure: bool) -> None:
    found = matching.match(name, unit, KNOWN, load_terms())
    assert (found.indicator, found.is_sure) == (indicator, is_sure)


def test_names_are_matched_without_terms_by_their_letters_only() -> None:
    assert matching.match("县级老年大学覆盖率", "%", KNOWN, Terms(terms=())).is_sure
    assert not matching.match("培育养老服务骨干企业", "个", KNOWN, Terms(terms=())).is_sure


def test_a_figure_is_told_in_the_unit_of_its_indicator() -> None:
    assert matching.in_unit(Decimal("0.45"), "万张") == 4500
    assert matching.bound("eq", load_indicators()["nursing_beds"]) == "least"
    assert matching.bound("eq", load_indicators()["assessment_days"]) == "most"


def test_a_document_is_the_one_that_policy_holds_by_its_title_or_its_figures() -> None:
    stated = [("beds", 2025, 1.0), ("nursing_beds", 2025, 55.0), ("lottery_share", 2025, 60.0), ("star_homes", 2025, 7)]
    kept = {"plan": ("达州市“一老一小”整体解决方案（征求意见稿）", stated)}
    assert matching.held_as("关于印发《达州市一老一小整体解决方案》的通知", [], kept) == "plan"
    assert matching.held_as("另一份文件", stated, kept) == "plan"
    assert matching.held_as("另一份文件", stated[:3], kept) == ""
    assert matching.held_as("达州市养老服务条例", [("beds", 2025, 2.0)], kept) == ""


def document(by: Scope, title: str, *rows: tuple[str, str]) -> PlanFile:
    """A document with a table of indicators, read."""
    head = ("序号", "主要指标", "2027年目标值", "属性")
    lines = [head, *((f"{n}", name, value, "约束性") for n, (name, value) in enumerate(rows, 1))]
    table = "".join("".join(f"\t{cell}\n" for cell in row) + "\n" for row in lines)
    body = f"{title}\n\n表1 主要指标\n{table}\n".encode()
    with work(by):
        made = file_actions.give(by=by, area_code=DAZHU, name=f"{title}.txt", blocks=[body])
    with work(by):
        return file_actions.read_file(by=by, file=made)


@pytest.fixture
def officer(grant: Any, settings: Any) -> Any:
    """爱华, of the county's bureau."""
    settings.SECOND_FACTOR = False
    return grant("爱华", "county_officer", DAZHU)


def confirmed(by: Scope, *chosen: str) -> None:
    """The targets of the county's documents, confirmed as these indicators."""
    with work(by):
        rows = of_areas([DAZHU])
        actions.confirm(by=by, rows={row.read: each for row, each in zip(rows, chosen, strict=True)})


def shown(by: Scope, indicator: str, area: int = DAZHU) -> list[Read]:
    """What is shown of an indicator."""
    with work(by):
        return promised(area).get(indicator, [])


@pytest.mark.django_db
def test_a_target_counts_once_somebody_has_confirmed_it(officer: Any) -> None:
    by = scope(officer)
    document(by, "大竹县试编养老规划", ("养老机构护理型床位占比（%）", "≥62"))
    assert [(each.state, each.counts) for each in shown(by, "nursing_beds")] == [("unchecked", False)]
    confirmed(by, "nursing_beds")
    with work(by):
        [line] = [each for each in reading.board(DAZHU) if each.indicator.id == "nursing_beds"]
    assert line.target is not None
    assert (line.target.year, line.target.value, line.target.kind) == (2027, 62.0, "binding")


@pytest.mark.django_db
def test_a_target_read_otherwise_later_is_to_be_confirmed_anew(officer: Any) -> None:
    by = scope(officer)
    file = document(by, "大竹县试编养老规划", ("养老机构护理型床位占比（%）", "≥62"))
    confirmed(by, "nursing_beds")
    with work(by):
        [row] = file.records.all()
        file_actions.correct(by=by, file=file, key=row.key, field="target", value="63")
    assert [(each.value, each.state) for each in shown(by, "nursing_beds")] == [(63.0, "unchecked")]


@pytest.mark.django_db
def test_an_unsure_name_is_asked_once_and_remembered_for_other_documents(officer: Any) -> None:
    by = scope(officer)
    document(by, "大竹县试编养老规划", ("养老机构星级达标的比例（%）", "≥70"))
    with work(by):
        [read] = of_areas([DAZHU])
    assert read.state == "unasked"
    assert shown(by, "star_homes") == []
    confirmed(by, "star_homes")
    document(by, "大竹县试编托育规划", ("养老机构星级达标的比例（%）", "≥80"))
    assert sorted((each.value, each.state) for each in shown(by, "star_homes")) == [
        (70, "confirmed"),
        (80, "unchecked"),
    ]


@pytest.mark.django_db
def test_the_document_that_policy_holds_doubles_nothing(officer: Any) -> None:
    by = scope(officer)
    document(by, "大竹县“十四五”养老服务发展规划", ("养老机构护理型床位占比（%）", "≥62"))
    with work(by):
        [read] = of_areas([DAZHU])
    assert (read.held, read.state) == ("dazhu_plan_14th", "unlike")
    assert match_of("养老机构护理型床位占比", "%").is_sure


@pytest.mark.django_db
def test_a_figure_of_another_unit_and_a_stranger_are_refused(officer: Any, grant: Any) -> None:
    by = scope(officer)
    document(by, "大竹县试编养老规划", ("养老机构护理型床位占比（%）", "≥62"))
    with pytest.raises(UsageError):
        confirmed(by, "beds")
    other = scope(grant("保国", "county_officer", DAZHOU + 2 * 10**6))
    assert shown(other, "nursing_beds") == []


@pytest.mark.django_db
def test_a_bureau_confirms_the_targets_of_a_document_on_one_page(officer: Any, logged_in: Any) -> None:
    by = scope(officer)
    file = document(by, "大竹县试编养老规划", ("养老机构护理型床位占比（%）", "≥62"), ("老年食堂数（米）", "5"))
    browser = logged_in(officer)
    assert "大竹县试编养老规划" in text(browser.get("/indicators/promises/"))
    page = text(browser.get(f"/indicators/promises/{file.pk}/"))
    assert "2027年 ≥62 %" in page
    assert "未核对" in text(browser.get("/indicators/nursing_beds/?area=511724"))
    with work(by):
        rows = of_areas([DAZHU])
    given = {f"i-{each.read.key}": each.indicator for each in rows}
    told = text(browser.post(f"/indicators/promises/{file.pk}/confirm/", given, follow=True))
    assert "已核对 2 个目标" in told
    assert "不是平台的指标" in told
    assert "据《大竹县试编养老规划》" in text(browser.get("/indicators/nursing_beds/?area=511724"))
