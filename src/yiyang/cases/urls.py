"""Addresses of the room."""

from __future__ import annotations

from django.urls import URLPattern, path

from yiyang.cases import workbench as pages
from yiyang.cases import workbench_bulk as bulk
from yiyang.cases import workbench_counter as counter
from yiyang.cases import workbench_figures as figures

app_name = "cases"
urlpatterns: list[URLPattern] = [
    path("", pages.work, name="work"),
    path("bulk/<slug:step>/", bulk.bulk, name="bulk"),
    path("rounds/", bulk.rounds, name="rounds"),
    path("funnel/", figures.funnel, name="funnel"),
    path("counter/", counter.find, name="counter"),
    path("counter/scan/", counter.scan, name="scan"),
    path("counter/<int:key>/", counter.desk, name="desk"),
    path("counter/<int:key>/rate/<int:case>/", counter.rate, name="rate"),
    path("counter/<int:key>/form/<slug:item>/", counter.form, name="blank_form"),
    path("people/<int:key>/", pages.person, name="person"),
    path("<int:key>/", pages.case, name="case"),
    path("<int:key>/form/", pages.form, name="form"),
    path("<int:key>/papers/new/", pages.add_paper, name="add_paper"),
    path("<int:key>/appeal/", pages.appeal, name="appeal"),
    path("<int:key>/appeals/<int:appeal>/", pages.answer, name="answer"),
    path("<int:key>/rating/", pages.answer_rating, name="answer_rating"),
    path("<int:key>/letters/<int:decision>/", pages.letter, name="letter"),
    path("<int:key>/steps/<slug:step>/", pages.step, name="step"),
]
