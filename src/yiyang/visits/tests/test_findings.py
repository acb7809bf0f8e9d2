"""Findings come to their end by the hands of two; the database itself refuses that one person does both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from conftest import DAZHU, WUMU, ZHUYANG
from yiyang.access.scope import Scope, acting, platform
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.visits import findings
from yiyang.visits.models import Finding
from yiyang.visits.tests.town import VILLAGE, again, in_need, scope

pytestmark = pytest.mark.django_db
TOLD: list[tuple[str, str]] = []


def hear(finding: Finding, step: str) -> None:
    """A room above that wants to know."""
    TOLD.append((finding.kind, step))


@pytest.fixture
def office(grant: Callable[..., Any]) -> dict[str, Any]:
    """爱华 and 春兰 are clerks in 竹阳, 保国 acts on findings in the county, 恩慧 is a clerk next door."""
    users = {
        "clerk": grant("爱华", "township_clerk", ZHUYANG), "other": grant("春兰", "township_clerk", ZHUYANG),
        "responder": grant("保国", "responder", DAZHU), "neighbour": grant("恩慧", "township_clerk", WUMU),
        "visitor": grant("德明", "village_visitor", VILLAGE),
    }  # fmt: skip
    return {name: scope(user) for name, user in users.items()} | {"users": users}


def fallen(office: Any, person: Any, **more: Any) -> Finding:
    elder = in_need(person)
    with work(office["visitor"]):
        return findings.raise_by_hand(
            by=office["visitor"], person=elder, kind="fallen", severity="", words="在院里摔倒", **more
        )


def do(by: Scope, step: Callable[..., Finding], finding: Finding, **more: Any) -> Finding:
    with work(by):
        return step(by=by, finding=finding, **more)


def sent(office: Any, finding: Finding) -> Finding:
    return do(office["clerk"], findings.assign, finding, unit="health", user=office["users"]["responder"])


def test_goes_from_found_to_closed_by_different_people(office: Any, person: Any) -> None:
    found = fallen(office, person)
    assert (found.severity, found.unit, found.state) == ("urgent", "health", "open")
    assert found.number.startswith("YC511724")
    assert found.due is not None
    assert found.due - timezone.now() <= timedelta(minutes=30)
    found = sent(office, found)
    found = do(office["responder"], findings.act, found, words="送医院，骨折已处理")
    assert found.acted_by == office["users"]["responder"].pk
    found = do(office["other"], findings.verify, found, words="电话核实，已回家")
    assert (found.state, found.due) == ("closed", None)
    assert found.closed_at is not None
    with work(platform("test")):
        steps = list(found.steps.values_list("slug", "to_state", "by_name", "words"))
    assert [step[:3] for step in steps] == [
        ("report", "open", "德明"), ("assign", "assigned", "爱华"), ("act", "acted", "保国"),
        ("verify", "closed", "春兰"),
    ]  # fmt: skip
    assert (steps[1][3], steps[2][3]) == ("卫生健康，保国", "送医院，骨折已处理")


def test_who_acted_neither_verifies_nor_calls_it_a_false_alarm(office: Any, person: Any) -> None:
    found = do(office["clerk"], findings.assign, fallen(office, person), unit="township")
    found = do(office["clerk"], findings.act, found, words="上门扶起")
    for step, words in ((findings.verify, ""), (findings.send_back, "还差"), (findings.void, "误报")):
        with pytest.raises(findings.OwnAct):
            do(office["clerk"], step, found, words=words)


@pytest.mark.parametrize("state", ["closed", "void"])
def test_the_database_refuses_a_verification_by_who_acted(office: Any, person: Any, state: str) -> None:
    found = do(office["clerk"], findings.assign, fallen(office, person), unit="township")
    found = do(office["clerk"], findings.act, found, words="上门扶起")
    # Sent back and acted on by another: he stays barred.
    found = do(office["other"], findings.send_back, found, words="还差复诊")
    found = do(office["other"], findings.act, found, words="已复诊")
    for name in ("clerk", "other"):
        refused = pytest.raises(DatabaseError, match="another than who acted")
        with acting(office[name]), transaction.atomic(), refused, transaction.atomic():
            Finding.objects.filter(pk=found.pk).update(state=state)
    with acting(platform("test")), transaction.atomic(), pytest.raises(DatabaseError), transaction.atomic():
        Finding.objects.filter(pk=found.pk).update(state=state)
    assert again(found).state == "acted"


def test_the_database_refuses_steps_that_do_not_follow(office: Any, person: Any) -> None:
    found = fallen(office, person)
    wrong: tuple[dict[str, Any], ...] = (
        {"state": "closed"}, {"state": "acted"}, {"number": "X"}, {"acted_by": 1}, {"closed_at": timezone.now()},
        {"kind": "other"},
    )  # fmt: skip
    for changes in wrong:
        with acting(office["clerk"]), transaction.atomic(), pytest.raises(DatabaseError), transaction.atomic():
            Finding.objects.filter(pk=found.pk).update(**changes)
    with acting(office["clerk"]), transaction.atomic(), pytest.raises(DatabaseError), transaction.atomic():
        found.steps.create(slug="verify", to_state="closed", by_name="x")


def test_who_was_sent_sees_that_finding_and_no_other(office: Any, person: Any) -> None:
    found = sent(office, fallen(office, person))
    elder = in_need(person, "别人")
    with work(office["clerk"]):
        findings.raise_by_hand(by=office["clerk"], person=elder, kind="fraud", severity="", words="被骗")
    with work(office["responder"]):
        assert [each.pk for each in Finding.objects.all()] == [found.pk]
        assert [step.slug for step in found.steps.all()] == ["report", "assign"]
        # The second lock by itself.
        assert [each.pk for each in Finding.objects.raw("SELECT * FROM visits_finding")] == [found.pk]


def test_a_closed_finding_is_verified_from_its_steps_alone(office: Any, person: Any) -> None:
    from yiyang.visits import finding_checks

    found = do(office["responder"], findings.act, sent(office, fallen(office, person)), words="已送医")
    do(office["other"], findings.verify, found)
    with work(platform("test")):
        assert finding_checks.closed_rightly() == (1, [])


def test_only_whom_it_was_given_to_acts(office: Any, person: Any) -> None:
    found = sent(office, fallen(office, person))
    with pytest.raises(PermissionDenied):
        do(office["clerk"], findings.act, found, words="我去了")
    with pytest.raises(UsageError):
        do(office["responder"], findings.act, found, words=" ")


def test_nobody_takes_a_step_where_he_has_no_right(office: Any, person: Any) -> None:
    found = fallen(office, person)
    with pytest.raises(PermissionDenied):
        do(office["visitor"], findings.assign, found, unit="health")
    with work(office["neighbour"]), pytest.raises(Finding.DoesNotExist):
        findings.assign(by=office["neighbour"], finding=found, unit="health")


def test_somebody_quicker_is_said(office: Any, person: Any) -> None:
    found = fallen(office, person)
    sent(office, found)
    with pytest.raises(UsageError, match="assigned"):
        do(office["other"], findings.assign, found, unit="police", expected="open")


def test_the_same_thing_again_is_added_to_the_open_finding(office: Any, person: Any) -> None:
    found = fallen(office, person)
    with work(office["visitor"]):
        more = findings.raise_one(by=office["visitor"], person=found.person, kind="fallen", words="腿也肿了")
    assert more.pk == found.pk
    assert more.words == "在院里摔倒；腿也肿了"
    with work(platform("test")):
        assert [step.slug for step in more.steps.all()] == ["report", "report"]


def test_rises_level_by_level_when_late_and_stops_at_the_city(office: Any, person: Any) -> None:
    found = fallen(office, person)
    now = timezone.now()
    with work(platform("test")):
        assert findings.escalate(now) == 0
        for hours, level in ((1, 1), (2, 2), (9, 2)):
            findings.escalate(now + timedelta(hours=hours))
            assert Finding.objects.get(pk=found.pk).escalated == level
        assert list(found.steps.values_list("slug", flat=True)) == ["report", "escalate", "escalate"]


def test_rooms_above_are_told_of_each_step(office: Any, person: Any, settings: Any) -> None:
    settings.AFTER_FINDING = ("yiyang.visits.tests.test_findings.hear",)
    from yiyang.visits.tests import test_findings

    test_findings.TOLD.clear()
    sent(office, fallen(office, person))
    assert test_findings.TOLD == [("fallen", "report"), ("fallen", "assign")]


def test_a_false_alarm_is_closed_with_a_reason(office: Any, person: Any) -> None:
    found = fallen(office, person)
    with pytest.raises(UsageError):
        do(office["clerk"], findings.void, found, words="")
    assert do(office["clerk"], findings.void, found, words="误触").state == "void"
