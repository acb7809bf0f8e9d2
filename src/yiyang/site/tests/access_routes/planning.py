"""How the addresses of `planning` are asked for."""

from __future__ import annotations

from django.utils import timezone

from yiyang.site.tests.access_routes.asking import BOTH, LIST, Example, one

EXAMPLES: dict[str, Example] = {
    "planning:documents": LIST,
    "planning:give": Example(post=lambda there: {"area_code": f"{there.code}"}, logs=False, **BOTH),
    "planning:document": one("plan_file"),
    "planning:document_progress": one("plan_file", logs=False),
    "planning:correct": one("plan_file", post=lambda there: {"key": "", "field": ""}, **BOTH),
    "planning:act": Example(of=lambda there: [there.plan_file, "again"], post=lambda there: {}, methods=("post",)),
    "planning:findings": LIST,
    "planning:finding": one("plan_finding"),
    "planning:report": Example(of=lambda there: ["xlsx"], is_scoped=False),
    "planning:projects": LIST,
    "planning:board": LIST,
    "planning:new_project": Example(post=lambda there: {"area_code": f"{there.code}"}, logs=False, **BOTH),
    "planning:project": one("project"),
    "planning:project_step": Example(
        of=lambda there: [there.project, "roll"],
        post=lambda there: {"year": timezone.localdate().year + 2, "words": "用地"},
        **BOTH,
    ),
    "planning:tasks": LIST,
    "planning:task_units": LIST,
    "planning:evaluation": LIST,
    "planning:evaluation_report": Example(of=lambda there: ["xlsx"], is_scoped=False),
    "planning:task": one("task"),
    "planning:task_step": Example(
        of=lambda there: [there.task, "report"],
        post=lambda there: {"unit": "县民政局", "done": 10, "words": "已发文"},
        **BOTH,
    ),
    "planning:reach": one("milestone", post=lambda there: {}, methods=("post",)),
    "planning:evidence": one("progress", is_slow=True),
    "planning:estates": LIST,
    "planning:new_estate": Example(post=lambda there: {"area_code": f"{there.code}"}, logs=False, **BOTH),
    "planning:estate": one("estate"),
    "planning:projects_sheet": Example(is_scoped=False),
    "planning:lottery": LIST,
    "planning:new_lottery": Example(post=lambda there: {"area_code": f"{there.code}"}, logs=False, **BOTH),
    "api:list_projects": LIST,
    "api:one_project": one("project"),
    "api:list_plan_findings": LIST,
    "api:list_plan_tasks": LIST,
    "api:report_on_task": one(
        "task", post=lambda there: {"unit": "县民政局", "done": 10, "words": "已发文"}, methods=("post",)
    ),
}
