"""Addresses of the room."""

from __future__ import annotations

from django.urls import URLPattern, path

from yiyang.planning import workbench
from yiyang.planning import workbench_findings as findings
from yiyang.planning import workbench_projects as projects

app_name = "planning"
urlpatterns: list[URLPattern] = [
    path("", workbench.documents, name="documents"),
    path("new/", workbench.give, name="give"),
    path("findings/", findings.findings, name="findings"),
    path("findings/<int:key>/", findings.finding, name="finding"),
    path("findings/report.<slug:form>", findings.report, name="report"),
    path("projects/", projects.listing, name="projects"),
    path("projects/board/", projects.board, name="board"),
    path("projects/new/", projects.new, name="new_project"),
    path("projects/<int:key>/", projects.project, name="project"),
    path("projects/<int:key>/<slug:what>/", projects.step, name="project_step"),
    path("estates/", projects.estates, name="estates"),
    path("estates/new/", projects.new_estate, name="new_estate"),
    path("estates/<int:key>/", projects.estate, name="estate"),
    path("lottery/", projects.lottery, name="lottery"),
    path("lottery/new/", projects.new_lottery, name="new_lottery"),
    path("<int:key>/", workbench.document, name="document"),
    path("<int:key>/progress/", workbench.document_progress, name="document_progress"),
    path("<int:key>/correct/", workbench.correct, name="correct"),
    path("<int:key>/<slug:what>/", workbench.act, name="act"),
]
