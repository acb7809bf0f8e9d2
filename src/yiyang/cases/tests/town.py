"""A month in a small town, without an engine: a run, and who changed by it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from yiyang.access.scope import Scope, platform
from yiyang.accounts.middleware import today
from yiyang.accounts.scopes import scope_of
from yiyang.audit.record import work
from yiyang.cases import actions, opening
from yiyang.cases.models import Case
from yiyang.entitlement.models import Change, Ground, MonthRun, span_of

ITEM, LIST = "old_age_allowance", "511724"
LINES = [{"depth": 0, "says": "年满80周岁", "state": "met"}]
ARTICLES = [{"says": "", "document": "dazhou_1l1s", "title": "清单", "article": "第1项"}]
DAZHU = 511724000000


def a_run(month: str = "2026-11", *, is_baseline: bool = False, area: int = DAZHU) -> MonthRun:
    """A run that is being put in force, ordered at the beginning of its month."""
    ordered = datetime.fromisoformat(f"{month}-02T08:00:00").replace(tzinfo=UTC)
    run: MonthRun = MonthRun.objects.create(
        area_code=area, month=month, known=date.fromisoformat(f"{month}-01"), state="starting",
        is_baseline=is_baseline, span=span_of(area, month), ordered_by_name="月度", ready_at=ordered,
    )  # fmt: skip
    MonthRun.objects.filter(pk=run.pk).update(ordered_at=ordered)
    run.refresh_from_db()
    return run


def changed(run: MonthRun, person: Any, kind: str = "new", *, fen: int = 6000, item: str = ITEM, **more: Any) -> Change:
    """One row of the run's differences."""
    ground, _ = Ground.objects.get_or_create(
        run=run, item=item, list_area=LIST, cell=1, defaults={"lines": LINES, "articles": ARTICLES}
    )
    given = {"cause": "birthday", "every": "month", "list_area": LIST, "area_code": person.area_code} | more
    made: Change = Change.objects.create(
        run=run, person=person.pk, item=item, kind=kind, fen=0 if kind == "ended" else fen, ground=ground, **given
    )
    return made


def start(run: MonthRun) -> dict[str, int]:
    """Put a run in force as far as cases go."""
    return opening.from_run(run, lambda step: None)


def scope(user: Any) -> Scope:
    """What an account may do today."""
    with work(platform("test")):
        return scope_of(user, today(), request="test", address="test")


def citizen(*people: Any, number: int = 7) -> Scope:
    """Somebody logged in to the portal who may see the files of these people."""
    keys = frozenset(person.pk for person in people)
    return Scope(None, f"群众#{number}", registers=frozenset(), citizen=number, persons=keys)


def found(person: Any, month: str = "2026-11") -> Case:
    """A case that a run has found."""
    with work(platform("test")):
        run = a_run(month)
        changed(run, person)
        start(run)
        case: Case = Case.objects.get(person=person, item=ITEM)
    return case


def go(by: Scope, case: Case, *steps: str, reason: str = "按规定", **more: Any) -> Case:
    """Take steps one after the other, each in a unit of work of its own."""
    for step in steps:
        with work(by):
            case = actions.move(by=by, case=case, step=step, reason=reason, **more)
    return case
