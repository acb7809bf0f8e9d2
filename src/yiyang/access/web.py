"""Every view says who may open it; the tests of access are generated from what it says."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from yiyang.access.scope import current

PUBLIC, LOGGED_IN = "public", "logged_in"
View = Callable[..., HttpResponse]


def page(right: str, *, also: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Mark and guard a view.

    Args:
        right: a right of policy/roles.yaml, or PUBLIC, or LOGGED_IN.
        also: rights any of which opens the view too.

    Whoever is not logged in is sent to log in; whoever lacks the right gets 403. What the view shows is narrowed by the
    scoped managers: a thing out of scope is not found (404).
    """

    def guarded(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if right != PUBLIC and not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            scope = current()
            if right not in (PUBLIC, LOGGED_IN) and not any(scope.may(each) for each in (right, *also)):
                raise PermissionDenied(right)
            return view(request, *args, **kwargs)

        opened.right, opened.also = right, also  # type: ignore[attr-defined]
        return opened

    return guarded
