"""What has happened to somebody since he was assessed: an immediate re-assessment opens by itself, once for each cause.

Where a hint comes from is named in `settings.ASSESSMENT_HINTS`; each source is one query over everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from yiyang.assessment import steps
from yiyang.assessment.rules import rules
from yiyang.catalog.facts import load_facts
from yiyang.registry.models import Person

Json = dict[str, Any]
WHY = "情况有变化，按规定作即时评估"


@dataclass(frozen=True)
class Hints:
    """A query of what has happened.

    Attributes:
        sql: gives person_id, cause (at most 200 characters, the same of the same event), at (timestamptz), says.
        given: its parameters; no name begins with `hint_`.
    """

    sql: str
    given: Json


Source = Callable[[date], Hints | None]

# Nothing opens while an assessment of the person is on its way, for a cause that opened one before, for what the result
# already knew, nor for what somebody who asked or called off since has had before his eyes.
OPEN = """
WITH hint AS ({sql}),
told AS (
    SELECT DISTINCT ON (h.person_id) h.person_id, h.cause, h.says, p.area_code, r.instrument, q.purposes,
        q.provider_code
    FROM hint AS h
    JOIN registry_person AS p ON p.id = h.person_id
    JOIN assessment_result AS r ON r.person_id = p.id AND r.instrument = %(hint_scale)s
        AND r.state IN ('valid', 'contested') AND r.valid_to >= %(hint_on)s
    JOIN assessment_request AS q ON q.id = r.request_id
    LEFT JOIN assessment_form AS f ON f.request_id = q.id AND f.is_current
    WHERE p.alive IS DISTINCT FROM 0 AND p.merged_into_id IS NULL
        AND h.at > coalesce(f.ended_at, (r.assessed_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')
        AND h.at > now() - make_interval(days => %(hint_days)s)
        AND NOT EXISTS (
            SELECT 1 FROM assessment_request AS o
            WHERE o.person_id = p.id AND o.instrument = r.instrument AND (o.cause = h.cause OR o.kind <> 'sample'
                AND (o.state NOT IN ('issued', 'refused', 'cancelled') OR o.asked_at >= h.at)))
    ORDER BY h.person_id, h.at, h.cause
)
INSERT INTO assessment_request (number, person_id, area_code, instrument, kind, channel, purposes, reason, cause,
                                again_because, provider_code, state, state_since, due, escalated, with_check, place,
                                asked_by_name, asked_at)
SELECT assessment_new_number('SQ', area_code, %(hint_on)s::date), person_id, area_code, instrument, 'immediate', 'hint',
       purposes, left(says, 400), cause, '', provider_code, 'requested', now(),
       %(hint_on)s::date + %(hint_due)s, 0, false, '', %(hint_name)s, clock_timestamp()
FROM told
ON CONFLICT DO NOTHING
"""

# A graver value than the files had on the day of the result; what was unknown then counts as the least grave.
CHANGED = """
SELECT r.person_id, left('fact:' || r.number || ':' || string_agg(w.fact || '=' || (p.facts ->> w.fact), ','
           ORDER BY w.fact), 200) AS cause,
       clock_timestamp() AS at, '档案情况有变化：' || string_agg(w.says, '、' ORDER BY w.fact) AS says
FROM assessment_result AS r
JOIN registry_person AS p ON p.id = r.person_id
JOIN unnest(%(facts)s::text[], %(words)s::text[]) AS w (fact, says) ON r.known ? w.fact
WHERE r.state IN ('valid', 'contested') AND r.instrument = %(hint_scale)s
    AND (p.facts ->> w.fact)::bigint > coalesce((r.known ->> w.fact)::bigint, 0)
GROUP BY r.id
"""


def open_immediate(on: date, name: str) -> int:
    """Open the immediate re-assessments for all that has happened, as the platform; returns how many.

    Again it opens none.
    """
    found = (import_string(path)(on) for path in settings.ASSESSMENT_HINTS)
    with steps.said(WHY):
        return sum(_open(each, on, name) for each in found if each is not None)


def _open(hints: Hints, on: date, name: str) -> int:
    policy = rules()
    given: Json = {
        "hint_on": on,
        "hint_scale": policy.immediate.scale,
        "hint_days": policy.immediate.within_days,
        "hint_due": policy.limits.requested,
        "hint_name": name,
    }
    with connection.cursor() as cursor:
        cursor.execute(OPEN.format(sql=hints.sql), hints.given | given)
        return int(cursor.rowcount)


def changed_facts(on: date) -> Hints | None:
    """The source of this room: facts that are graver than on the day of the result."""
    watched, book = rules().immediate.facts, load_facts().facts
    words = [
        f"{book[fact].zh}（比上次评估时重）" if book[fact].kind == "ordered" else book[fact].zh for fact in watched
    ]
    return Hints(CHANGED, {"facts": list(watched), "words": words}) if watched else None


def known_of(person: Person) -> Json:
    """What the files say today of the facts that policy watches, to be kept with a result: fact → value as stored."""
    return {fact: person.facts.get(fact) for fact in rules().immediate.facts}
