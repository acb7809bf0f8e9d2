"""What falls due: results near their end; routine requests open by themselves every night."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from yiyang.assessment import steps
from yiyang.assessment.models import Result
from yiyang.assessment.rules import rules

# One statement for a city: whoever's result ends soon, lives, and has nothing on its way, is asked for.
OPEN = """
INSERT INTO assessment_request (number, person_id, area_code, instrument, kind, channel, purposes, reason,
                                cause, again_because, provider_code, state, state_since, due, escalated, with_check,
                                place, asked_by_name, asked_at)
SELECT assessment_new_number('SQ', p.area_code, %(on)s::date), r.person_id, p.area_code, r.instrument, 'routine', 'due',
       q.purposes, '证书 ' || r.number || ' 将于 ' || r.valid_to || ' 到期',
       '', '', q.provider_code, 'requested', now(), %(on)s::date + %(days)s, 0, false, '', %(name)s, clock_timestamp()
FROM assessment_result AS r
JOIN assessment_request AS q ON q.id = r.request_id
JOIN registry_person AS p ON p.id = r.person_id
WHERE r.state IN ('valid', 'contested') AND r.valid_to <= %(on)s::date + %(before)s
  AND r.instrument = ANY(%(scales)s) AND p.alive IS DISTINCT FROM 0 AND p.merged_into_id IS NULL
  AND NOT EXISTS (
      SELECT 1 FROM assessment_request AS o
      WHERE o.person_id = r.person_id AND o.instrument = r.instrument AND o.kind <> 'sample'
        AND (o.state NOT IN ('issued', 'refused', 'cancelled')
             -- Called off or refused since: nobody is asked again every night.
             OR (o.kind = 'routine' AND o.asked_at > r.issued_at)))
ON CONFLICT DO NOTHING
"""


def open_routine(on: date, name: str) -> int:
    """Open the routine re-assessments that are due by a day, as the platform; returns how many. Again it opens none."""
    from yiyang.assessment import scales

    today = [slug for slug, scale in scales.instruments().items() if scale.kind == "levels"]
    given: dict[str, Any] = {
        "on": on,
        "days": rules().limits.requested,
        "before": rules().routine.days_before,
        "name": name,
        "scales": today,
    }
    with steps.said("结果将到期，按规定作常规评估"), connection.cursor() as cursor:
        cursor.execute(OPEN, given)
        return int(cursor.rowcount)


def ending(on: date, days: int | None = None) -> QuerySet[Result]:
    """Standing results that end within so many days of a day, the first to end first; within the scope."""
    until = on + timedelta(days=rules().routine.asked_before if days is None else days)
    standing = [Result.State.VALID, Result.State.CONTESTED]
    return Result.objects.filter(state__in=standing, valid_to__lte=until).order_by("valid_to", "pk")
