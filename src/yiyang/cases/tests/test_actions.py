"""From found to in effect by the hands of different people; who may not, and what is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from conftest import DAZHU, WUMU, ZHUYANG
from yiyang.access.scope import Scope, platform
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.cases import actions, steps
from yiyang.cases.models import Appeal, Case, Decision, State, Step
from yiyang.cases.of_person import cases_of
from yiyang.cases.tests.town import ARTICLES, ITEM, LINES, citizen, found, go, scope
from yiyang.notices.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(grant: Callable[..., Any]) -> dict[str, Scope]:
    """爱华 handles in 竹阳, 保国 reviews and 春兰 approves in the county, 德明 heads the bureau."""
    return {
        "clerk": scope(grant("爱华", "township_clerk", ZHUYANG)),
        "reviewer": scope(grant("保国", "reviewer", DAZHU)),
        "approver": scope(grant("春兰", "approver", DAZHU)),
        "head": scope(grant("德明", "bureau_head", DAZHU)),
        "neighbour": scope(grant("恩慧", "township_clerk", WUMU)),
    }


def granted(office: dict[str, Scope], person: Any) -> Case:
    case = go(office["clerk"], found(person), "tell", "agree", "apply")
    return go(office["approver"], go(office["reviewer"], case, "check"), "grant")


def test_goes_from_found_to_in_effect_with_reasons_and_articles(office: Any, person: Any) -> None:
    case = go(office["clerk"], granted(office, person("秀英", ZHUYANG)), "start")
    with work(office["clerk"]):
        decision = Decision.objects.get(case=case)
        taken = list(Step.objects.filter(case=case).values_list("slug", "by_name"))
        told = set(Notice.objects.values_list("template", flat=True))
    assert case.state == State.IN_EFFECT
    assert case.effective_from == date(2026, 11, 1)
    assert (decision.kind, decision.fen, decision.lines, decision.articles) == ("grant", 6000, LINES, ARTICLES)
    assert [slug for slug, _ in taken] == ["found", "tell", "agree", "apply", "check", "grant", "start"]
    assert taken[1][1] == "爱华"
    assert taken[5][1] == "春兰"
    assert {"found_application", "granted"} <= told


def test_nobody_reviews_what_he_handled(office: Any, grant: Any, person: Any) -> None:
    case = go(office["clerk"], found(person("秀英", ZHUYANG)), "tell", "apply")
    both = scope(grant("爱华", "reviewer", DAZHU))
    with work(both), pytest.raises(steps.NotTwice):
        actions.move(by=both, case=case, step="check")
    with work(both):
        moved = actions.move_many(by=both, cases=Case.objects.all(), step="check")
    assert moved.done == 0
    assert moved.left == [(case.number, "您已办理过本件的其他环节")]


def test_moves_many_at_once_and_says_why_some_were_left(office: Any, person: Any) -> None:
    first, second, third = (found(person(name, ZHUYANG), f"2026-0{n}") for n, name in enumerate(("甲", "乙", "丙"), 7))
    go(office["clerk"], first, "tell", "apply")
    go(office["clerk"], second, "tell", "apply")
    with work(office["reviewer"]):
        moved = actions.move_many(by=office["reviewer"], cases=Case.objects.all(), step="check")
    assert moved.done == 2
    assert moved.left == [(third.number, "现在是“已发现”")]
    with work(office["approver"]):
        moved = actions.move_many(by=office["approver"], cases=Case.objects.filter(state="checked"), step="grant")
        assert moved.done == 2
        assert Decision.objects.filter(kind="grant", lines=LINES).count() == 2
        assert Notice.objects.filter(template="granted", channel="in_app").count() == 2


def test_a_step_is_not_taken_twice(office: Any, person: Any) -> None:
    case = go(office["clerk"], found(person("秀英", ZHUYANG)), "tell")
    go(office["clerk"], case, "apply", expected="told")
    with work(office["clerk"]), pytest.raises(steps.MovedOn, match="applied"):
        actions.move(by=office["clerk"], case=case, step="apply", expected="told")


def test_the_township_next_door_sees_and_moves_nothing(office: Any, person: Any) -> None:
    case = found(person("秀英", ZHUYANG))
    with work(office["neighbour"]):
        assert not Case.objects.exists()
        assert not Step.objects.exists()
        with pytest.raises(Case.DoesNotExist):
            actions.move(by=office["neighbour"], case=case, step="tell")


def test_a_refusal_needs_a_reason_and_can_be_objected_to(office: Any, person: Any) -> None:
    elder = person("秀英", ZHUYANG)
    case = go(office["reviewer"], go(office["clerk"], found(elder), "tell", "apply"), "check")
    with work(office["approver"]), pytest.raises(UsageError, match="reason"):
        actions.move(by=office["approver"], case=case, step="refuse")
    case = go(office["approver"], case, "refuse", reason="户籍已迁出")
    me = citizen(elder)
    with work(me):
        made = actions.appeal(by=me, case=case, reason="户籍没有迁", channel="portal")
        with pytest.raises(UsageError, match="open already"):
            actions.appeal(by=me, case=case, reason="再提一次", channel="portal")
    with work(office["head"]):
        actions.answer_appeal(by=office["head"], appeal=made, upheld=False, answer="户籍属实，应予批准")
        assert Appeal.objects.get().state == "changed"
        assert list(Decision.objects.values_list("kind", flat=True)) == ["refuse", "grant"]
        assert Case.objects.get().state == State.GRANTED


def test_whoever_decided_does_not_answer_the_objection(office: Any, grant: Any, person: Any) -> None:
    elder = person("秀英", ZHUYANG)
    case, me = granted(office, elder), citizen(elder)
    with work(me):
        made = actions.appeal(by=me, case=case, reason="应当多一些", channel="portal")
    both = scope(grant("春兰", "bureau_head", DAZHU))
    with work(both), pytest.raises(steps.NotTwice):
        actions.answer_appeal(by=both, appeal=made, upheld=True, answer="维持")


def test_a_citizen_sees_and_moves_his_own_only(office: Any, person: Any) -> None:
    mine, others = found(person("秀英", ZHUYANG), "2026-10"), found(person("桂兰", ZHUYANG), "2026-09")
    me = Scope(None, "群众#7", citizen=7, persons=frozenset({mine.person_id}))
    with work(me):
        assert [case.pk for case in cases_of([mine.person_id, others.person_id])] == [mine.pk]
        with pytest.raises(PermissionDenied):
            actions.move(by=me, case=mine, step="tell")
        with pytest.raises(Case.DoesNotExist):
            actions.move(by=me, case=others, step="agree")
        assert actions.move(by=me, case=mine, step="decline").state == State.DECLINED
        assert {rule.slug for rule in steps.open_to(me, mine)} == {"agree", "apply", "decline"}


def test_applies_at_the_counter_and_a_double_click_opens_no_second_case(office: Any, person: Any) -> None:
    elder, clerk = person("秀英", ZHUYANG), office["clerk"]
    with work(clerk):
        first = actions.apply(by=clerk, person=elder, item=ITEM, channel="counter", key="k1")
        again = actions.apply(by=clerk, person=elder, item=ITEM, channel="counter", key="k1")
        assert first.pk == again.pk
        assert first.state == State.APPLIED
        assert first.number.startswith("511724")
        with pytest.raises(UsageError, match="nothing to apply for"):
            actions.apply(by=clerk, person=elder, item=ITEM, channel="counter")
    with work(office["neighbour"]), pytest.raises(PermissionDenied):
        actions.apply(by=office["neighbour"], person=elder, item=ITEM, channel="counter")


def test_a_citizen_applies_and_withdraws(office: Any, person: Any) -> None:
    elder = person("秀英", ZHUYANG)
    me = citizen(elder)
    with work(me):
        case = actions.apply(by=me, person=elder, item=ITEM, channel="portal", note="给父亲申请")
        with pytest.raises(UsageError):
            actions.apply(by=me, person=elder, item="culture_service", channel="portal")
        assert actions.move(by=me, case=case, step="withdraw").state == State.WITHDRAWN
    with work(platform("test")):
        assert Step.objects.filter(case=case, slug="apply").values_list("reason", flat=True)[0] == "给父亲申请"


def test_changes_and_ends_what_is_in_effect(office: Any, person: Any) -> None:
    case = go(office["clerk"], granted(office, person("秀英", ZHUYANG)), "start")
    case = go(office["clerk"], case, "propose", reason="年满九十", detail={"proposal": "change", "fen": 10000})
    assert case.proposal == "change"
    assert case.fen == 6000
    with work(office["approver"]), pytest.raises(UsageError):
        actions.move(by=office["approver"], case=case, step="change", detail={"fen": "一百"})
    changed = scope_other = office["approver"]
    case = go(changed, case, "change", detail={"fen": 10000, "holds_from": "2026-12-01"})
    assert (case.fen, case.proposal, case.state) == (10000, "", State.IN_EFFECT)
    case = go(scope_other, case, "end", reason="去世", detail={"holds_from": "2026-12-15"})
    with work(platform("test")):
        kinds = list(Decision.objects.filter(case=case).values_list("kind", "fen"))
    assert kinds == [("grant", 6000), ("change", 10000), ("end", 10000)]
    assert case.ended_on == date(2026, 12, 15)


def test_rates_a_decided_case_and_replaces_what_was_said(office: Any, person: Any) -> None:
    elder = person("秀英", ZHUYANG)
    case, me = granted(office, elder), citizen(elder)
    with work(me):
        actions.rate(by=me, case=case, stars=3, channel="portal")
        assert actions.rate(by=me, case=case, stars=5, words="好", channel="portal").stars == 5
        with pytest.raises(UsageError):
            actions.rate(by=me, case=case, stars=6, channel="portal")
