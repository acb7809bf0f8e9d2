"""Whether the findings that are closed were closed as they should be, told from their steps alone."""

from __future__ import annotations

from django.db import connection

# A finding is wrong where its steps do not join, none of them verifies it, or who verified it had acted.
WRONG = """
SELECT f.number FROM visits_finding AS f
WHERE f.state = 'closed' AND (
    NOT EXISTS (SELECT 1 FROM visits_findingstep AS s WHERE s.finding_id = f.id AND s.slug = 'verify')
    OR EXISTS (
        SELECT 1 FROM visits_findingstep AS v
        JOIN visits_findingstep AS a ON a.finding_id = v.finding_id AND a.slug = 'act'
        WHERE v.finding_id = f.id AND v.slug IN ('verify', 'void') AND (v.by IS NULL OR v.by = a.by))
    OR EXISTS (
        SELECT 1 FROM (
            SELECT s.from_state, lag(s.to_state, 1, '') OVER (ORDER BY s.id) AS before FROM visits_findingstep AS s
            WHERE s.finding_id = f.id
        ) AS j WHERE j.from_state <> j.before)
) ORDER BY f.number
"""


def closed_rightly() -> tuple[int, list[str]]:
    """How many closed findings there are, and the numbers of those whose steps are not right; of the scope in force."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM visits_finding WHERE state = 'closed'")
        checked = int(cursor.fetchone()[0])
        cursor.execute(WRONG)
        return checked, [str(number) for (number,) in cursor.fetchall()]
