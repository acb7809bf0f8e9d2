"""The pages on areas: what is seen where, and a change asked for, looked at and confirmed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from yiyang.areas.models import Area, AreaChange, Membership
from yiyang.areas.tests.places import DAZHOU, DAZHU, TONGCHUAN, WUMU, ZHUYANG, area, villages

pytestmark = pytest.mark.django_db
EMPTY = {"document": "川民函〔2026〕1号", "effective": "2026-11-01"}


@pytest.fixture
def city(grant: Callable[..., Any], logged_in: Callable[..., Any], settings: Any) -> Client:
    settings.SECOND_FACTOR = False
    return logged_in(grant("王主任", "city_officer", DAZHOU))


@pytest.fixture
def clerk(grant: Callable[..., Any], logged_in: Callable[..., Any], settings: Any) -> Client:
    settings.SECOND_FACTOR = False
    return logged_in(grant("赵经办", "township_clerk", WUMU))


def test_the_city_sees_its_map_and_its_tree(city: Client) -> None:
    page = city.get("/areas/").content.decode()
    assert "达州市 60 岁及以上常住人口" in page
    assert "大竹县" in page
    assert "乌木镇" in city.get("/areas/?q=乌木").content.decode()
    assert "乌木镇" in city.get("/areas/?q=511724101").content.decode()
    assert "没有符合条件" in city.get("/areas/?q=昌江").content.decode()


def test_a_clerk_sees_his_town_and_no_other(clerk: Client) -> None:
    assert clerk.get(f"/areas/{area(WUMU).pk}/").status_code == 200
    for code in (ZHUYANG, DAZHU, TONGCHUAN):
        assert clerk.get(f"/areas/{area(code).pk}/").status_code == 404
    assert "竹阳街道" not in clerk.get("/areas/?q=竹阳").content.decode()
    assert clerk.get(f"/areas/{area(WUMU).pk}/change/rename/").status_code == 403


@pytest.mark.parametrize("kind", ["rename", "recode", "merge", "split", "transfer"])
def test_every_form_opens_and_tells_what_is_missing(city: Client, kind: str) -> None:
    url = f"/areas/{area(WUMU).pk}/change/{kind}/"
    assert city.get(url).status_code == 200
    assert "field-error" in city.post(url, {}).content.decode()


def test_a_merger_is_looked_at_before_it_is_confirmed_and_can_be_undone(
    city: Client, person: Callable[..., Any]
) -> None:
    person("春兰", WUMU)
    url = f"/areas/{area(ZHUYANG).pk}/change/merge/"
    given = {**EMPTY, "sources": [area(WUMU).pk]}
    looked = city.post(url, given).content.decode()
    assert "乌木镇并入竹阳街道" in looked
    assert "老年人·居住地" in looked
    assert not AreaChange.objects.exists()
    assert "看看会影响什么" in city.post(url, {**given, "edit": "1"}).content.decode()
    done = city.post(url, {**given, "confirmed": "1"})
    change = AreaChange.objects.get()
    assert done["Location"] == f"/areas/changes/{change.pk}/"
    page = city.get(done["Location"]).content.decode()
    assert "撤销这次变更" in page
    assert "川民函" in page
    assert "乌木镇" in city.get("/areas/changes/").content.decode()
    assert area(WUMU).valid_to is not None
    city.post(f"/areas/changes/{change.pk}/undo/")
    assert area(WUMU).valid_to is None


def test_what_speaks_against_a_change_stands_on_the_form(city: Client) -> None:
    page = city.post(f"/areas/{area(WUMU).pk}/change/rename/", {**EMPTY, "name": "竹阳街道"}).content.decode()
    assert "同一上级下已有" in page
    assert area(WUMU).name == "乌木镇"


def test_a_waiting_change_can_be_cancelled(city: Client) -> None:
    words = {"document": "文件", "effective": "2099-01-01", "name": "乌木街道", "confirmed": "1"}
    city.post(f"/areas/{area(WUMU).pk}/change/rename/", words)
    change = AreaChange.objects.get()
    assert change.state == "planned"
    assert "取消这次变更" in city.get(f"/areas/changes/{change.pk}/").content.decode()
    city.post(f"/areas/changes/{change.pk}/cancel/")
    change.refresh_from_db()
    assert change.state == "cancelled"


def test_the_city_states_the_towns_of_a_jurisdiction(city: Client) -> None:
    zone = Area.objects.get(name="达州东部经开区")
    page = city.get(f"/areas/{zone.pk}/").content.decode()
    assert "还没有登记管辖的乡镇" in page
    city.post(f"/areas/{zone.pk}/join/", {"code": "511724101", "starts": "2026-01-01"})
    member = Membership.objects.get()
    assert member.member.code == WUMU
    city.post(f"/areas/memberships/{member.pk}/leave/", {"ends": "2026-11-30"})
    member.refresh_from_db()
    assert str(member.ends) == "2026-11-30"


def test_a_village_is_stated_to_be_rural(city: Client) -> None:
    village = villages(WUMU)[0]
    city.post(f"/areas/{village.pk}/classify/", {"urban_rural": "rural"})
    village.refresh_from_db()
    assert village.urban_rural == "rural"
    city.post(f"/areas/{village.pk}/classify/", {"urban_rural": "sea"})
    village.refresh_from_db()
    assert village.urban_rural == "rural"
