"""The calendar of publication for those who publish: what is late, what is due, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import Scope, current
from yiyang.access.web import page
from yiyang.areas.names import full_name
from yiyang.audit.record import record
from yiyang.indicators import measuring, reading
from yiyang.indicators.publication import source
from yiyang.indicators.publication.actions import RIGHT, Wanted
from yiyang.indicators.publication.calendar import EVERY, Line, period_words, standing
from yiyang.indicators.publication.models import PublishedTable
from yiyang.indicators.publication.opened import OPEN_STATES
from yiyang.indicators.publication.policy import load_publication
from yiyang.kit.parts import Empty

READ = "figure.read"
TITLE = "公开日历"
STATES = {
    "published": ("good", "已公开"),
    "due": ("wait", "待公开"),
    "late": ("overdue", "已逾期"),
    "ahead": ("plain", "未到期"),
}
State = PublishedTable.State


@dataclass(frozen=True)
class Due:
    """A line of the calendar for one area."""

    area: int
    line: Line

    @property
    def place(self) -> str:
        """The area's full name."""
        return full_name(self.area)

    @property
    def period(self) -> str:
        """The period in words."""
        return period_words(self.line.planned.every, self.line.month)

    @property
    def every(self) -> str:
        """How often."""
        return EVERY[self.line.planned.every]

    @property
    def state(self) -> tuple[str, str]:
        """Look and word."""
        look, word = STATES[self.line.state]
        return look, f"{word} {self.line.days_late} 天" if self.line.days_late else word

    @property
    def make_url(self) -> str:
        """The form for it, filled in."""
        grouped = self.line.planned.grouped
        words = [("area", str(self.area)), ("month", self.line.month)]
        is_indicators = grouped == (source.INDICATORS,)
        words += [("content", "indicators")] if is_indicators else [("grouped", each) for each in grouped]
        return f"{reverse('indicators:table_make')}?{urlencode(words)}"


def dues(scope: Scope, right: str, today: date) -> list[Due]:
    """What the areas that this installation answers for owe, as far as the scope may see them; late ones first."""
    where = scope.where(right)
    areas = [area for area in measuring.roots() if area in where]
    found = [Due(area, line) for area in areas for line in _lines(area, today)]
    return sorted(found, key=lambda each: -each.line.days_late)


def _lines(area: int, today: date) -> list[Line]:
    first = reading.figures().filter(area_code=area, source="measured").aggregate(first=Min("on"))["first"]
    if first is None:
        return []
    calendar = load_publication().calendar
    slugs = {Wanted(area, "", each.grouped).slug: key for key, each in calendar.items()}
    published: dict[str, set[str]] = {}
    rows = PublishedTable.objects.filter(area_code=area, state__in=OPEN_STATES, slug__in=slugs)
    for slug, month in rows.values_list("slug", "month"):
        published.setdefault(slugs[slug], set()).add(month)
    return standing(calendar, published, f"{first:%Y-%m}", today)


@page(READ, also=(RIGHT,))
def calendar(request: HttpRequest) -> HttpResponse:
    """What comes out when."""
    by = current()
    record("search", what="indicators:calendar")
    right = READ if by.may(READ) else RIGHT
    context = {
        "title": TITLE, "lead": "哪些数据什么时候公开，哪些已经逾期。周期和期限是公开规则里定的。",
        "crumbs": [("指标", reverse("indicators:board")), ("公开统计表", reverse("indicators:tables")), (TITLE, "")],
        "dues": [(each, by.may(RIGHT, each.area)) for each in dues(by, right, timezone.localdate())],
        "empty": Empty("还没有要公开的数据", "测量过指标的区划，按公开规则列在这里。", icon="figures"),
    }  # fmt: skip
    return render(request, "indicators/calendar.html", context)
