"""One request, one unit of work: the account's scope, one transaction, the audit lines written with it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from allauth.account.authentication import get_authentication_records
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.module_loading import import_string

from yiyang.access.scope import Scope, acting
from yiyang.accounts.narrowing import narrowed
from yiyang.accounts.scopes import grants_in_force, scope_of
from yiyang.accounts.throttle import count
from yiyang.accounts.tokens import TokenRefused, authenticate
from yiyang.audit.record import Collected, collecting, flush, record
from yiyang.kit.api import refuse
from yiyang.kit.uploads import BadUpload, spooled

Answer = Callable[[HttpRequest], HttpResponse]
API = "/api/"


def today() -> date:
    """The day in Asia/Shanghai."""
    return timezone.localdate()


def address_of(request: HttpRequest) -> str:
    """Where a request came from; a proxy's word counts only where one is configured (YIYANG_HTTPS)."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.HTTPS and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()[:64]
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


def anonymous(request: HttpRequest) -> Scope:
    """Nobody's scope; the log still says from where and in which request."""
    return Scope(None, "", request=getattr(request, "request_id", ""), address=address_of(request))


def visitor(request: HttpRequest) -> Scope:
    """The scope of whoever has no account: a citizen logged in to the portal (settings.VISITOR_SCOPE), or nobody's.

    Pages only: the API knows accounts and tokens.
    """
    if request.path.startswith(API) or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return anonymous(request)
    found: Scope | None = import_string(settings.VISITOR_SCOPE)(request)
    return found or anonymous(request)


# What must answer, and say what is wrong, when the database does not.
WITHOUT_DATABASE = frozenset({"/healthz", "/readyz", "/metrics"})


class UnitOfWork:
    """Last in the chain: around the view and nothing else.

    A view that fails is rolled back whole. A refusal (403, 404) is noted in the log all the same.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in WITHOUT_DATABASE:
            return self.get_response(request)
        request.failure = None  # type: ignore[attr-defined]
        try:
            request.scope = self._scope(request)  # type: ignore[attr-defined]
        except TokenRefused as refused:
            return _challenge(refuse(request, refused.status, "token", refused.zh, refused.en))
        return self._called(request) if request.path.startswith(API) else self._answer(request)

    def _called(self, request: HttpRequest) -> HttpResponse:
        """A call of the API: counted, and a file that it brings taken in, before the transaction begins."""
        allowance = count(request, request.scope)  # type: ignore[attr-defined]
        response = self._too_many(request) if allowance.is_spent else self._with_file(request)
        allowance.tell(response)
        return _challenge(response) if response.status_code == 401 else response

    def _with_file(self, request: HttpRequest) -> HttpResponse:
        if request.method != "PUT" or not request.scope.may("delivery.upload"):  # type: ignore[attr-defined]
            return self._answer(request)
        try:
            with spooled(request) as request.upload:  # type: ignore[attr-defined]
                return self._answer(request)
        except BadUpload as problem:
            return refuse(request, problem.status, "upload", problem.zh, problem.en)

    @staticmethod
    def _too_many(request: HttpRequest) -> HttpResponse:
        return refuse(request, 429, "too_many", "调用太频繁，请稍后再试。", "Too many calls; wait a little.")

    def _answer(self, request: HttpRequest) -> HttpResponse:
        with acting(request.scope), collecting() as collected:  # type: ignore[attr-defined]
            response = self._work(request, collected)
        scope: Scope = request.scope  # type: ignore[attr-defined]
        if response.status_code in (403, 404) and (scope.user is not None or scope.citizen is not None):
            self._note_refusal(request, response.status_code)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Django has turned it into an answer by the time we see one; remember that it happened."""
        request.failure = exception  # type: ignore[attr-defined]

    def _work(self, request: HttpRequest, collected: Collected) -> HttpResponse:
        with transaction.atomic():
            response = self.get_response(request)
            if request.failure is not None or response.status_code >= 500:  # type: ignore[attr-defined]
                transaction.set_rollback(True)
                collected.lines.clear()
            else:
                flush()
        if collected.lines:
            # Noted by what runs after the commit.
            with transaction.atomic():
                flush()
        return response

    @staticmethod
    def _scope(request: HttpRequest) -> Scope:
        """The token's on the API, else the session's."""
        header = request.headers.get("Authorization", "")
        if header and request.path.startswith(API):
            return _scope_of_token(request, header)
        if not request.user.is_authenticated:
            return visitor(request)
        request_id = getattr(request, "request_id", "")
        # Kept: the frame of every page names the areas of the grants.
        request.grants = list(grants_in_force(request.user, today()))  # type: ignore[attr-defined]
        words = {"request": request_id, "address": address_of(request)}
        whole = scope_of(request.user, today(), grants=request.grants, **words)  # type: ignore[attr-defined]
        return narrowed(whole, request, today())

    @staticmethod
    def _note_refusal(request: HttpRequest, status: int) -> None:
        with acting(request.scope), collecting(), transaction.atomic():  # type: ignore[attr-defined]
            record("deny", what=request.path[:200], detail={"status": status, "method": request.method})
            flush()


def _challenge(response: HttpResponse) -> HttpResponse:
    response["WWW-Authenticate"] = "Bearer"
    return response


def _scope_of_token(request: HttpRequest, header: str) -> Scope:
    """In a transaction of its own: a wrong token is noted and counted although nothing else happens."""
    refused: TokenRefused | None = None
    with acting(anonymous(request)) as scope, collecting(), transaction.atomic():
        try:
            scope = authenticate(header, scope.address, scope.request)
        except TokenRefused as problem:
            refused = problem
        flush()
    if refused:
        raise refused
    return scope


class FirstSteps:
    """Before anything else: a new password at the first login, and a second factor where the role asks for it."""

    OPEN = ("/accounts/", "/static/", "/healthz", "/readyz", "/metrics")

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        step = "" if request.path.startswith(self.OPEN) else self._missing(request)
        if step and request.path.startswith(API):
            zh, en = "请先在网页上完成首次登录。", "Finish the first login on the pages."
            return refuse(request, 403, "first_steps", zh, en)
        return redirect(step) if step else self.get_response(request)

    def _missing(self, request: HttpRequest) -> str:
        """The name of the page to go to first."""
        if not request.user.is_authenticated:
            return ""
        if request.user.must_change_password and not _came_by_single_sign_on(request):
            return "account_change_password"
        return "mfa_activate_totp" if self._lacks_second_factor(request) else ""

    @staticmethod
    def _lacks_second_factor(request: HttpRequest) -> bool:
        from yiyang.accounts.second_factor import is_asked_of, is_set_up

        user = request.user
        return user.is_authenticated and is_asked_of(user) and not is_set_up(user)


def _came_by_single_sign_on(request: HttpRequest) -> bool:
    # Whoever enters through another system may not know his password here.
    return any(each["method"] == "socialaccount" for each in get_authentication_records(request, request.user))


class SeenSession:
    """When a session was last used, to five minutes: allauth's own middleware writes at every request."""

    EVERY = 300

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.session.get("seen", 0) < time.time() - self.EVERY:
            request.session["seen"] = round(time.time())
            UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())
        return self.get_response(request)
