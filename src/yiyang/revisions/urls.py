"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from yiyang.revisions import workbench as pages
from yiyang.revisions import workbench_edit as edit
from yiyang.revisions import workbench_read as read
from yiyang.revisions import workbench_typing as typing

app_name = "revisions"
urlpatterns = [
    path("", pages.lists, name="lists"),
    path("area/<int:code>/", pages.area, name="area"),
    path("<int:pk>/", pages.revision, name="revision"),
    path("<int:pk>/frame/", pages.frame, name="frame"),
    path("<int:pk>/take/<slug:slug>/", pages.take, name="take"),
    path("<int:pk>/declare/", pages.declare, name="declare"),
    path("<int:pk>/differences/", read.differences, name="differences"),
    path("<int:pk>/effect/", read.costs, name="effect"),
    path("<int:pk>/texts/", read.texts, name="texts"),
    path("<int:pk>/items/", edit.items_page, name="items"),
    path("<int:pk>/items/new/", edit.new_item, name="new_item"),
    path("<int:pk>/documents/new/", edit.new_document, name="new_document"),
    path("<int:pk>/item/<slug:slug>/", edit.item, name="item"),
    path("<int:pk>/item/<slug:slug>/text/", edit.item_text, name="item_text"),
    path("<int:pk>/item/<slug:slug>/remove/", edit.remove_item, name="remove_item"),
    path("<int:pk>/item/<slug:slug>/restore/", edit.restore_item, name="restore_item"),
    path("<int:pk>/condition/", typing.condition, name="condition"),
    path("<int:pk>/reach/", typing.reached, name="reach"),
]
