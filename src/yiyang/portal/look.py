"""How a visitor wants to see the portal: 长辈版, high contrast. Two cookies, nothing about anybody."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from yiyang.access.web import PUBLIC, page

# The workbench's cookie: who works in 长辈版 there sees it here, too.
SIZE_COOKIE, CONTRAST_COOKIE = "size", "contrast"
YEAR = 365 * 86400


@dataclass(frozen=True)
class Look:
    """`is_large`: 长辈版; `is_strong`: high contrast."""

    is_large: bool = False
    is_strong: bool = False


def look_of(request: HttpRequest | None) -> Look:
    """What the browser remembers."""
    cookies = request.COOKIES if request is not None else {}
    return Look(cookies.get(SIZE_COOKIE) == "large", cookies.get(CONTRAST_COOKIE) == "high")


def asked_look(request: HttpRequest) -> Look | None:
    """The look after a press on one of the switches; None where none was pressed."""
    found, asked = look_of(request), False
    if size := request.POST.get("size"):
        found, asked = replace(found, is_large=size == "large"), True
    if contrast := request.POST.get("contrast"):
        found, asked = replace(found, is_strong=contrast == "high"), True
    return found if asked else None


def remember(response: HttpResponse, wanted: Look) -> HttpResponse:
    """Keep the look in the browser for a year."""
    size, contrast = ("large" if wanted.is_large else "normal"), ("high" if wanted.is_strong else "normal")
    response.set_cookie(SIZE_COOKIE, size, YEAR, samesite="Lax", httponly=True)
    response.set_cookie(CONTRAST_COOKIE, contrast, YEAR, samesite="Lax", httponly=True)
    return response


# Exempt: it changes how a page looks and nothing else, and a page that lay open for hours must still be switchable.
@csrf_exempt
@require_POST
@page(PUBLIC)
def look(request: HttpRequest) -> HttpResponse:
    """Switch the look and go back to the page; works without script."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(wanted if is_ours else reverse("portal:home"))
    found = asked_look(request)
    return remember(response, found) if found else response
