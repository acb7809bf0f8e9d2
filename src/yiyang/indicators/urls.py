"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from yiyang.indicators import workbench, workbench_how, workbench_one, workbench_reported, workbench_reports
from yiyang.indicators.promises import workbench as promises
from yiyang.indicators.publication import workbench as publication
from yiyang.indicators.publication import workbench_calendar as publication_calendar
from yiyang.indicators.publication import workbench_ledger

app_name = "indicators"
urlpatterns = [
    path("", workbench.board, name="board"),
    path("reported/", workbench_reported.reported, name="reported"),
    path("reported/enter/", workbench_reported.enter, name="enter"),
    path("reported/sheet/", workbench_reported.upload, name="upload"),
    path("reported/sheet/empty/", workbench_reported.template, name="template"),
    path("reported/<int:key>/", workbench_reported.reported_one, name="reported_one"),
    path("reported/<int:key>/withdraw/", workbench_reported.withdraw, name="withdraw"),
    path("report/<str:form>/", workbench_reports.report, name="report"),
    path("year/", workbench_reports.year, name="year"),
    path("year/<int:number>/pdf/", workbench_reports.year_pdf, name="year_pdf"),
    path("promises/", promises.documents, name="promises"),
    path("promises/<int:key>/", promises.document, name="promise"),
    path("promises/<int:key>/confirm/", promises.confirm, name="promise_confirm"),
    path("tables/", publication.tables, name="tables"),
    path("tables/calendar/", publication_calendar.calendar, name="calendar"),
    path("tables/make/", publication.make, name="table_make"),
    path("tables/privacy/", workbench_ledger.budgets, name="budgets"),
    path("tables/<int:key>/", publication.table, name="table"),
    path("tables/<int:key>/decide/", publication.decide, name="table_decide"),
    path("measure/", workbench_reports.measure, name="measure"),
    path("<slug:slug>/", workbench_one.indicator, name="indicator"),
    path("<slug:slug>/sheet/", workbench_reports.sheet, name="sheet"),
    path("<slug:slug>/how/<str:area>/<str:on>/<str:source>/", workbench_how.how, name="how"),
    path("<slug:slug>/again/<str:area>/<str:on>/", workbench_how.again, name="again"),
    path("<slug:slug>/people/<str:area>/<str:on>/<str:part>/", workbench_how.people, name="people"),
]
