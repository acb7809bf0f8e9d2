"""One step on many cases, in a few statements: who may, what is left and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from yiyang.access.scope import Scope, acting, platform
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.cases import steps
from yiyang.cases.models import Case, State, Transition
from yiyang.cases.processes import limits
from yiyang.notices import actions as notices

MOST, MOST_SINGLY = 50_000, 500
Left = list[tuple[str, str]]
MOVED_MEANWHILE = "刚刚已由别人办理"
# What a step sets beside the state; the words of a decision are those of the run's ground.
SETS = {
    "grant": "effective_from = coalesce(c.effective_from, date_trunc('month', %(today)s::date)::date)",
    "change": "fen = c.fen_proposed, proposal = '', fen_proposed = NULL, proposed_from = NULL",
    "keep": "proposal = '', fen_proposed = NULL, proposed_from = NULL",
    "end": "ended_on = coalesce(c.proposed_from, %(today)s), proposal = '', fen_proposed = NULL, proposed_from = NULL",
}
SINGLE_ONLY = ("propose", "suspend", "resume", "renounce")
UPDATE = """
UPDATE cases_case AS c SET state = moving.to_state, changed_at = now(){sets}
FROM moving
WHERE c.id = moving.id AND c.state = moving.from_state
RETURNING c.id
"""
DECIDE = """
INSERT INTO cases_decision (case_id, number, kind, fen, every, holds_from, lines, articles, ground_id, reason,
                            decided_by, decided_by_name, decided_at, appeal_until)
SELECT c.id, cases_new_number('JD', c.area_code, %(today)s), moving.decides, c.fen, c.every,
       CASE moving.decides WHEN 'grant' THEN coalesce(c.effective_from, %(today)s) WHEN 'end' THEN c.ended_on
            ELSE coalesce(moving.proposed_from, %(today)s) END,
       coalesce(g.lines, '[]'), coalesce(g.articles, '[]'), c.ground_id, %(reason)s, %(user)s, %(name)s, now(),
       %(until)s
FROM moving JOIN cases_case AS c ON c.id = moving.id
LEFT JOIN entitlement_ground AS g ON g.id = c.ground_id
WHERE moving.decides <> '' AND c.id = ANY(%(moved)s)
RETURNING id
"""
# One query gives every template what it needs; a key that it does not name is not said.
TOLD = """
SELECT c.person_id AS person, c.area_code, 'cases_decision:' || d.id AS about, jsonb_build_object(
    'item', c.item, 'list_area', c.list_area, 'number', d.number, 'fen', d.fen, 'fen_before', moving.fen_before,
    'every', d.every, 'from', d.holds_from, 'appeal_until', d.appeal_until, 'decision', %s::text,
    'reason', left(coalesce(nullif(d.reason, ''), %s::text), 60),
    'article', left(coalesce((d.articles->0->>'title') || (d.articles->0->>'article'), ''), 80)) AS data
FROM cases_decision AS d JOIN cases_case AS c ON c.id = d.case_id JOIN moving ON moving.id = c.id
WHERE d.id = ANY(%s)
"""
TEMPLATES = {"grant": "granted", "refuse": "refused", "change": "changed", "end": "ended"}


@dataclass(frozen=True)
class Moved:
    """What a step on many cases did: how many, and which were left (number, why)."""

    done: int
    left: Left = field(default_factory=list)


def move_many(*, by: Scope, cases: Any, step: str, reason: str = "") -> Moved:
    """Take one step on all cases of a queryset that it fits; the others are left, and it is said why.

    Raises:
        UsageError: too many at once, no reason where one is needed, or a step that is taken one by one.
        PermissionDenied: a step that staff cannot take, or nowhere.
    """
    rows = cases if cases.query.is_sliced else cases.order_by()[: MOST + 1]
    keys = list(rows.values_list("pk", flat=True))
    if len(keys) > MOST:
        raise UsageError(f"一次最多办理 {MOST:,} 件，请先筛选。", f"At most {MOST:,} cases at once: narrow the list.")
    if step in SINGLE_ONLY:
        raise UsageError("这一步须逐件办理。", "This step is taken case by case.")
    rules = list(Transition.objects.filter(slug=step))
    _require(by, rules, reason)
    with acting(by), transaction.atomic(), connection.cursor() as cursor:
        singles, left = _choose(cursor, by, step, keys)
        moved = _take(cursor, step, reason)
        left += _numbers(cursor, moved)
        if moved and rules[0].decides:
            _decide(cursor, by, rules[0], reason, moved)
        cursor.execute("DROP TABLE moving")
        detail = {"step": step, "cases": len(moved), "left": len(left)}
        record("decide", what="cases", reason=reason, detail=detail)
        left += _one_by_one(by, singles, step, reason)
    return Moved(len(keys) - len(left), left)


def _require(by: Scope, rules: list[Transition], reason: str) -> None:
    if not rules:
        raise UsageError("没有这样的步骤。", "There is no such step.")
    if not rules[0].right or not by.may(rules[0].right):
        raise PermissionDenied(rules[0].right or rules[0].slug)
    steps.require_reason(rules[0], reason)


# Rows are locked in the order of their keys, so that two such steps at once wait for each other and never deadlock.
CHOOSE = """
CREATE TEMP TABLE moving ON COMMIT DROP AS
WITH held AS (SELECT c.* FROM cases_case AS c WHERE c.id = ANY(%(keys)s) ORDER BY c.id FOR UPDATE)
SELECT c.id, c.number, c.state AS from_state, t.to_state, c.proposed_from, c.fen AS fen_before,
    coalesce(t.decides, '') AS decides,
    CASE
        WHEN t.id IS NULL THEN 'state'
        WHEN NOT %(all)s AND NOT c.area_code <@ %(where)s::int8multirange THEN 'right'
        WHEN EXISTS (SELECT 1 FROM cases_step AS s WHERE s.case_id = c.id AND s.by = %(user)s
                     AND s."right" = ANY(%(barred)s)) THEN 'twice'
        WHEN %(step)s = 'change' AND c.fen_proposed IS NULL THEN 'proposal'
        WHEN %(step)s = 'start' AND c.effective_from > %(today)s THEN 'early'
        WHEN t.decides <> '' AND c.ground_id IS NULL THEN 'single'
        ELSE '' END AS why
