"""Addresses of the room."""

from __future__ import annotations

from django.urls import URLPattern, path

from yiyang.registry import workbench_deliveries as deliveries
from yiyang.registry import workbench_doubles as doubles
from yiyang.registry import workbench_exports as exports
from yiyang.registry import workbench_file as file
from yiyang.registry import workbench_groups as groups
from yiyang.registry import workbench_people as people

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
    # People, groups and lists taken out.
    path("", people.listing),
    path("files/", people.listing, name="people"),
    path("files/<int:key>/", people.person, name="person"),
    path("files/<int:key>/reveal/<slug:field>/", people.reveal, name="reveal"),
    path("files/<int:key>/own-copy/", people.own_copy, name="own_copy"),
    path("files/<int:key>/correct/", file.choose_fact, name="choose_fact"),
    path("files/<int:key>/correct/<slug:fact>/", file.correct, name="correct"),
    path("files/<int:key>/corrections/<int:correction>/withdraw/", file.withdraw, name="withdraw"),
    path("files/<int:key>/contacts/new/", file.contact, name="add_contact"),
    path("files/<int:key>/contacts/<int:contact>/", file.contact, name="contact"),
    path("files/<int:key>/contacts/<int:contact>/end/", file.end_contact, name="end_contact"),
    path("files/<int:key>/contacts/<int:contact>/reveal/", people.reveal_contact, name="reveal_contact"),
    path("files/<int:key>/documents/new/", file.add_paper, name="add_paper"),
    path("files/<int:key>/documents/<int:document>/", file.paper, name="paper"),
    path("groups/", groups.listing, name="groups"),
    path("groups/<slug:group>/", groups.one, name="group"),
    path("exports/", exports.listing, name="exports"),
    path("exports/new/", exports.order, name="order_export"),
    path("exports/<int:key>/", exports.one, name="export"),
    path("exports/<int:key>/fetch/", exports.fetch, name="fetch_export"),
]
