"""Assessments that wait for somebody, and qualifications that end."""

from __future__ import annotations

from datetime import date

from yiyang.access.scope import Scope
from yiyang.assessment import works as assessments
from yiyang.assessment.escalation import risen as risen_assessments
from yiyang.assessment.models import Agency, Assessor
from yiyang.workbench.tasks.task import CALM, EXPIRES_SOON, SOON, URGENT, Source, Task, Waiting, needs


def assessments_waiting(work: assessments.Work) -> Source:
    """The source of one list of assessments: what waits for whoever has its right."""

    @needs(work.right)
    def waiting(scope: Scope, on: date) -> tuple[Task, Waiting]:
        area = "result__area_code" if work.of == "objections" else "area_code"
        rows = work.rows(assessments.rows_of(work.of)).filter(scope.where(work.right).q(area))
        late = rows.filter(due__lt=on).exists()
        text = "其中有超过期限的" if late else ""
        title = work.title if work.slug == "mine" else f"{work.title}的能力评估"
        return Task(title, "assessment:work", URGENT if late else SOON, text, "figures", f"tab={work.slug}"), rows

    return waiting


@needs("figure.read")
def assessments_escalated(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Assessments so late that they rose to the level of whoever looks."""
    rows = risen_assessments(scope, on)
    return Task("超期督办的能力评估", "assessment:work", URGENT, "逾期已报上一级", "warning", "tab=late"), rows


@needs("agency.manage")
def qualifications_expiring(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Assessors whose qualification ends within a month, or has ended."""
    rows = Assessor.objects.filter(agency__in=Agency.objects.all(), is_active=True, valid_to__lte=on + EXPIRES_SOON)
    return Task("评估人员资格将到期", "assessment:agencies", CALM, "到期后不能安排", "figures"), rows


# The lists on which somebody takes a step; the others only show.
ASSESSMENT_WORK = tuple(assessments_waiting(work) for work in assessments.WORKS if work.right != "assessment.read")

SOURCES: tuple[Source, ...] = (
    *ASSESSMENT_WORK,
    assessments_escalated,
    qualifications_expiring,
)
