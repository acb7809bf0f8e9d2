"""One request, one unit of work: the account's scope, one transaction, the audit lines written with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from yiyang.access.scope import NOBODY, Scope, acting
from yiyang.accounts.roles import load_roles
from yiyang.accounts.scopes import grants_in_force, scope_of
from yiyang.areas.models import Area
from yiyang.areas.places import ranges_of
from yiyang.audit.record import collecting, flush, record

Answer = Callable[[HttpRequest], HttpResponse]


def today() -> date:
    """The day in Asia/Shanghai."""
    return timezone.localdate()


def address_of(request: HttpRequest) -> str:
    """Where a request came from; a proxy's word counts only where one is configured (YIYANG_HTTPS)."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.HTTPS and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()[:64]
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


class UnitOfWork:
    """Last in the chain: around the view and nothing else.

    A view that fails is rolled back whole. A refusal (403, 404) is noted in the log all the same.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.scope = self._scope(request)  # type: ignore[attr-defined]
        request.failure = None  # type: ignore[attr-defined]
        with acting(request.scope), collecting():  # type: ignore[attr-defined]
            with transaction.atomic():
                response = self.get_response(request)
                if request.failure is not None or response.status_code >= 500:  # type: ignore[attr-defined]
                    transaction.set_rollback(True)
                else:
                    flush()
        if response.status_code in (403, 404) and request.user.is_authenticated:
            self._note_refusal(request, response.status_code)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Django has turned it into an answer by the time we see one; remember that it happened."""
        request.failure = exception  # type: ignore[attr-defined]

    @staticmethod
    def _scope(request: HttpRequest) -> Scope:
        if not request.user.is_authenticated:
            return NOBODY
        request_id = getattr(request, "request_id", "")
        whole = scope_of(request.user, today(), request=request_id, address=address_of(request))
        # The area that the user chose to work in (the top bar) can only take away.
        chosen = Area.objects.filter(pk=request.session["area"]).first() if request.session.get("area") else None
        return whole.narrowed(ranges_of(chosen, today())) if chosen else whole

    @staticmethod
    def _note_refusal(request: HttpRequest, status: int) -> None:
        with acting(request.scope), collecting(), transaction.atomic():  # type: ignore[attr-defined]
            record("deny", what=request.path[:200], detail={"status": status, "method": request.method})
            flush()


class FirstSteps:
    """Before anything else: a new password at the first login, and a second factor where the role asks for it."""

    OPEN = ("/accounts/", "/static/", "/healthz", "/readyz", "/metrics", "/api/")

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not request.path.startswith(self.OPEN):
            if request.user.must_change_password:
                return redirect("account_change_password")
            if self._lacks_second_factor(request):
                return redirect("mfa_activate_totp")
        return self.get_response(request)

    @staticmethod
    def _lacks_second_factor(request: HttpRequest) -> bool:
        from allauth.mfa.utils import is_mfa_enabled

        roles = load_roles().roles
        asked = any(roles[g.role].second_factor for g in grants_in_force(request.user, today()) if g.role in roles)
        return asked and settings.SECOND_FACTOR and not is_mfa_enabled(request.user)
