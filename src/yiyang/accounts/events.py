"""What happens at the door, in the log. Connected to allauth's signals in `apps.py`: it has no other way to tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse

from yiyang.access.ranges import NO_AREA
from yiyang.access.scope import acting, current
from yiyang.accounts.models import User
from yiyang.audit.record import record

View = Callable[..., HttpResponse]


def note_login(act: str, user: User | None, **detail: Any) -> None:
    """One line about an account at the door.

    It stands under the scope in force, which at a login is still nobody's; the account is named as the thing. Of an
    unknown name nothing is kept: people type passwords there.
    """
    code = user.area.code if user and user.area and user.area.code is not None else NO_AREA
    what = f"accounts_user:{user.pk}" if user else "accounts_user:unknown"
    with acting(replace(current(), name=current().name or (str(user) if user else ""))):
        record("login", what=what, area=code, detail={"act": act, **detail})


def on_login(request: HttpRequest, user: User, **signal: Any) -> None:
    """Logged in, all steps done."""
    note_login("login", user, by="single_sign_on" if signal.get("sociallogin") else "password")


def on_logout(request: HttpRequest, user: User | None, **signal: Any) -> None:
    """Logged out."""
    if user is not None:
        note_login("logout", user)


def on_password(request: HttpRequest, user: User, **signal: Any) -> None:
    """Changed by the account itself: the temporary one is done with."""
    user.must_change_password, user.temporary_until = False, None
    user.save(update_fields=["must_change_password", "temporary_until"])
    note_login("password_changed", user)


def on_code(request: HttpRequest, user: User, authenticator: Authenticator, **signal: Any) -> None:
    """A one-time or recovery code was right."""
    note_login("code", user, type=authenticator.type)


def on_wrong_code(request: HttpRequest, user: User, authenticator: Authenticator, **signal: Any) -> None:
    """A one-time or recovery code was wrong."""
    note_login("wrong_code", user, type=authenticator.type)


def watched(view: View) -> View:
    """Around allauth's pages of the second factor: notes what they added, renewed or took away.

    Not by its signals: those of activation come after the commit, too late for the transaction's audit lines.
    """

    @wraps(view)
    def watching(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        before = _factors(request)
        response = view(request, *args, **kwargs)
        after = _factors(request)
        for factor in sorted(before.keys() | after.keys()):
            if before.get(factor) != after.get(factor):
                act = "removed" if factor not in after else "added" if factor not in before else "renewed"
                note_login(f"second_factor_{act}", request.user, type=factor)  # type: ignore[arg-type]
        return response

    return watching


def _factors(request: HttpRequest) -> dict[str, int]:
    if request.method != "POST" or not request.user.is_authenticated:
        return {}
    return dict(Authenticator.objects.filter(user_id=request.user.pk).values_list("type", "pk"))
