"""Addresses of the room."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from yiyang.forecast import workbench

app_name = "forecast"
urlpatterns: list[URLPattern] = [
    path("", workbench.overview, name="overview"),
    path("quality/", workbench.quality, name="quality"),
    path("tables/<slug:name>.xlsx", workbench.table, name="table"),
    path("method/", workbench.method, name="method"),
    re_path(r"^export\.(?P<form>xlsx|csv)$", workbench.export, name="export"),
]
