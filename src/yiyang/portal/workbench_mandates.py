"""代办 at the counter: the form to sign, the signed one scanned back, ending a mandate; whose telephone it is."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yiyang.access import masks
from yiyang.access.scope import acting, current, platform
from yiyang.accounts.web import page
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.portal import citizens, mandates
from yiyang.portal.forms_mine import NameForm
from yiyang.portal.models import Citizen, Mandate
from yiyang.registry import documents
from yiyang.registry.forms_people import ACCEPT, PAPER, WithPaper, tell
from yiyang.registry.models import Person
from yiyang.registry.reach import require
from yiyang.registry.workbench_people import head

RIGHT = "case.handle"


class CounterForm(NameForm, WithPaper):
    """Who shall act, and the form that the elder signed."""

    paper = forms.FileField(
        label="已签字的同意书（扫描或拍照）", help_text=PAPER, widget=forms.FileInput(attrs={"accept": ACCEPT})
    )
    field_order: tuple[str, ...] = ("name", "id_number", "phone", "relation", "ends", "paper")


def _person(key: int) -> Person:
    """A person in scope for whom the clerk handles cases; 404 or 403 otherwise."""
    found: Person = get_object_or_404(Person, pk=key)
    require(current(), RIGHT, found)
    return found


@page(RIGHT)
def counter(request: HttpRequest, key: int) -> HttpResponse:
    """Who may act for somebody, and who logs in under his number; a signed form makes a new mandate."""
    found = _person(key)
    form = CounterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            _consent(found, form)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已登记代办授权。家人用本人身份证号码和手机登录即可办理。")
            return redirect("portal:counter", key=key)
    record("read", what="person", person=found.pk, area=found.area_code, detail={"portal": "counter"})
    context = {"form": form, "rows": _mandates(found), "logins": _logins(found)}
    return render(request, "portal/counter.html", head(found, "counter") | context)


def _consent(found: Person, form: CounterForm) -> None:
    data, by = dict(form.cleaned_data), current()
    blocks = data.pop("paper").chunks()
    document = documents.add(by=by, person=found, title=f"代办同意书：{masks.name(data['name'])}", blocks=blocks)
    mandates.consent_at_counter(by=by, person=found, document=document, **data)


def _mandates(found: Person) -> list[tuple[Mandate, str, bool]]:
    """(mandate, name masked, whether it is in force), those that were not ended."""
    with acting(platform(f"{current().name}（窗口）"[:150], current().request)):
        rows = Mandate.objects.filter(person=found.pk, revoked_at=None, agreed_at__isnull=False)
        return [
            (each, masks.name(each.citizen.name), mandates.is_in_force(each)) for each in rows.select_related("citizen")
        ]


def _logins(found: Person) -> list[Citizen]:
    """Who logged in under the person's own number; telephones show as masks."""
    with acting(platform(f"{current().name}（窗口）"[:150], current().request)):
        return list(Citizen.objects.filter(person=found.pk).order_by("pk"))


@page(RIGHT)
@require_POST
def confirm(request: HttpRequest, key: int, citizen: int) -> HttpResponse:
    """The clerk saw the id card of whoever logs in under this number: the file is his."""
    found = _person(key)
    if citizen not in {each.pk for each in _logins(found)}:
        return HttpResponse(status=404)
    citizens.confirm_at_counter(by=current(), citizen=citizen)
    messages.success(request, "已核验。本人现在登录就能看到自己的档案。")
    return redirect("portal:counter", key=key)


@page(RIGHT)
@require_POST
def end(request: HttpRequest, key: int, mandate: int) -> HttpResponse:
    """End a mandate at the elder's word."""
    found = _person(key)
    ours = {each.pk: each for each, _, _ in _mandates(found)}
    if mandate not in ours:
        return HttpResponse(status=404)
    mandates.revoke(by=current(), mandate=ours[mandate])
    messages.success(request, "已撤销。")
    return redirect("portal:counter", key=key)


@page(RIGHT)
def paper_form(request: HttpRequest, key: int) -> HttpResponse:
    """The form to print and sign, in large type."""
    found = _person(key)
    record("read", what="person", person=found.pk, area=found.area_code, detail={"portal": "paper_form"})
    context = {"person": found, "latest": mandates.latest_day()}
    return render(request, "portal/consent.html", context)
