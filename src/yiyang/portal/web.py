"""Who may open a page of the portal that is somebody's own (`mine`), and what was typed before a login ran out."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from yiyang.access import secrets
from yiyang.access.scope import Scope, acting, current
from yiyang.portal.scopes import name_of
from yiyang.registry.models import Person

# What stands where staff pages name a right (`access.web.page`): a citizen has none, he has people.
CITIZEN = "citizen"
View = Callable[..., HttpResponse]
KEPT = "kept"
# What waits in a session stands there sealed; this is the name that is bound to the value.
LABEL = "portal_session"
MOST_KEPT = 20_000  # characters of a form; files are not kept


def mine(view: View) -> View:
    """Guard a page of somebody's own.

    Whoever is not logged in as a citizen goes to log in and comes back, with what he had typed. Where the address names
    a person (`key`), the view gets the `Person`, if the citizen may see him; else it is not found. Acts for another are
    done under a name that says so.
    """

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if current().citizen is None:
            return _to_login(request)
        with _in_his_name(request, kwargs):
            response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    opened.right, opened.also = CITIZEN, ()  # type: ignore[attr-defined]
    return opened


def _in_his_name(request: HttpRequest, kwargs: dict[str, Any]) -> AbstractContextManager[Scope | None]:
    if "key" not in kwargs:
        return nullcontext()
    scope, key = current(), kwargs.pop("key")
    person = Person.objects.filter(pk=key, merged_into=None).first() if key in scope.persons else None
    if person is None:
        raise Http404
    kwargs["person"] = person
    own = request.citizen.person == person.pk  # type: ignore[attr-defined]
    request.is_own = own  # type: ignore[attr-defined]
    request.person = person  # type: ignore[attr-defined]
    if own:
        return nullcontext()
    named = replace(scope, name=name_of(scope.citizen or 0, is_for_another=True))
    request.scope = named  # type: ignore[attr-defined]
    return acting(named)


def _to_login(request: HttpRequest) -> HttpResponse:
    """Log in first. A form that was sent waits in the session, without its files, and is there again afterwards."""
    back = request.get_full_path()
    if request.method == "POST" and not request.user.is_authenticated:
        typed = request.POST.copy()
        typed.pop("csrfmiddlewaretoken", None)
        body = typed.urlencode()
        if len(body) <= MOST_KEPT:
            keep(request, KEPT, {"path": request.path, "body": body})
    return redirect(f"{reverse('portal:login')}?next={quote(back, safe='/')}")


def keep(request: HttpRequest, name: str, data: dict[str, Any]) -> None:
    """Keep personal data in the session between two pages, sealed."""
    sealed = secrets.seal(json.dumps(data), f"{LABEL}.{name}")
    request.session[name] = base64.b64encode(sealed).decode()


def kept_for(request: HttpRequest, name: str) -> dict[str, Any] | None:
    """What `keep` kept; None if nothing is."""
    sealed = request.session.get(name)
    found: dict[str, Any] | None = None
    if sealed:
        found = json.loads(secrets.unseal(base64.b64decode(sealed), f"{LABEL}.{name}"))
    return found


def kept(request: HttpRequest) -> QueryDict | None:
    """What was typed on this page before the login ran out; handed out once."""
    there = kept_for(request, KEPT)
    if request.method != "GET" or not there or there["path"] != request.path:
        return None
    del request.session[KEPT]
    return QueryDict(there["body"])


def safe_next(request: HttpRequest, address: str) -> str:
    """Where to go after a login: within the portal's own pages, else to its first one."""
    is_ours = url_has_allowed_host_and_scheme(address, None) and address.startswith(reverse("portal:mine"))
    return address if is_ours else reverse("portal:mine")
