"""Addresses of the published lists; they stay, for others link to them."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from yiyang.portal import lists_pages as pages

AREA = r"lists/(?P<area>\d{6})"
urlpatterns: list[URLPattern] = [
    path("lists/", pages.choose, name="lists"),
    path("lists/data/", pages.open_data, name="list_data"),
    re_path(rf"^{AREA}/$", pages.one, name="list"),
    re_path(rf"^{AREA}/history/$", pages.versions, name="list_versions"),
    re_path(rf"^{AREA}/items/(?P<name>[a-z][a-z0-9_]*)/$", pages.item, name="list_item"),
    re_path(rf"^{AREA}/list\.json$", pages.as_json, name="list_json"),
    re_path(rf"^{AREA}/list\.csv$", pages.as_csv, name="list_csv"),
    re_path(rf"^{AREA}/list\.pdf$", pages.as_pdf, name="list_pdf"),
]
