"""Addresses of the room."""

from __future__ import annotations

from django.urls import URLPattern, path

from yiyang.reach import workbench, workbench_siting

app_name = "reach"
urlpatterns: list[URLPattern] = [
    path("", workbench.show, name="circle"),
    path("gaps.<slug:form>", workbench.gaps, name="gaps"),
    path("order/", workbench.order, name="order"),
    path("reckonings/<int:key>/progress/", workbench.progress, name="progress"),
    path("inputs/", workbench.inputs, name="inputs"),
    path("inputs/<int:key>/drop/", workbench.drop_input, name="drop_input"),
    path("siting/", workbench_siting.listing, name="sitings"),
    path("siting/new/", workbench_siting.new, name="new_siting"),
    path("siting/<int:key>/", workbench_siting.siting, name="siting"),
    path("siting/<int:key>/<slug:what>/", workbench_siting.act, name="act"),
    path("siting/<int:key>/sites/<int:number>/project/", workbench_siting.make_project, name="make_project"),
]
