"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from yiyang.audit import workbench

app_name = "audit"
urlpatterns = [
    path("", workbench.log, name="log"),
    path("line/<int:seq>/", workbench.line, name="line"),
    path("request/<str:request_id>/", workbench.one_request, name="request"),
    path("row/<slug:table>/<str:key>/", workbench.row, name="row"),
    path("figures/", workbench.numbers, name="figures"),
    path("export/", workbench.export, name="export"),
]
