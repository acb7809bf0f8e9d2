"""What a run put in force does to cases, and that doing it twice does nothing more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from conftest import DAZHU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.cases import escalation
from yiyang.cases.models import Case, Decision, State, Step
from yiyang.cases.processes import limits
from yiyang.cases.tests.town import ARTICLES, LINES, a_run, changed, citizen, found, go, scope, start
from yiyang.notices.models import Notice

pytestmark = pytest.mark.django_db


def rows() -> list[tuple[Any, ...]]:
    """Everything that a run could have touched."""
    return [
        *Case.objects.order_by("pk").values_list("pk", "state", "fen", "proposal", "fen_proposed", "run", "due"),
        *Step.objects.order_by("pk").values_list("pk", "slug"),
        *Decision.objects.order_by("pk").values_list("pk", "number"),
        *Notice.objects.order_by("pk").values_list("pk", "state"),
    ]


def taken_over(person: Any, fen: int = 6000) -> Case:
    """In effect since October, by the first run."""
    with work(platform("test")):
        run = a_run("2026-10", is_baseline=True)
        changed(run, person, fen=fen, cause="baseline")
        start(run)
        case: Case = Case.objects.get(person=person)
    return case


def in_november(person: Any, kind: str, **more: Any) -> Case:
    """The case after November's run, which was started twice."""
    with work(platform("test")):
        run = a_run("2026-11")
        changed(run, person, kind, **more)
        start(run)
        once = rows()
        start(run)
        assert rows() == once
        case: Case = Case.objects.get(person=person)
    return case


def test_the_first_run_takes_over_what_is_received_and_tells_nobody(person: Any) -> None:
    case = taken_over(person("爱华", ZHUYANG))
    with work(platform("test")):
        decision = Decision.objects.get(case=case)
        assert not Notice.objects.exists()
    assert (case.state, case.effective_from) == (State.IN_EFFECT, date(2026, 10, 1))
    assert (decision.kind, decision.lines, decision.told_lines) == ("takeover", [], LINES)
    assert decision.told_articles == ARTICLES


def test_who_is_new_is_found_and_told(person: Any) -> None:
    case = in_november(person("保国", ZHUYANG), "new")
    assert (case.state, case.process, case.fen) == (State.FOUND, "application", 6000)
    assert case.due == timezone.localdate() + timedelta(days=10)
    with work(platform("test")):
        assert Notice.objects.filter(template="found_application", channel="in_app").count() == 1


def test_items_used_without_a_decision_make_no_case(person: Any, as_platform: None) -> None:
    run = a_run()
    changed(run, person("保国", ZHUYANG), item="culture_service", list_area="511700")
    start(run)
    assert not Case.objects.exists()


def test_another_amount_is_proposed_with_the_month_it_holds_from(person: Any) -> None:
    elder = person("春兰", ZHUYANG)
    taken_over(elder)
    case = in_november(elder, "changed", fen=10000)
    assert (case.state, case.fen, case.proposal, case.fen_proposed) == (State.IN_EFFECT, 6000, "change", 10000)
    assert case.proposed_from == date(2026, 11, 1)
    assert case.due == timezone.localdate() + timedelta(days=limits().proposal_days)


@pytest.mark.parametrize(("kind", "proposal"), [("ended", "end"), ("open", "look")])
def test_what_ended_or_became_unknown_is_proposed_not_done(kind: str, proposal: str, person: Any) -> None:
    elder = person("春兰", ZHUYANG)
    taken_over(elder)
    case = in_november(elder, kind, cause="death")
    assert (case.state, case.proposal, case.cause) == (State.IN_EFFECT, proposal, "death")


def test_a_proposal_falls_away_when_the_next_month_says_otherwise(person: Any) -> None:
    elder = person("春兰", ZHUYANG)
    taken_over(elder)
    in_november(elder, "open")
    with work(platform("test")):
        run = a_run("2026-12")
        changed(run, elder, "new", fen=6000)
        start(run)
    with work(platform("test")):
        case = Case.objects.get()
    assert (case.proposal, case.due, case.state) == ("", None, State.IN_EFFECT)


def test_who_is_no_longer_entitled_before_a_decision_lapses_and_is_found_again(person: Any) -> None:
    elder = person("春兰", ZHUYANG)
    first = found(elder, "2026-09")
    case = in_november(elder, "ended", cause="moved")
    assert (case.pk, case.state) == (first.pk, State.VOID)
    with work(platform("test")):
        Step.objects.get(case=case, slug="lapse", detail__cause="moved")
        run = a_run("2026-12")
        # Ordered after the case lapsed.
        type(run).objects.filter(pk=run.pk).update(ordered_at=timezone.now() + timedelta(days=1))
        run.refresh_from_db()
        changed(run, elder, "new", fen=7000)
        start(run)
        again = Case.objects.get()
    assert (again.pk, again.state, again.fen) == (first.pk, State.FOUND, 7000)


