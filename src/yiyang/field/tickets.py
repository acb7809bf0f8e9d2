"""Signed words that go along: who took work out, with which device and when; and about whom each piece is.

A ticket makes what comes home creditable to whoever did it, whoever is logged in then. A pass keeps person and area of
a piece of work from being anybody's to choose.
"""

from __future__ import annotations

import binascii
import json
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing

from yiyang.base.errors import UsageError
from yiyang.field.kinds import Piece

TICKET, PASS = "yiyang.field.ticket", "yiyang.field.pass"


@dataclass(frozen=True)
class Ticket:
    """Who took work out, with which device, and when (ISO, with zone)."""

    user: int
    device: str
    at: str

    @property
    def issued(self) -> datetime:
        """When it was given out."""
        return datetime.fromisoformat(self.at)

    @property
    def device_key(self) -> uuid.UUID:
        """Key of the device."""
        return uuid.UUID(self.device)

    def is_too_old(self, now: datetime) -> bool:
        """Whether work under it is no longer taken in without a look (settings.FIELD_TICKET_DAYS)."""
        return now - self.issued > timedelta(days=settings.FIELD_TICKET_DAYS)


@dataclass(frozen=True)
class Pass:
    """What a piece of work was when it was taken along."""

    kind: str
    about: str
    person: int
    area: int


def issue(*, user: int, device: uuid.UUID, now: datetime) -> str:
    """A ticket, as the phone keeps it."""
    return signing.dumps(asdict(Ticket(user, str(device), now.isoformat())), salt=TICKET)


def ticket_of(text: str) -> Ticket:
    """Read a ticket. Raises UsageError for one that we did not sign."""
    try:
        return Ticket(**signing.loads(text, salt=TICKET))
    except (signing.BadSignature, TypeError) as error:
        raise UsageError(
            "这条记录没有有效的外出凭证，不能确认是谁办的。", "No valid ticket: nobody can be credited."
        ) from error


def pass_for(kind: str, piece: Piece) -> str:
    """The pass of a piece of work."""
    return signing.dumps([kind, piece.id, piece.person, piece.area], salt=PASS)


def pass_of(text: str) -> Pass:
    """Read a pass. Raises UsageError for one that we did not sign."""
    try:
        return Pass(*signing.loads(text, salt=PASS))
    except (signing.BadSignature, TypeError) as error:
        raise UsageError(
            "这条记录的任务凭证无效，不能确认办的是哪一件，记录已留存，请主管核实后入库。",
            "No valid pass: whose piece of work it is cannot be told; it is kept for a look.",
        ) from error


def claim_of(text: str) -> Pass | None:
    """What a pass says that we cannot prove to have signed (its key was changed, it was damaged); None = nothing."""
    try:
        kind, about, person, area = json.loads(signing.b64_decode(text.partition(":")[0].encode()))
    except (ValueError, TypeError, binascii.Error):
        return None
    return Pass(kind, about[:40], person, area) if isinstance(about, str) and type(person) is int else None
