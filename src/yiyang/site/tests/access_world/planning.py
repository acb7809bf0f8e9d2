"""A document with a contradiction, a project, an estate, lottery money and a task."""

from __future__ import annotations

from typing import Any

from yiyang.planning import files
from yiyang.planning.models import (
    Estate,
    Finding,
    Lottery,
    Milestone,
    PlanFile,
    PlanTask,
    Progress,
    Project,
    TaskUnit,
)
from yiyang.site.tests.access_world.things import SINCE, Place


def put(there: Place) -> dict[str, Any]:
    """What `planning` holds for a place: keys of one row of each kind."""
    code, name = there.code, f"甲{there.number}"
    file = PlanFile.objects.create(
        area_code=code, slug=f"plan-{there.number}", title=name, name="a.txt", sha256=f"{there.number:064d}", size=1,
        state="read", given_by_name="岗位",
    )  # fmt: skip
    place = {"document": file.slug, "line": 0, "path": []}
    found = Finding.objects.create(
        area_code=code, key=f"k{there.number}", check_name="totals", kind="money", severity="high", sure=1.0, why=name,
        places=[place, place], figures=[{"text": "1", "value": "1", "unit": ""}] * 2, documents=[file.slug],
    )  # fmt: skip
    project = Project.objects.create(
        area_code=code, kind="elderly", title=name, year=2026, first_year=2026, stage_since=SINCE, made_by_name="岗位"
    )
    estate = Estate.objects.create(area_code=code, title=name, homes=100)
    Lottery.objects.create(area_code=code, year=2026, total_fen=2, elderly_fen=1, source="决算", by_name="岗位")
    task = PlanTask.objects.create(area_code=code, document="plan", number=there.number, title=name)
    TaskUnit.objects.create(task=task, name="县民政局", is_lead=True)
    step = Milestone.objects.create(task=task, title="发文", due=SINCE)
    report = Progress.objects.create(
        task=task, unit="县民政局", done=1, words="已发文", file_name="a.txt", on=SINCE, by_name="岗位",
        file_sha256=files.keep_evidence(name.encode()),
    )  # fmt: skip
    return {
        "milestone": step.pk, "progress": report.pk,
        "plan_file": file.pk, "plan_finding": found.pk, "project": project.pk, "estate": estate.pk, "task": task.pk,
    }  # fmt: skip
