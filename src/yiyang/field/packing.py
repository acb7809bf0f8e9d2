"""What is taken along: the pieces of work of the next days, each with its pass, and the ticket of the day."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from yiyang.access.scope import Scope
from yiyang.accounts.models import User
from yiyang.audit.record import record
from yiyang.field import tickets
from yiyang.field.kinds import Kind, Piece, kinds
from yiyang.field.models import Device


def pack(*, by: Scope, user: User, device: Device, now: datetime, on: date) -> dict[str, Any]:
    """Everything that a phone takes along; each person looked at is noted.

    Returns:
        ticket, at (now, ISO), on, kinds (key → title), forms (fingerprint → form), pieces.
    """
    Device.objects.filter(pk=device.pk).update(seen_at=now)
    mine = {key: kind for key, kind in kinds().items() if by.may(kind.right)}
    forms: dict[str, Any] = {}
    pieces = [_packed(key, piece, forms) for key, kind in mine.items() for piece in _of_days(kind, by, on)]
    return {
        "ticket": tickets.issue(user=user.pk, device=device.pk, now=now),
        "at": now.isoformat(),
        "on": on.isoformat(),
        "kinds": {key: kind.title for key, kind in mine.items()},
        "forms": forms,
        "pieces": pieces,
    }


def _of_days(kind: Kind, by: Scope, on: date) -> list[Piece]:
    """The pieces of today and of the next days, each once."""
    found: dict[str, Piece] = {}
    for ahead in range(settings.FIELD_DAYS_AHEAD):
        for piece in kind.pack(by, on + timedelta(days=ahead)):
            found.setdefault(piece.id, piece)
    for piece in found.values():
        record("read", what="field:pack", person=piece.person, area=piece.area, detail={"about": piece.id})
    return list(found.values())


def _packed(key: str, piece: Piece, forms: dict[str, Any]) -> dict[str, Any]:
    """A piece as the phone gets it; a form that many share is sent once."""
    form = ""
    if piece.form is not None:
        form = hashlib.sha256(json.dumps(piece.form, sort_keys=True).encode()).hexdigest()[:16]
        forms[form] = piece.form
    return {
        "kind": key,
        "id": piece.id,
        "version": piece.version,
        "pass": tickets.pass_for(key, piece),
        "title": piece.title,
        "lines": piece.lines,
        "form": form,
        "data": piece.data,
    }
