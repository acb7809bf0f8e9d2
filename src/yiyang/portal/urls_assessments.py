"""Addresses of the portal's part of assessments: for everybody, and one's own."""

from __future__ import annotations

from django.urls import URLPattern, path

from yiyang.portal import certificates, mine_assessments, self_check

ONE = "mine/<int:key>/assessments/"
urlpatterns: list[URLPattern] = [
    path("assessments/check/", self_check.self_check, name="self_check"),
    path("assessments/verify/<str:token>/", certificates.certificate, name="certificate"),
    path("mine/assessments/ask/", mine_assessments.ask_for, name="mine_ask_for"),
    path(ONE, mine_assessments.assessments, name="mine_assessments"),
    path(ONE + "ask/", mine_assessments.ask, name="mine_ask_assessment"),
    path(ONE + "<int:assessment>/cancel/", mine_assessments.cancel, name="mine_cancel_assessment"),
    path(ONE + "<int:result>/certificate/", mine_assessments.certified, name="mine_certificate"),
    path(ONE + "<int:result>/object/", mine_assessments.object_to, name="mine_object_assessment"),
]
