"""The pages on deliveries: choosing files, the preview, deciding, the rows to mend."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from yiyang.access.scope import platform
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work
from yiyang.registry.models import Delivery, Person
from yiyang.registry.tests.arrivals import allowance, check, deliver, fresh, people_rows, receive
from yiyang.registry.tests.hall import AIHUA, BAOGUO, csv_bytes, person_row

pytestmark = pytest.mark.django_db
DAZHU, TONGCHUAN, ZHUYANG = 511724000000, 511702000000, 511724001000


@pytest.fixture(autouse=True)
def without_second_factor(settings: Any) -> None:
    settings.SECOND_FACTOR = False


@pytest.fixture
def officer(grant: Callable[..., Any], logged_in: Callable[..., Any]) -> Any:
    return logged_in(grant("爱华", "county_officer", DAZHU))


def choose(browser: Any, *files: tuple[str, bytes]) -> str:
    """Upload files; the address of the page that asks whether they were recognised."""
    given = [SimpleUploadedFile(name, content) for name, content in files]
    return str(browser.post(reverse("registry:deliver"), {"files": given})["Location"])


def test_recognises_files_by_name_or_headings_and_delivers_them(officer: Any) -> None:
    address = choose(
        officer,
        ("公安户籍登记_2026年10月.csv", csv_bytes(people_rows(), "gbk")),
        ("导出(3).csv", csv_bytes([allowance(AIHUA, "爱华")])),
    )
    page = officer.get(address).content.decode()
    assert '<option value="police_households" selected>' in page
    assert '<option value="civil_low_income" selected>' in page
    assert 'value="2026-10"' in page
    given = {
        "0-register": "police_households",
        "0-month": "2026-10",
        "1-register": "civil_low_income",
        "1-month": "2026-10",
    }
    answer = officer.post(address, {**given, "area": f"{DAZHU}", "known": "2026-10-05"})
    assert answer["Location"] == reverse("registry:deliveries")
    with work(platform("test")):
        assert set(Delivery.objects.values_list("register", "delivered_by_name")) == {
            ("police_households", "爱华"),
            ("civil_low_income", "爱华"),
        }
    assert officer.get(address)["Location"] == reverse("registry:deliver"), "the files are no longer put aside"


def test_says_at_the_file_what_is_wrong_and_leaves_out_what_is_not_wanted(officer: Any) -> None:
    address = choose(officer, ("公安户籍登记.csv", csv_bytes(people_rows())), ("杂项.csv", b"a,b\n1,2\n"))
    given = {"0-register": "police_households", "0-month": "2026-13", "1-register": "", "1-month": "2026-10"}
    common = {"area": str(DAZHU), "known": "2026-10-05"}
    page = officer.post(address, {**given, **common}).content.decode()
    assert "月份应形如 2026-11" in page
    answer = officer.post(address, {**given, **common, "0-month": "2026-10", "skip-1": "1"})
    assert "/deliveries/" in answer["Location"]


def test_nobody_opens_files_that_somebody_else_chose(
    officer: Any, grant: Callable[..., Any], logged_in: Callable[..., Any]
) -> None:
    address = choose(officer, ("公安户籍登记.csv", csv_bytes(people_rows())))
    other = logged_in(grant("保国", "county_officer", TONGCHUAN))
    assert other.get(address)["Location"] == reverse("registry:deliver")


def test_the_preview_shows_rows_faults_and_whose_facts_would_change(officer: Any) -> None:
    deliver("police_households", people_rows())
    found = check(receive("civil_low_income", [allowance(AIHUA, "爱华"), allowance(BAOGUO[:-1], "保国保国")]))
    page = officer.get(reverse("registry:delivery", args=[found.pk])).content.decode()
    assert found.state == Delivery.State.STOPPED
    assert "超过规定的 5%" in page
    assert "入库理由" in page
    assert "身份证号码不是 18 位" in page
    lines = officer.get(reverse("registry:delivery", args=[found.pk]) + "?tab=quarantine").content.decode()
    assert "核对证件后补全号码" in lines
    assert BAOGUO[:-1] not in lines


def test_somebody_without_a_right_on_people_sees_numbers_and_no_names(
    officer: Any, grant: Callable[..., Any], logged_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver("police_households", people_rows())
    found = check(
        receive(
            "police_households",
            [*people_rows()[:2], person_row(people_rows()[2]["身份证号码"], 城乡分类="农村")],
            "2026-11",
        )
    )
    address = reverse("registry:delivery", args=[found.pk])
    assert "春兰" in officer.get(address).content.decode()
    with work(platform("test")):
        assert AuditLine.objects.filter(kind="read", what=f"delivery:{found.pk}", actor_name="爱华").exists()
    from yiyang.access.scope import Scope

    allowed = Scope.may
    monkeypatch.setattr(
        Scope, "may", lambda self, right, code=None: right != "person.read" and allowed(self, right, code)
    )
    page = officer.get(address).content.decode()
    assert "春兰" not in page
    assert "只显示人数" in page


def test_rows_to_mend_come_in_the_registers_own_columns(officer: Any) -> None:
    deliver("police_households", people_rows())
    found = check(
        receive("civil_low_income", [allowance(AIHUA, "爱华"), allowance(BAOGUO[:-1], "保国", 享受开始日期="去年")])
    )
    answer = officer.post(reverse("registry:delivery_mend", args=[found.pk]), {"format": "xlsx"})
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()
    heading = next(row for row in rows if "姓名" in row)
    mended = rows[rows.index(heading) + 1]
    assert heading[:2] == ["身份证号码", "姓名"]
    assert heading[-3:] == ["原行号", "问题", "处理办法"]
    assert mended[:2] == [BAOGUO[:-1], "保国"]
    assert "日期无法识别" in str(mended[-2])
    with work(platform("test")):
        assert AuditLine.objects.filter(kind="export", what=f"delivery:{found.pk}").exists()


def test_accepts_refuses_and_says_what_taking_back_will_do(officer: Any) -> None:
    found = check(receive("police_households", people_rows()))
    address = reverse("registry:delivery", args=[found.pk])
    officer.post(f"{address}accept/")
    assert fresh(found).state == Delivery.State.ACCEPTING
    assert "hx-trigger" in officer.get(address).content.decode()
    from yiyang.registry import tasks

    tasks.accept_delivery.func(delivery=found.pk, user=None, request="")
    assert "3 条陈述不再采信" in officer.get(address).content.decode()
    answer = officer.post(f"{address}take-back/", {"reason": ""}, follow=True)
    assert "撤回须写明理由" in answer.content.decode()
    other = check(receive("civil_low_income", [allowance(AIHUA, "爱华")]))
    officer.post(reverse("registry:delivery_decide", args=[other.pk, "refuse"]), {"reason": "缺一列"})
    assert fresh(other).state == Delivery.State.REFUSED


def test_another_county_finds_neither_the_delivery_nor_its_rows(
    grant: Callable[..., Any], logged_in: Callable[..., Any]
) -> None:
    found = check(receive("police_households", people_rows()))
    stranger = logged_in(grant("保国", "county_officer", TONGCHUAN))
    address = reverse("registry:delivery", args=[found.pk])
    for url in (address, f"{address}progress/"):
        assert stranger.get(url).status_code == 404
    for url in (f"{address}accept/", f"{address}mend/", f"{address}again/"):
        assert stranger.post(url, {"reason": "x"}).status_code == 404
    assert "公安户籍登记.csv" not in stranger.get(reverse("registry:deliveries")).content.decode()
    clerk = logged_in(grant("春兰", "village_visitor", ZHUYANG))
    assert clerk.get(address).status_code == 403


def test_the_matrix_says_what_waits_and_what_is_late(officer: Any) -> None:
    deliver("police_households", people_rows(), "2026-08", known=__import__("datetime").date(2026, 8, 5))
    page = officer.get(reverse("registry:deliveries")).content.decode()
    assert "逾期未交" in page
    assert "已入库" in page


def test_a_file_of_a_million_bytes_streams_and_an_empty_one_is_told(officer: Any) -> None:
    answer = officer.post(reverse("registry:deliver"), {"files": [SimpleUploadedFile("a.doc", b"x")]})
    assert "请另存为" in answer.content.decode()
    assert "请选择文件" in officer.post(reverse("registry:deliver"), {}).content.decode()


def test_telephones_and_addresses_of_a_delivery_are_searchable_and_sealed() -> None:
    deliver("police_households", people_rows())
    with work(platform("test")):
        assert Person.objects.get(phone_hash="138 0000 0002").name == "保国"
