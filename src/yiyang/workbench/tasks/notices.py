"""Messages that wait for a batch."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.notices.waiting import rows as waiting_notices
from yiyang.workbench.tasks.task import SOON, URGENT, WAITING_TOO_LONG, Source, Task, Waiting, needs


@needs("notice.dispatch")
def notices_to_send(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Text messages and letters that wait for a batch."""
    rows = waiting_notices(scope)
    oldest = rows.order_by("id").values_list("made_at", flat=True).first()
    late = oldest is not None and timezone.now() - oldest > WAITING_TOO_LONG
    text = f"最早的一件 {timezone.localtime(oldest):%Y-%m-%d}" if oldest else ""
    return Task("待发送的告知", "notices:overview", URGENT if late else SOON, text, "bell"), rows


SOURCES: tuple[Source, ...] = (notices_to_send,)
