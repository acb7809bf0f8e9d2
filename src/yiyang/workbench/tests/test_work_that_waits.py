"""What stands on whose home page: late assessments at the level that follows them up, one line for what came home."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from conftest import DAZHOU, DAZHU, WUMU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.assessment import escalation
from yiyang.assessment.tests.house import House, scope
from yiyang.audit.record import work
from yiyang.field.models import Entry
from yiyang.workbench.tasks import tasks_for

pytestmark = pytest.mark.django_db
LATE, HOME = "超期督办的能力评估", "外出记录有冲突或未入库"


def told(by: Any, on: date, title: str) -> list[int]:
    """How much each line of this title counts on somebody's home page."""
    with work(by):
        return [task.count for task in tasks_for(by, on) if task.title == title]


def test_a_late_assessment_is_the_countys_task_and_later_the_citys_and_no_neighbours(
    person: Any, grant: Callable[..., Any]
) -> None:
    House(grant).ask(person("甲", ZHUYANG))
    head, city = scope(grant("海燕", "bureau_head", DAZHU)), scope(grant("建国", "city_officer", DAZHOU))
    clerk, neighbour = (scope(grant(name, "township_clerk", WUMU)) for name in ("兰英", "梅芳"))
    for days, waits in ((6, [[1], [], [], []]), (13, [[1], [1], [], []])):
        day = timezone.localdate() + timedelta(days=days)
        with work(platform("test")):
            escalation.escalate(day)
        assert [told(by, day, LATE) for by in (head, city, clerk, neighbour)] == waits


@pytest.mark.parametrize("kind", ["unknown", "visit", "assessment"])
def test_what_phones_brought_home_is_one_task_for_whoever_looks_after_several_kinds(
    person: Any, grant: Callable[..., Any], kind: str
) -> None:
    officer, clerk = grant("建国", "county_officer", DAZHU), grant("春兰", "township_clerk", ZHUYANG)
    now = timezone.now()
    with work(platform("test")):
        Entry.objects.create(
            id=uuid.uuid4(), user=grant("爱华", "assessor", DAZHU), kind=kind, about="1", area_code=ZHUYANG,
            taken_out_at=now, done_at=now, sent_by_name="爱华", body="{}", sha256="0" * 64, state="refused",
        )  # fmt: skip
    assert told(scope(officer), timezone.localdate(), HOME) == [1]
    assert told(scope(clerk), timezone.localdate(), HOME) == ([] if kind == "assessment" else [1])
