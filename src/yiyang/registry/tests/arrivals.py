"""Deliveries all the way in, for tests that need a registry with something in it."""

from __future__ import annotations

from datetime import date
from typing import Any

from yiyang.access.scope import platform
from yiyang.areas import logic
from yiyang.audit.record import work
from yiyang.registry import actions, tasks
from yiyang.registry.contracts import load_contracts
from yiyang.registry.identity import check_character
from yiyang.registry.models import Delivery, Person
from yiyang.registry.tests.hall import AIHUA, BAOGUO, CHUNLAN, csv_bytes, person_row

BY = platform("test")
DAZHU, ZHUYANG, WUMU = 511724000000, 511724001001, 511724101201
Row = dict[str, str]


def receive(register: str, rows: list[Row] | bytes, month: str = "2026-10", area: int = DAZHU, **more: Any) -> Delivery:
    """A delivery of rows, not yet checked."""
    name = f"{load_contracts()[register].file}.csv"
    blocks = [rows if isinstance(rows, bytes) else csv_bytes(rows)]
    given: Any = {"known": date.fromisoformat(f"{month}-05"), "file_name": name} | more
    with work(BY):
        return actions.receive(by=BY, register=register, month=month, area=area, blocks=blocks, **given)


def check(delivery: Delivery) -> Delivery:
    """The check's job, run here."""
    tasks.check_delivery.func(delivery=delivery.pk, user=None, request="")
    return fresh(delivery)


def accept(delivery: Delivery) -> Delivery:
    """Accepted, and its contacts kept."""
    with work(BY):
        actions.accept(by=BY, delivery=fresh(delivery), reason="test")
    tasks.accept_delivery.func(delivery=delivery.pk, user=None, request="")
    tasks.tell_contacts.func(delivery=delivery.pk, user=None, request="")
    return fresh(delivery)


def take_back(delivery: Delivery) -> Delivery:
    """Undone."""
    with work(BY):
        actions.take_back(by=BY, delivery=fresh(delivery), reason="test")
    tasks.take_back_delivery.func(delivery=delivery.pk, user=None, request="")
    return fresh(delivery)


def deliver(register: str, rows: list[Row] | bytes, month: str = "2026-10", area: int = DAZHU, **more: Any) -> Delivery:
    """All the way in."""
    return accept(check(receive(register, rows, month, area, **more)))


def fresh(delivery: Delivery) -> Delivery:
    """The delivery as it is now."""
    with work(BY):
        return Delivery.objects.get(pk=delivery.pk)


def said() -> list[tuple[Any, ...]]:
    """What the registry says of everybody, as far as it follows from deliveries."""
    names = (
        "id", "name", "household", "sex", "birth_date", "alive", "area_code", "registered_code", "facts", "groups",
        "is_current", "phone_hash", "address", "merged_into",
    )  # fmt: skip
    with work(BY):
        rows = Person.objects.order_by("id").values_list(*names)
        return [tuple(str(cell) for cell in row) for row in rows]


def people_rows() -> list[Row]:
    """The household registration of 爱华, 保国 and 春兰, with telephones and addresses."""
    more = {
        AIHUA: {"联系电话": "13800000001", "户籍地址": "竹阳街道大同社区1组1号", "性别": "女"},
        BAOGUO: {"联系电话": "13800000002", "户籍地址": "竹阳街道大同社区2组2号", "性别": "男", "户号": "H2"},
        CHUNLAN: {"联系电话": "13800000003", "户籍地址": "竹阳街道大同社区3组3号", "性别": "女", "户号": "H3"},
    }
    return [person_row(number, **given) for number, given in more.items()]


def crowd(size: int = 150) -> list[Row]:
    """Other people of the county, so that what is compared says something: names, birth dates and villages differ."""
    families, given = "王李张刘陈杨黄赵吴周", "秀英桂兰玉珍德华建国志明光荣世昌素芳"
    villages = [village.code for town in logic.children(DAZHU)[1:11] for village in logic.children(town.code)[:5]]
    rows = []
    for n in range(size):
        body = f"513029{1930 + n % 30}{1 + n * 7 % 12:02d}{1 + n * 11 % 28:02d}{500 + n:03d}"
        name = families[n % 10] + given[n * 3 % 18] + given[n * 5 % 17]
        place = str(villages[n % len(villages)])
        more = {"联系电话": f"139{n:08d}", "户籍地址": f"某村{n}组{n}号大院", "性别": "男女"[n % 2], "户号": f"C{n}"}
        more |= {"姓名": name, "户籍地区划代码": place, "现住地区划代码": place}
        rows.append(person_row(body + check_character(body), **more))
    return rows


def allowance(number: str, name: str, **changes: str) -> Row:
    """A row of the minimum living allowance."""
    row = {
        "身份证号码": number, "姓名": name, "性别": "女", "出生日期": "", "联系电话": "", "家庭住址": "",
        "所属乡镇代码": "511724001", "享受开始日期": "2024-01-01", "停止日期": "",
    }  # fmt: skip
    return row | changes
