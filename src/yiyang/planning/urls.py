"""Addresses of the room."""

from __future__ import annotations

from django.urls import URLPattern, path

from yiyang.planning import workbench
from yiyang.planning import workbench_findings as findings
from yiyang.planning import workbench_projects as projects
from yiyang.planning import workbench_tasks as tasks

app_name = "planning"
urlpatterns: list[URLPattern] = [
    path("", workbench.documents, name="documents"),
    path("new/", workbench.give, name="give"),
    path("findings/", findings.findings, name="findings"),
    path("findings/<int:key>/", findings.finding, name="finding"),
    path("findings/report.<slug:form>", findings.report, name="report"),
    path("projects/", projects.listing, name="projects"),
    path("projects.xlsx", projects.sheet, name="projects_sheet"),
    path("projects/board/", projects.board, name="board"),
    path("projects/new/", projects.new, name="new_project"),
    path("projects/<int:key>/", projects.project, name="project"),
    path("projects/<int:key>/<slug:what>/", projects.step, name="project_step"),
    path("estates/", projects.estates, name="estates"),
    path("estates/new/", projects.new_estate, name="new_estate"),
    path("estates/<int:key>/", projects.estate, name="estate"),
    path("lottery/", projects.lottery, name="lottery"),
    path("lottery/new/", projects.new_lottery, name="new_lottery"),
    path("tasks/", tasks.listing, name="tasks"),
    path("tasks/units/", tasks.units, name="task_units"),
    path("tasks/evaluation/", tasks.evaluation, name="evaluation"),
    path("tasks/evaluation.<slug:form>", tasks.evaluation_report, name="evaluation_report"),
    path("tasks/<int:key>/", tasks.task, name="task"),
    path("tasks/<int:key>/<slug:what>/", tasks.step, name="task_step"),
    path("tasks/milestones/<int:key>/", tasks.reach, name="reach"),
    path("tasks/evidence/<int:key>/", tasks.evidence, name="evidence"),
    path("<int:key>/", workbench.document, name="document"),
    path("<int:key>/progress/", workbench.document_progress, name="document_progress"),
    path("<int:key>/correct/", workbench.correct, name="correct"),
    path("<int:key>/<slug:what>/", workbench.act, name="act"),
]
