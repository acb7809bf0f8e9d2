"""Findings of visits that make an assessment doubtful: a source of `assessment.hints`."""

from __future__ import annotations

from datetime import date

from yiyang.assessment.hints import Hints
from yiyang.assessment.rules import rules
from yiyang.base.errors import UsageError
from yiyang.visits.policy import load_visits

# A false alarm is none.
FOUND = """
SELECT f.person_id, 'finding:' || f.number AS cause, f.found_at AS at,
       '探访发现“' || k.words || '”（' || f.number || '）' AS says
FROM visits_finding AS f JOIN unnest(%(kinds)s::text[], %(words)s::text[]) AS k (kind, words) ON k.kind = f.kind
WHERE f.state <> 'void'
"""


def findings(on: date) -> Hints | None:
    """Findings of the kinds that policy/assessment.yaml names. Raises UsageError for a kind that there is not."""
    kinds, known = rules().immediate.findings, load_visits().findings.kinds
    unknown = [kind for kind in kinds if kind not in known]
    if unknown:
        names = "、".join(unknown)
        raise UsageError(
            f"assessment.yaml 的 immediate.findings 里，visits.yaml 没有这种异常：{names}。",
            f"assessment.yaml names findings that visits.yaml does not have: {names}.",
        )
    return Hints(FOUND, {"kinds": list(kinds), "words": [known[kind].zh for kind in kinds]}) if kinds else None
