"""Arithmetic inside sentences: what is right stays silent, what is wrong is told with what it should be."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiyang.planning.coherence.numbers import chinese, figures
from yiyang.planning.tests.coherence.made import found, kinds, plan

BASE = ("二、发展基础",)
RIGHT = [
    "津贴由每人每月20元提高至60元，增长200%。",
    "标准由每月20元、100元、400元提高至60元、120元、600元，分别增长200%、20%、50%。",
    "补助由520元、410元，统一提高至884元，分别增长70%、115%。",
    "床位由300张增加到450张，增加150张。",
    "覆盖率由40%提高到55%，提高15个百分点。",
    "全区共有各类机构676家，其中民办488家，公办188家，占比分别为72%、28%。",
    "全区常住人口为538.54万人，60岁及以上人口为120.44万人，占比22.36%。",
    "全区有养老机构39所，其中公办23所，2022年新建3所，2023年新建5所。",
    "对16所机构全面改造，2022年改造7所，2023年改造9所。",
    "每人每年发放2000元敬老金和2000元奖励金，累计发放63人次25.2万元。",
    "2025年老人超过135万人，其中80岁以上约18万人，占老年人口总数的13%以上。",
    "床位近2.5万张，护理型床位占比为30.2%。",
    "持证护理员79人，占护理员总数的61%。",
]
WRONG = [
    ("津贴由每人每月20元提高至60元，增长300%。", "growth", "300%", "200%"),
    ("标准由每月20元、100元提高至60元、120元，分别增长200%、30%。", "growth", "30%", "20%"),
    ("床位由300张增加到450张，增加100张。", "growth", "100张", "150张"),
    ("全区共有各类机构676家，其中民办488家，公办198家，占比分别为72%、28%。", "parts", "676家", "686家"),
    ("全区有机构40家，其中民办30家、公办15家。", "parts", "40家", "45家"),
    ("全区常住人口为538.54万人，60岁及以上人口为120.44万人，占比24.36%。", "share", "24.36%", "22.36%"),
    ("对16所机构全面改造，2022年改造7所，2023年改造8所。", "years", "16所", "15所"),
    ("每人每年发放2000元敬老金和2000元奖励金，累计发放63人次26.2万元。", "times", "26.2万元", "252,000元"),
]


@pytest.mark.parametrize("sentence", RIGHT)
def test_right_sentences_are_silent(sentence: str) -> None:
    assert kinds(plan(sentence, path=BASE, area=None)) == []


@pytest.mark.parametrize(("sentence", "kind", "told", "real"), WRONG)
def test_wrong_sentences_are_told(sentence: str, kind: str, told: str, real: str) -> None:
    # A changed part breaks the sum and its own share: each is told.
    one = next(each for each in found(plan(sentence, path=BASE, area=None), only="sentence_sums") if each.kind == kind)
    assert one.figures[0].text == told
    assert real in one.figures[1].text


def test_a_share_whose_whole_stands_in_another_sentence_of_the_section_is_found() -> None:
    silent = plan(
        "到2025年老人总数将达到21万人。", "80岁以上老人将超过3.1万人，约占老年人口的14.76%。", path=BASE, area=None
    )
    assert kinds(silent) == []


def test_a_share_that_no_whole_fits_is_told_as_doubtful_with_the_nearest() -> None:
    (one,) = found(plan("共有公办机构140家。", "其中84家直管，占比62.8%。", path=BASE, area=None))
    assert one.sure <= 0.5
    assert one.severity == "low"
    assert "140家" in one.figures[1].text


def test_a_share_is_held_against_the_whole_of_its_neighbours() -> None:
    people = "全区常住人口为500万人。"
    good = "少年100万人，占比20%；老人150万人，占比30%；婴幼儿10万人，占比2%。"
    assert kinds(plan(people, good, path=BASE, area=None)) == []
    bad = good.replace("婴幼儿10万人", "婴幼儿16万人")
    assert [each.kind for each in found(plan(people, bad, path=BASE, area=None))] == ["share"]


@given(st.integers(10, 900), st.integers(1, 900))
def test_any_rounded_rise_is_silent_and_any_other_told(start: int, gap: int) -> None:
    percent = gap / start * 100
    sentence = f"标准由每月{start}元提高至{start + gap}元，增长{{}}%。"
    assert kinds(plan(sentence.format(f"{percent:.0f}"), area=None)) == []
    assert kinds(plan(sentence.format(f"{percent + 3:.0f}"), area=None)) == [("sentence_sums", "growth")]


_WORDS = [
    "由", "至", "提高", "增长", "占", "其中", "分别", "2023年", "5%", "12.5万", "3亿元", "7", "家", "、", "，", "。",
    "（", "一、", "①", "３个", "1—2", "每", "第", "人次", "80周岁", "15.23亿", "共有", "万", "00", ",", "建会率",
]  # fmt: skip


@given(st.lists(st.sampled_from(_WORDS), max_size=25).map("".join))
def test_no_text_whatever_stops_the_checks(text: str) -> None:
    for each in found(plan(text, path=BASE), hints=True):
        assert each.why_zh
    for figure in figures(text):
        assert text[figure.start : figure.end].strip() == figure.text
        assert figure.step > 0


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("床位0.49万张", "4900", "张"),
        ("总投资15.23亿元", "1523000000", "元"),
        ("培训700余人次", "700", "人次"),
        ("1,234家机构", "1234", "家"),
        ("不低于55%", "55", "%"),
    ],
)
def test_figures_are_read_in_whole_units(text: str, value: str, unit: str) -> None:
    (figure,) = figures(text)
    assert (figure.value, figure.unit) == (Decimal(value), unit)


@pytest.mark.parametrize(
    "text", ["2025年", "80—89周岁", "15分钟", "川办发〔2023〕35号", "第3次", "5G", "“1+13”", "10:1"]
)
def test_years_ages_and_numbers_of_papers_are_no_figures(text: str) -> None:
    assert figures(text) == ()


@pytest.mark.parametrize(
    ("word", "value"), [("十六", 16), ("二十", 20), ("八", 8), ("12", 12), ("百", None), ("②", None)]
)
def test_small_numbers_in_chinese(word: str, value: int | None) -> None:
    assert chinese(word) == value
