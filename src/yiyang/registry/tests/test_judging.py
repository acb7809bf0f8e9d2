"""Rows without an id number and suspected doubles: linked, asked about, judged, merged, and undone exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from yiyang.access.ranges import ALL, Ranges
from yiyang.access.scope import Scope, platform
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work
from yiyang.registry import judging, merging
from yiyang.registry.identity import person_of
from yiyang.registry.merging import CannotMerge
from yiyang.registry.models import Alias, Contact, LinkedRow, Person, PossibleDouble, QuarantineLine, Statement
from yiyang.registry.tests.arrivals import BY, allowance, crowd, deliver, people_rows, said, take_back
from yiyang.registry.tests.hall import AIHUA, BAOGUO, CHUNLAN, person_row

pytestmark = pytest.mark.django_db
ALLOWANCE = "civil_low_income"
# A row that is 爱华's in all but the id number, and one of which that is not so sure.
SURE = {
    "出生日期": "1945-01-01",
    "联系电话": "13800000001",
    "家庭住址": "竹阳街道大同社区1组1号",
    "所属乡镇代码": "511724001",
}
UNSURE = {"出生日期": "1945-10-01", "联系电话": "", "家庭住址": "", "所属乡镇代码": "511724001"}
CROWD = crowd()
JUDGE = Scope(7, "经办", rights={"link.judge": ALL, "person.read": ALL})


@pytest.fixture(autouse=True)
def without_second_factor(settings: Any) -> None:
    settings.SECOND_FACTOR = False


@pytest.fixture
def question() -> PossibleDouble:
    """A row of the allowance that may be about 爱华."""
    deliver("police_households", [*people_rows(), *CROWD])
    deliver(ALLOWANCE, [allowance(BAOGUO, "保国", 性别="男"), allowance("", "爱华", **UNSURE)])
    with work(BY):
        return PossibleDouble.objects.get(person=person_of(AIHUA), state="open")


@pytest.fixture
def pair() -> PossibleDouble:
    """爱华 twice: under two id numbers, both valid."""
    deliver("police_households", [*people_rows(), person_row(DOUBLE, 姓名="爱华", 联系电话="13800000001")])
    deliver(ALLOWANCE, [allowance(DOUBLE, "爱华")])
    return ask(AIHUA, DOUBLE)


def ask(one: str, other: str) -> PossibleDouble:
    with work(BY):
        a, b = sorted((person_of(one), person_of(other)))
        return PossibleDouble.objects.create(
            person_id=a, other_id=b, probability=0.9, area_code=511724001001, other_area_code=511724001001
        )


def number(body: str) -> str:
    from yiyang.registry.identity import check_character

    return body + check_character(body)


DOUBLE, THIRD = number("51302919450101003"), number("51302919450101005")


def hardship(id_number: str) -> Any:
    with work(BY):
        return Person.objects.get(pk=person_of(id_number)).facts.get("hardship")


def answer(question: PossibleDouble, act: Any = judging.same, **words: Any) -> None:
    with work(words.pop("by", JUDGE)) as scope:
        act(by=scope, question=PossibleDouble.objects.get(pk=question.pk), **words)


def test_a_row_that_is_surely_somebodys_becomes_his_without_being_asked() -> None:
    deliver("police_households", [*people_rows(), *CROWD])
    delivery = deliver(ALLOWANCE, [allowance("", "爱华", **SURE)])
    assert delivery.counts["automatic"] == 1
    assert delivery.counts["quarantined"] == 0
    with work(BY):
        found = PossibleDouble.objects.get()
        assert (found.is_automatic, found.state, found.person_id) == (True, "same", person_of(AIHUA))
    assert hardship(AIHUA) is not None
    again = deliver(ALLOWANCE, [allowance("", "爱华", **SURE)], "2026-11")
    assert (again.counts["decided"], again.counts["unchanged"]) == (1, 1), "remembered"


def test_what_identifies_a_row_is_sealed_in_the_question(question: PossibleDouble) -> None:
    assert "出生" not in str(question.row)
    assert set(question.row) == {"name", "sex", "birth", "area", "source_row", "source_file", "sealed", "states"}
    assert judging.words_of(question) == {"id_number": None, "phone": None, "address": None}


def test_a_doubtful_row_stays_in_quarantine_until_a_clerk_says_whose_it_is(question: PossibleDouble) -> None:
    assert hardship(AIHUA) is None or hardship(AIHUA) != hardship(BAOGUO)
    answer(question, reason="已电话核实")
    assert hardship(AIHUA) == hardship(BAOGUO)
    with work(BY):
        assert not QuarantineLine.objects.exists()
        assert AuditLine.objects.filter(kind="decide", what=f"double:{question.pk}", reason="已电话核实").exists()


def test_a_decision_about_a_row_is_undone_exactly_also_after_later_deliveries(question: PossibleDouble) -> None:
    before = said()
    answer(question)
    deliver(ALLOWANCE, [allowance(BAOGUO, "保国", 性别="男"), allowance("", "爱华", **UNSURE)], "2026-11")
    with work(BY):
        assert LinkedRow.objects.count() == 2
    assert hardship(AIHUA) == hardship(BAOGUO)
    answer(question, judging.undo, reason="判错了")
    assert said() == before
    with work(BY):
        assert PossibleDouble.objects.get(pk=question.pk).state == "open"


def test_a_row_that_is_nobodys_is_not_asked_about_again(question: PossibleDouble) -> None:
    answer(question, judging.different)
    delivery = deliver(ALLOWANCE, [allowance(BAOGUO, "保国", 性别="男"), allowance("", "爱华", **UNSURE)], "2026-11")
    assert delivery.counts["judge"] == 0
    with work(BY):
        assert not PossibleDouble.objects.filter(state="open").exists()


def test_a_row_about_somebody_new_opens_a_file_without_an_id_number(question: PossibleDouble) -> None:
    before = said()
    with work(JUDGE) as scope:
        made = judging.somebody_new(by=scope, question=PossibleDouble.objects.get(pk=question.pk), reason="外来人员")
    with work(BY):
        person = Person.objects.get(pk=made.pk)
        assert (person.id_number, person.name, person.area_code) == (None, "爱华", 511724001000)
        assert Statement.objects.filter(person=person.pk).count() == 1
        link = PossibleDouble.objects.get(person=person)
    answer(link, judging.undo, reason="是爱华本人")
    assert [row for row in said() if row[0] != str(made.pk)] == before


def test_a_question_about_a_delivery_taken_back_has_nothing_to_decide(question: PossibleDouble) -> None:
    with work(BY):
        delivery = PossibleDouble.objects.get(pk=question.pk).delivery
    assert delivery is not None
    take_back(delivery)
    with work(BY):
        found = PossibleDouble.objects.get(pk=question.pk)
        assert (found.state, found.is_moot) == ("undone", True)


def test_two_files_become_one_and_two_again_exactly(pair: PossibleDouble) -> None:
    with work(BY):
        Contact.objects.create(person_id=person_of(DOUBLE), kind="family", name="保国")
    before = said()
    with work(JUDGE):
        outcome = merging.preview(pair.person, pair.other, Person.objects.get(pk=person_of(AIHUA)))  # type: ignore[arg-type]
    assert outcome.moved["contacts"] == 1
    assert "hardship" in {fact[0] for fact in outcome.facts}
    answer(pair, stays=person_of(AIHUA))
    with work(BY):
        kept, gone = Person.objects.get(pk=person_of(AIHUA)), Person.objects.get(pk=person_of(DOUBLE))
        assert (gone.merged_into_id, gone.is_current) == (kept.pk, False)
        assert kept.contacts.count() == 1
        assert kept.facts["hardship"] == next(f[3] for f in outcome.facts if f[0] == "hardship")
    answer(pair, judging.undo, reason="两个人")
    assert said() == before
    with work(BY):
        assert not Alias.objects.exists()
        assert Contact.objects.get().person_id == person_of(DOUBLE)


def test_what_is_delivered_after_a_merge_goes_to_the_one_file_and_back_when_undone(pair: PossibleDouble) -> None:
    answer(pair, stays=person_of(AIHUA))
    rows = [*people_rows(), person_row(DOUBLE, 姓名="爱华", 联系电话="13800000001")]
    deliver("police_households", rows, "2026-11")
    deliver(
        "civil_destitute",
        [
            {
                "身份证号码": DOUBLE,
                "姓名": "爱华",
                "供养方式": "分散供养",
                "自理能力": "全自理",
                "享受开始日期": "2026-11-01",
            }
        ],
        "2026-11",
    )
    destitute = hardship(AIHUA)
    answer(pair, judging.undo, reason="两个人")
    assert hardship(DOUBLE) == destitute
    assert hardship(AIHUA) != destitute


def test_chains_of_merges_are_undone_in_any_order(pair: PossibleDouble) -> None:
    deliver(
        "police_households",
        [*people_rows(), person_row(DOUBLE, 姓名="爱华"), person_row(THIRD, 姓名="爱华")],
        "2026-11",
    )
    before = said()
    second = ask(AIHUA, THIRD)
    answer(pair, stays=person_of(AIHUA))
    answer(second, stays=person_of(THIRD))
    with work(BY):
        assert set(Alias.objects.values_list("key", "person")) == {
            (person_of(DOUBLE), person_of(THIRD)),
            (person_of(AIHUA), person_of(THIRD)),
        }
    answer(pair, judging.undo, reason="x")
    answer(second, judging.undo, reason="x")
    assert said() == before


def test_open_questions_about_a_merged_file_are_asked_about_the_other_and_given_back(pair: PossibleDouble) -> None:
    deliver(
        "police_households",
        [*people_rows(), person_row(DOUBLE, 姓名="爱华"), person_row(THIRD, 姓名="爱华")],
        "2026-11",
    )
    open_ = ask(DOUBLE, THIRD)
    answer(pair, stays=person_of(AIHUA))
    with work(BY):
        now = PossibleDouble.objects.get(pk=open_.pk)
        assert {now.person_id, now.other_id} == {person_of(AIHUA), person_of(THIRD)}
    answer(pair, judging.undo, reason="x")
    with work(BY):
        now = PossibleDouble.objects.get(pk=open_.pk)
        assert {now.person_id, now.other_id} == {person_of(DOUBLE), person_of(THIRD)}


def test_never_merges_two_valid_id_numbers_without_a_persons_decision(pair: PossibleDouble) -> None:
    with pytest.raises(CannotMerge, match="person must decide"), work(platform("job")) as scope:
        judging.same(by=scope, question=PossibleDouble.objects.get(pk=pair.pk))
    with work(BY):
        assert not Alias.objects.exists()


def test_of_two_answers_the_second_is_told_who_was_first(pair: PossibleDouble) -> None:
    answer(pair, judging.different, by=Scope(8, "春兰", rights=JUDGE.rights))
    with pytest.raises(CannotMerge, match="春兰"):
        answer(pair)


def test_nobody_judges_what_he_sees_one_side_of(pair: PossibleDouble) -> None:
    with work(BY):
        Person.objects.filter(pk=person_of(DOUBLE)).update(area_code=511702001001, registered_code=511702001001)
    county = Ranges.of([(511724000000, 511725000000)])
    clerk = Scope(9, "保国", rights={"link.judge": county, "person.read": county})
    with work(clerk):
        assert not judging.questions(clerk).exists()
    with pytest.raises(PermissionDenied):
        answer(pair, by=clerk)


def test_finds_people_who_stand_twice_and_asks_once() -> None:
    from yiyang.registry import tasks

    deliver(
        "police_households",
        [
            *people_rows(),
            *CROWD,
            person_row(DOUBLE, 姓名="爱华", 联系电话="13800000001", 户籍地址="竹阳街道大同社区1组1号"),
        ],
    )
    for _ in range(2):
        tasks.look_for_doubles.func(area=511724000000, user=None, request="")
    with work(BY):
        found = PossibleDouble.objects.get()
        assert {found.person_id, found.other_id} == {person_of(AIHUA), person_of(DOUBLE)}
        assert found.levels["name"] == "same"


def test_the_clerk_compares_side_by_side_and_goes_on_to_the_next(
    question: PossibleDouble, grant: Callable[..., Any], logged_in: Callable[..., Any]
) -> None:
    browser = logged_in(grant("爱华", "county_officer", 511724000000))
    assert "开始判定" in browser.get(reverse("registry:doubles")).content.decode()
    page = browser.get(reverse("registry:double", args=[question.pk])).content.decode()
    assert "一方为1月1日" in page
    assert AIHUA not in page
    assert "是新人，另建档案" in page
    answered = browser.post(reverse("registry:double_judge", args=[question.pk]), {"answer": "same", "reason": "核实"})
    assert answered["Location"] == reverse("registry:doubles")
    page = browser.get(reverse("registry:double", args=[question.pk])).content.decode()
    assert "撤销这个判定" in page
    browser.post(reverse("registry:double_undo", args=[question.pk]), {"reason": "再看看"})
    with work(BY):
        assert PossibleDouble.objects.get(pk=question.pk).state == "open"
        assert AuditLine.objects.filter(kind="read", person=person_of(AIHUA), what=f"double:{question.pk}").exists()


def test_the_page_previews_a_merge_and_lets_the_clerk_choose_what_stays(
    pair: PossibleDouble, grant: Callable[..., Any], logged_in: Callable[..., Any]
) -> None:
    browser = logged_in(grant("爱华", "county_officer", 511724000000))
    address = reverse("registry:double", args=[pair.pk])
    page = browser.get(address).content.decode()
    assert "判为同一人之后" in page
    assert "最低生活保障" in page or "低保" in page
    browser.post(f"{address}judge/", {"answer": "same", "stays": str(person_of(DOUBLE))})
    with work(BY):
        assert Person.objects.get(pk=person_of(AIHUA)).merged_into_id == person_of(DOUBLE)


def test_another_county_neither_sees_nor_answers(
    question: PossibleDouble, grant: Callable[..., Any], logged_in: Callable[..., Any]
) -> None:
    stranger = logged_in(grant("保国", "county_officer", 511702000000))
    address = reverse("registry:double", args=[question.pk])
    assert stranger.get(address).status_code == 404
    assert stranger.post(f"{address}judge/", {"answer": "same"}).status_code == 404
    assert "爱华" not in stranger.get(reverse("registry:doubles")).content.decode()


def test_put_off_questions_come_last(question: PossibleDouble) -> None:
    from yiyang.registry import double_pages

    other = ask(BAOGUO, CHUNLAN)
    with work(JUDGE) as scope:
        assert next(q.pk for q in double_pages.queue(scope)) == max((question, other), key=lambda q: q.probability).pk
    answer(other, judging.later)
    answer(question, judging.later)
    with work(JUDGE) as scope:
        assert [q.pk for q in double_pages.queue(scope)] == [other.pk, question.pk]


def test_the_known_day_of_a_decision_is_the_day_it_was_made(question: PossibleDouble) -> None:
    answer(question)
    with work(BY):
        made = Statement.objects.get(person=person_of(AIHUA), register=ALLOWANCE)
        assert made.known_from >= 20261105
        assert made.valid_from == 20240101
