"""春兰's file, and who may open it: clerks of her places; no sibling town, other county, auditor or administrator."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from yiyang.access.scope import platform
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work
from yiyang.registry import tasks_exports
from yiyang.registry.models import Contact, Correction, Document, Export, GroupFigure, Membership, Person

DAZHOU, DAZHU, ZHUYANG, WUMU, TONGCHUAN = 511700000000, 511724000000, 511724001000, 511724101000, 511702000000
VILLAGE = 511724001001
PDF = b"%PDF-1.7 " + b"x" * 100
SEES = {
    "county_officer": DAZHU,
    "township_clerk": ZHUYANG,
    "village_visitor": VILLAGE,
    "city_officer": DAZHOU,
}
SEES_NOT = (
    ("township_clerk", WUMU),
    ("county_officer", TONGCHUAN),
    ("village_visitor", ZHUYANG + 2),
    ("auditor", DAZHU),
    ("administrator", DAZHOU),
    ("inspector", DAZHU),
)
TABS = ("", "history", "corrections", "contacts", "documents")


@pytest.fixture(autouse=True)
def plain(settings: Any, tmp_path: Any) -> None:
    settings.SECOND_FACTOR = False
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    settings.DATA = tmp_path


@pytest.fixture
def chunlan(person: Any) -> Person:
    return person("王春兰", VILLAGE, phone="13812345678", is_current=True, facts={"living_arrangement": 1})


def lines(**found: Any) -> list[AuditLine]:
    with work(platform("test")):
        return list(AuditLine.objects.filter(**found))


def url(name: str, *arguments: Any) -> str:
    return reverse(f"registry:{name}", args=arguments)


@pytest.mark.parametrize("role", SEES)
def test_whoever_answers_for_her_place_opens_every_tab(role: str, grant: Any, logged_in: Any, chunlan: Person) -> None:
    browser = logged_in(grant("爱华", role, SEES[role]))
    for tab in TABS:
        answer = browser.get(f"{url('person', chunlan.pk)}?tab={tab}")
        assert answer.status_code == 200, tab
        assert "王春兰" in answer.content.decode()
        assert str(chunlan.id_number) not in answer.content.decode()
        assert "13812345678" not in answer.content.decode()
    assert len(lines(kind="read", person=chunlan.pk)) == len(TABS)


@pytest.mark.parametrize(("role", "code"), SEES_NOT)
def test_nobody_else_opens_anything_of_hers(role: str, code: int, grant: Any, logged_in: Any, chunlan: Person) -> None:
    with work(platform("test")):
        contact = Contact.objects.create(person=chunlan, kind="family", name="长子", phone="13900000000")
        paper = Document.objects.create(
            person=chunlan, title="证明", media_type="application/pdf", size=1, sha256="", file="x"
        )
        made = Correction.objects.create(
            person=chunlan, fact="lonely", value=1, valid_from=date(2026, 1, 1), reason="x", made_by=1, made_by_name="x"
        )
    browser, key, why = logged_in(grant("保国", role, code)), chunlan.pk, {"reason": "试"}
    tries = [
        browser.get(url("person", key)),
        browser.get(f"{url('person', key)}?tab=history&month=2026-11&known=2026-11-01"),
        browser.post(url("reveal", key, "id_number"), why),
        browser.post(url("reveal_contact", key, contact.pk), why),
        browser.post(url("own_copy", key), why),
        browser.get(url("choose_fact", key)),
        browser.get(url("correct", key, "lonely")),
        browser.post(url("correct", key, "lonely"), {"value": "1", "valid_from": "2026-01-01", **why}),
        browser.post(url("withdraw", key, made.pk), why),
        browser.get(url("add_contact", key)),
        browser.post(url("end_contact", key, contact.pk)),
        browser.get(url("add_paper", key)),
        browser.get(url("paper", key, paper.pk)),
    ]
    assert {answer.status_code for answer in tries} <= {403, 404}
    assert not any("王春兰" in answer.content.decode() for answer in tries)
    with work(platform("test")):
        assert Correction.objects.get().withdrawn_at is None
        assert Contact.objects.get().ended_at is None


def test_a_person_without_area_is_seen_by_the_citys_intake_only(grant: Any, logged_in: Any, person: Any) -> None:
    lost = person("无名氏", -1, is_current=True)
    assert logged_in(grant("爱华", "city_officer", DAZHOU)).get(url("person", lost.pk)).status_code == 404
    browser = logged_in(grant("春兰", "intake", DAZHOU))
    assert browser.get(url("person", lost.pk)).status_code == 200
    assert "无名氏" in browser.get(f"{url('people')}?area=-1").content.decode()


@pytest.mark.parametrize("q", ["王春", "王春兰", "wangchun", "wcl", "WCL"])
def test_finds_by_name_pinyin_and_initials(q: str, grant: Any, logged_in: Any, chunlan: Person, person: Any) -> None:
    person("李爱华", VILLAGE)
    person("王春兰", WUMU + 201)
    page = logged_in(grant("保国", "township_clerk", ZHUYANG)).get(url("people"), {"q": q})
    assert [row.pk for row in page.context["table"].page.rows] == [chunlan.pk]


@pytest.mark.parametrize(
    ("filters", "is_there"),
    [
        ({"area": "511724001001"}, True),
        ({"area": "511724001"}, True),
        ({"area": "511724101"}, False),
        ({"sex": "1"}, True),
        ({"sex": "0"}, False),
        ({"from": "80", "to": "95"}, True),
        ({"from": "95"}, False),
        ({"alive": "1", "current": "1"}, True),
        ({"contested": "1"}, False),
        ({"group": "living_alone"}, True),
        ({"group": "dementia"}, False),
    ],
)
def test_filters(filters: Any, is_there: bool, grant: Any, logged_in: Any, chunlan: Person) -> None:
    with work(platform("test")):
        Membership.objects.create(person=chunlan, group="living_alone", entered=date(2026, 11, 1))
    page = logged_in(grant("保国", "county_officer", DAZHU)).get(url("people"), filters)
    assert page.context["table"].problems == {}
    assert bool(page.context["table"].page.rows) is is_there


def test_a_search_is_noted_without_what_was_typed(grant: Any, logged_in: Any, chunlan: Person) -> None:
    logged_in(grant("保国", "township_clerk", ZHUYANG)).get(url("people"), {"q": "王春兰", "sex": "1"})
    (line,) = lines(kind="search")
    assert line.detail == {"text": "name", "sex": "1"}


def test_an_impossible_filter_is_told_at_its_field(grant: Any, logged_in: Any, chunlan: Person) -> None:
    page = logged_in(grant("保国", "township_clerk", ZHUYANG)).get(url("people"), {"from": "abc"})
    assert page.status_code == 200
    assert page.context["table"].problems == {"from": "请填整数周岁。"}


def test_reveals_for_a_reason_and_notes_it(grant: Any, logged_in: Any, chunlan: Person) -> None:
    browser = logged_in(grant("保国", "township_clerk", ZHUYANG))
    where = url("reveal", chunlan.pk, "phone")
    assert browser.post(where, {"reason": " "}).status_code == 400
    assert lines(kind="reveal") == []
    answer = browser.post(where, {"reason": "核实电话"}, HTTP_HX_REQUEST="true")
    assert "13812345678" in answer.content.decode()
    (line,) = lines(kind="reveal")
    assert (line.person, line.reason, line.detail) == (chunlan.pk, "核实电话", {"field": "phone"})


def test_a_visitor_sees_masks_and_no_buttons(grant: Any, logged_in: Any, chunlan: Person) -> None:
    browser = logged_in(grant("春兰", "village_visitor", VILLAGE))
    page = browser.get(url("person", chunlan.pk)).content.decode()
    assert "138****5678" in page
    assert 'data-open="phone-ask"' not in page
    assert browser.post(url("reveal", chunlan.pk, "phone"), {"reason": "x"}).status_code == 403


def test_contacts_are_added_changed_and_ended(grant: Any, logged_in: Any, chunlan: Person) -> None:
    browser = logged_in(grant("保国", "township_clerk", ZHUYANG))
    given = {"kind": "guardian", "name": "长子", "relation": "子", "phone": "13911112222", "note": ""}
    assert browser.post(url("add_contact", chunlan.pk), given).status_code == 302
    with work(platform("test")):
        made = Contact.objects.get()
    browser.post(url("contact", chunlan.pk, made.pk), given | {"name": "次子", "phone": ""})
    page = browser.get(f"{url('person', chunlan.pk)}?tab=contacts").content.decode()
    assert "次子" in page
    assert "139****2222" in page
    revealed = browser.post(url("reveal_contact", chunlan.pk, made.pk), {"reason": "通知"}, HTTP_HX_REQUEST="true")
    assert "13911112222" in revealed.content.decode()
    browser.post(url("end_contact", chunlan.pk, made.pk))
    with work(platform("test")):
        made.refresh_from_db()
    assert made.ended_at is not None


def test_papers_lie_sealed_and_are_handed_out_whole(grant: Any, logged_in: Any, chunlan: Person, settings: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    browser = logged_in(grant("保国", "township_clerk", ZHUYANG))
    sent = {"title": "残疾证", "paper": SimpleUploadedFile("x.pdf", PDF)}
    assert browser.post(url("add_paper", chunlan.pk), sent).status_code == 302
    with work(platform("test")):
        made = Document.objects.get()
    assert PDF not in (settings.DATA / made.file).read_bytes()
    answer = browser.get(url("paper", chunlan.pk, made.pk))
    assert b"".join(answer.streaming_content) == PDF
    assert [line.what for line in lines(kind="reveal")] == [f"document:{made.pk}"]


def test_a_paper_is_judged_by_its_content(grant: Any, logged_in: Any, chunlan: Person) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    browser = logged_in(grant("保国", "township_clerk", ZHUYANG))
    sent = {"title": "残疾证", "paper": SimpleUploadedFile("x.pdf", b"MZ\x90\x00 a program")}
    answer = browser.post(url("add_paper", chunlan.pk), sent)
    assert "只能上传 PDF、JPEG、PNG" in answer.content.decode()
    with work(platform("test")):
        assert not Document.objects.exists()


@pytest.mark.pango
def test_her_own_copy_is_a_pdf_that_the_log_knows(grant: Any, logged_in: Any, chunlan: Person) -> None:
    browser = logged_in(grant("保国", "township_clerk", ZHUYANG))
    answer = browser.post(url("own_copy", chunlan.pk), {"reason": "本人申请查阅"})
    assert answer.content.startswith(b"%PDF-")
    (line,) = lines(what="person:own_file")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{line.detail["number"]}.pdf"'


def order(browser: Any, **changes: str) -> Any:
    sent = {"kind": "people", "format": "csv", "reason": "月报", "filters": "", "columns": "name.id_number"} | changes
    return browser.post(url("order_export"), sent)


def test_an_export_holds_the_scope_and_is_fetched_by_its_orderer_alone(
    grant: Any, logged_in: Any, chunlan: Person, person: Any, client_class: Any, settings: Any
) -> None:
    person("外镇人", WUMU + 201, is_current=True)
    user = grant("保国", "township_clerk", ZHUYANG)
    browser = logged_in(user)
    assert order(browser).status_code == 302
    with work(platform("test")):
        made = Export.objects.get()
    tasks_exports.make_export.func(export=made.pk, user=user.pk, request="r")
    body = b"".join(browser.post(url("fetch_export", made.pk)).streaming_content).decode("utf-8-sig")
    assert "王春兰" in body
    assert "外镇人" not in body
    assert "保国" in body.splitlines()[0]
    assert str(chunlan.id_number) not in body
    assert sorted(line.detail["act"] for line in lines(kind="export")) == ["downloaded", "made", "ordered"]
    assert list((settings.DATA / "exports" / str(made.pk)).iterdir()) == [
        settings.DATA / "exports" / str(made.pk) / "list.sealed"
    ]
    other = logged_in(grant("爱华", "county_officer", DAZHU))
    assert other.get(url("export", made.pk)).status_code == 404
    assert other.post(url("fetch_export", made.pk)).status_code == 404


@pytest.fixture
def client_class() -> None:
    return None


def test_a_right_that_is_gone_takes_nothing_out(grant: Any, logged_in: Any, chunlan: Person) -> None:
    user = grant("保国", "township_clerk", ZHUYANG)
    order(logged_in(user))
    with work(platform("test")):
        made = Export.objects.get()
        user.grants.all().update(ends=date(2020, 1, 2))
    tasks_exports.make_export.func(export=made.pk, user=user.pk, request="r")
    with work(platform("test")):
        made.refresh_from_db()
    assert (made.state, made.file, made.problem) == (Export.State.FAILED, "", "权限已变更，名单没有生成。")


def test_a_killed_worker_leaves_no_half_file_and_no_double(
    grant: Any, logged_in: Any, chunlan: Person, monkeypatch: Any, settings: Any
) -> None:
    user = grant("保国", "township_clerk", ZHUYANG)
    browser = logged_in(user)
    order(browser, format="xlsx")
    with work(platform("test")):
        made = Export.objects.get()
    with monkeypatch.context() as broken:
        broken.setattr("yiyang.registry.exports.seal_file", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            tasks_exports.make_export.func(export=made.pk, user=user.pk, request="r")
    assert "还不能下载" in browser.post(url("fetch_export", made.pk), follow=True).content.decode()
    for _ in range(2):
        tasks_exports.make_export.func(export=made.pk, user=user.pk, request="r")
    with work(platform("test")):
        made.refresh_from_db()
    assert (made.state, made.rows) == (Export.State.READY, 1)
    assert len(list((settings.DATA / "exports" / str(made.pk)).iterdir())) == 1


def test_an_export_needs_a_reason_and_the_right(grant: Any, logged_in: Any, chunlan: Person) -> None:
    order(logged_in(grant("保国", "township_clerk", ZHUYANG)), reason=" ")
    assert order(logged_in(grant("春兰", "village_visitor", VILLAGE))).status_code == 403
    with work(platform("test")):
        assert not Export.objects.exists()


def test_figures_of_groups_need_no_right_to_people(grant: Any, logged_in: Any, chunlan: Person) -> None:
    with work(platform("test")):
        Membership.objects.create(
            person=chunlan, group="living_alone", entered=date(2026, 11, 1), entered_because="age"
        )
        GroupFigure.objects.create(month="2026-11", area_code=VILLAGE, group="living_alone", people=7, entered=1)
        GroupFigure.objects.create(month="2026-11", area_code=TONGCHUAN + 1001, group="living_alone", people=90)
    for role in ("inspector", "auditor"):
        page = logged_in(grant(role, role, DAZHU)).get(url("group", "living_alone"))
        assert page.context["group"].people == 7
        assert "王春兰" not in page.content.decode()
        assert "table" not in page.context
    page = logged_in(grant("保国", "township_clerk", ZHUYANG)).get(url("group", "living_alone"))
    assert [row.pk for row in page.context["table"].page.rows] == [chunlan.pk]
    assert page.context["why_entered"] == [("年龄变化", 1)]
    assert logged_in(grant("爱华", "township_clerk", WUMU)).get(url("groups")).context["month"] == ""
