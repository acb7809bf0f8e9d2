"""A village for the journeys of phones: python -m yiyang.site.tests.away_seed DATA

With DEVICE DAYS it says a ticket as it was given out so many days ago.
"""

from __future__ import annotations

import sys
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from yiyang.site.start import start

ZHUYANG = 511724001000
VILLAGE = ZHUYANG + 1
STAFF = {
    "爱华": ("village_visitor", VILLAGE),
    "秋菊": ("village_visitor", VILLAGE),
    "春兰": ("township_clerk", ZHUYANG),
}
ELDERS = ("何德明", "罗恩慧", "蒋福生", "唐桂英", "邓光明", "冯淑芬")
PASSWORD = "correct horse battery"


def village() -> None:
    """Two visitors, the clerk of the township, six elders."""
    from yiyang.access.scope import platform
    from yiyang.accounts.models import Grant, User
    from yiyang.areas.models import Area
    from yiyang.audit.record import work
    from yiyang.registry.identity import check_character, person_of
    from yiyang.registry.models import Person

    with work(platform("test")):
        for name, (role, code) in STAFF.items():
            user = User.objects.create_user(name, PASSWORD, name=name, must_change_password=False)
            Grant.objects.create(user=user, role=role, area=Area.objects.get(code=code), starts=date(2020, 1, 1))
        for n, name in enumerate(ELDERS):
            number = f"51302919400101{n:03d}"
            number += check_character(number)
            Person.objects.create(
                id=person_of(number), id_number=number, name=name, area_code=VILLAGE, registered_code=VILLAGE,
                pinyin=f"p{n}", initials="p", birth_date=19400101, sex=1, alive=1, month="2026-11",
            )  # fmt: skip


def old_ticket(device: str, days: int) -> str:
    """爱华's ticket as it was given out so many days ago."""
    from yiyang.access.scope import platform
    from yiyang.accounts.models import User
    from yiyang.audit.record import work
    from yiyang.field import tickets

    with work(platform("test")):
        user = User.objects.get(username="爱华")
    return tickets.issue(user=user.pk, device=uuid.UUID(device), now=datetime.now(UTC) - timedelta(days=days))


if __name__ == "__main__":
    with start(Path(sys.argv[1])):
        if len(sys.argv) > 2:
            sys.stdout.write(old_ticket(sys.argv[2], int(sys.argv[3])))
        else:
            village()
