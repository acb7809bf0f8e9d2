"""Addresses of the workbench."""

from __future__ import annotations

from django.urls import path

from yiyang.workbench import styleguide, views

app_name = "workbench"
urlpatterns = [
    path("", views.home, name="home"),
    path("search", views.search, name="search"),
    path("preferences", views.preferences, name="preferences"),
    path("area", views.area, name="area"),
    path("styleguide", styleguide.styleguide, name="styleguide"),
    path("styleguide/progress", styleguide.progress, name="styleguide_progress"),
]
