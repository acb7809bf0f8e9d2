"""Cases whose next step somebody takes, and those that are late."""

from __future__ import annotations

from datetime import date

from yiyang.access.scope import Scope
from yiyang.cases.models import CLOSED, Case
from yiyang.cases.worklists import WORKS, Work
from yiyang.kit.paging import bounded_count
from yiyang.workbench.tasks.task import MOST, SOON, URGENT, Source, Task, Waiting, needs


@needs("figure.read")
def cases_escalated(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Cases so late that they rose to the county or the city."""
    where = scope.where("case.read") & scope.where("figure.read")
    rows = Case.objects.filter(where.q("area_code"), due__lt=on, escalated__gt=0).exclude(state__in=CLOSED)
    return Task("超期督办的个案", "cases:work", URGENT, "逾期已提醒上一级", "warning", "tab=overdue"), rows


def cases_waiting(work: Work) -> Source:
    """The source of one work list: the cases on which whoever has its right takes the next step."""

    @needs(work.right)
    def waiting(scope: Scope, on: date) -> tuple[Task, Waiting]:
        rows = work.rows(Case.objects.filter(scope.where(work.right).q("area_code")))
        late, more = bounded_count(rows.filter(due__lt=on), MOST)
        text = f"其中 {late:,}{'+' if more else ''} 件已超过办理期限" if late else ""
        task = Task(f"{work.title}的个案", "cases:work", URGENT if late else SOON, text, "check", f"tab={work.slug}")
        return task, rows

    return waiting


# The lists on which somebody takes a step; the others only show.
CASE_WORK = tuple(cases_waiting(work) for work in WORKS if work.right != "case.read")

SOURCES: tuple[Source, ...] = (
    cases_escalated,
    *CASE_WORK,
)
