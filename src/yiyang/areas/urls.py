"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from yiyang.areas import workbench

app_name = "areas"
urlpatterns = [
    path("", workbench.areas, name="areas"),
    path("<int:pk>/", workbench.area, name="area"),
    path("<int:pk>/change/<slug:kind>/", workbench.change, name="change"),
    path("<int:pk>/classify/", workbench.classify, name="classify"),
    path("<int:pk>/join/", workbench.join, name="join"),
    path("changes/", workbench.changes, name="changes"),
    path("changes/<int:pk>/", workbench.one_change, name="one_change"),
    path("changes/<int:pk>/undo/", workbench.undo, name="undo"),
    path("changes/<int:pk>/cancel/", workbench.cancel, name="cancel"),
    path("memberships/<int:pk>/leave/", workbench.leave, name="leave"),
]
