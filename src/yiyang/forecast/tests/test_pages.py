"""爱华 of 大竹县 reads the forecast; 保国 of 通川区 sees its figures, not its register; 春兰, who visits, sees none."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import openpyxl
import pytest
from django.urls import reverse

from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.forecast import demand, projections
from yiyang.registry.models import Person

DAZHOU, DAZHU, ZHUYANG, TONGCHUAN, VILLAGE = 511700000000, 511724000000, 511724001000, 511702000000, 511724001001


@pytest.fixture(autouse=True)
def plain(settings: Any) -> None:
    settings.SECOND_FACTOR = False
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


@pytest.fixture
def aihua(grant: Any, logged_in: Any) -> Any:
    return logged_in(grant("爱华", "county_officer", DAZHU))


def url(name: str, *arguments: Any) -> str:
    return reverse(f"forecast:{name}", args=arguments)


def said(response: Any) -> str:
    return str(response.content.decode())


def test_opens_on_ones_own_area_with_fans_pyramid_disability_and_needs(aihua: Any) -> None:
    found = said(aihua.get(url("overview")))
    assert "人口预测：大竹县" in found
    assert found.count('class="band"') == 6
    for words in ("年龄结构", "文件中的预测", "能力等级（GB/T 42195）", "养老床位", "本平台所设", "所以不显示缺口"):
        assert words in found, words
    assert "本平台在册" not in found


def test_a_city_has_a_map_of_its_counties(grant: Any, logged_in: Any) -> None:
    found = said(logged_in(grant("爱华", "city_officer", DAZHOU)).get(url("overview")))
    assert "2035 年 60 岁以上占比" in found
    assert f"area={TONGCHUAN}" in found


def test_the_scenario_changes_the_figures_and_names_itself(aihua: Any) -> None:
    found = said(aihua.get(url("overview"), {"migration": "none", "fertility": "low", "to": "2030"}))
    assert "无迁移、低生育、死亡率中方案" in found
    assert "推算到 2030 年" in found


NONE = ({"area": "110101"}, {"area": "大竹"}, {"to": "2099"}, {"to": "soon"}, {"migration": "x"}, {"series": "x"})


@pytest.mark.parametrize("given", NONE)
def test_what_cannot_be_projected_is_refused_in_words(aihua: Any, given: dict[str, str]) -> None:
    answer = aihua.get(url("overview"), given)
    assert answer.status_code == 200
    assert "这里没有预测" in said(answer)


def test_a_village_sees_its_countys_and_is_told_so(grant: Any, logged_in: Any) -> None:
    browser = logged_in(grant("爱华", "township_clerk", ZHUYANG))
    found = said(browser.get(url("overview")))
    assert "人口预测：大竹县" in found
    assert "竹阳街道没有分年龄的普查数" in found


def test_the_country_says_that_its_moves_are_not_known(aihua: Any) -> None:
    found = said(aihua.get(url("overview"), {"area": "0"}))
    assert "没有全国2010年的普查数" in found
    assert "统计部门公布" in found


def test_the_register_stands_beside_for_ones_own_area_only(aihua: Any, grant: Any, logged_in: Any, db: None) -> None:
    with work(platform("test")):
        Person.objects.create(
            pk=4611686018427387904, area_code=VILLAGE, is_current=True, birth_date=19400101, month="2026-11"
        )
        # Died last month: still there, and not counted.
        Person.objects.create(
            pk=4611686018427387905, area_code=VILLAGE, is_current=True, birth_date=19400101, month="2026-11", alive=0
        )
    own = said(aihua.get(url("overview")))
    # One person is not the county: told in words, not drawn.
    assert "60岁以上老年人 1 人" in own
    assert "category-1" not in own.split("失能老年人")[0]
    baoguo = logged_in(grant("保国", "county_officer", TONGCHUAN))
    other = said(baoguo.get(url("overview"), {"area": str(DAZHU)}))
    assert "人口预测：大竹县" in other
    assert "本平台在册" not in other


def test_whoever_may_not_see_figures_sees_none(grant: Any, logged_in: Any) -> None:
    chunlan = logged_in(grant("春兰", "village_visitor", VILLAGE))
    for address in (url("overview"), url("quality"), url("method"), url("export", "csv")):
        assert chunlan.get(address).status_code == 403


def test_says_how_good_it_is_and_how_it_is_made(aihua: Any) -> None:
    quality = said(aihua.get(url("quality")))
    for words in ("与联合国比", "由2010年推2020年", "撤县设区", "误差的标准差", "他们的数"):
        assert words in quality, words
    method = said(aihua.get(url("method")))
    for words in ("单岁", "净迁移率", "不相加、不比较", "CC BY 3.0 IGO", projections.made_from()):
        assert words in method, words


def test_promises_turn_into_gaps(aihua: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demand, "_supplies", [lambda area, year: {"beds": 1000.0}])
    found = said(aihua.get(url("overview")))
    assert "2035 年缺口" in found
    assert "所以不显示缺口" not in found


def test_the_workbook_holds_what_the_page_says(aihua: Any) -> None:
    answer = aihua.get(url("export", "xlsx"), {"area": str(DAZHU)})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["说明", "按年", "按年龄性别", "年龄组区间", "各地老年人", "失能", "需求"]
    last = [cell.value for cell in book["按年"][17]]
    assert last[0] == 2035
    assert last[3] == round(float(projections.project(DAZHU).over(60)[-1]))
    assert any("预测，不是统计数" in str(row[1].value) for row in book["说明"].iter_rows(max_col=2))


def test_the_csv_sums_to_the_census(aihua: Any) -> None:
    text = aihua.get(url("export", "csv"), {"area": str(DAZHOU)}).content.decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["年份"] == "2020"]
    assert sum(float(row["人数"]) for row in rows) == pytest.approx(5_385_422, abs=100)
    assert len({row["区划"] for row in rows}) == 8


def test_machines_get_the_same(aihua: Any) -> None:
    people = json.loads(aihua.get("/api/v1/forecast/population", {"area": DAZHU}).content)
    assert people["years"][-1]["elders"]["60"]["projected"] == round(float(projections.project(DAZHU).over(60)[-1]))
    assert len(people["years"][0]["male"]) == 21
    needs = json.loads(aihua.get("/api/v1/forecast/demand", {"area": DAZHU, "series": "census"}).content)
    assert set(needs["years"][0]["disabled"]) == {"unable"}
    assert needs["years"][0]["needs"][0]["gap"] is None
    assert aihua.get("/api/v1/forecast/population", {"area": VILLAGE}).status_code == 422


def test_the_tables_are_ordered_filtered_and_taken_along(aihua: Any) -> None:
    given = {"area": "511724", "sort": "-year", "every": "5"}
    found = said(aihua.get(url("overview"), given))
    years = found.split('id="list-years"')[1].split("</table>")[0]
    assert years.index(">2035<") < years.index(">2025<")
    assert ">2026<" not in years
    # What the page was asked for stays in the list's own links.
    assert "area=511724&amp;every=5&amp;sort=over_60" in years
    answer = aihua.get(url("table", "years"), given)
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert [row[0] for row in rows] == ["年份", 2035, 2030, 2025, 2020]


@pytest.mark.parametrize("name", ["claims", "needs", "disabled", "un", "revised", "everywhere", "errors"])
def test_every_table_is_a_workbook_of_its_rows(aihua: Any, name: str) -> None:
    answer = aihua.get(url("table", name), {"area": "511724"})
    assert len(list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)) > 1
    assert aihua.get(url("table", "nothing")).status_code == 404


def test_a_filter_that_cannot_be_is_told_at_its_field(aihua: Any) -> None:
    assert "这个值不能用" in said(aihua.get(url("overview"), {"area": "511724", "from_year": "明年"}))
    found = said(aihua.get(url("quality"), {"unit": "大竹", "sort": "-moved_6"}))
    errors = found.split('id="list-errors"')[1]
    assert "大竹县" in errors
    assert "宣汉县" not in errors
