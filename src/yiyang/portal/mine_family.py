"""代办: who may act for me, and whom I ask to act for."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yiyang.access import masks
from yiyang.access.scope import acting, current, platform
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.notices.outbox import is_demo
from yiyang.portal import mandates
from yiyang.portal.forms_login import Code
from yiyang.portal.forms_mine import AskForm, NameForm
from yiyang.portal.mine_home import shown
from yiyang.portal.models import Mandate
from yiyang.portal.web import keep, kept, kept_for, mine
from yiyang.registry.forms_people import tell
from yiyang.registry.identity import person_of
from yiyang.registry.models import Person

ASKING = "asking_for"


def _himself(request: HttpRequest) -> None:
    """Mandates are the elder's own matter: whoever acts for him does not find these pages."""
    if not request.is_own:  # type: ignore[attr-defined]
        raise Http404


@mine
def family(request: HttpRequest, person: Person) -> HttpResponse:
    """Who may act for me, and who asked to."""
    _himself(request)
    record("read", what="person", person=person.pk, area=person.area_code, detail={"portal": "family"})
    with acting(platform(current().name, current().request)):
        rows = [(each, masks.name(each.citizen.name)) for each in _of(person)]
    context = {
        "in_force": [row for row in rows if mandates.is_in_force(row[0])],
        "asked": [row for row in rows if row[0].agreed_at is None],
        "over": [row for row in rows if row[0].agreed_at and not mandates.is_in_force(row[0])],
    }
    return render(request, "portal/mine/family.html", shown(request, person, context))


def _of(person: Person) -> list[Mandate]:
    rows = Mandate.objects.filter(person=person.pk, revoked_at=None).select_related("citizen")
    return list(rows.order_by("-id")[:50])


@mine
def name_somebody(request: HttpRequest, person: Person) -> HttpResponse:
    """Name somebody who may act for me."""
    _himself(request)
    typed = kept(request)
    form = NameForm(request.POST or None, initial=typed.dict() if typed else None)
    if request.method == "POST" and form.is_valid():
        citizen = request.citizen  # type: ignore[attr-defined]
        try:
            mandates.name_somebody(by=current(), elder=citizen, **form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已授权。家人用自己的身份证号码和手机登录后，就可以替您办理。")
            return redirect("portal:mine_family", key=person.pk)
    return render(request, "portal/mine/name.html", shown(request, person, {"form": form}))


@mine
@require_POST
def decide(request: HttpRequest, person: Person, mandate: int, answer: str) -> HttpResponse:
    """Agree to a request, or end it or a mandate."""
    _himself(request)
    found = get_object_or_404(Mandate, pk=mandate, person=person.pk, revoked_at=None)
    try:
        if answer == "agree":
            mandates.agree(by=current(), mandate=found)
        else:
            mandates.revoke(by=current(), mandate=found)
    except YiyangError as error:
        messages.error(request, error.zh)
    else:
        messages.success(request, "已同意代办。" if answer == "agree" else "已撤销。对方不能再替您办理。")
    return redirect("portal:mine_family", key=person.pk)


@mine
@require_POST
def give_up(request: HttpRequest, person: Person) -> HttpResponse:
    """I no longer act for somebody."""
    found = get_object_or_404(Mandate, person=person.pk, citizen=current().citizen, revoked_at=None)
    mandates.revoke(by=current(), mandate=found)
    messages.success(request, "您不再替这位老人代办。")
    return redirect("portal:mine")


@mine
def ask(request: HttpRequest) -> HttpResponse:
    """I ask to act for an elder."""
    typed = kept(request)
    form = AskForm(request.POST or None, initial=typed.dict() if typed else None)
    if request.method == "POST" and form.is_valid():
        citizen, data = request.citizen, form.cleaned_data  # type: ignore[attr-defined]
        try:
            code = mandates.ask(by=current(), citizen=citizen, **data)
        except YiyangError as error:
            tell(form, error)
        else:
            keep(request, ASKING, {"person": person_of(data["id_number"]), "shown": code})
            return redirect("portal:mine_ask_code")
    return render(request, "portal/mine/ask.html", {"form": form})


@mine
def ask_code(request: HttpRequest) -> HttpResponse:
    """The code that the elder's telephone got."""
    waiting = kept_for(request, ASKING)
    if waiting is None:
        return redirect("portal:mine_ask")
    form, citizen = Code(request.POST or None), request.citizen  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        code, person = form.cleaned_data["code"], waiting["person"]
        try:
            mandates.consent_by_code(by=current(), citizen=citizen, person=person, code=code)
        except YiyangError as error:
            form.add_error("code", error.zh)
        else:
            del request.session[ASKING]
            messages.success(request, "老人已同意，您现在可以替他办理。")
            return redirect("portal:mine_home", key=waiting["person"])
    context = {"form": form, "is_asking": True, "shown": waiting["shown"] if is_demo() else ""}
    return render(request, "portal/mine/code.html", context)
