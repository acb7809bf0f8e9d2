"""The demo county's circle, and where ten day-care centres would serve most; roads, points and facilities made up."""

from __future__ import annotations

from collections.abc import Callable

from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.reach import asking, reckoning
from yiyang.reach.asking import Asked
from yiyang.reach.models import Reckoning

BY = "演示数据"
KIND, COUNT = "day_care", 10


def make(area: int) -> int:
    """Reckon the circle of all kinds and of day care, and one question of siting. Returns how many."""
    questions: tuple[Callable[[], tuple[Reckoning, bool]], ...] = (
        lambda: asking.order_circle(by=platform(BY), area_code=area),
        lambda: asking.order_circle(by=platform(BY), area_code=area, kind=KIND),
        lambda: asking.order_siting(by=platform(BY), area_code=area, asked=Asked(KIND, count=COUNT, keeps="keep")),
    )
    for question in questions:
        with work(platform(BY)):
            made, _ = question()
        # Done at once what a worker would do; its own turn then finds it done.
        reckoning.make(platform(BY), made)
    return len(questions)
