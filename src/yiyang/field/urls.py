"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from yiyang.field import views, workbench

app_name = "field"
urlpatterns = [
    path("", views.app, name="app"),
    path("sw.js", views.worker, name="worker"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("shell/<slug:version>/<path:name>", views.shell_file, name="shell"),
    path("api/me", views.me, name="me"),
    path("api/devices", views.register, name="register"),
    path("api/key", views.key, name="key"),
    path("api/pack", views.take_along, name="pack"),
    path("api/sync", views.bring_home, name="sync"),
    path("devices/", workbench.device_list, name="devices"),
    path("devices/<uuid:key>/", workbench.device, name="device"),
    path("devices/<uuid:key>/revoke", workbench.revoke, name="revoke"),
    path("conflicts/", workbench.conflicts, name="conflicts"),
    path("conflicts/<uuid:key>/", workbench.entry, name="entry"),
    path("conflicts/<uuid:key>/files/<int:number>/", workbench.entry_file, name="entry_file"),
]
