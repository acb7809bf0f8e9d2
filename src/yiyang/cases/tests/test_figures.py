"""The funnel within one's own areas, and processes that do not hold together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from conftest import DAZHU, WUMU, ZHUYANG
from yiyang.accounts.roles import load_roles
from yiyang.audit.record import work
from yiyang.base.errors import PolicyError, UsageError
from yiyang.base.paths import policy_dir
from yiyang.cases import actions, figures, processes
from yiyang.cases.models import Case
from yiyang.cases.tests.town import found, go, scope

TOWN = 10**3


@pytest.mark.django_db
def test_counts_by_area_item_and_state_where_cases_may_be_read(
    grant: Callable[..., Any], person: Callable[..., Any]
) -> None:
    cache.clear()
    clerk, county = scope(grant("爱华", "township_clerk", ZHUYANG)), scope(grant("春兰", "county_officer", DAZHU))
    go(clerk, found(person("秀英", ZHUYANG), "2026-09"), "tell")
    found(person("桂兰", WUMU), "2026-10")
    with work(clerk):
        cells = figures.funnel(clerk, TOWN)
        assert [(cell.area, cell.state, cell.cases, cell.fen) for cell in cells] == [(ZHUYANG, "told", 1, 6000)]
        assert figures.by_state(cells) == {"told": 1}
        assert [each.step for each in figures.pace(clerk)] == ["tell"]
    with work(county):
        assert sum(cell.cases for cell in figures.funnel(county, TOWN)) == 2
        assert not figures.overdue(county).exists()


@pytest.mark.django_db
def test_nobody_applies_for_the_dead(grant: Callable[..., Any], person: Callable[..., Any]) -> None:
    clerk = scope(grant("爱华", "township_clerk", ZHUYANG))
    gone = person("秀英", ZHUYANG, alive=0)
    with work(clerk), pytest.raises(UsageError, match="dead"):
        actions.apply(by=clerk, person=gone, item="old_age_allowance", channel="counter")
    with work(clerk):
        assert actions.move_many(by=clerk, cases=Case.objects.all()[:5], step="tell").done == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("right: case.review", "right: case.rewiew"),
        ("to: granted", "to: grant"),
        ("decides: refuse", "decides: refused"),
        ("days: 10", "days: 0"),
    ],
)
def test_a_process_that_does_not_hold_together_is_refused(
    before: str, after: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (policy_dir() / processes.FILE).read_text(encoding="utf-8")
    assert before in text
    (tmp_path / processes.FILE).write_text(text.replace(before, after, 1), encoding="utf-8")
    monkeypatch.setattr(processes, "policy_dir", lambda: tmp_path)
    with pytest.raises(PolicyError, match=processes.FILE):
        processes.load_processes.__wrapped__()


def test_every_right_of_a_step_is_held_by_a_role() -> None:
    held = {right for role in load_roles().roles.values() for right in role.rights}
    assert {rule.right for *_, rule in processes.load_processes().rows()} - {""} <= held
