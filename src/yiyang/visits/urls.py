"""Addresses of the room."""

from __future__ import annotations

from django.urls import URLPattern, path

from yiyang.visits import round_page, workbench, workbench_overview
from yiyang.visits import workbench_findings as findings
from yiyang.visits import workbench_plan as plan
from yiyang.visits import workbench_posts as posts

app_name = "visits"
urlpatterns: list[URLPattern] = [
    path("", workbench_overview.overview, name="overview"),
    path("list/", workbench.listing, name="list"),
    path("not-yet/", workbench.not_yet, name="not_yet"),
    path("board/", plan.board, name="board"),
    path("plans/new/", plan.order, name="order"),
    path("plans/<int:key>/", plan.plan, name="plan"),
    path("plans/<int:key>/progress/", plan.plan_progress, name="plan_progress"),
    path("plans/<int:key>/<slug:what>/", plan.decide, name="decide"),
    path("posts/", posts.posts, name="posts"),
    path("posts/new/", posts.new_post, name="new_post"),
    path("posts/<int:key>/", posts.post, name="post"),
    path("absences/", posts.absences, name="absences"),
    path("alerts/", posts.alerts, name="alerts"),
    path("alerts/new/", posts.new_alert, name="new_alert"),
    path("alerts/<int:key>/end/", posts.end_alert, name="end_alert"),
    path("findings/", findings.findings, name="findings"),
    path("findings/<int:key>/", findings.finding, name="finding"),
    path("findings/<int:key>/<slug:step>/", findings.step, name="step"),
    path("observed/", workbench_overview.observed, name="observed"),
    path("observed/<int:key>/", workbench_overview.settle, name="settle"),
    path("wishes/<int:key>/", workbench_overview.wish, name="wish"),
    path("round/", round_page.my_round, name="round"),
    path("people/<int:key>/", workbench.person, name="person"),
    path("people/<int:key>/findings/new/", findings.new, name="new_finding"),
    path("people/<int:key>/visits/new/", workbench.unplanned, name="unplanned"),
    path("<int:key>/", workbench.visit, name="visit"),
    path("<int:key>/report/", round_page.report, name="report"),
    path("<int:key>/move/", workbench.move, name="move"),
    path("<int:key>/excuse/", workbench.excuse, name="excuse"),
]
