"""Pages of people: the list, one person's file, what of it is revealed, and his own copy."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access import masks
from yiyang.access.scope import Scope, acting, current, platform
from yiyang.access.web import page
from yiyang.audit.models import AuditLine
from yiyang.audit.record import record
from yiyang.audit.search import lines_about
from yiyang.kit.parts import Definition, Tab
from yiyang.registry import own_file, person_page
from yiyang.registry.forms_people import KnownForm
from yiyang.registry.models import Contact, Person
from yiyang.registry.people_list import group_names, people, state
from yiyang.registry.reach import require

TOP = "老年人"
FIELDS = {"id_number": "身份证号码", "phone": "联系电话", "address": "住址"}
TABS = (("", "概况"), ("history", "事实沿革"), ("corrections", "更正"), ("contacts", "联系人"), ("documents", "材料"))
LOOKED = 200


@page("person.search")
def listing(request: HttpRequest) -> HttpResponse:
    """Find people."""
    table = people(request)
    if current().may("person.export"):
        table.export_url = reverse("registry:order_export")
    record("search", what="person:list", detail=table.asked)
    return render(request, "registry/people.html", {"table": table})


@page("person.read")
def person(request: HttpRequest, key: int) -> HttpResponse:
    """One file. Which tab stands in the address, so that back and bookmarks work."""
    found, tab = get_object_or_404(Person, pk=key), request.GET.get("tab", "")
    record("read", what="person", person=found.pk, area=found.area_code, detail={"tab": tab} if tab else {})
    shown = {"history": _history, "corrections": _corrections, "readers": _readers}.get(tab)
    context = head(found, tab) | (shown(request, found) if shown else _overview(found) if not tab else {})
    names = {"history", "corrections", "contacts", "documents", "readers"}
    return render(request, f"registry/person_{tab if tab in names else 'overview'}.html", context)


def head(found: Person, tab: str = "") -> dict[str, Any]:
    """What stands on every page of a file."""
    scope, url = current(), reverse("registry:person", args=[found.pk])
    tabs = [Tab(title, f"{url}?tab={slug}" if slug else url, slug == tab) for slug, title in TABS]
    for slug, title, address, right in settings.PERSON_TABS:
        if scope.may(right):
            tabs.append(Tab(title, reverse(address, args=[found.pk]), slug == tab))
    if scope.may("audit.read", found.area_code):
        tabs.append(Tab("查看记录", f"{url}?tab=readers", tab == "readers"))
    return {
        "person": found,
        "title": found.name or "姓名不详",
        "state_word": state(found),
        "groups_word": group_names(found),
        "crumbs": [(TOP, reverse("registry:people")), (found.name or "姓名不详", "")],
        "tabs": tabs,
        "may": person_page.may(scope, found),
        "may_deliveries": scope.may("delivery.read"),
        "contacts": found.contacts.order_by("ended_at", "id"),
    }


def _overview(found: Person) -> dict[str, Any]:
    facts = person_page.facts_of(found)
    return {
        "sealed": [
            (name, title, masked(found, name), reverse("registry:reveal", args=[found.pk, name]))
            for name, title in FIELDS.items()
        ],
        "definitions": _definitions(found),
        "facts": [fact for fact in facts if fact.value is not None],
        "unknown": [fact for fact in facts if fact.value is None],
        "contested": [fact for fact in facts if fact.is_contested],
        "memberships": person_page.groups_of(found),
        "merged": Person.objects.filter(merged_into=found),
    }


def _definitions(found: Person) -> list[Definition]:
    return [
        Definition("姓名", found.name, f"拼音 {found.pinyin}" if found.pinyin else ""),
        Definition("性别", found.sex, kind="sex"),
        Definition("出生日期", found.birth_date, kind="day"),
        Definition("居住地", found.area_code, kind="area"),
        Definition("户籍地", found.registered_code, kind="area"),
        Definition("状态", state(found)),
    ]


def masked(found: Person, name: str) -> str:
    """A sealed field as it may stand on the page."""
    value = getattr(found, name)
    return "" if value is None else masks.of_column(name)(str(value))


def _history(request: HttpRequest, found: Person) -> dict[str, Any]:
    """What was stated, in two times; and the file as it was known on a day."""
    form = KnownForm(request.GET if "known" in request.GET else None, initial=_now(found))
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        month, known = form.cleaned_data["month"], form.cleaned_data["known"]
        return context | {"then": person_page.believed(found, month, known), "month": month, "known": known}
    return context | {"history": person_page.history_of(found)}


def _now(found: Person) -> dict[str, Any]:
    return {"month": f"{first_day(found):%Y-%m}", "known": timezone.localdate()}


def _corrections(request: HttpRequest, found: Person) -> dict[str, Any]:
    facts = {fact.name: fact for fact in person_page.facts_of(found)}
    rows = [
        (
            each,
            facts[each.fact].title,
            person_page.said(each.fact, each.value),
            person_page.said(each.fact, each.stated),
        )
        for each in found.corrections.select_related("document")
        if each.fact in facts
    ]
    return {"corrections": rows, "contested": [fact for fact in facts.values() if fact.is_contested]}


def _readers(request: HttpRequest, found: Person) -> dict[str, Any]:
    """Who looked at the file, for whoever may read the log there."""
    current().require("audit.read", found.area_code)
    return {"lines": readers(current(), found)}


def readers(scope: Scope, found: Person) -> list[AuditLine]:
    """The lines of the log about a person, from the areas whose log the scope may read."""
    where = scope.where("audit.read")
    return list(lines_about(found.pk).filter(where.q("area_code"))[:LOOKED])


@page("person.reveal")
@require_POST
def reveal(request: HttpRequest, key: int, field: str) -> HttpResponse:
    """One masked field in full, for a reason."""
    found = get_object_or_404(Person, pk=key)
    require(current(), "person.reveal", found)
    if field not in FIELDS:
        return HttpResponse(status=404)
    return _revealed(request, found, field, getattr(found, field), f"person:{field}")


@page("person.reveal")
@require_POST
def reveal_contact(request: HttpRequest, key: int, contact: int) -> HttpResponse:
    """A contact's telephone in full, for a reason."""
    found = get_object_or_404(Person, pk=key)
    require(current(), "person.reveal", found)
    of = get_object_or_404(Contact, pk=contact, person=found)
    return _revealed(request, found, f"contact-{of.pk}", of.phone, f"contact:{of.pk}")


