"""Text messages that cannot wait: for the city's connection to its gateway; demonstrations may show them."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from yiyang.access.scope import acting, current, platform
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.notices.models import Instant

State = Instant.State
PORTION = 200


class Message(TypedDict):
    """One text message as a gateway wants it."""

    reference: str
    phone: str
    text: str


def take() -> list[Message]:
    """Hand over what waits, oldest first; what is handed over is not taken again. Within `audit.record.work`.

    Two takers at once get different messages. What nobody took in time is given up: a code of yesterday helps nobody.
    """
    now = timezone.now()
    Instant.objects.filter(state=State.WAITING, expires_at__lt=now).update(state=State.EXPIRED)
    rows = list(Instant.objects.select_for_update(skip_locked=True).filter(state=State.WAITING)[:PORTION])
    found: list[Message] = [
        {"reference": f"I{each.pk}", "phone": str(each.phone), "text": str(each.text)} for each in rows
    ]
    Instant.objects.filter(pk__in=[each.pk for each in rows]).update(state=State.HANDED_OVER, handed_at=now)
    if found:
        record("export", what="notices:outbox", detail={"messages": len(found)})
    return found


def latest_for(phone: str) -> str:
    """The newest message to a number, for tests and demonstrations; '' if there is none.

    Raises:
        UsageError: an installation with real people. A code shown on the screen would be no code.
    """
    if not is_demo():
        raise UsageError("正式系统不显示短信内容。", "Messages are shown in demonstrations only.")
    with acting(platform("演示", current().request)), transaction.atomic():
        newest = Instant.objects.filter(phone_hash=phone).order_by("-id").first()
    return "" if newest is None else str(newest.text)


def is_demo() -> bool:
    """Whether this is a demonstration: made-up people, nobody to be harmed."""
    return bool((settings.DATA / "demo").exists())


def forget(before_days: int = 30) -> int:
    """Remove messages that are long gone; returns how many. A code is of no use, a number is personal."""
    cut = timezone.now() - timedelta(days=before_days)
    return Instant.objects.filter(made_at__lt=cut).delete()[0]
