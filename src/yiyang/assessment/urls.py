"""Addresses of the room."""

from __future__ import annotations

from django.urls import URLPattern, path

from yiyang.assessment import workbench as pages
from yiyang.assessment import workbench_agencies as agencies
from yiyang.assessment import workbench_asking as asking
from yiyang.assessment import workbench_former as former
from yiyang.assessment import workbench_forms as forms
from yiyang.assessment import workbench_quality as quality
from yiyang.assessment import workbench_results as results
from yiyang.assessment import workbench_sheets as sheets

app_name = "assessment"
urlpatterns: list[URLPattern] = [
    path("", pages.work, name="work"),
    path("calendar/", pages.calendar, name="calendar"),
    path("people/<int:key>/", pages.person, name="person"),
    path("new/<int:person>/", asking.ask, name="ask"),
    path("new/many/", asking.ask_many, name="ask_many"),
    path("plan/many/", asking.plan_many, name="plan_many"),
    path("<int:key>/", pages.one, name="request"),
    path("<int:key>/plan/", asking.plan, name="plan"),
    path("<int:key>/close/<slug:word>/", pages.close, name="close"),
    path("<int:key>/form/", forms.fill, name="fill"),
    path("<int:key>/sign/", pages.sign, name="sign"),
    path("<int:key>/again/", pages.take_form_back, name="take_form_back"),
    path("<int:key>/check/", pages.check, name="check"),
    path("results/<int:key>/certificate/", results.certified, name="certificate"),
    path("results/<int:key>/answers/", results.answers, name="answers"),
    path("results/<int:key>/use/", results.use, name="use"),
    path("results/<int:key>/object/", results.object_to, name="object"),
    path("results/<int:key>/withdraw/", results.withdraw, name="withdraw"),
    path("objections/<int:key>/", results.objection, name="objection"),
    path("sheets/", sheets.sheets, name="sheets"),
    path("sheets/<slug:instrument>/", sheets.empty_sheet, name="empty_sheet"),
    path("former/", former.former_results, name="former"),
    path("agencies/", agencies.agencies, name="agencies"),
    path("agencies/new/", agencies.edit_agency, name="new_agency"),
    path("agencies/<int:key>/", agencies.agency, name="agency"),
    path("agencies/<int:key>/edit/", agencies.edit_agency, name="edit_agency"),
    path("agencies/<int:key>/assessors/new/", agencies.edit_assessor, name="new_assessor"),
    path("agencies/<int:key>/assessors/<int:assessor>/", agencies.edit_assessor, name="edit_assessor"),
    path("figures/", quality.figures, name="figures"),
    path("draws/", quality.draws, name="draws"),
    path("draws/<int:key>/", quality.draw, name="draw"),
    path("rescoring/", quality.rescored, name="rescoring"),
]
