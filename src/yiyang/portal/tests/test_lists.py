"""春兰's daughter reads the published list: no login, no script, nothing kept about her."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from yiyang.base.clock import today
from yiyang.catalog import issued
from yiyang.catalog.published import publish
from yiyang.portal import lists, lists_pages

DAZHU = "511724"


@pytest.fixture(autouse=True)
def plain(settings: Any, db: None, tmp_path: Path) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    settings.DATA = tmp_path


def url(name: str, *arguments: Any) -> str:
    return reverse(f"portal:{name}", args=arguments)


def said(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_place_is_found_by_name_initials_and_code(client: Any) -> None:
    for text in ("大竹", "dz", "511724"):
        assert url("list", DAZHU) in said(client.get(url("lists"), {"q": text}))
    assert "没有找到" in said(client.get(url("lists"), {"q": "不存在的地方"}))
    part = said(client.get(url("lists"), {"q": "大竹"}, headers={"HX-Request": "true"}))
    assert "<html" not in part


def test_the_page_says_what_the_catalogue_says(client: Any) -> None:
    page = said(client.get(url("list", DAZHU)))
    for row in publish(DAZHU, today()).rows:
        assert row.name in page
        assert row.standard[0] in page


def test_a_county_without_a_list_of_its_own_shows_the_citys(client: Any) -> None:
    page = said(client.get(url("list", "511702")))
    assert "按上一级清单执行" in page
    assert "助餐" in page


def test_words_and_forms_narrow_the_list(client: Any) -> None:
    page = said(client.get(url("list", DAZHU), {"q": "高龄津贴"}))
    assert "找到 1 项" in page
    assert "没有符合的项目" in said(client.get(url("list", DAZHU), {"q": "宇宙飞船"}))
    care = said(client.get(url("list", DAZHU), {"form": "care"}))
    assert "高龄津贴" not in care
    assert "<html" not in said(client.get(url("list", DAZHU), {"q": "津贴"}, headers={"HX-Request": "true"}))


def test_an_item_says_who_how_much_how_and_on_what_grounds(client: Any) -> None:
    page = said(client.get(url("list_item", DAZHU, "old_age_allowance")))
    for words in ("年满80周岁，且户籍地在大竹县", "每月 ¥60.00", "依申请", "身份证", "规划", "据文件文本转录"):
        assert words in page, words
    assert "¥20.00" in page, "what it was before"
    assert client.get(url("list_item", DAZHU, "none")).status_code == 404
    assert client.get(url("list", "999999")).status_code == 404


def test_marks_tell_price_guidance_and_the_purchase_catalogue(client: Any) -> None:
    price = said(client.get(url("list_item", "511700", "inclusive_home_price")))
    assert "价格指导" in price
    assert "最高80%" in price
    assert "政府购买服务目录" in said(client.get(url("list_item", DAZHU, "care_service_subsidy")))


def test_earlier_days_and_what_differs_are_shown(client: Any) -> None:
    assert "2018-01-01 的清单" in said(client.get(url("list", DAZHU), {"on": "2018-01-01"}))
    page = said(client.get(url("list_versions", DAZHU), {"from": "2018-01-01", "to": "2026-01-01"}))
    assert "高龄津贴" in page
    assert "¥20.00" in page
    assert "¥60.00" in page
    assert client.get(url("list", DAZHU), {"on": "1950-01-01"}).status_code == 404


def test_open_data_says_the_same_as_the_page(client: Any) -> None:
    published = publish(DAZHU, today())
    found = json.loads(said(client.get(url("list_json", DAZHU))))
    assert [item["id"] for item in found["items"]] == [row.data["id"] for row in published.rows]
    assert found["licence"] == lists_pages.LICENCE
    rows = list(csv.DictReader(io.StringIO(said(client.get(url("list_csv", DAZHU))).removeprefix("\ufeff"))))
    assert [row["name"] for row in rows] == [row.name for row in published.rows]
    assert tuple(rows[0]) == lists.OPEN_COLUMNS


def test_who_has_the_page_already_is_told_so(client: Any) -> None:
    for name in ("list", "list_json"):
        first = client.get(url(name, DAZHU))
        again = client.get(url(name, DAZHU), headers={"If-None-Match": first["ETag"]})
        assert again.status_code == 304
    client.cookies["size"] = "large"
    assert client.get(url("list", DAZHU), headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_list_that_was_issued_here_is_the_one_that_is_shown(client: Any, tmp_path: Path) -> None:
    before = client.get(url("list_json", DAZHU))
    files = issued.shipped_files(DAZHU)
    name = "old_age_allowance.yaml"
    files[name] = files[name].replace("2020-12-31: 6000", "2020-12-31: 6000, 2026-01-01: 8000")
    issued.install(tmp_path, DAZHU, files, "2026-02", date(2026, 1, 1))
    assert "每月 ¥80.00" in said(client.get(url("list_item", DAZHU, "old_age_allowance")))
    after = client.get(url("list_json", DAZHU), headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert "2026-01-01 起的清单" in said(client.get(url("list_versions", DAZHU)))


@pytest.mark.pango
def test_the_list_prints_as_a_pdf(client: Any) -> None:
    assert client.get(url("list_pdf", DAZHU)).content.startswith(b"%PDF")
