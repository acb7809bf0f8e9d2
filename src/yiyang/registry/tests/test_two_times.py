"""爱华's file as it was known on any day, and the snapshot for the engine with a clerk's correction in it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.utils import timezone

from yiyang.access.scope import platform
from yiyang.accounts.scopes import scope_of
from yiyang.audit.record import work
from yiyang.registry import corrections, person_page
from yiyang.registry.freezing import freeze
from yiyang.registry.models import STILL
from yiyang.registry.tables import resolve
from yiyang.registry.tests.hall import AIHUA, BAOGUO
from yiyang.registry.tests.town_hall import LIVING, POLICE, deliver, everybody, living, person

ZHUYANG = 511724001000


@pytest.fixture
def clerk(db: None, grant: Any) -> Any:
    deliver(POLICE, everybody())
    deliver(LIVING, [living(AIHUA, "独居"), living(BAOGUO, "与家人同住")])
    deliver(LIVING, [living(AIHUA, "空巢"), living(BAOGUO, "与家人同住")], "2026-11")
    user = grant("保国", "township_clerk", ZHUYANG)
    with work(platform("test")):
        return scope_of(user, timezone.localdate(), request="r")


def says(clerk: Any, month: str, known: date) -> str:
    with work(clerk):
        found = person_page.believed(person(AIHUA), month, known) or []
    return next((line.says for line in found if line.name == "living_arrangement"), "不在册")


def test_the_file_as_it_was_known_on_a_day(clerk: Any) -> None:
    assert says(clerk, "2026-10", date(2026, 10, 20)) == "独居"
    assert says(clerk, "2026-10", date(2026, 11, 20)) == "独居"
    assert says(clerk, "2026-11", date(2026, 10, 20)) == "独居"
    assert says(clerk, "2026-11", date(2026, 11, 20)) == "空巢"
    assert says(clerk, "2026-10", date(2026, 9, 30)) == "不在册"


def test_a_correction_of_today_was_not_known_yesterday(clerk: Any) -> None:
    today = timezone.localdate()
    with work(clerk):
        corrections.correct(
            by=clerk, person=person(AIHUA), fact="living_arrangement", value=3, valid_from=date(2026, 10, 1), reason="x"
        )
    assert says(clerk, "2026-10", today) == "留守"
    assert says(clerk, "2026-10", today - timedelta(days=1)) == "独居"


def test_what_is_no_longer_believed_stays_in_the_history(clerk: Any) -> None:
    with work(clerk):
        found = {each.fact.name: each.said for each in person_page.history_of(person(AIHUA))}
    told = [(each.says, each.known_to == STILL) for each in found["living_arrangement"]]
    assert ("空巢", True) in told
    assert ("独居", False) in told
    # The clerk of one town sees no delivery of the county: its name is told, and no link.
    assert {each.delivery for each in found["living_arrangement"]} == {None}


def test_the_snapshot_for_the_engine_has_the_correction(clerk: Any, tmp_path: Path) -> None:
    with work(clerk):
        corrections.correct(
            by=clerk, person=person(AIHUA), fact="living_arrangement", value=3, valid_from=date(2026, 10, 1), reason="x"
        )
    with work(platform("test")):
        snapshot = freeze(tmp_path / "s", area=511724000000, today=timezone.localdate())
    assert "clerk_corrections" in snapshot.registers
    con = duckdb.connect()
    resolve(con, snapshot.path, "2026-11")
    query = f"SELECT living_arrangement FROM people WHERE person = {person(AIHUA).pk}"
    assert con.execute(query).fetchall() == [(person(AIHUA).facts["living_arrangement"],)] == [(3,)]
