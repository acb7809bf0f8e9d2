"""Pages at the portal's door: who one is, the code, the way out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import PUBLIC, page
from yiyang.accounts.middleware import address_of
from yiyang.audit.record import record
from yiyang.notices.outbox import is_demo
from yiyang.portal import citizens, codes
from yiyang.portal.forms_login import Code, Who
from yiyang.portal.limits import TooOften
from yiyang.portal.scopes import begin_session, end_session
from yiyang.portal.web import KEPT, keep, kept_for, mine, safe_next

WAITING = "waiting_for_code"


@never_cache
@page(PUBLIC)
def login(request: HttpRequest) -> HttpResponse:
    """Who one is. Asks the registry nothing: every right number gets the same answer."""
    form = Who(request.POST or None)
    target = safe_next(request, request.GET.get("next", ""))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            shown = citizens.ask_code(id_number=data["id_number"], phone=data["phone"], address=address_of(request))
        except TooOften as error:
            form.add_error(None, error.zh)
        else:
            keep(request, WAITING, {**data, "next": target, "shown": shown})
            return redirect("portal:login_code")
    is_staff = request.user.is_authenticated
    context = {"form": form, "is_staff": is_staff, "is_kept": KEPT in request.session, "next": target}
    return render(request, "portal/mine/login.html", context)


@never_cache
@page(PUBLIC)
def login_code(request: HttpRequest) -> HttpResponse:
    """The code."""
    waiting = kept_for(request, WAITING)
    if waiting is None:
        return redirect("portal:login")
    form = Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        who = {name: waiting[name] for name in ("id_number", "name", "phone")}
        citizen = citizens.log_in(**who, code=form.cleaned_data["code"])
        if citizen is not None:
            there = request.session.get(KEPT)
            begin_session(request, citizen)
            if there:
                request.session[KEPT] = there
            return redirect(waiting["next"])
        form.add_error("code", citizens.WRONG_CODE)
    context = {
        "form": form,
        "phone": waiting["phone"],
        "shown": waiting["shown"] if is_demo() else "",
        "more_time": reverse("portal:login_more_time"),
        "again": reverse("portal:login"),
    }
    return render(request, "portal/mine/code.html", context)


@page(PUBLIC)
def login_more_time(request: HttpRequest) -> HttpResponse:
    """Ten minutes more for the code."""
    waiting = kept_for(request, WAITING)
    if waiting is None:
        return redirect("portal:login")
    purpose = citizens.purpose_of(waiting["id_number"])
    is_longer = request.method == "POST" and codes.prolong(waiting["phone"], purpose)
    return redirect(reverse("portal:login_code") + ("?more=1" if is_longer else ""))


@mine
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Out, here."""
    record("login", what=f"portal_citizen:{current().citizen}", detail={"act": "logout"})
    end_session(request)
    return redirect("portal:login")


@mine
@require_POST
def logout_everywhere(request: HttpRequest) -> HttpResponse:
    """Out, on all telephones and computers."""
    citizens.end_everywhere(by=current(), citizen=request.citizen)  # type: ignore[attr-defined]
    end_session(request)
    return redirect("portal:login")
