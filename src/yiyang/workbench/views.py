"""Home, the search box, and what a user sets for himself."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from yiyang.accounts.narrowing import SESSION_KEY
from yiyang.accounts.web import LOGGED_IN, PUBLIC, page
from yiyang.areas.models import Area
from yiyang.areas.places import ranges_of
from yiyang.audit.record import record
from yiyang.workbench import home_page
from yiyang.workbench.finding import by_number, looks_like_number
from yiyang.workbench.menu import SIZE_COOKIE
from yiyang.workbench.place import granted_areas

YEAR = 365 * 86400
SLUG = re.compile(r"[a-z0-9_]{1,40}")


@page(LOGGED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """The first page of every role: what needs me today?"""
    return render(request, "workbench/home.html", home_page.contents(request))


@require_POST
@page("person.search")
def search(request: HttpRequest) -> HttpResponse:
    """The box on top. Numbers are looked up here, so that none stands in an address; names go to the list."""
    text = request.POST.get("q", "").replace("\x00", "").strip()[:60]
    if not text:
        return HttpResponseRedirect("/")
    if not looks_like_number(text):
        return HttpResponseRedirect(f"{_url('registry:people')}?{urlencode({'q': text})}")
    found = by_number(text)
    record("search", what="person:number", detail={"found": len(found)})
    if len(found) == 1 and (address := _url("registry:person", found[0].pk)) != "/":
        return HttpResponseRedirect(address)
    return render(request, "workbench/found.html", {"people": found, "crumbs": [("查找结果", "")]})


@require_POST
@page(PUBLIC)
def preferences(request: HttpRequest) -> HttpResponse:
    """长辈版 or not, and the columns of a list: kept in the browser, not about anybody."""
    response = HttpResponseRedirect(_next(request))
    if size := request.POST.get("size"):
        response.set_cookie(SIZE_COOKIE, "large" if size == "large" else "normal", YEAR, samesite="Lax", httponly=True)
    table = request.POST.get("table", "")
    if SLUG.fullmatch(table):
        chosen = [key for key in request.POST.getlist("column") if SLUG.fullmatch(key)]
        if request.POST.get("reset") or not chosen:
            response.delete_cookie(f"columns_{table}", samesite="Lax")
        else:
            response.set_cookie(f"columns_{table}", ".".join(chosen), YEAR, samesite="Lax", httponly=True)
    return response


@require_POST
@page(LOGGED_IN)
def area(request: HttpRequest) -> HttpResponse:
    """Work in one area within one's own; nothing opens by it that was closed before."""
    key = request.POST.get("area", "")
    if not key:
        request.session.pop(SESSION_KEY, None)
        return HttpResponseRedirect(_next(request))
    wanted = Area.objects.filter(pk=int(key)).first() if key.isdigit() and len(key) < 19 else None
    today = timezone.localdate()
    mine = (
        any(ranges_of(each, today).covers(ranges_of(wanted, today)) for each in granted_areas(request))
        if wanted
        else False
    )
    if wanted is None or not mine:
        messages.error(request, "这个区划不在您的辖区内。")
    else:
        request.session[SESSION_KEY] = wanted.pk
    return HttpResponseRedirect(_next(request))


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else "/"


def _url(name: str, *arguments: object) -> str:
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return "/"
