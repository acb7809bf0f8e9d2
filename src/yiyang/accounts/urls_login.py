"""The door: those of allauth's addresses that lead somewhere here. No sign-up, no e-mail, no password by e-mail."""

from __future__ import annotations

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as social
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.usersessions import views as sessions
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from yiyang.accounts.events import watched
from yiyang.accounts.provider import StrictAdapter
from yiyang.accounts.web import LOGGED_IN, PUBLIC, View, page


class Login(account.LoginView):  # type: ignore[misc]
    """The login, with whom to call and where else to log in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return found | {"unit": settings.UNIT_NAME, "telephone": settings.HELP_TELEPHONE, "providers": _providers()}


def _providers() -> list[dict[str, Any]]:
    apps: list[dict[str, Any]] = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
    return apps


def change_password(request: HttpRequest) -> HttpResponse:
    """Another password; whoever has none, because he comes in by single sign-on, is told so."""
    if request.user.is_authenticated and not request.user.has_usable_password():
        return render(request, "account/password_none.html")
    answer: HttpResponse = account.password_change(request)
    return answer


def _talk(view_class: Any) -> View:
    """One step of single sign-on, through our stricter adapter; not found where none is configured."""

    def step(request: HttpRequest, provider_id: str) -> HttpResponse:
        try:
            answer: HttpResponse = view_class.adapter_view(StrictAdapter(request, provider_id))(request)
        except SocialApp.DoesNotExist as missing:
            raise Http404 from missing
        return answer

    return step


everybody, inside = page(PUBLIC), page(LOGGED_IN)
urlpatterns = [
    path("login/", everybody(Login.as_view()), name="account_login"),
    path("logout/", everybody(account.logout), name="account_logout"),
    path("inactive/", everybody(account.account_inactive), name="account_inactive"),
    path("reauthenticate/", inside(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", inside(change_password), name="account_change_password"),
    path("2fa/", inside(factor.index), name="mfa_index"),
    path("2fa/authenticate/", everybody(factor.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", inside(factor.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", inside(watched(totp.activate_totp)), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", inside(watched(totp.deactivate_totp)), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", inside(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        inside(watched(recovery.generate_recovery_codes)),
        name="mfa_generate_recovery_codes",
    ),
    path("2fa/recovery-codes/download/", inside(recovery.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("sessions/", inside(sessions.list_usersessions), name="usersessions_list"),
    path("3rdparty/cancelled/", everybody(social.login_cancelled), name="socialaccount_login_cancelled"),
    path("oidc/<slug:provider_id>/login/", everybody(_talk(OAuth2LoginView)), name="openid_connect_login"),
    path("oidc/<slug:provider_id>/callback/", everybody(_talk(OAuth2CallbackView)), name="openid_connect_callback"),
]
