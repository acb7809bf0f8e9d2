"""From a logged-in citizen to his scope: no rights at all, but people: himself and those who let him act for them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import logout as end_staff_login
from django.db import connection, transaction
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from yiyang.access.scope import Scope, acting, platform
from yiyang.accounts.middleware import address_of
from yiyang.portal.models import Citizen
from yiyang.registry.models import Alias

SESSION = "citizen"
# Himself, if it was proved; whoever agreed that he acts for them, until the day, while they live; and the file that one
# of these was merged into.
PEOPLE = """
WITH mine AS (
    SELECT person FROM portal_citizen WHERE id = %(citizen)s AND verified_by = ANY(%(proofs)s)
    UNION
    SELECT m.person FROM portal_mandate AS m
    WHERE m.citizen_id = %(citizen)s AND m.agreed_at IS NOT NULL AND m.revoked_at IS NULL
        AND m.ends >= (now() AT TIME ZONE 'Asia/Shanghai')::date
        AND NOT EXISTS (SELECT 1 FROM registry_person AS p WHERE p.id = m.person AND p.alive = 0)
)
SELECT person FROM mine UNION SELECT a.person_id FROM registry_alias AS a JOIN mine ON mine.person = a.key
"""


def name_of(citizen: int, *, is_for_another: bool = False) -> str:
    """How the log and the steps of a case call him: never by name."""
    return f"群众#{citizen}（代办）" if is_for_another else f"群众#{citizen}"


def file_of(person: int) -> int:
    """The file that a key belongs to: its own, or the one that it was merged into. Within the platform's scope."""
    merged = Alias.objects.filter(key=person).values_list("person_id", flat=True).first()
    return person if merged is None else int(merged)


def scope_of(citizen: Citizen, *, request: str = "", address: str = "") -> Scope:
    """What a citizen may see now."""
    with acting(platform("群众权限")), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PEOPLE, {"citizen": citizen.pk, "proofs": list(Citizen.OPENS_OWN_FILE)})
        persons = frozenset(person for (person,) in cursor.fetchall())
    name = name_of(citizen.pk)
    return Scope(
        None, name, registers=frozenset(), request=request, address=address, citizen=citizen.pk, persons=persons
    )


def scope_of_visitor(request: HttpRequest) -> Scope | None:
    """The scope of the citizen whose session this is; None for everybody else. `settings.VISITOR_SCOPE`."""
    kept = request.session.get(SESSION)
    if not kept:
        return None
    with acting(platform("群众登录")), transaction.atomic():
        citizen = Citizen.objects.filter(pk=kept["id"], epoch=kept["epoch"], is_locked=False).first()
        if citizen is not None:
            # In hand only, never saved: two files of his may have become one since he first came.
            citizen.person = file_of(citizen.person)
    if citizen is None:
        return None
    request.citizen = citizen  # type: ignore[attr-defined]
    return scope_of(citizen, request=getattr(request, "request_id", ""), address=address_of(request))


def begin_session(request: HttpRequest, citizen: Citizen) -> None:
    """A new session for a citizen. A staff account's ends: the two never share one."""
    end_staff_login(request)  # flushes the session: whatever was planted in it before is gone
    rotate_token(request)
    request.session[SESSION] = {"id": citizen.pk, "epoch": citizen.epoch}
    request.citizen = citizen  # type: ignore[attr-defined]


def end_session(request: HttpRequest) -> None:
    """Log out here."""
    request.session.flush()


def on_staff_login(request: HttpRequest, **signal: Any) -> None:
    """A staff account logs in: a citizen's session in the same browser ends."""
    request.session.pop(SESSION, None)
