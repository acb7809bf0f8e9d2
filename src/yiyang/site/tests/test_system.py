"""How the system runs: 爱华 keeps it, 保国 is a county officer; and what is said to whoever is too quick."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from yiyang.access.scope import platform
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work
from yiyang.site import system_page
from yiyang.site.doctor.finding import Finding

pytestmark = pytest.mark.django_db
DAZHOU, DAZHU, ZHUYANG = 511700000000, 511724000000, 511724001000


@pytest.fixture(autouse=True)
def clean(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def keeper(grant: Any, logged_in: Any) -> Any:
    return logged_in(grant("爱华", "administrator", DAZHOU))


@pytest.fixture
def broken() -> int:
    """A job that failed."""
    insert = "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts) "
    event = "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'failed', now())"
    with connection.cursor() as cursor:
        cursor.execute(
            insert + "VALUES ('registry', 'yiyang.registry.tasks.check_delivery', '{}', 'failed', 3) RETURNING id"
        )
        job = int(cursor.fetchone()[0])
        cursor.execute(event, [job])
    return job


def test_shows_checks_versions_jobs_and_deliveries(keeper: Any, broken: int) -> None:
    page = keeper.get("/system/").content.decode()
    for word in (
        "安装检查",
        "行级安全",
        "密钥",
        "备份",
        "审计链",
        "PostgreSQL",
        "数据库版本",
        "检查交付",
        "重试",
        "后台进程",
    ):
        assert word in page, word


def test_without_a_scope_nobody_is_seen_even_while_an_officer_looks(grant: Any, logged_in: Any, person: Any) -> None:
    person("春兰", ZHUYANG)
    page = logged_in(grant("保国", "city_officer", DAZHOU)).get("/system/").content.decode()
    assert "没有范围就看不到任何人" in page


def test_nobody_else_opens_it(grant: Any, logged_in: Any) -> None:
    assert logged_in(grant("保国", "county_officer", DAZHU)).get("/system/").status_code == 403


def test_names_nobody(keeper: Any, person: Any) -> None:
    found = person("春兰", ZHUYANG)
    page = keeper.get("/system/").content.decode()
    assert found.name not in page
    assert str(found.id_number) not in page


def test_a_failed_job_is_put_back_and_the_log_says_by_whom(keeper: Any, broken: int) -> None:
    answer = keeper.post(f"/system/jobs/{broken}/retry", follow=True)
    assert "任务已重新排队" in answer.content.decode()
    assert ProcrastinateJob.objects.get(pk=broken).status == "todo"
    with work(platform("test")):
        line = AuditLine.objects.get(kind="system", what=f"job:{broken}")
        assert line.actor_name == "爱华"


def test_a_job_that_did_not_fail_stays_as_it_is(keeper: Any, broken: int) -> None:
    keeper.post(f"/system/jobs/{broken}/retry")
    assert "没有失败，或已经重试过" in keeper.post(f"/system/jobs/{broken}/retry", follow=True).content.decode()
    with work(platform("test")):
        assert AuditLine.objects.filter(kind="system", what=f"job:{broken}").count() == 1


def test_only_who_keeps_the_system_retries(grant: Any, logged_in: Any, broken: int) -> None:
    browser = logged_in(grant("保国", "county_officer", DAZHU))
    assert browser.post(f"/system/jobs/{broken}/retry").status_code == 403
    assert ProcrastinateJob.objects.get(pk=broken).status == "failed"


def test_looking_does_not_retry(keeper: Any, broken: int) -> None:
    answer = keeper.get(f"/system/jobs/{broken}/retry")
    assert answer.status_code == 405
    # Whoever came by a bookmark is told what to do; the library's own answer is an empty page.
    assert "返回原来的页面" in answer.content.decode()
    assert answer["Allow"] == "POST"
    assert answer["Content-Security-Policy"]


def test_what_is_wrong_comes_first_with_how_to_mend_it(keeper: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Finding("wrong", ("钥匙丢了", "lost"), ("去找", "look"))
    monkeypatch.setattr("yiyang.site.doctor.cli.run", lambda check, place: wrong)
    page = keeper.get("/system/").content.decode()
    assert page.index("钥匙丢了") < page.index("审计链")
    assert "有错误" in page
    assert "去找" in page


def test_every_job_of_the_house_has_a_chinese_word() -> None:
    from procrastinate.contrib.django import app

    ours = [name for name in app.tasks if name.startswith("yiyang.")]
    assert ours
    assert [name for name in ours if system_page.title_of(name).isascii()] == []


def test_whoever_is_too_quick_gets_a_page_that_says_what_to_do(client: Any, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "1/m/ip"}
    client.post("/accounts/login/", {"login": "x", "password": "y"})
    answer = client.post("/accounts/login/", {"login": "x", "password": "y"})
    assert answer.status_code == 429
    assert "操作太频繁" in answer.content.decode()
    assert answer["X-Request-ID"] in answer.content.decode()


def test_the_api_says_too_many_in_its_own_shape(keeper: Any, settings: Any) -> None:
    settings.API_CALLS_A_MINUTE = {"any": 1, "people": 1}
    answers = [keeper.get("/api/v1/me") for _ in range(3)]
    assert answers[-1].status_code == 429
    assert answers[-1].json()["code"] == "too_many"
    assert int(answers[-1]["Retry-After"]) > 0
