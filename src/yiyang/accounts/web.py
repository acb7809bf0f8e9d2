"""Who may open a view (`page`), and when he must show once more who he is (`sensitive`)."""

from __future__ import annotations

import time
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from yiyang.access.web import LOGGED_IN, PUBLIC, View, page

__all__ = ("LOGGED_IN", "PUBLIC", "View", "page", "proved_recently", "sensitive")


def proved_recently(request: HttpRequest) -> bool:
    """Whether this session showed who it is, by password, code or single sign-on, within the last ten minutes."""
    records = get_authentication_records(request, request.user) if request.user.is_authenticated else []
    return bool(records) and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def sensitive(view: View) -> View:
    """Ask for the password or a code once more, unless that was just done. Stands below `page`.

    A POST is not repeated by itself afterwards: one comes back to the page it was sent from and presses again.
    """

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if proved_recently(request):
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method == "GET" else _sent_from(request)
        if request.method != "GET":
            messages.info(request, "请先确认身份，然后再操作一次。")
        return redirect_to_login(back, login_url=reverse("account_reauthenticate"))

    return opened


def _sent_from(request: HttpRequest) -> str:
    referer = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    return referer if is_ours else "/"
