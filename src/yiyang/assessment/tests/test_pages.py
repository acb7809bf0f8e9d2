"""Pages of assessments: 恩慧 asks, 春兰 plans and checks, 爱华 and 保国 assess at the desk; a stranger verifies."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conftest import DAZHU, WUMU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.assessment import certificate, exchange_fhir, severity
from yiyang.assessment.models import Agency, Objection, Request, Result, Use
from yiyang.assessment.tests.answering import GB, scale, worst
from yiyang.assessment.tests.house import House, scope
from yiyang.assessment.workbench_forms import _name
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work
from yiyang.entitlement.models import MonthRun, Unknown, span_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain(settings: Any, tmp_path: Any) -> None:
    settings.SECOND_FACTOR = False
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    settings.DATA = tmp_path


@pytest.fixture
def house(grant: Any) -> House:
    return House(grant)


def browser(who: Any) -> Client:
    """Somebody at a browser, logged in; `who` is his scope."""
    from yiyang.accounts.models import User

    made = Client()
    user = User.objects.get(pk=who.user)
    made.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


def at(name: str, *arguments: Any) -> str:
    return reverse(f"assessment:{name}", args=arguments)


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def one() -> Request:
    with work(platform("test")):
        found: Request = Request.objects.order_by("-pk")[0]
    return found


def test_from_asking_to_the_certificate_by_pages_alone(house: House, person: Any) -> None:
    elder = person("王秀英", ZHUYANG + 1)
    clerk, officer = browser(house.clerk), browser(house.officer)
    sent = {"instrument": GB, "kind": "first", "purposes": ["nursing_subsidy"], "reason": "跌倒"}
    assert clerk.post(at("ask", elder.pk), sent).status_code == 302
    found = one()
    assert "王秀英" in text(officer.get(at("work") + "?tab=todo"))
    page = text(officer.get(at("plan", found.pk)))
    assert "安康评估" in page
    assert "在同一个乡镇" in page
    pair = f"{house.agency.pk}-{house.lead.pk}-{house.second.pk}"
    # Kept as typed where something is wrong with it.
    wrong = officer.post(at("plan", found.pk), {"pair": pair, "appointed": "2020-01-01T09:00"})
    assert "不能早于今天" in text(wrong)
    when = timezone.localtime() + timedelta(minutes=1)
    sent = {"pair": pair, "appointed": f"{when:%Y-%m-%dT%H:%M}"}
    assert officer.post(at("plan", found.pk), sent).status_code == 302
    assert "王秀英" in text(officer.get(at("calendar")))
    fills_in(browser(house.aihua), found)
    signs(browser(house.aihua), browser(house.baoguo), found)
    page = text(officer.get(at("check", found.pk)))
    assert "系统发现" in page
    assert "全靠人" in page
    assert "请写明退回的原因" in text(officer.post(at("check", found.pk), {"verdict": "returned"}))
    assert officer.post(at("check", found.pk), {"verdict": "passed", "words": "核对过"}).status_code == 302
    page = text(officer.get(at("request", found.pk)))
    assert "完全失能" in page
    assert "PG511724" in page


def fills_in(lead: Client, found: Request) -> None:
    """At the desk; what is missing is named first."""
    began = timezone.localtime() - timedelta(minutes=50)
    held = {"began_at": f"{began:%Y-%m-%dT%H:%M}", "minutes": "45"}
    assert "还有 33 项没有填" in text(lead.post(at("fill", found.pk), held))
    answers = {_name(code): value for code, value in worst(scale(GB)).items()}
    assert lead.post(at("fill", found.pk), held | answers).status_code == 302


def signs(lead: Client, second: Client, found: Request) -> None:
    with work(platform("test")):
        sha256 = found.forms.get(is_current=True).sha256
    assert second.post(at("sign", found.pk), {"sha256": "0" * 64}).status_code == 302
    for each in (lead, second):
        assert each.post(at("sign", found.pk), {"sha256": sha256}).status_code == 302
    with work(platform("test")):
        found.refresh_from_db()
        assert found.state == "signed"


def test_answers_are_shown_to_those_who_assess_and_check_and_to_nobody_else(house: House, person: Any) -> None:
    house.issued(person("王秀英", ZHUYANG))
    found = one()
    for who in (house.officer, house.aihua):
        assert "全靠人" in text(browser(who).get(at("request", found.pk)))
    page = text(browser(house.clerk).get(at("request", found.pk)))
    assert "全靠人" not in page
    assert "评估内容涉及健康" in page
    neighbour = scope(house.grant("国芳", "township_clerk", WUMU))
    assert browser(neighbour).get(at("request", found.pk)).status_code == 404


def test_answers_leave_as_fhir_for_those_who_may_see_them(house: House, person: Any) -> None:
    result = house.issued(person("王秀英", ZHUYANG))
    answer = browser(house.officer).post(at("answers", result.pk))
    assert answer["Content-Disposition"] == f'attachment; filename="{result.number}.json"'
    said = json.loads(text(answer))
    read = exchange_fhir.read_response(said, {f"{GB}|{result.version}": scale(GB)})
    assert (read.request, read.answers) == (one().number, worst(scale(GB)))
    assert "王秀英" not in text(answer)
    assert "评估表（FHIR）" in text(browser(house.aihua).get(at("request", one().pk)))
    assert "FHIR" not in text(browser(house.clerk).get(at("request", one().pk)))
    assert browser(house.clerk).post(at("answers", result.pk)).status_code == 403
    with work(platform("test")):
        assert AuditLine.objects.filter(kind="export", what=f"assessment_result:{result.pk}").count() == 1


def test_each_list_holds_what_it_says(house: House, person: Any) -> None:
    result = house.issued(person("王秀英", ZHUYANG))
    house.ask(person("李桂兰", ZHUYANG + 1))
    officer = browser(house.officer)
    assert officer.get(at("work"))["Location"].endswith("tab=todo")
    assert "李桂兰" in text(officer.get(at("work") + "?tab=todo"))
    assert result.number in text(officer.get(at("work") + "?tab=issued"))
    assert "没有待签字的" in text(officer.get(at("work") + "?tab=sign"))
    assert "没有符合条件" in text(officer.get(at("work") + "?tab=todo&kind=dispute"))
    for slug in ("planned", "check", "returned", "late", "objections", "renew", "all", "nonsense"):
        assert officer.get(at("work") + f"?tab={slug}").status_code == 200
    assert "李桂兰" not in text(browser(house.aihua).get(at("work") + "?tab=mine"))


def test_many_are_asked_for_from_the_list_of_unknowns_and_planned_at_once(house: House, person: Any) -> None:
    people = [person(f"王秀{number}", ZHUYANG + 1) for number in range(3)]
    with work(platform("test")):
        run = MonthRun.objects.create(
            area_code=DAZHU, month="2026-10", known=timezone.localdate(), state="in_force", ordered_by_name="月度",
            span=span_of(DAZHU, "2026-10"),
        )  # fmt: skip
        rows = [
            Unknown.objects.create(run=run, person=each.pk, area_code=ZHUYANG + 1, fact="ability", items=2, year_fen=9)
            for each in people
        ]
    clerk, officer = browser(house.clerk), browser(house.officer)
    assert "提出评估申请" in text(clerk.get(reverse("entitlement:unknowns")))
    assert "提出评估申请" in text(clerk.get(reverse("entitlement:unknown", args=[rows[0].pk])))
    keys = {"rows": [row.pk for row in rows]}
    assert "共 3 人" in text(clerk.post(at("ask_many"), keys))
    assert clerk.post(at("ask_many"), keys | {"confirmed": "1"})["Location"].endswith("tab=todo")
    with work(platform("test")):
        keys = {"rows": list(Request.objects.values_list("pk", flat=True))}
    assert len(keys["rows"]) == 3
    assert "按建议安排 3 件" in text(officer.post(at("plan_many"), keys))
    day = timezone.localdate() + timedelta(days=1)
    sent = keys | {"confirmed": "1", "from_day": day.isoformat(), "a_day": "4"}
    assert "已安排 3 件" in text(officer.post(at("plan_many"), sent))
    # Asked for again they are left, and it is said why.
    with work(platform("test")):
        keys = {"rows": [row.pk for row in rows]}
    again = clerk.post(at("ask_many"), keys | {"confirmed": "1"}, follow=True)
    assert "3 人没有提出" in text(again)
    # The unknown itself says so, and does not offer it again.
    told = text(clerk.get(reverse("entitlement:unknown", args=[rows[0].pk])))
    assert "正在办理" in told
    assert "提出评估申请" not in told


def test_a_request_is_closed_with_a_reason_only(house: House, person: Any) -> None:
    found = house.ask(person("王秀英", ZHUYANG))
    officer = browser(house.officer)
    assert "这个字段是必填项" in text(officer.post(at("close", found.pk, "refuse"), {"reason": ""}))
    assert officer.post(at("close", found.pk, "refuse"), {"reason": "不住本地"}).status_code == 302
    assert "不住本地" in text(officer.get(at("request", found.pk)))
    assert officer.get(at("close", found.pk, "nonsense")).status_code == 404


def test_whoever_had_a_part_cannot_check(house: House, person: Any) -> None:
    found = house.plan(house.ask(person("王秀英", ZHUYANG)))
    house.sign(house.fill(found))
    assert browser(house.aihua).get(at("check", found.pk)).status_code == 403
    assert browser(house.clerk).get(at("check", found.pk)).status_code == 403


def test_used_objected_to_and_answered(house: House, person: Any) -> None:
    result = house.issued(person("王秀英", ZHUYANG))
    clerk = browser(house.clerk)
    sent = {"purpose": "home_bed", "about": "JT-1"}
    assert '<option value="" selected>请选择</option>' in text(clerk.get(at("use", result.pk)))
    assert "必填" in text(clerk.post(at("use", result.pk), {"purpose": ""}))
    assert clerk.post(at("use", result.pk), sent).status_code == 302
    assert clerk.post(at("object", result.pk), {"reason": "比评的好"}).status_code == 302
    with work(platform("test")):
        assert Use.objects.get().purpose == "home_bed"
        raised = Objection.objects.get()
    assert result.number in text(browser(house.other).get(at("work") + "?tab=objections"))
    assert "您参加了这次评估或质控" in text(browser(house.officer).get(at("request", result.request_id)))
    assert at("objection", raised.pk) in text(browser(house.other).get(at("request", result.request_id)))
    sent = {"outcome": "again", "answer": "安排别人复评"}
    assert "不能处理" in text(browser(house.officer).post(at("objection", raised.pk), sent))
    assert browser(house.other).post(at("objection", raised.pk), sent).status_code == 302
    assert one().kind == "dispute"
    page = text(clerk.get(at("request", result.request_id)))
    assert "JT-1" in page
    assert "家庭养老床位" in page
    assert "复评申请" in page


def test_the_tab_of_a_person_shows_results_and_requests(house: House, person: Any) -> None:
    elder = person("王秀英", ZHUYANG)
    result = house.issued(elder)
    page = text(browser(house.clerk).get(at("person", elder.pk)))
    assert result.number in page
    assert "完全失能" in page


def test_a_stranger_verifies_without_seeing_the_level(house: House, person: Any) -> None:
    result = house.issued(person("王秀英", ZHUYANG))
    page = text(Client().get(reverse("portal:certificate", args=[result.token])))
    assert "有效" in page
    assert result.number in page
    assert "王**" in page
    assert "安康评估" in page
    assert "失能" not in page
    assert "王秀英" not in page
    with work(platform("test")):
        Result.objects.filter(pk=result.pk).update(state="withdrawn")
    assert "已撤销" in text(Client().get(reverse("portal:certificate", args=[result.token])))
    nobody = Client().get(reverse("portal:certificate", args=["x" * 32]))
    assert nobody.status_code == 404
    assert "没有这份评估结果" in nobody.content.decode()
    with work(platform("test")):
        assert AuditLine.objects.filter(what=f"certificate:{result.number}").count() == 2


def test_whoever_tries_codes_is_stopped(house: House, person: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yiyang.portal.certificates.LOOKS", 2)
    stranger = Client()
    codes = [stranger.get(reverse("portal:certificate", args=["y" * 32])).status_code for _ in range(3)]
    assert codes == [404, 404, 429]


@pytest.mark.pango
def test_the_certificate_says_level_days_and_where_to_verify(house: House, person: Any, tmp_path: Path) -> None:
    result = house.issued(person("王秀英", ZHUYANG, phone="13812345678"))
    with work(platform("test")):
        html = certificate.certificate_html(result, result.person, "https://yanglao.example")
    assert f"https://yanglao.example/portal/assessments/verify/{result.token}/" in html
    answer = browser(house.clerk).post(at("certificate", result.pk))
    assert answer.content.startswith(b"%PDF-")
    (tmp_path / "a.pdf").write_bytes(answer.content)
    assert len(pypdf.PdfReader(tmp_path / "a.pdf").pages) == 1
    said = subprocess.run(["pdftotext", "-layout", tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True)
    until = certificate.objection_until(result)
    for word in (result.number, "完全失能", "王秀英", "安康评估", f"{until:%Y-%m-%d}"):
        assert word in said.stdout
    assert "5129" not in said.stdout or "****" in said.stdout


def test_agencies_are_registered_and_changed(house: House, grant: Any) -> None:
    officer = browser(house.officer)
    assert "安康评估" in text(officer.get(at("agencies")))
    sent = {
        "name": "仁和评估", "credit_code": "91350100M000100Y43", "area": "511724", "valid_from": "2026-01-01",
        "valid_to": "2028-12-31", "a_month": "60", "related": "", "is_active": "on",
    }  # fmt: skip
    assert "末位是校验位" in text(officer.post(at("new_agency"), sent | {"credit_code": "91350100M000100Y44"}))
    assert officer.post(at("new_agency"), sent).status_code == 302
    with work(platform("test")):
        made = Agency.objects.get(name="仁和评估")
    assert made.area_code == DAZHU
    assert officer.post(at("edit_agency", made.pk), sent | {"name": "仁和评估中心"}).status_code == 302
    grant("芳芳", "assessor", DAZHU)
    who = {"training": "medical", "certificate": "A1", "valid_from": "2026-01-01", "valid_to": "2026-02-01"}
    who |= {"a_week": "20", "is_active": "on"}
    assert "没有这个用户名" in text(officer.post(at("new_assessor", made.pk), who | {"username": "nobody"}))
    page = text(officer.get(at("agency", house.agency.pk)))
    assert "爱华" in page
    assert browser(house.clerk).get(at("agencies")).status_code == 403


def test_quality_is_plotted_and_other_readings_are_tried(house: House, person: Any) -> None:
    house.issued(person("王秀英", ZHUYANG))
    officer = browser(house.officer)
    page = text(officer.get(at("figures")))
    assert "不足 10 人的不列" in page
    with work(house.officer):
        assert severity.by_assessor(GB) == [("爱华", 1, 1, house.lead.pk)]
        assert severity.by_agency(GB) == [("安康评估", 1, 1, house.agency.pk)]
    page = text(officer.get(at("rescoring") + f"?instrument={GB}&reading=sum"))
    assert "重算了 1 份有效结果" in page
    assert officer.get(at("rescoring") + "?instrument=nonsense").status_code == 404
    assert "还没有抽查过" in text(officer.get(at("draws")))
    sent = {"month": f"{timezone.localdate():%Y-%m}", "seed": "1", "seed_from": "福彩"}
    assert "还没有过完" in text(officer.post(at("draws"), sent))


def test_a_sheet_is_taken_along_empty_and_brought_back_filled(house: House, person: Any, tmp_path: Path) -> None:
    found = house.plan(house.ask(person("王秀英", ZHUYANG)))
    lead = browser(house.aihua)
    assert "等您填表 1 件" in text(lead.get(at("sheets")))
    taken = lead.post(at("empty_sheet", GB))
    assert taken.content.startswith(b"PK")
    answers = worst(scale(GB))
    heads = ["申请编号", "姓名", "开始时间", "完成时间", *answers]
    began, ended = (timezone.localtime() - timedelta(minutes=each) for each in (60, 20))
    times = [f"{began:%Y-%m-%d %H:%M}", f"{ended:%Y-%m-%d %H:%M}"]
    filled = "\n".join(
        ",".join(line) for line in (heads, [found.number, "", *times, *answers.values()], ["SQ0", "", "", ""])
    )
    sheet = SimpleUploadedFile("a.csv", filled.encode("utf-8-sig"))
    page = text(lead.post(at("sheets"), {"instrument": GB, "sheet": sheet}))
    assert "已保存 1 份评估表" in page
    assert "SQ0" in page
    wrong = SimpleUploadedFile("a.exe", b"x")
    assert "请上传" in text(lead.post(at("sheets"), {"instrument": GB, "sheet": wrong}))
    assert browser(house.clerk).get(at("sheets")).status_code == 403
