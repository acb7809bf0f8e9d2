"""Addresses of the room."""

from __future__ import annotations

from django.urls import URLPattern, path

from yiyang.registry import workbench_deliveries as deliveries
from yiyang.registry import workbench_doubles as doubles

app_name = "registry"
urlpatterns: list[URLPattern] = [
    # Deliveries and doubles.
    path("deliveries/", deliveries.deliveries, name="deliveries"),
    path("deliveries/new/", deliveries.deliver, name="deliver"),
    path("deliveries/new/<slug:token>/", deliveries.deliver_confirm, name="deliver_confirm"),
    path("deliveries/<int:pk>/", deliveries.delivery, name="delivery"),
    path("deliveries/<int:pk>/progress/", deliveries.delivery_progress, name="delivery_progress"),
    path("deliveries/<int:pk>/again/", deliveries.again, name="delivery_again"),
    path("deliveries/<int:pk>/mend/", deliveries.mend, name="delivery_mend"),
    path("deliveries/<int:pk>/<slug:word>/", deliveries.decide, name="delivery_decide"),
    path("doubles/", doubles.doubles, name="doubles"),
    path("doubles/look/", doubles.look, name="doubles_look"),
    path("doubles/<int:pk>/", doubles.double, name="double"),
    path("doubles/<int:pk>/judge/", doubles.judge, name="double_judge"),
    path("doubles/<int:pk>/undo/", doubles.undo, name="double_undo"),
]
