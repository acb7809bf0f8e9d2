"""One-time codes: who is asked for them, and how allauth keeps their secrets here."""

from __future__ import annotations

import base64
from collections import Counter

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from yiyang.access import secrets
from yiyang.access.reseal import ACTOR
from yiyang.accounts.models import User
from yiyang.accounts.roles import load_roles
from yiyang.accounts.scopes import grants_in_force

LABEL = "mfa.secret"
# Where allauth keeps what it has sealed: of one-time codes, and of recovery codes.
SEALED = ("secret", "seed", "migrated_codes")


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


def sealed_values(using: str) -> list[str]:
    """Every sealed value that the library keeps within its own rows."""
    rows = Authenticator.objects.using(using).order_by("pk")
    return [text for row in rows for name in SEALED for text in _listed(row.data.get(name))]


def keys_in_use(using: str) -> Counter[str]:
    """Key id → how many secrets and recovery codes lie under it."""
    return Counter(secrets.key_id(base64.b64decode(text)) for text in sealed_values(using))


def reseal(using: str) -> int:
    """Seal one-time codes' secrets again under the active key; how many accounts' rows changed. Raises SecretError."""
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT set_config('yiyang.actor', %s, true)", [ACTOR])
        rows = list(Authenticator.objects.using(using).select_for_update().order_by("pk"))
        stale = [row for row in rows if any(_is_stale(text) for name in SEALED for text in _listed(row.data.get(name)))]
        for row in stale:
            row.data |= {name: _again(row.data[name]) for name in SEALED if row.data.get(name)}
            row.save(using=using, update_fields=["data"])
    return len(stale)


def _listed(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else value or []


def _is_stale(text: str) -> bool:
    return secrets.key_id(base64.b64decode(text)) != secrets.ring().active.id


def _again(value: str | list[str]) -> str | list[str]:
    adapter = MfaAdapter()
    fresh = [adapter.encrypt(adapter.decrypt(text)) for text in _listed(value)]
    return fresh[0] if isinstance(value, str) else fresh


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets lie sealed in the database, and a role's second factor cannot be put away by whoever must have it."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(secrets.seal(text, LABEL)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.unseal(base64.b64decode(encrypted_text), LABEL)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not is_asked_of(authenticator.user)
