"""What waits for somebody: revisions whose next step is his."""

from __future__ import annotations

from yiyang.access.scope import Scope
from yiyang.revisions.actions import may_take
from yiyang.revisions.models import Revision
from yiyang.revisions.steps import OPEN, open_from

MOST = 200


def waiting_for(scope: Scope) -> list[Revision]:
    """Revisions on which somebody may do a step that leads on or back, the oldest first."""
    within = scope.where("list.read")
    rows = Revision.objects.filter(within.q("area_code"), state__in=(*OPEN, "issued")).prefetch_related("acts")
    return [row for row in rows.order_by("id")[:MOST] if _waits(row, scope)]


def _waits(row: Revision, scope: Scope) -> bool:
    return any(may_take(row, step, scope) for step in open_from(row.state) if step.slug != "drop")
