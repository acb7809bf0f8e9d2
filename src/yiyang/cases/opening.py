"""What a run that is put in force does to cases: open, change, propose to end, let lapse. In bulk, in one transaction.

Rules: decision 0510. Twice is once: what a run has touched (`Case.run`) it does not touch again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from yiyang.cases import steps
from yiyang.cases.models import Transition
from yiyang.cases.processes import limits, load_processes
from yiyang.catalog import issued
from yiyang.catalog.lists import list_areas, load_list
from yiyang.entitlement import months
from yiyang.entitlement.models import MonthRun
from yiyang.notices import actions as notices

Tell = Callable[[str], None]
SQL = Path(__file__).parent / "sql"
ABOUT = "SELECT o.person_id AS person, o.area_code, 'cases_case:' || o.id || ':' || %s AS about, {data} AS data"
FOUND = "jsonb_build_object('item', o.item, 'list_area', o.list_area, 'fen', o.fen, 'every', o.every)"


def from_run(run: MonthRun, tell: Tell) -> dict[str, int]:
    """Bring the cases up to a run. The caller's transaction; nothing happens where it happened before.

    Returns:
        How many cases each rule touched.
    """
    with connection.cursor() as cursor:
        _gather(cursor, run)
        counts = _baseline(cursor, run, tell) if run.is_baseline else _month(cursor, run, tell)
        cursor.execute("DROP TABLE incoming_change")
    return counts


def _words(run: MonthRun) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "run": run.pk,
        "first": date.fromisoformat(f"{run.month}-01"),
        "ordered": run.ordered_at,
        "today": today,
        "due": today + timedelta(days=limits().proposal_days),
        "until": today + timedelta(days=limits().appeal_days),
    }


def _gather(cursor: Any, run: MonthRun) -> None:
    """The run's changes of items that make cases, with the process of each, as a table that knows its size."""
    rows = _processes(run)
    cursor.execute("DROP TABLE IF EXISTS incoming_change")
    cursor.execute(
        "CREATE TEMP TABLE incoming_change ON COMMIT DROP AS "
        "SELECT ch.person, ch.item, ch.list_area, ch.kind, ch.cause, ch.fen, ch.every, ch.area_code, ch.ground_id, "
        "p.process FROM entitlement_change AS ch JOIN registry_person AS person ON person.id = ch.person "
        "JOIN unnest(%s::text[], %s::text[], %s::text[]) AS p (list_area, item, process) "
        "ON p.list_area = ch.list_area AND p.item = ch.item WHERE ch.run_id = %s AND NOT ch.item = ANY(%s)",
        [*map(list, zip(*rows, strict=True)), run.pk, list(load_processes().direct)],
    )
    cursor.execute("CREATE INDEX ON incoming_change (person, item)")
    cursor.execute("ANALYZE incoming_change")


def _processes(run: MonthRun) -> list[tuple[str, str, str]]:
    """(list area, item, process) of every item of the run's own lists."""
    own = months.folder_of(run) / "policy" if run.folder else None
    policy = own if own and own.is_dir() else issued.current(settings.DATA, date.fromisoformat(f"{run.month}-01"))
    return [
        (area, item, loaded.item.delivery)
        for area in list_areas(policy)
        for item, loaded in load_list(area, policy).items.items()
    ]


def _run_sql(cursor: Any, name: str, step: str, words: dict[str, Any], why: str = "") -> int:
    detail = {"run": words["run"]}
    with steps.taking(step, why=why, detail=detail):
        cursor.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"), words)
        return int(cursor.rowcount)


def _baseline(cursor: Any, run: MonthRun, tell: Tell) -> dict[str, int]:
    """Everything that is received already is taken over: in effect, with one decision each. Nobody is told."""
    words = _words(run)
    tell("承接在享待遇")
    taken = _run_sql(cursor, "take_over", "take_over", words, why="首月承接")
    tell("记录承接决定")
    cursor.execute((SQL / "take_over_decisions.sql").read_text(encoding="utf-8"), words)
    cursor.execute("SELECT cases_analyze()")
    return {"taken_over": taken}


def _month(cursor: Any, run: MonthRun, tell: Tell) -> dict[str, int]:
    words, counts = _words(run), {}
    tell("更新在办个案")
    counts["linked"] = _run_sql(cursor, "link", "", words)
    tell("提出调整和终止")
    counts["proposed"] = _run_sql(cursor, "propose", "", words)
    counts["lapsed"] = _run_sql(cursor, "lapse", "lapse", words)
    tell("登记新发现人员")
    counts["found_again"] = _run_sql(cursor, "find_again", "find_again", words)
    counts["found"] = _open(cursor, words)
    tell("告知新发现人员")
    counts["told"] = _tell(cursor, run)
    cursor.execute("SELECT cases_analyze()")
    return counts


def _open(cursor: Any, words: dict[str, Any]) -> int:
    days = {
        rule.process: rule.days or 0
        for rule in Transition.objects.filter(slug="found", from_state="").order_by("process")
    }
    dues = {f"due_{process}": words["today"] + timedelta(days=number) for process, number in days.items()}
    return _run_sql(cursor, "open", "found", words | dues)


def _tell(cursor: Any, run: MonthRun) -> int:
    """Tell whom the run found. Of what is automatic, being told is the next step already."""
    told = 0
    for process in ("automatic", "application"):
        rows = ABOUT.format(data=FOUND) + (
            " FROM cases_case AS o WHERE o.run_id = %s AND o.process = %s "
            "AND o.state = 'found' AND o.state_since = now()"
        )
        told += notices.tell_many(template=f"found_{process}", rows=rows, parameters=[str(run.pk), run.pk, process])
    with steps.taking("tell", detail={"run": run.pk}):
        cursor.execute(
            "UPDATE cases_case SET state = 'told', changed_at = now() "
            "WHERE run_id = %s AND process = 'automatic' AND state = 'found' AND state_since = now()",
            [run.pk],
        )
    return told
