"""Visits without network: what is taken along, what comes home, and two who were at one door."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.field.kinds import Conflict, kind_of
from yiyang.field.models import Entry
from yiyang.visits.models import Report, ReportFile
from yiyang.visits.tests.test_reporting import PNG
from yiyang.visits.tests.town import FINE, VILLAGE, again, in_need, named, scope, visit_of

pytestmark = pytest.mark.django_db


def entry(visit: Any) -> Entry:
    """One thing that a telephone brought home."""
    return Entry(id=uuid4(), kind="visit", about=str(visit.pk))


def body(**more: Any) -> dict[str, Any]:
    ended = timezone.now()
    return {
        "answers": {**FINE, "met": "yes", "means": "home"} | more.pop("answers", {}),
        "files": {"picture": [{"media_type": "image/png", "data": base64.b64encode(PNG).decode()}]},
        "began_at": (ended - timedelta(minutes=20)).isoformat(), "ended_at": ended.isoformat(),
        "place": {"latitude": 30.74, "longitude": 107.2, "accuracy": 15.0}, **more,
    }  # fmt: skip


@pytest.fixture
def visiting(grant: Any, person: Any) -> dict[str, Any]:
    """春兰 visits in the village, where 秀英 is to be looked in on today."""
    user = grant("春兰", "village_visitor", VILLAGE)
    named(user)
    elder = in_need(person, phone="13800000001", address="竹阳街道一号")
    return {"by": scope(user), "visit": visit_of(elder), "elder": elder, "kind": kind_of("visit")}


def test_takes_along_his_round_with_form_and_telephone(visiting: Any) -> None:
    with work(visiting["by"]):
        [piece] = visiting["kind"].pack(visiting["by"], timezone.localdate())
    assert (piece.id, piece.title, piece.data["phone"]) == (str(visiting["visit"].pk), "秀英", "13800000001")
    assert piece.lines[0].endswith("独居")
    assert "竹阳街道一号" in piece.lines
    asked = [each["id"] for section in piece.form["sections"] for each in section["questions"]]
    assert asked[:2] == ["met", "means"]
    # Nothing is known of ability, so it may matter; what only the server need know is not told.
    assert "care" in asked
    assert "finding" not in str(piece.form)


def test_the_list_says_where_a_call_will_do_and_what_is_next_for_whom_nobody_met(visiting: Any) -> None:
    def lines(**changes: Any) -> list[str]:
        with work(platform("test")):
            type(visiting["visit"]).objects.filter(pk=visiting["visit"].pk).update(**changes)
        with work(visiting["by"]):
            [piece] = visiting["kind"].pack(visiting["by"], timezone.localdate())
        return list(piece.lines)

    assert lines(means="phone")[1:3] == ["打电话或问邻居即可，不用上门", "竹阳街道一号"]
    sought = lines(next_step="police", state="not_found")
    assert sought[1:3] == ["上次没见到。下一步：请公安派出所协助查找", "竹阳街道一号"]


def test_brings_a_report_home_and_takes_it_in_once(visiting: Any) -> None:
    mine = entry(visiting["visit"])
    for _ in range(2):
        with work(visiting["by"]):
            visiting["kind"].take(visiting["by"], mine, body())
    assert again(visiting["visit"]).state == "done"
    with work(platform("test")):
        made = Report.objects.get()
        assert (made.entry, made.made_by_name, made.place) == (mine.pk, "春兰", "near")
        assert ReportFile.objects.count() == 1


def test_two_at_one_door_are_both_kept_and_a_person_decides(visiting: Any, grant: Any) -> None:
    other = scope(grant("保国", "village_visitor", VILLAGE))
    with work(visiting["by"]):
        visiting["kind"].take(visiting["by"], entry(visiting["visit"]), body())
    late = entry(visiting["visit"])
    with work(other):
        with pytest.raises(Conflict) as caught:
            visiting["kind"].take(other, late, body())
        assert caught.value.theirs["探访人"] == "春兰"
        visiting["kind"].instead(other, late, body())
        assert Report.objects.count() == 2


def test_a_telephone_that_comes_home_after_ten_days_is_taken_in(visiting: Any) -> None:
    then = timezone.now() - timedelta(days=10)
    visit = visit_of(
        visiting["elder"], first=then.date(), last=then.date(), number=2, month=f"{then:%Y-%m}", state="missed"
    )
    given = body(began_at=(then - timedelta(minutes=9)).isoformat(), ended_at=then.isoformat())
    with work(visiting["by"]):
        visiting["kind"].take(visiting["by"], entry(visit), given)
    assert (again(visit).state, again(visit).done_on) == ("done", timezone.localdate(then))


@pytest.mark.parametrize(
    "wrong",
    [{"ended_at": "yesterday"}, {"files": {"picture": [{"data": "%%"}]}}, {"files": {"meals": [{"data": ""}]}},
     {"answers": {"meals": "air"}}],
)  # fmt: skip
def test_says_what_is_wrong_with_what_came_home(visiting: Any, wrong: dict[str, Any]) -> None:
    with work(visiting["by"]), pytest.raises(UsageError):
        visiting["kind"].take(visiting["by"], entry(visiting["visit"]), body(**wrong))


def test_a_visit_elsewhere_is_not_found(visiting: Any, person: Any) -> None:
    elsewhere = visit_of(in_need(person, "远", 511724101001))
    for about in (str(elsewhere.pk), "x"):
        with work(visiting["by"]), pytest.raises(UsageError):
            visiting["kind"].take(visiting["by"], Entry(id=uuid4(), about=about), body())
