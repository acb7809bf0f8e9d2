"""爱华 has a telephone, 保国 has none, 春兰 lives in the township next door; 德明 has died."""

from __future__ import annotations

from typing import Any

from yiyang.access.ranges import Ranges
from yiyang.access.scope import Scope
from yiyang.accounts.tests.places import DAZHU, WUMU, ZHUYANG
from yiyang.registry.models import Person

RIGHTS = ("person.read", "case.read", "case.tell", "notice.dispatch")
DATA = {"item": "old_age_allowance", "list_area": "511724", "fen": 6000, "every": "month"}


def person(key: int, name: str, *, area: int = ZHUYANG + 1, phone: str | None = None, alive: int = 1) -> Person:
    """Somebody on file."""
    return Person.objects.create(
        id=key, name=name, area_code=area, registered_code=area, phone=phone, alive=alive, birth_date=19400101,
        month="2026-11", is_current=True, address=f"竹阳街道{name}家",
    )  # fmt: skip


def everybody() -> dict[str, Person]:
    """All four. Within the platform's scope."""
    return {
        "爱华": person(101, "赵爱华", phone="13800000101"),
        "保国": person(102, "钱保国"),
        "春兰": person(103, "孙春兰", area=WUMU + 1, phone="13800000103"),
        "德明": person(104, "李德明", phone="13800000104", alive=0),
    }


def clerk(*rights: str, code: int = DAZHU, size: int = 10**6, user: int = 7) -> Scope:
    """Somebody at work in the county, or where stated."""
    where = Ranges.of([(code, code + size)])
    return Scope(user, "岗位", dict.fromkeys(rights or RIGHTS, where))


def township(*rights: str) -> Scope:
    """Somebody at work in 竹阳街道."""
    return clerk(*rights, code=ZHUYANG, size=1000)


def data(**changes: Any) -> dict[str, Any]:
    """What the found_… templates need."""
    return DATA | changes
