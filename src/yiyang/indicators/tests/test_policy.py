"""policy/indicators is read strictly; a formula that cannot be is refused with file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from yiyang.base.errors import PolicyError
from yiyang.base.paths import policy_dir
from yiyang.indicators.policy import baseline_of, find, formula_hash, load_indicators, targets

DAZHU, DAZHOU = 511724000000, 511700000000
# A list's head that was dropped is seen here: every indicator of the documents, by number.
TABLE_1, TABLE_2, BOX_1 = 18, 12, 16


def test_every_indicator_of_the_documents_is_there() -> None:
    found = load_indicators()
    assert len(found) >= 75
    promised = {"dazhou_1l1s": {"表1": 0, "表2": 0}, "dazhu_plan_14th": {"专栏一": 0}}
    for each in found.values():
        for document, articles in promised.items():
            for article in articles:
                sources = [(t.source.document, t.source.article) for t in each.targets]
                articles[article] += (document, article) in sources
    assert promised["dazhou_1l1s"] == {"表1": TABLE_1, "表2": TABLE_2}
    assert promised["dazhu_plan_14th"] == {"专栏一": BOX_1}


def test_a_county_has_its_own_target_and_else_the_citys() -> None:
    assert [each.value for each in targets(DAZHU)["nursing_beds"]] == [55]
    assert targets(DAZHU)["lottery_share"][0].area == "511724"
    assert targets(511702000000)["visited_monthly"][0].area == "511700"
    # What a city counts is not what each county is to have.
    assert "beds" not in targets(511702000000)
    assert targets(DAZHOU)["beds"][0].value == 30000
    baseline = baseline_of(find("nursing_beds"), DAZHU)
    assert baseline is not None
    assert (baseline.year, baseline.value) == (2020, 30)


def test_a_formula_has_a_fingerprint_and_a_reported_figure_has_none() -> None:
    assert len(formula_hash(find("visited_monthly"))) == 64
    assert formula_hash(find("beds")) == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("of: visited, where: is_visited", "of: visitd, where: is_visited", "没有名为 visitd 的数据集，是否想写"),
        ("where: is_visited", "where: is_seen", "没有名为 is_seen 的事实"),
        ("where: is_visited", "where: is_visited; DROP TABLE x", "visited_monthly.yaml:16"),
        ("where: everyone", "where: everyone, sum: person", "person 不能相加"),
        ("source: {document: dazhou_1l1s", "source: {document: no", "没有名为 no 的文件"),
        ("shape: share", "shape: count", "share、rate 要写分母"),
        ("area: '511724'", "area: '999999'", "没有区划 999999"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "indicators").mkdir()
    shutil.copytree(policy_dir() / "sources", tmp_path / "sources")
    text = (policy_dir() / "indicators" / "visited_monthly.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "indicators" / "visited_monthly.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as found:
        load_indicators(tmp_path)
    told = " ".join([found.value.zh, *(zh for zh, _ in found.value.problems)])
    assert said in told
