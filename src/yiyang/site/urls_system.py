"""The page on how the system runs."""

from __future__ import annotations

from django.urls import path

from yiyang.site import workbench

app_name = "site"
urlpatterns = [
    path("", workbench.system, name="system"),
    path("jobs/<int:pk>/retry", workbench.retry, name="retry_job"),
]
