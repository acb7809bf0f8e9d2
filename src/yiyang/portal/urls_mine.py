"""Addresses of what a citizen does: the door, his own pages, and what clerks answer to him."""

from __future__ import annotations

from django.urls import URLPattern, path

from yiyang.portal import (
    mine_cases,
    mine_entitlements,
    mine_family,
    mine_file,
    mine_home,
    mine_login,
    mine_messages,
    mine_visits,
)
from yiyang.portal import workbench_mandates as desk
from yiyang.portal import workbench_requests as staff

ONE = "mine/<int:key>/"
CASE = ONE + "cases/<int:case>/"
urlpatterns: list[URLPattern] = [
    path("counter/<int:key>/", desk.counter, name="counter"),
    path("counter/<int:key>/form/", desk.paper_form, name="paper_form"),
    path("counter/<int:key>/confirm/<int:citizen>/", desk.confirm, name="counter_confirm"),
    path("counter/<int:key>/end/<int:mandate>/", desk.end, name="counter_end"),
    path("requests/", staff.requests, name="requests"),
    path("requests/<int:pk>/", staff.one_request, name="request"),
    path("login/", mine_login.login, name="login"),
    path("login/code/", mine_login.login_code, name="login_code"),
    path("login/more-time/", mine_login.login_more_time, name="login_more_time"),
    path("logout/", mine_login.logout, name="logout"),
    path("logout/everywhere/", mine_login.logout_everywhere, name="logout_everywhere"),
    path("mine/", mine_home.people, name="mine"),
    path("mine/account/", mine_home.account, name="mine_account"),
    path("mine/account/phone/", mine_home.new_phone, name="mine_phone"),
    path("mine/account/phone/code/", mine_home.new_phone_code, name="mine_phone_code"),
    path("mine/ask/", mine_family.ask, name="mine_ask"),
    path("mine/ask/code/", mine_family.ask_code, name="mine_ask_code"),
    path(ONE, mine_home.home, name="mine_home"),
    path(ONE + "entitlements/", mine_entitlements.entitlements, name="mine_entitlements"),
    path(ONE + "apply/<slug:item>/", mine_entitlements.apply, name="mine_apply"),
    path(ONE + "cases/", mine_cases.cases, name="mine_cases"),
    path(CASE, mine_cases.case, name="mine_case"),
    path(CASE + "do/<slug:step>/", mine_cases.step, name="mine_step"),
    path(CASE + "papers/", mine_cases.add_paper, name="mine_paper"),
    path(CASE + "object/<int:decision>/", mine_cases.object_to, name="mine_object"),
    path(CASE + "rate/", mine_cases.rate, name="mine_rate"),
    path(CASE + "letters/<int:decision>/", mine_cases.letter, name="mine_letter"),
    path(ONE + "messages/", mine_messages.messages_of, name="mine_messages"),
    path(ONE + "messages/ways/", mine_messages.channels, name="mine_channels"),
    path(ONE + "messages/<int:notice>/", mine_messages.message, name="mine_message"),
    path(ONE + "file/", mine_file.file, name="mine_file"),
    path(ONE + "file/copy/", mine_file.copy, name="mine_copy"),
    path(ONE + "file/wrong/<slug:subject>/", mine_file.wrong, name="mine_wrong"),
    path(ONE + "visits/", mine_visits.visits, name="mine_visits"),
    path(ONE + "readers/", mine_file.looked, name="mine_readers"),
    path(ONE + "contacts/", mine_file.contacts, name="mine_contacts"),
    path(ONE + "contacts/add/", mine_file.contact, name="mine_add_contact"),
    path(ONE + "contacts/<int:contact>/", mine_file.contact, name="mine_contact"),
    path(ONE + "contacts/<int:contact>/end/", mine_file.end_contact, name="mine_end_contact"),
    path(ONE + "family/", mine_family.family, name="mine_family"),
    path(ONE + "family/name/", mine_family.name_somebody, name="mine_name"),
    path(ONE + "family/give-up/", mine_family.give_up, name="mine_give_up"),
    path(ONE + "family/<int:mandate>/<slug:answer>/", mine_family.decide, name="mine_decide"),
]
