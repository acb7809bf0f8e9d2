"""Addresses of the room."""

from __future__ import annotations

from django.urls import URLPattern, path

from yiyang.entitlement import workbench, workbench_unknown

app_name = "entitlement"
urlpatterns: list[URLPattern] = [
    path("", workbench.runs, name="runs"),
    path("order/", workbench.order, name="order"),
    path("changes/", workbench.changes, name="changes"),
    path("unknown/", workbench_unknown.unknowns, name="unknowns"),
    path("unknown/print/", workbench_unknown.unknown_print, name="unknown_print"),
    path("unknown/<int:pk>/", workbench_unknown.unknown, name="unknown"),
    path("arrears/", workbench_unknown.arrears, name="arrears"),
    path("arrears/<int:pk>/", workbench_unknown.arrear, name="arrear"),
    path("arrears/<int:pk>/<slug:word>/", workbench_unknown.decide_arrear, name="decide_arrear"),
    path("people/<int:key>/", workbench_unknown.person, name="person"),
    path("<int:pk>/", workbench.run, name="run"),
    path("<int:pk>/progress/", workbench.run_progress, name="run_progress"),
    path("<int:pk>/report/", workbench.report, name="report"),
    path("<int:pk>/reckon-again/", workbench.reckon_again, name="reckon_again"),
    path("<int:pk>/<slug:word>/", workbench.decide, name="decide"),
]
