"""The list of people: its columns and filters, for the page and for what is exported of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from yiyang.access.ranges import NO_AREA
from yiyang.access.scope import current
from yiyang.areas import logic as areas
from yiyang.areas.models import Area
from yiyang.engine.facts import as_int, years_since
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Empty
from yiyang.registry import search
from yiyang.registry.models import Person
from yiyang.registry.words import group_words

YES_NO = ((1, "是"), (0, "否"))
CURRENT = ((1, "在册"), (0, "不在册"))
MANY = 400


def age(person: Person) -> int | None:
    """Whole years today."""
    return None if person.birth_date is None else years_since(person.birth_date, as_int(timezone.localdate()))


def state(person: Person) -> str:
    """已去世, 在册, or 不在册 (moved away, struck off)."""
    return "已去世" if person.alive == 0 else "在册" if person.is_current else "不在册"


def group_names(person: Person) -> str:
    """Short names of the groups somebody is in."""
    names = group_words()
    return "、".join(names[group].short.zh for group in person.groups if group in names)


def _text(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(search.text_q(value).q)


def _area(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(search.area_q(search.parsed_area(value)))


def _group(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(pk__in=search.members(value))


def _number(value: str) -> int:
    if not value.isdigit() or len(value) > 3:
        raise ValidationError("请填整数周岁。")
    return int(value)


def _from_age(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(search.ages_q(_number(value), None, timezone.localdate()))


def _to_age(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(search.ages_q(None, _number(value), timezone.localdate()))


def _flag(column: str) -> Callable[[QuerySet[Any], str], QuerySet[Any]]:
    return lambda rows, value: rows.filter(**{column: int(value)})


def _contested(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.exclude(contested=[]) if value == "1" else rows.filter(contested=[])


class People(Table):
    """Elders of the scope, one row a file."""

    name, title, order = "people", "老年人", "area_code"
    columns = (
        Column("name", "姓名", sort="pinyin", is_link=True),
        Column("sex", "性别", kind="sex"),
        Column("age", "年龄", kind="number", value=age, sort="birth_date"),
        Column("id_number", "身份证号码", kind="code", value=lambda row: row.id_number and row.id_number.masked),
        Column("area_code", "居住地", kind="area", sort="area_code"),
        Column("registered_code", "户籍地", kind="area", is_hidden=True),
        Column("groups", "重点人群", value=group_names),
        Column("state", "状态", value=state),
        Column("phone", "联系电话", kind="code", value=lambda row: row.phone and row.phone.masked, is_hidden=True),
        Column("birth_date", "出生日期", kind="day", is_hidden=True),
        Column("contested", "争议", value=lambda row: "有" if row.contested else "", is_hidden=True),
    )
    empty = Empty(
        "还没有老年人档案", "公安户籍登记册入库后，辖区内的老年人列在这里。", "/people/deliveries", "去看数据交付"
    )

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        """The filters; areas are offered from the scope down, one level below the one chosen."""
        groups = tuple((key, group.short.zh) for key, group in group_words().items())
        return (
            Filter("q", "姓名、拼音", lookup=_text, hint="姓名、拼音或首字母"),
            Filter("area", "区划", lookup=_area, choices=area_choices(self.request.GET.get("area", ""))),
            Filter("group", "重点人群", lookup=_group, choices=groups),
            Filter("sex", "性别", choices=((0, "男"), (1, "女"))),
            Filter("from", "年龄从", lookup=_from_age, hint="周岁"),
            Filter("to", "到", lookup=_to_age, hint="周岁"),
            Filter("alive", "健在", choices=YES_NO, lookup=_flag("alive")),
            Filter("current", "在册", choices=CURRENT, lookup=_flag("is_current")),
            Filter("contested", "事实有争议", choices=YES_NO, lookup=_contested),
        )

    @cached_property
    def values(self) -> dict[str, str]:
        """What the filter bar holds; a short code of an area stands for the whole one."""
        found = super().values
        area = found.get("area", "")
        return found | ({"area": area.ljust(12, "0")} if area.isdigit() else {})

    @cached_property
    def sort(self) -> str:
        """By the column in which the text is looked for, so that the same index filters and orders."""
        wanted = super().sort
        text = self.values.get("q", "")
        is_by_name = bool(text) and not self.request.GET.get("sort")
        return "name" if is_by_name and search.text_q(text).kind != "number" else wanted

    @cached_property
    def _sortable(self) -> dict[str, str]:
        found = {column.key: column.sort for column in self.columns if column.sort}
        text = self.values.get("q", "")
        return found | ({"name": search.text_q(text).order or "pinyin"} if text else {})

    def row_url(self, row: Any) -> str:
        return reverse("registry:person", args=[row.pk])

    @property
    def asked(self) -> dict[str, Any]:
        """What the log may know of the search: which filters, and the kind of the text."""
        told: dict[str, Any] = {key: value for key, value in self.values.items() if key != "q"}
        return told | ({"text": search.text_q(self.values["q"]).kind} if "q" in self.values else {})


def area_choices(chosen: str) -> list[tuple[str, str]]:
    """The tree as a drop-down: where the scope begins, the way to the chosen area, and what lies straight below."""
    reach = current().people
    roots = Area.objects.filter(code__in=[low for low, _ in reach.spans], code__gt=0, valid_to=None).order_by("code")
    tops = list(roots[:MANY])
    way = _way_to(chosen) or (tops if len(tops) == 1 else [])
    found = {str(area.code): area.name for area in (*tops, *way)}
    for area in way[-1:]:
        below = area.children.filter(valid_to=None).exclude(code=None).order_by("code")[:MANY]
        found |= {str(each.code): f"　{each.name}" for each in below if (each.code or 0) in reach}
    return [(str(NO_AREA), "未落区划"), *found.items()] if NO_AREA in reach else list(found.items())


def _way_to(chosen: str) -> list[Area]:
    """The chosen area and those above it within the scope, from the top."""
    if not chosen.isdigit() or len(chosen) not in (2, 4, 6, 9, 12):
        return []
    code = int(chosen.ljust(12, "0"))
    codes = [each for each in (code, *areas.ancestors(code)) if each in current().people]
    return list(Area.objects.filter(code__in=codes, valid_to=None).order_by("code"))


def people(request: HttpRequest) -> People:
    """The list for a request, within the scope in force."""
    return People(request, Person.objects.filter(merged_into=None))
