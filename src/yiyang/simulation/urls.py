"""Addresses of the room."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from yiyang.simulation import workbench, workbench_scenarios

app_name = "simulation"
urlpatterns: list[URLPattern] = [
    path("", workbench.board, name="board"),
    path("result/", workbench.result, name="result"),
    path("floor/", workbench.floor, name="floor"),
    path("check/", workbench.check, name="check"),
    path("scenarios/", workbench_scenarios.scenarios, name="scenarios"),
    path("scenarios/new/", workbench_scenarios.save, name="save"),
    path("scenarios/<int:pk>/", workbench_scenarios.scenario, name="scenario"),
    path("scenarios/<int:pk>/edit/", workbench_scenarios.edit, name="edit"),
    path("compare/", workbench_scenarios.compare, name="compare"),
    re_path(r"^export\.(?P<form>xlsx|pdf)$", workbench_scenarios.export, name="export"),
]
