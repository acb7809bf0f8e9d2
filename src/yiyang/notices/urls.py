"""Addresses of the room."""

from __future__ import annotations

from django.urls import URLPattern, path

from yiyang.notices import workbench

app_name = "notices"
urlpatterns: list[URLPattern] = [
    path("", workbench.overview, name="overview"),
    path("batches/new/", workbench.order, name="order"),
    path("batches/<int:key>/", workbench.batch, name="batch"),
    path("batches/<int:key>/fetch/", workbench.fetch, name="fetch"),
    path("batches/<int:key>/results/", workbench.results, name="results"),
    path("batches/<int:key>/returned/", workbench.returned, name="returned"),
    path("people/<int:key>/", workbench.person, name="person"),
    path("people/<int:key>/<slug:channel>/", workbench.opt, name="opt"),
]