def _revealed(request: HttpRequest, found: Person, name: str, value: Any, what: str) -> HttpResponse:
    reason = request.POST.get("reason", "").strip()[:400]
    if not reason:
        return HttpResponse("请写明理由。", status=400, content_type="text/plain; charset=utf-8")
    record("reveal", what=what, person=found.pk, area=found.area_code, reason=reason, detail={"field": name})
    context = {"id": name, "value": "" if value is None else "".join(value), "person": found}
    is_part = getattr(request, "htmx", False)
    return render(request, "site/parts/revealed.html" if is_part else "registry/revealed.html", context)


@page("person.reveal")
@require_POST
def own_copy(request: HttpRequest, key: int) -> HttpResponse:
    """The person's own file as PDF (right of access), for a reason."""
    found = get_object_or_404(Person, pk=key)
    require(current(), "person.reveal", found)
    reason = request.POST.get("reason", "").strip()[:400]
    if not reason:
        return HttpResponse("请写明理由。", status=400, content_type="text/plain; charset=utf-8")
    number = own_file.number(found, current(), timezone.localtime())
    detail = {"number": number}
    record("reveal", what="person:own_file", person=found.pk, area=found.area_code, reason=reason, detail=detail)
    with acting(platform(f"{current().name}（本人档案）"[:150], current().request)):
        lines = list(lines_about(found.pk)[:LOOKED])
    body = own_file.pdf(found, current(), number, lines)
    headers = {"Content-Disposition": f'attachment; filename="{number}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(body, content_type="application/pdf", headers=headers)


def first_day(found: Person) -> date:
    """The reference day of the month that the registry stands on: from it on a correction counts at once."""
    month = person_page.month_of(found)
    return date.fromisoformat(f"{month}-01") if month else timezone.localdate().replace(day=1)
