"""Addresses of the room. Three parts share it: pages for everybody, published lists, and what a citizen does."""

from __future__ import annotations

from django.urls import URLPattern, path

from yiyang.portal import entitlements, lists_urls, look, open_data, pages, statistics, urls_assessments, urls_mine

app_name = "portal"
urlpatterns: list[URLPattern] = [
    path("", pages.home, name="home"),
    path("look", look.look, name="look"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("help/", pages.help_page, name="help"),
    path("entitlements/", entitlements.entitlements, name="entitlements"),
    *lists_urls.urlpatterns,
    *open_data.urlpatterns,
    *statistics.urlpatterns,
    *urls_mine.urlpatterns,
    *urls_assessments.urlpatterns,
]
