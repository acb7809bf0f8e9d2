"""Single sign-on opens accounts that exist; it makes none and links none behind anybody's back."""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.http import HttpRequest
from django.shortcuts import render

from yiyang.accounts.events import note_login
from yiyang.accounts.models import User


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Which account a subject of the identity provider opens."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let a linked subject in, link one for the first time where that is allowed, refuse the rest."""
        # Not `connect`: from a session left open somebody could tie his own identity to another's account.
        if sociallogin.state.get("process") != "login":
            raise _refused(request, None, "process")
        if not sociallogin.is_existing:
            _link(request, sociallogin)
        user = sociallogin.user
        if not user.is_active or user.kind != User.Kind.STAFF:
            raise _refused(request, user, "switched_off")

    def on_authentication_error(self, request: HttpRequest, provider: Any, **options: Any) -> None:
        """A state, code, signature or nonce was wrong, or the provider did not answer."""
        problem = options.get("exception")
        note_login(
            "single_sign_on_failed", None, problem=type(problem).__name__ if problem else str(options.get("error"))
        )


def link(user: User, subject: str, provider: str) -> None:
    """Tie an account to a subject of the identity provider."""
    SocialAccount.objects.create(user=user, provider=provider, uid=subject, extra_data={"sub": subject})
    note_login("linked", user, provider=provider)


def _link(request: HttpRequest, sociallogin: SocialLogin) -> None:
    """The first login of a subject: by the username that the provider vouches for, where that is allowed."""
    settings = sociallogin.provider.app.settings
    username = sociallogin.account.extra_data.get("username", "")
    user = User.objects.filter(username=username.lower()).first() if settings["may_link"] and username else None
    if user is None:
        raise _refused(request, None, "unknown_subject")
    if user.kind != User.Kind.STAFF or SocialAccount.objects.filter(user=user).exists():
        raise _refused(request, user, "linked_to_another")
    sociallogin.connect(request, user)
    note_login("linked", user, provider=sociallogin.account.provider)


def _refused(request: HttpRequest, user: User | None, why: str) -> ImmediateHttpResponse:
    note_login("single_sign_on_refused", user, why=why)
    return ImmediateHttpResponse(render(request, "socialaccount/refused.html", status=403))
