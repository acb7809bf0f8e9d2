"""What waits to be sent, by channel and by the areas below the one at work: one query, bounded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Min, QuerySet

from yiyang.access.scope import Scope
from yiyang.areas import logic as areas
from yiyang.notices.models import Notice

BATCHED = (Notice.Channel.SMS, Notice.Channel.LETTER)
SIZES = (10**8, 10**6, 10**3, 1)


@dataclass
class Line:
    """One area: how many text messages and letters wait, and since when."""

    area: int
    name: str
    sms: int = 0
    letter: int = 0
    since: Any = None

    @property
    def ways(self) -> list[tuple[str, str, int]]:
        """Channel, its word, how many."""
        return [("sms", "短信", self.sms), ("letter", "书面告知", self.letter)]


def rows(scope: Scope) -> QuerySet[Notice]:
    """Notices that wait where the scope may send them."""
    found: QuerySet[Notice] = Notice.objects.filter(
        scope.where("notice.dispatch").q("area_code"), state=Notice.State.WAITING, channel__in=BATCHED, batch=None
    )
    return found


def lines(scope: Scope) -> list[Line]:
    """By the areas below: of a city its counties, of a county its townships; first the whole."""
    spans = scope.where("notice.dispatch").spans
    widest = max((high - low for low, high in spans), default=0)
    size = next((each for each in SIZES if each < widest), 1)
    counted = (
        rows(scope)
        .order_by()
        .annotate(unit=F("area_code") / size)
        .values("unit", "channel")
        .annotate(number=Count("pk"), since=Min("made_at"))
    )
    found: dict[int, Line] = {}
    for row in counted:
        code = row["unit"] * size
        line = found.setdefault(code, Line(code, areas.name(code) if code > 0 else "未落区划"))
        setattr(line, row["channel"], row["number"])
        line.since = min(filter(None, (line.since, row["since"])))
    return _whole(spans, found) + sorted(found.values(), key=lambda line: line.area)


def _whole(spans: tuple[tuple[int, int], ...], found: dict[int, Line]) -> list[Line]:
    """A line for all of an area that is wholly the user's, where it has several parts."""
    low, high = spans[0] if len(spans) == 1 else (0, 0)
    if len(found) < 2 or low < 1 or (low, high) != areas.span(low):
        return []
    whole = Line(low, f"{areas.name(low)}全部")
    for line in found.values():
        whole.sms, whole.letter = whole.sms + line.sms, whole.letter + line.letter
    whole.since = min(line.since for line in found.values())
    return [whole]
