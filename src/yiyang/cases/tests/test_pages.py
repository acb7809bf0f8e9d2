"""Pages of cases: 爱华 has the counter, 保国 reviews, 春兰 approves, 德明 answers objections; 恩慧 sees nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import DAZHU, WUMU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work
from yiyang.cases import letters, worklists
from yiyang.cases.models import Appeal, Case, Decision, Paper, Rating, Step
from yiyang.cases.tests.town import ITEM, found
from yiyang.notices.models import OptOut

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 " + b"x" * 100


@pytest.fixture(autouse=True)
def plain(settings: Any, tmp_path: Any) -> None:
    settings.SECOND_FACTOR = False
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    settings.DATA = tmp_path


class Office(dict[str, Any]):
    """A browser each, logged in when it is first asked for."""

    def __init__(self, grant: Any) -> None:
        super().__init__()
        self.grant = grant

    def __missing__(self, name: str) -> Any:
        browser = Client()
        browser.force_login(self.grant(*PEOPLE[name]), backend="allauth.account.auth_backends.AuthenticationBackend")
        self[name] = browser
        return browser


PEOPLE = {
    "clerk": ("爱华", "township_clerk", ZHUYANG),
    "visitor": ("秋菊", "village_visitor", ZHUYANG + 1),
    "reviewer": ("保国", "reviewer", DAZHU),
    "approver": ("春兰", "approver", DAZHU),
    "head": ("德明", "bureau_head", DAZHU),
    "neighbour": ("恩慧", "township_clerk", WUMU),
}


@pytest.fixture
def office(grant: Any) -> Office:
    return Office(grant)


@pytest.fixture
def case(person: Any) -> Case:
    return found(person("王秀英", ZHUYANG + 1, phone="13812345678", address="大同社区1组"))


def at(name: str, *arguments: Any) -> str:
    return reverse(f"cases:{name}", args=arguments)


def take(browser: Any, case: Case, step: str, **sent: Any) -> Case:
    """Take a step by its page, as it shows the case."""
    with work(platform("test")):
        case.refresh_from_db()
    sent = {"expected": case.state} | sent
    assert browser.get(at("step", case.pk, step)).status_code == 200
    assert browser.post(at("step", case.pk, step), sent).status_code == 302
    with work(platform("test")):
        case.refresh_from_db()
    return case


def granted(office: Office, case: Case) -> Decision:
    for name, step in (("clerk", "tell"), ("clerk", "apply"), ("reviewer", "check"), ("approver", "grant")):
        take(office[name], case, step)
    with work(platform("test")):
        return Decision.objects.select_related("case", "ground").get(case=case)


def test_a_case_goes_from_found_to_in_effect_by_clicking(office: Any, case: Case) -> None:
    granted(office, case)
    assert take(office["clerk"], case, "start").state == "in_effect"
    page = office["clerk"].get(at("case", case.pk)).content.decode()
    for said in ("高龄津贴", "年满80周岁", "谁可以享受", "批准", "告知本人", "爱华", "春兰", case.number):
        assert said in page


def test_every_work_list_opens_for_everybody_who_reads_cases(office: Any, case: Case) -> None:
    for browser in map(office.__getitem__, PEOPLE):
        for tab in worklists.BY_SLUG:
            answer = browser.get(at("work"), {"tab": tab})
            assert answer.status_code == 200
    assert "王秀英" in office["visitor"].get(at("work"), {"tab": "new"}).content.decode()
    assert "王秀英" not in office["neighbour"].get(at("work"), {"tab": "new"}).content.decode()


def test_everybody_comes_to_his_own_work_first(office: Any) -> None:
    first = {name: browser.get(at("work")).url for name, browser in ((each, office[each]) for each in PEOPLE)}
    assert first["clerk"].endswith("tab=new")
    assert first["reviewer"].endswith("tab=review")
    assert first["approver"].endswith("tab=approve")
    assert first["head"].endswith("tab=appeal")


def test_filters_narrow_a_list(office: Any, case: Case) -> None:
    def names(**query: str) -> bool:
        return "王秀英" in office["clerk"].get(at("work"), {"tab": "all", **query}).content.decode()

    assert names(item=ITEM, area=str(ZHUYANG), state="found", due="")
    assert names(number=case.number.lower())
    assert not names(state="told")
    assert not names(due="late")
    assert not names(number="0")


def test_a_step_on_many_is_confirmed_once_and_says_what_was_left(office: Any, person: Any, case: Case) -> None:
    other = found(person("李玉兰", ZHUYANG + 2), "2026-10")
    take(office["clerk"], other, "tell")
    sent = {"rows": [case.pk, other.pk]}
    confirm = office["clerk"].post(at("bulk", "tell"), sent).content.decode()
    assert "2 件" in confirm
    done = office["clerk"].post(at("bulk", "tell"), sent | {"confirmed": "1"}).content.decode()
    assert "已办理 1 件，留下 1 件" in done
    assert other.number in done


def test_a_step_on_all_that_the_filters_leave(office: Any, person: Any, case: Case) -> None:
    found(person("李玉兰", ZHUYANG + 2), "2026-10")
    sent = {"all": "1", "filters": f"tab=new&area={ZHUYANG + 1}", "confirmed": "1"}
    assert "已办理 1 件" in office["clerk"].post(at("bulk", "tell"), sent).content.decode()
    nothing = office["neighbour"].post(at("bulk", "tell"), {"all": "1", "filters": "tab=new", "confirmed": "1"})
    assert nothing.status_code == 302


def test_a_refusal_of_many_needs_a_reason(office: Any, case: Case) -> None:
    for name, step in (("clerk", "tell"), ("clerk", "apply"), ("reviewer", "check")):
        take(office[name], case, step)
    sent = {"rows": [case.pk], "confirmed": "1"}
    assert "须写明理由" in office["approver"].post(at("bulk", "refuse"), sent).content.decode()
    assert (
        "已办理 1 件" in office["approver"].post(at("bulk", "refuse"), sent | {"reason": "住所不实"}).content.decode()
    )


def test_whoever_comes_second_is_told_so(office: Any, case: Case) -> None:
    take(office["clerk"], case, "tell")
    answer = office["visitor"].post(at("step", case.pk, "tell"), {"expected": "found"}, follow=True)
    assert "已由别人办理" in answer.content.decode()


def test_steps_of_others_are_explained_not_offered(office: Any, case: Case) -> None:
    take(office["clerk"], case, "tell")
    take(office["clerk"], case, "apply")
    page = office["clerk"].get(at("case", case.pk)).content.decode()
    assert at("step", case.pk, "check") not in page
    assert "其他步骤为什么不能办" in page


def test_a_neighbour_finds_nothing(office: Any, case: Case) -> None:
    other = office["neighbour"]
    assert other.get(at("case", case.pk)).status_code == 404
    assert other.post(at("step", case.pk, "tell"), {}).status_code == 404
    assert other.get(at("desk", case.person_id)).status_code == 404
    assert other.get(at("person", case.person_id)).status_code == 404


@pytest.mark.pango
def test_the_letter_says_what_is_decided_first_and_how_to_object_last(office: Any, case: Case, tmp_path: Path) -> None:
    decision = granted(office, case)
    answer = office["clerk"].post(at("letter", case.pk, decision.pk))
    said = text_of(answer.content, tmp_path)
    places = [
        said.index(part) for part in (decision.number, "王秀英", "批准您享受高龄津贴", "60 元", "第1项", "提出异议")
    ]
    assert places == sorted(places)
    assert "12345" in said
    with work(platform("test")):
        assert AuditLine.objects.filter(what=f"decision:{decision.pk}", kind="reveal").exists()


@pytest.mark.pango
def test_a_letter_of_a_batch_is_the_decision_itself(office: Any, case: Case) -> None:
    decision = granted(office, case)
    with work(platform("test")):
        bodies = letters.bodies([f"cases_decision:{decision.pk}"])
    assert "批准您享受高龄津贴" in bodies[f"cases_decision:{decision.pk}"]


@pytest.mark.pango
def test_a_form_is_printed_signed_scanned_back_and_lands_at_its_case(office: Any, case: Case, tmp_path: Path) -> None:
    form = text_of(office["clerk"].post(at("form", case.pk)).content, tmp_path)
    assert case.number in form
    assert "王秀英" in form
    assert scanned(office["clerk"], case.number).status_code == 302
    with work(platform("test")):
        case.refresh_from_db()
        assert case.state == "applied"
        assert Paper.objects.get(case=case).kind == "申请表（签字）"


def scanned(browser: Any, code: str, content: bytes = PDF) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return browser.post(at("scan"), {"code": code, "paper": SimpleUploadedFile("a.pdf", content)})


@pytest.mark.pango
def test_a_form_of_somebody_without_a_case_opens_one(office: Any, person: Any, tmp_path: Path) -> None:
    her = person("李玉兰", ZHUYANG + 2)
    form = text_of(office["clerk"].post(at("blank_form", her.pk, ITEM)).content, tmp_path)
    code = letters.form_code(her, ITEM)
    assert code in form.replace("\n", "")
    assert scanned(office["neighbour"], code).status_code == 200
    assert scanned(office["clerk"], f" {code}\n").status_code == 302
    with work(platform("test")):
        made = Case.objects.get(person=her)
        assert (made.state, made.channel) == ("applied", "counter")


def test_a_scan_that_is_no_paper_or_has_no_such_code_is_refused(office: Any, case: Case) -> None:
    assert "只能上传" in scanned(office["clerk"], case.number, b"MZ" + b"x" * 99).content.decode()
    assert "没有找到这个编号" in scanned(office["clerk"], "511724-0").content.decode()
    with work(platform("test")):
        case.refresh_from_db()
        assert case.state == "found"
        assert not Paper.objects.exists()


def test_the_counter_finds_by_exact_number_and_does_every_step(office: Any, case: Case) -> None:
    clerk, desk = office["clerk"], at("desk", case.person_id)
    assert "王秀英" in clerk.post(at("counter"), {"q": "138 1234 5678"}).content.decode()
    assert "没有找到" in office["neighbour"].post(at("counter"), {"q": "13812345678"}).content.decode()
    state = {f"state-{case.pk}": "found"}
    sent = {"do": f"apply:{case.pk}", "channel": "phone", "caller": "女儿", "reason": "代为申请", **state}
    assert clerk.get(desk).status_code == 200
    assert "已办理" in clerk.post(desk, sent, follow=True).content.decode()
    with work(platform("test")):
        step = Step.objects.get(case=case, slug="apply")
        assert step.reason == "来电：女儿；代为申请"
        assert step.detail["channel"] == "phone"
    # The page still shows the state before: the second click is told so.
    assert "已由别人办理" in clerk.post(desk, sent, follow=True).content.decode()
    withdraw = {"do": f"withdraw:{case.pk}", "reason": "改主意", f"state-{case.pk}": "applied"}
    assert "已办理" in clerk.post(desk, withdraw, follow=True).content.decode()


def test_the_counter_opens_a_case_of_an_item_that_nobody_found(office: Any, person: Any) -> None:
    her = person("李玉兰", ZHUYANG + 2)
    sent = {"do": f"apply:{ITEM}", "channel": "counter"}
    assert "受理编号" in office["clerk"].post(at("desk", her.pk), sent, follow=True).content.decode()
    with work(platform("test")):
        assert Case.objects.get(person=her).channel == "counter"


def test_the_counter_notes_ratings_and_how_somebody_wants_to_be_told(office: Any, case: Case) -> None:
    granted(office, case)
    clerk = office["clerk"]
    clerk.post(at("rate", case.person_id, case.pk), {"stars": "5", "words": "很快", "channel": "phone"})
    clerk.post(reverse("notices:opt", args=[case.person_id, "sms"]), {})
    clerk.post(at("answer_rating", case.pk), {"words": "谢谢"})
    with work(platform("test")):
        rating = Rating.objects.get(case=case)
        assert (rating.stars, rating.channel, rating.answer) == (5, "phone", "谢谢")
        assert OptOut.objects.get().channel == "sms"


def test_an_objection_is_answered_by_somebody_without_a_part_in_it(office: Any, case: Case) -> None:
    granted(office, case)
    raised = office["clerk"].post(at("appeal", case.pk), {"channel": "counter", "reason": "应当从上月起"})
    assert raised.status_code == 302
    with work(platform("test")):
        appeal = Appeal.objects.get()
    assert office["approver"].get(at("answer", case.pk, appeal.pk)).status_code == 403
    assert "应当从上月起" in office["head"].get(at("answer", case.pk, appeal.pk)).content.decode()
    sent = {"outcome": "upheld", "answer": "上月尚未满80周岁"}
    assert office["head"].post(at("answer", case.pk, appeal.pk), sent).status_code == 302
    assert "上月尚未满80周岁" in office["clerk"].get(at("case", case.pk)).content.decode()


@pytest.mark.pango
def test_a_list_for_the_round_has_a_bar_code_and_boxes_a_line(office: Any, case: Case, tmp_path: Path) -> None:
    answer = office["visitor"].post(at("rounds"), {"filters": "tab=new"})
    said = text_of(answer.content, tmp_path)
    assert case.number in said
    assert "大同社区1组" in said
    assert "☐" in said
    with work(platform("test")):
        assert AuditLine.objects.filter(what="cases:rounds", kind="reveal", person=case.person_id).exists()


def test_the_funnel_counts_by_area_and_item(office: Any, case: Case) -> None:
    page = office["head"].get(at("funnel")).content.decode()
    assert "高龄津贴" in page
    assert "竹阳街道" in page


def test_a_list_of_cases_is_taken_out_within_the_scope(office: Any, case: Case) -> None:
    from yiyang.registry import tasks_exports
    from yiyang.registry.models import Export

    sent = {
        "kind": "cases",
        "filters": "tab=new",
        "columns": "number.person.item.state",
        "format": "csv",
        "reason": "核",
    }
    assert office["clerk"].post(reverse("registry:order_export"), sent).status_code == 302
    with work(platform("test")):
        ordered = Export.objects.get()
    tasks_exports.make_export.func(export=ordered.pk, user=ordered.ordered_by, request="test")
    with work(platform("test")):
        ordered.refresh_from_db()
    assert (ordered.state, ordered.rows, ordered.problem) == ("ready", 1, "")


def text_of(pdf: bytes, folder: Path) -> str:
    """The words of a PDF, in the order of reading."""
    file = folder / "said.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True).stdout


def test_a_person_s_page_lists_his_cases_and_leads_to_the_counter(office: Any, case: Case) -> None:
    page = office["clerk"].get(at("person", case.person_id)).content.decode()
    assert case.number in page
    assert at("desk", case.person_id) in page
