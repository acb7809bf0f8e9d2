"""How allauth's login fits the house: nobody signs himself up, wrong passwords lock, and everything is in the log."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from yiyang.accounts import lockout
from yiyang.accounts.events import note_login
from yiyang.accounts.middleware import address_of
from yiyang.accounts.models import User
from yiyang.accounts.web import proved_recently

WRONG = "用户名或密码不正确。请检查后重试；连续输错五次，登录将锁定十分钟。"


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are opened by officers."""

    error_messages = DefaultAccountAdapter.error_messages | {"username_password_mismatch": WRONG}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request) or "0.0.0.0"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        user = _account(credentials)
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as locked:
            seconds = lockout.seconds_left_for(credentials.get("username", ""))
            note_login("locked", user, seconds=seconds)
            raise ValidationError(_locked_words(seconds)) from locked

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        user = _account(credentials)
        note_login("failed", user)
        if seconds := lockout.seconds_left_for(credentials.get("username", "")):
            note_login("lock_out", user, seconds=seconds)

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """Whoever has just logged in is not asked again for a while."""
        return not proved_recently(self.request)

    def pre_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse | None:
        """A temporary password that lay about too long opens nothing."""
        is_late = user.temporary_until is not None and user.temporary_until < timezone.now()
        if user.must_change_password and is_late and "sociallogin" not in (options.get("signal_kwargs") or {}):
            note_login("temporary_password_expired", user)
            messages.error(request, "临时密码已过期，请联系开设账户的人员重置密码。")
            return redirect("account_login")
        return super().pre_login(request, user, **options)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth's own has the host name in it: one account could be tried under each name of the server.
        return lockout.key_of(credentials.get("username", ""))


def _account(credentials: dict[str, Any]) -> User | None:
    return User.objects.filter(username__iexact=credentials.get("username", "").strip()).first()


def _locked_words(seconds: int) -> str:
    # The same words whether or not there is such an account.
    minutes = max(1, -(-seconds // 60)) if seconds else 10
    return f"输错次数过多，登录已锁定，请约 {minutes} 分钟后再试，或联系管理员解锁。"
