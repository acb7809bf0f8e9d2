"""Targets: in table, box and text; over years; against what is reached; against the level above; against need."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from yiyang.planning.coherence import check
from yiyang.planning.tests.coherence.made import (
    CITY,
    DAZHU,
    XUANHAN,
    boxed,
    found,
    indicator,
    kinds,
    plan,
    project,
)

NOW = ("二、发展基础",)
VISITS = indicator("特殊困难老年人月探访率", "100", base="80")


def test_one_target_with_two_figures_is_told_with_both() -> None:
    text = "到2025年，全区至少建成60个区域性养老服务中心。"
    assert kinds(plan(text, "到2025年，区域养老服务中心达到60个。")) == []
    (told,) = found(plan(text, "到2025年，区域养老服务中心达到70个。"))
    assert (told.check, [each.text for each in told.figures]) == ("targets", ["60个（2025年）", "70个（2025年）"])
    assert [each.line for each in told.places] == [1, 2]


def test_different_years_scopes_and_ranges_are_not_confused() -> None:
    text = (
        "2022年底，新建居住区配建养老服务设施达标率达到80%，2025年达到100%。",
        "到2025年，农村社区日间照料机构覆盖率达到85%，社区日间照料机构覆盖率达到95%。",
        "2022年，示范性托育机构建成2个。",
        "建成2-3个示范性托育机构。",
    )
    table = [
        indicator("新建居住区配套建设养老服务设施达标率", "100"),
        indicator("示范性托育机构数", "5", "个", number=2),
    ]
    assert kinds(plan(*text, indicators=table)) == []


def test_a_figure_without_a_year_contradicts_only_if_it_fits_no_year() -> None:
    table = [indicator("县级老年大学覆盖率", "100")]
    assert kinds(plan("县级老年大学覆盖率100%。", indicators=table)) == []
    assert kinds(plan("县级老年大学覆盖率90%。", indicators=table)) == [("targets", "value")]


def test_a_differing_unit_is_said() -> None:
    table = [indicator("托育服务专业人才数", "400", "人", bound="eq")]
    (told,) = found(plan("到2025年培训托育服务专业人才500人次。", indicators=table))
    assert "人次" in told.why_zh
    assert "单位" in told.why_zh


def test_rates_without_a_term_go_by_their_own_words() -> None:
    one = "到2025年，养老机构护理员持证上岗率达到85%。"
    assert kinds(plan(one, "力争到2025年，养老机构护理员持证上岗率达85%。")) == []
    assert kinds(plan(one, "力争到2025年，养老机构护理员持证上岗率达80%。")) == [("targets", "value")]


def test_a_rate_above_everything_is_told() -> None:
    assert kinds(plan(indicators=[indicator("县级老年大学覆盖率", "120")])) == [("targets", "rate")]


def test_the_same_value_for_two_years_is_told() -> None:
    told = found(plan("到2022年，特殊困难老年人月探访率达100%。", indicators=[VISITS]))
    assert [(each.check, each.kind) for each in told] == [("years", "year")]
    assert kinds(plan("到2022年，特殊困难老年人月探访率达90%。", indicators=[VISITS])) == []


def test_a_later_target_below_an_earlier_one_is_grave() -> None:
    (told,) = found(
        plan("到2022年，社区日间照料机构覆盖率达到95%。", indicators=[indicator("社区日间照料机构覆盖率", "90")])
    )
    assert (told.check, told.severity) == ("years", "high")


def test_baseline_and_target_against_what_the_text_says_is_reached() -> None:
    beds = indicator("养老服务床位总量", "0.45", "万", base="0.31")
    text = "全县各类养老床位0.49万张。"
    assert kinds(plan(text.replace("0.49", "0.31"), path=NOW, indicators=[beds], area=None)) == []
    assert sorted(kinds(plan(text, path=NOW, indicators=[beds], area=None))) == [
        ("baselines", "baseline"),
        ("reached", "reached"),
    ]


def test_a_target_equal_to_what_is_there_promises_nothing() -> None:
    had = plan("全县培育规模以上养老服务企业3家。", path=NOW)
    aim = boxed(had, "到2025年，规模以上养老服务企业力争达到3家。")
    (told,) = found(aim)
    assert "没有新的承诺" in told.why_zh
    assert kinds(boxed(had, "到2025年，规模以上养老服务企业力争达到5家。")) == []


def test_text_against_the_list_of_projects() -> None:
    rows = [
        project(1, "周家区域养老服务中心建设项目", places=200),
        project(2, "石河区域养老服务中心建设项目", places=200),
    ]
    right = boxed(plan(projects=rows), "新建区域性养老服务中心2个，计划新增床位400张。")
    wrong = boxed(plan(projects=rows), "新建区域性养老服务中心3个，计划新增床位600张。")
    assert kinds(right) == []
    assert sorted(kinds(wrong)) == [("boxes", "count"), ("boxes", "places")]


def test_named_projects_of_a_sentence_are_added_up() -> None:
    rows = [project(1, "失能老人照护楼建设项目", places=300), project(2, "失能失智老年人照护院建设项目", places=500)]
    said = "新建失能老人照护楼和失能失智老人照护院，计划新增床位{}张。"
    assert kinds(boxed(plan(projects=rows), said.format(800))) == []
    assert kinds(boxed(plan(projects=rows), said.format(900))) == [("boxes", "places")]


def test_a_county_below_its_city_is_told_and_a_county_above_is_not() -> None:
    city = plan(indicators=[indicator("养老机构一星级以上的比例", "70", slug="city")], slug="city", area=CITY)
    low = plan("到2025年，全县60%的养老机构达到一级标准。", slug="county", area=DAZHU)
    (told,) = found(city, low)
    assert (told.check, told.kind) == ("levels", "target")
    assert [each.document for each in told.places] == ["county", "city"]
    assert kinds(city, plan("到2025年，全县80%的养老机构达到一级标准。", slug="county", area=DAZHU)) == []
    assert kinds(city, replace(low, area=360200000000)) == []


def test_each_year_that_both_name_counts_and_what_a_year_takes_of_all_is_a_rate() -> None:
    city = plan("养老机构消防2022年底整改率达50%，2023年底整改率达100%。", slug="city", area=CITY)
    said = "对全县16所机构全面实施消防安全改造，2022年改造{}所，2023年改造{}所。"
    (told,) = found(city, plan(said.format(7, 9), slug="county", area=DAZHU))
    assert [each.text for each in told.figures] == ["43.75%（2022年）", "50%（2022年）"]
    assert "7÷16" in told.why_zh
    assert kinds(city, plan(said.format(8, 8), slug="county", area=DAZHU)) == []
    later = "对全县16所机构全面实施消防安全改造，2023年改造7所，2024年改造9所。"
    (told,) = found(city, plan(later, slug="county", area=DAZHU))
    assert [each.text for each in told.figures] == ["43.75%（2023年）", "100%（2023年）"]


def test_a_promise_on_the_way_is_not_held_against_another_year() -> None:
    city = plan("2022年乡镇老年协会建会率达60%，2025年达90%。", slug="city", area=CITY)
    county = "2022年乡镇老年协会建会率达{}%，2023年达62%，2025年达95%。"
    assert kinds(city, plan(county.format(60), slug="county", area=DAZHU)) == []
    assert kinds(city, plan(county.format(50), slug="county", area=DAZHU)) == [("levels", "target")]


def test_one_project_in_two_documents() -> None:
    mine = project(1, "失能失智老年人照护院建设项目", places=500, wan=8000, year=2025, slug="county",
                   description="床位500张，建筑面积21250平方米")  # fmt: skip
    theirs = project(9, "失能失智老人照护院项目", places=300, wan=4800, year=2024, slug="city",
                     description="床位300张，建筑面积13350平方米")  # fmt: skip
    county, city = plan(projects=[mine], slug="county", area=DAZHU), plan(projects=[theirs], slug="city")
    assert {kind for check_id, kind in kinds(county, city) if check_id == "levels"} == {
        "places",
        "money",
        "area",
        "year",
    }
    same = replace(
        theirs, places=500, money_fen=mine.money_fen, from_year=2024, to_year=2025, description=mine.description
    )
    assert kinds(county, plan(projects=[same], slug="city")) == []


def test_a_rate_and_a_total_that_do_not_fit_are_told() -> None:
    people = "全市常住人口为538.54万人。"
    right = "到2025年，托位数达2.4万个，每千人口拥有托位数达4.5个。"
    assert kinds(plan(people, right)) == []
    assert kinds(plan(people, right.replace("2.4", "1.8"))) == [("population", "rate")]


def test_projects_that_do_not_reach_the_target_are_told() -> None:
    rows = [project(at, f"第{at}个养老中心", places=500, wan=8000) for at in (1, 2)]
    beds = indicator("养老床位总数", "0.45", "万", base="0.35")
    assert kinds(plan(projects=rows, indicators=[beds], area=None)) == []
    short = indicator("养老床位总数", "0.55", "万", base="0.35")
    (told,) = found(plan(projects=rows, indicators=[short], area=None))
    assert (told.check, told.kind) == ("population", "shortfall")
    assert told.difference == Decimal(1000)


def test_people_of_another_year_are_not_held_against_the_census() -> None:
    assert kinds(plan("全县60周岁以上常住老年人口21.5万人。", path=NOW, area=DAZHU)) == []


def test_people_against_the_census() -> None:
    text = "根据第七次全国人口普查，全县60周岁以上常住老年人口{}万人。"
    assert kinds(plan(text.format("19.10"), path=NOW, area=DAZHU)) == []
    assert kinds(plan(text.format("21.10"), path=NOW, area=DAZHU)) == [("census", "people")]
    assert check([plan("预计到2025年，全县60周岁以上人口将达到21万人。", path=NOW, area=DAZHU)]).findings == ()


COHERENT = [
    "到2025年，全市养老床位总数达到3万张，其中护理型床位1.65万张，占比55%。",
    "到2025年，新增床位6220张，其中2022年1750张、2023年2050张、2024年2420张。",
    "从2020年的30%提高到2025年的55%，提高25个百分点。",
    "规模以上养老服务企业由3家增加到5家，增长66.7%。",
    "每年培训养老护理员500人次，五年累计培训养老护理员2500人次以上。",
    "到2022年，居家适老化改造覆盖率达到60%；到2025年，居家适老化改造覆盖率达到100%。",
    "城镇日间照料覆盖率达到100%，农村日间照料覆盖率达到60%。",
    "一级失能老年人护理补贴每人每月200元，二级失能老年人护理补贴每人每月150元。",
    "老年人口120万人，占22%，其中失能老年人20万人，占老年人口的16.7%。",
    "养老机构收费不超过城镇居民收入的150%，且不高于市场价格的80%，逐步达到不高于70%。",
    "每100户不低于30平方米，人均用地不少于0.1平方米，每千人口不少于10个托位。",
    "主城区打造1—2家示范性机构，2023年12月底前收归县级直管，第3次全体会议审议。",
    "2015年养老床位总数1.8万张，2020年养老床位总数2.5万张，较2015年增加0.7万张。",
    "全市有养老机构100家，其中公办60家、民办40家、医养结合15家。",
    "全市有养老机构100家，其中公办40家（敬老院35家、福利院5家），民办60家。",
    "全市老年人口100万人，其中空巢50万人、失能20万人、高龄40万人。",
    "推进建筑、消防、食品、医疗等四个方面的整治，3家企业、5G网络、“1+13”联合体、川办发〔2023〕35号。",
]


@pytest.mark.parametrize("sentence", COHERENT)
@pytest.mark.parametrize("path", [NOW, ("三、目标",)])
def test_sentences_as_plans_write_them_raise_no_false_alarm(sentence: str, path: tuple[str, ...]) -> None:
    assert kinds(plan(sentence, path=path, area=None)) == []


def test_all_of_them_together_raise_none_either() -> None:
    told = found(plan(*COHERENT, path=("三、目标",), area=None))
    assert [each.why_zh for each in told] == []


def test_shares_of_residents_and_points_above_average_are_those_of_the_census() -> None:
    text = "2020年11月，常住的60周岁以上老年人口有120.44万人，占常住人口{}%，高于全省平均{}个百分点。"
    assert kinds(plan(text.format("22.36", "0.65"), path=NOW)) == []
    assert kinds(plan(text.format("24.36", "0.65"), path=NOW)) == [("sentence_sums", "share")]
    assert kinds(plan(text.format("22.36", "2.65"), path=NOW)) == [("census", "average")]


def test_what_a_sentence_says_is_there_is_no_target_wherever_it_stands() -> None:
    beds = indicator("养老床位总数", "3", "万", base="2.5")
    assert kinds(plan("目前，全市各类养老床位2.5万张。", indicators=[beds], area=None)) == []
    assert kinds(plan("力争到2025年，全市各类养老床位3.5万张。", indicators=[beds], area=None)) == [
        ("targets", "value")
    ]


def test_packed_projects_count_as_many_as_they_pack() -> None:
    rows = [project(1, "社区养老服务综合体项目（2个打包）", places=60), project(2, "社区养老服务综合体项目", places=30)]
    assert kinds(boxed(plan(projects=rows), "新建社区养老服务综合体3个。")) == []
    assert kinds(boxed(plan(projects=rows), "新建社区养老服务综合体4个。")) == [("boxes", "count")]


def test_neighbours_with_nearly_one_name_are_no_twins() -> None:
    one = project(
        1, "宣汉县蒲江街道办事处石岭社区托育项目一期", county=XUANHAN, kind="childcare", places=60, slug="county"
    )
    near = project(
        2, "宣汉县蒲江街道办事处周桥社区托育项目一期", county=XUANHAN, kind="childcare", places=80, slug="city"
    )
    phase = project(
        3, "宣汉县蒲江街道办事处石岭社区托育项目二期", county=XUANHAN, kind="childcare", places=80, slug="city"
    )
    county = plan(projects=[one], slug="county", area=XUANHAN)
    assert kinds(county, plan(projects=[near, phase], slug="city")) == []


def test_two_plans_of_one_area_promise_the_same() -> None:
    one = plan(indicators=[indicator("护理型床位占比", "55", slug="five")], slug="five")
    same, other = (plan(f"到2025年，护理型床位占比达到{share}%。", slug="one") for share in (55, 60))
    assert kinds(one, same) == []
    assert kinds(one, other) == [("levels", "between")]
    assert kinds(one, replace(other, area=360200000000)) == []
