"""What a kind of work that waits for somebody is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse

from yiyang.access.scope import Scope

MOST = 1000
URGENT, SOON, CALM = "urgent", "soon", "calm"
ORDER = {URGENT: 0, SOON: 1, CALM: 2}
WAITING_TOO_LONG = timedelta(days=5)
EXPIRES_SOON = timedelta(days=30)


@dataclass(frozen=True)
class Task:
    """One line of the home page.

    Attributes:
        count: how many wait, at most `MOST`; `is_more`: there are more.
        url: name of the page where it is done, and its query.
        right: whoever has it gets the task.
        urgency: urgent (overdue), soon, or calm.
        text: since when, by when.
    """

    title: str
    url: str
    urgency: str = CALM
    text: str = ""
    icon: str = "next"
    query: str = ""
    count: int = 0
    is_more: bool = False
    right: str = ""

    @property
    def address(self) -> str:
        """Where it is done; '' while that room is not installed."""
        try:
            return reverse(self.url) + (f"?{self.query}" if self.query else "")
        except NoReverseMatch:
            return ""

    @property
    def number(self) -> str:
        """The count as shown."""
        return f"{self.count:,}+" if self.is_more else f"{self.count:,}"


# What waits: rows to be counted up to the bound, or a count that is kept for a while because it takes long.
Waiting = QuerySet[Any] | tuple[int, bool]
Source = Callable[[Scope, date], tuple[Task, Waiting]]


def needs(right: str) -> Callable[[Source], Source]:
    """Say who gets a task: whoever has this right somewhere."""

    def told(source: Source) -> Source:
        source.right = right  # type: ignore[attr-defined]
        return source

    return told