FROM held AS c LEFT JOIN cases_transition AS t
    ON t.process = c.process AND t.from_state = c.state AND t.slug = %(step)s
"""
WHY = {
    "right": "不在您的办理范围内",
    "twice": "您已办理过本件的其他环节",
    "proposal": "没有拟调整的标准",
    "early": "未到享受起始日",
}


def _choose(cursor: Any, by: Scope, step: str, keys: list[int]) -> tuple[list[int], Left]:
    """A temporary table `moving` of the cases that the step fits; returns those to decide singly, and the others."""
    rule = Transition.objects.filter(slug=step).first()
    right = rule.right if rule else ""
    words = {
        "keys": keys,
        "step": step,
        "all": by.is_self,
        "where": by.where(right).multirange(),
        "user": by.user,
        "barred": steps.barred(right),
        "today": timezone.localdate(),
    }
    cursor.execute("DROP TABLE IF EXISTS moving")
    cursor.execute(CHOOSE, words)
    cursor.execute("DELETE FROM moving WHERE why <> '' RETURNING id, number, why, from_state")
    found = cursor.fetchall()
    left = [(n, WHY.get(why) or f"现在是“{State(state).label}”") for _, n, why, state in found if why != "single"]
    return [key for key, _, why, _ in found if why == "single"], left


def _one_by_one(by: Scope, keys: list[int], step: str, reason: str) -> Left:
    """Decide on cases whose reasons no run has written down: each is asked for anew. Returns what is left."""
    from yiyang.cases.actions import move

    left = []
    for case in Case.objects.filter(pk__in=keys).order_by("pk"):
        if len(keys) > MOST_SINGLY:
            left.append((case.number, f"须逐件核对理由，一次最多 {MOST_SINGLY} 件"))
            continue
        try:
            with transaction.atomic():
                move(by=by, case=case, step=step, reason=reason)
        except UsageError as error:
            left.append((case.number, error.zh))
    return left


def _take(cursor: Any, step: str, reason: str) -> list[int]:
    sets = f", {SETS[step]}" if step in SETS else ""
    with steps.taking(step, why=reason):
        cursor.execute(UPDATE.format(sets=sets), {"today": timezone.localdate()})
        return [key for (key,) in cursor.fetchall()]


def _numbers(cursor: Any, moved: list[int]) -> Left:
    cursor.execute("SELECT number FROM moving WHERE NOT id = ANY(%s)", [moved])
    return [(number, MOVED_MEANWHILE) for (number,) in cursor.fetchall()]


def _decide(cursor: Any, by: Scope, rule: Transition, reason: str, moved: list[int]) -> None:
    today = timezone.localdate()
    words = {
        "today": today,
        "reason": reason.strip()[:400],
        "user": by.user,
        "name": by.name[:150],
        "until": today + timedelta(days=limits().appeal_days),
        "moved": moved,
    }
    cursor.execute(DECIDE, words)
    made = [key for (key,) in cursor.fetchall()]
    with acting(platform("决定告知", by.request)):
        template = TEMPLATES.get(rule.decides, "decided")
        notices.tell_many(template=template, rows=TOLD, parameters=[rule.zh, rule.zh, made])