def test_who_declined_since_the_run_was_ordered_stays_declined(person: Any) -> None:
    elder = person("春兰", ZHUYANG)
    case = go(citizen(elder), found(elder, "2026-09"), "decline")
    after = in_november(elder, "new")
    assert (after.pk, after.state) == (case.pk, State.DECLINED)


def test_who_applied_before_the_run_is_linked_to_it(person: Any, grant: Callable[..., Any]) -> None:
    elder = person("春兰", ZHUYANG)
    clerk = scope(grant("爱华", "township_clerk", ZHUYANG))
    case = go(clerk, found(elder, "2026-09"), "tell", "apply")
    after = in_november(elder, "new", fen=8000)
    assert (after.pk, after.state, after.fen) == (case.pk, State.APPLIED, 8000)


def test_a_refused_person_who_is_newly_entitled_gets_a_new_case(person: Any, grant: Callable[..., Any]) -> None:
    elder = person("春兰", ZHUYANG)
    clerk, reviewer = scope(grant("爱华", "township_clerk", ZHUYANG)), scope(grant("保国", "reviewer", DAZHU))
    case = go(reviewer, go(clerk, found(elder, "2026-09"), "tell", "apply"), "check")
    go(scope(grant("德明", "approver", DAZHU)), case, "refuse")
    with work(platform("test")):
        run = a_run("2026-12")
        type(run).objects.filter(pk=run.pk).update(ordered_at=timezone.now() + timedelta(days=1))
        run.refresh_from_db()
        changed(run, elder, "new")
        start(run)
        assert list(Case.objects.order_by("pk").values_list("state", flat=True)) == ["refused", "found"]


def test_many_proposals_are_decided_at_once(person: Any, grant: Callable[..., Any]) -> None:
    from yiyang.cases import actions

    elders = [person(name, ZHUYANG) for name in ("爱华", "保国", "春兰")]
    with work(platform("test")):
        run = a_run("2026-10", is_baseline=True)
        for elder in elders:
            changed(run, elder)
        start(run)
        run = a_run("2026-11")
        changed(run, elders[0], "changed", fen=9000)
        changed(run, elders[1], "ended", cause="death")
        start(run)
    by = scope(grant("德明", "approver", DAZHU))
    with work(by):
        everybody = Case.objects.all()
        assert actions.move_many(by=by, cases=everybody, step="change").done == 1
        assert actions.move_many(by=by, cases=Case.objects.filter(proposal="end"), step="end").done == 1
        state = list(Case.objects.order_by("person__name").values_list("state", "fen", "proposal", "ended_on"))
        said = list(Decision.objects.exclude(kind="takeover").order_by("pk").values_list("kind", "fen", "holds_from"))
    assert sorted(state, key=str) == sorted(
        [
            ("in_effect", 9000, "", None),
            ("ended", 6000, "", date(2026, 11, 1)),
            ("in_effect", 6000, "", None),
        ],
        key=str,
    )
    assert said == [("change", 9000, date(2026, 11, 1)), ("end", 6000, date(2026, 11, 1))]


def test_overdue_rises_to_the_county_and_then_to_the_city(person: Any) -> None:
    case = found(person("春兰", ZHUYANG))
    with work(platform("test")):
        due, week = case.due, timedelta(days=limits().escalate_days)
        assert due is not None
        levels = []
        for on in (due, due + timedelta(days=1), due + week, due + week + timedelta(days=1), due + 9 * week):
            escalation.escalate(on)
            assert escalation.escalate(on) == 0
            case.refresh_from_db()
            levels.append(case.escalated)
    assert levels == [0, 1, 1, 2, 2]


def test_what_is_granted_begins_on_its_day(person: Any, grant: Callable[..., Any]) -> None:
    elder = person("春兰", ZHUYANG)
    clerk, reviewer = scope(grant("爱华", "township_clerk", ZHUYANG)), scope(grant("保国", "reviewer", DAZHU))
    case = go(reviewer, go(clerk, found(elder), "tell", "apply"), "check")
    begins = timezone.localdate() + timedelta(days=5)
    case = go(scope(grant("德明", "approver", DAZHU)), case, "grant", detail={"holds_from": begins.isoformat()})
    with work(platform("test")):
        assert escalation.begin(begins - timedelta(days=1)) == 0
        assert escalation.begin(begins) == 1
        case.refresh_from_db()
    assert case.state == State.IN_EFFECT
