"""One-time codes: who is asked for them, and how allauth keeps their secrets here."""

from __future__ import annotations

import base64

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils import timezone

from yiyang.access import secrets
from yiyang.accounts.models import User
from yiyang.accounts.roles import load_roles
from yiyang.accounts.scopes import grants_in_force

LABEL = "mfa.secret"


def is_asked_of(user: User) -> bool:
    """Whether a role of the account asks for one-time codes. Demo accounts are spared on a demo, and nowhere else."""
    if not settings.SECOND_FACTOR or (user.is_demo and is_demo_installation()):
        return False
    roles = load_roles().roles
    held = grants_in_force(user, timezone.localdate()).values_list("role", flat=True)
    return any(roles[role].second_factor for role in held if role in roles)


def is_set_up(user: User) -> bool:
    """Whether one-time codes are set up; recovery codes alone do not count."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def is_demo_installation() -> bool:
    """Whether demo accounts were made here (`accounts.demo` leaves a mark in the data folder)."""
    return (settings.DATA / "demo").exists()


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets lie sealed in the database, and a role's second factor cannot be put away by whoever must have it."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(secrets.seal(text, LABEL)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.unseal(base64.b64decode(encrypted_text), LABEL)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not is_asked_of(authenticator.user)
