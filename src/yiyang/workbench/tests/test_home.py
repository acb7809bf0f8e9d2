"""爱华 works for the city, 保国 for 大竹县, 春兰 visits people of a town: each finds his own work on the first page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

pytestmark = pytest.mark.django_db
DAZHOU, DAZHU, ZHUYANG, TONGCHUAN = 511700000000, 511724000000, 511724001000, 511702000000


@pytest.fixture(autouse=True)
def no_second_factor_and_no_memory(settings: Any) -> None:
    settings.SECOND_FACTOR = False
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def test_every_role_has_a_first_page(grant: Any, logged_in: Any) -> None:
    from yiyang.accounts.roles import load_roles

    codes = {"province": 510000000000, "city": DAZHOU, "county": DAZHU, "town": ZHUYANG, "village": ZHUYANG + 1}
    for name, role in load_roles().roles.items():
        if not role.api_only:
            user = grant(f"user-{name}", name, codes[role.levels[-1]])
            answer = logged_in(user).get("/")
            assert answer.status_code == 200, name
            assert "今天要办的事" in answer.content.decode()


def test_a_fresh_installation_says_what_to_do_first(grant: Any, logged_in: Any) -> None:
    page = logged_in(grant("爱华", "city_officer", DAZHOU)).get("/").content.decode()
    assert "从这里开始" in page
    assert "交付第一份登记册" in page


def test_the_city_has_a_map_and_the_county_bars_by_town(grant: Any, person: Any, logged_in: Any) -> None:
    person("春兰", ZHUYANG, is_current=True)
    city = logged_in(grant("爱华", "city_officer", DAZHOU)).get("/").content.decode()
    assert '<figure class="chart map">' in city
    county = logged_in(grant("保国", "county_officer", DAZHU)).get("/").content.decode()
    assert '<figure class="chart bars">' in county
    assert "竹阳街道" in county


def test_counts_only_the_people_of_the_scope(grant: Any, person: Any, logged_in: Any) -> None:
    person("春兰", ZHUYANG, is_current=True)
    person("保国", TONGCHUAN + 1000, is_current=True)
    answer = logged_in(grant("爱华", "county_officer", DAZHU)).get("/")
    assert answer.context["figures"][0].value == 1


def test_visitors_see_the_people_they_look_after(grant: Any, person: Any, logged_in: Any) -> None:
    person("春兰", ZHUYANG, is_current=True, groups=["living_alone"])
    person("保国", ZHUYANG, is_current=True)
    page = logged_in(grant("爱华", "village_visitor", ZHUYANG)).get("/").content.decode()
    assert "春兰" in page
    assert "保国" not in page
    assert "独居" in page


def test_suspected_doubles_are_a_task_of_whoever_judges_them(
    grant: Any, person: Any, logged_in: Any, monkeypatch: Any
) -> None:
    from yiyang.access.scope import platform
    from yiyang.audit.record import work
    from yiyang.registry.models import PossibleDouble
    from yiyang.workbench.tasks import Task

    monkeypatch.setattr(Task, "address", "/there")
    one, other = person("春兰", ZHUYANG), person("春兰", ZHUYANG)
    with work(platform("test")):
        PossibleDouble.objects.create(
            person=one, other=other, area_code=ZHUYANG, other_area_code=ZHUYANG, probability=0.9
        )
    judge = logged_in(grant("爱华", "township_clerk", ZHUYANG)).get("/").context["tasks"]
    assert [(task.title, task.count) for task in judge] == [("疑似同一人，待判定", 1)]
    elsewhere = logged_in(grant("保国", "county_officer", TONGCHUAN)).get("/").context["tasks"]
    assert elsewhere == []


def test_whoever_sees_no_people_has_no_search_box(grant: Any, logged_in: Any) -> None:
    assert 'id="search"' not in logged_in(grant("爱华", "auditor", DAZHOU)).get("/").content.decode()
    assert 'id="search"' in logged_in(grant("保国", "county_officer", DAZHU)).get("/").content.decode()


def test_names_go_to_the_list_and_numbers_never_reach_an_address(grant: Any, person: Any, logged_in: Any) -> None:
    found = person("春兰", ZHUYANG)
    browser = logged_in(grant("爱华", "county_officer", DAZHU))
    assert "q=%E6%98%A5%E5%85%B0" in browser.post("/search", {"q": "春兰"})["Location"]
    answer = browser.post("/search", {"q": str(found.id_number)})
    assert str(found.id_number) not in answer.get("Location", "") + answer.content.decode()


def test_a_number_of_another_county_is_not_found(grant: Any, person: Any, logged_in: Any) -> None:
    found = person("春兰", TONGCHUAN + 1000)
    answer = logged_in(grant("爱华", "county_officer", DAZHU)).post("/search", {"q": str(found.id_number)})
    assert "没有找到" in answer.content.decode()


def test_the_area_in_force_only_takes_away(grant: Any, person: Any, logged_in: Any) -> None:
    from yiyang.areas.models import Area

    person("春兰", ZHUYANG, is_current=True)
    person("保国", TONGCHUAN + 1000, is_current=True)
    browser = logged_in(grant("爱华", "city_officer", DAZHOU))
    browser.post("/area", {"area": Area.objects.get(code=DAZHU).pk})
    assert browser.get("/").context["figures"][0].value == 1
    browser.post("/area", {"area": ""})
    assert browser.get("/").context["figures"][0].value == 2


def test_nobody_works_in_an_area_that_is_not_his(grant: Any, logged_in: Any) -> None:
    from yiyang.areas.models import Area

    browser = logged_in(grant("爱华", "county_officer", DAZHU))
    browser.post("/area", {"area": Area.objects.get(code=TONGCHUAN).pk})
    page = browser.get("/")
    assert "不在您的辖区内" in page.content.decode()
    assert page.context["area_in_force"] == "大竹县"


def test_large_letters_are_remembered(client: Any) -> None:
    client.post("/preferences", {"size": "large", "next": "/accounts/login/"})
    assert 'data-size="large"' in client.get("/accounts/login/").content.decode()


def test_the_next_page_is_never_another_site(client: Any) -> None:
    assert client.post("/preferences", {"size": "large", "next": "https://evil.example/"})["Location"] == "/"


@override_settings(DEBUG=False)
def test_what_is_not_there_says_what_to_do_and_the_request(grant: Any, logged_in: Any) -> None:
    answer = logged_in(grant("爱华", "county_officer", DAZHU)).get("/nowhere")
    assert answer.status_code == 404
    assert "不在您的管辖范围内" in answer.content.decode()
    assert answer["X-Request-ID"] in answer.content.decode()


def test_the_styleguide_shows_every_component(grant: Any, logged_in: Any) -> None:
    page = logged_in(grant("爱华", "county_officer", DAZHU)).get("/styleguide").content.decode()
    assert "竹" in page
    assert " style=" not in page
    assert "<script>" not in page


def test_keys_in_forms_have_no_separators(grant: Any, logged_in: Any) -> None:
    from yiyang.areas.models import Area

    page = logged_in(grant("爱华", "city_officer", DAZHOU)).get("/").content.decode()
    assert f'value="{Area.objects.get(code=DAZHU).pk}"' in page


def test_whoever_entered_a_group_this_month_is_told(grant: Any, person: Any, logged_in: Any, monkeypatch: Any) -> None:
    from django.utils import timezone

    from yiyang.access.scope import platform
    from yiyang.audit.record import work
    from yiyang.registry.models import Membership
    from yiyang.workbench.tasks import Task

    monkeypatch.setattr(Task, "address", "/there")
    found, elsewhere = person("春兰", ZHUYANG), person("保国", TONGCHUAN + 1000)
    with work(platform("test")):
        for each in (found, elsewhere):
            Membership.objects.create(person=each, group="living_alone", entered=timezone.localdate())
    tasks = logged_in(grant("爱华", "village_visitor", ZHUYANG)).get("/").context["tasks"]
    assert [(task.title, task.count) for task in tasks] == [("本月新进入重点人群", 1)]


def test_everybody_finds_the_cases_on_which_he_takes_the_next_step(grant: Any, person: Any, logged_in: Any) -> None:
    from yiyang.cases.tests.town import found

    found(person("春兰", ZHUYANG + 1))
    clerk = logged_in(grant("爱华", "township_clerk", ZHUYANG)).get("/").context["tasks"]
    assert [(task.title, task.count, task.query) for task in clerk] == [("新发现的个案", 1, "tab=new")]
    assert logged_in(grant("保国", "reviewer", DAZHU)).get("/").context["tasks"] == []
    assert logged_in(grant("恩慧", "township_clerk", ZHUYANG + 100_000)).get("/").context["tasks"] == []


def test_late_cases_come_first_and_the_level_above_is_told(grant: Any, person: Any, logged_in: Any) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from yiyang.access.scope import platform
    from yiyang.audit.record import work
    from yiyang.cases.models import Case
    from yiyang.cases.tests.town import found

    late = found(person("春兰", ZHUYANG + 1))
    with work(platform("test")):
        Case.objects.filter(pk=late.pk).update(due=timezone.localdate() - timedelta(days=1), escalated=1)
    clerk = logged_in(grant("爱华", "township_clerk", ZHUYANG)).get("/").context["tasks"]
    assert ("新发现的个案", "urgent", "其中 1 件已超过办理期限") in [
        (each.title, each.urgency, each.text) for each in clerk
    ]
    county = logged_in(grant("保国", "county_officer", DAZHU)).get("/").context["tasks"]
    assert ("超期督办的个案", 1) in [(task.title, task.count) for task in county]


def test_the_funnel_is_on_the_officers_first_page(grant: Any, person: Any, logged_in: Any) -> None:
    from yiyang.cases.tests.town import found

    found(person("春兰", ZHUYANG + 1, is_current=True))
    page = logged_in(grant("保国", "county_officer", DAZHU)).get("/").content.decode()
    assert "在办个案到了哪一步" in page
