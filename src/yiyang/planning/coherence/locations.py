"""Places that do not lie in the county whose project it is, by the table of areas; place against responsible unit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from yiyang.areas.jurisdictions import jurisdictions
from yiyang.areas.logic import children, county_of, descendants, find
from yiyang.areas.logic import name as area_name
from yiyang.planning.coherence.findings import Amount, Finding, Severity, Spot, finding, quote
from yiyang.planning.coherence.projects import spot
from yiyang.planning.records import Document, Project

_CITY = 10**8
_ENDING = re.compile(r"(街道|镇|乡)$")
_COMMUNITY = re.compile(r"[\u4e00-\u9fff]{2,4}?社区")


@cache
def towns(city: int) -> Mapping[str, frozenset[int]]:
    """Towns of a city by name → the counties in which one of that name lies."""
    found: dict[str, set[int]] = {}
    for area in descendants(city, "town"):
        found.setdefault(area.name, set()).add(county_of(area.code))
    return {name: frozenset(counties) for name, counties in found.items() if len(name) > 2}


@cache
def _counties(city: int) -> Mapping[str, int]:
    """Counties and districts that the standard knows, by name; zones without towns of their own are not among them."""
    return {
        area.name: area.code
        for area in descendants(city, "county")
        if children(area.code) and area.kind != "development_zone"
    }


def outside(document: Document) -> Iterator[Finding]:
    """A town named in place or description that lies in another county than the project's."""
    for project in document.projects:
        city = _city(document, project)
        if city is None or project.county == city:
            continue
        for field, text in (("place", project.place), ("description", project.description), ("name", project.name)):
            strange = next((named for named in _named(text, city) if _is_elsewhere(project, named, city)), None)
            if strange:
                yield from _strange(project, field, text, strange, city)
                break


def _city(document: Document, project: Project) -> int | None:
    code = project.county or document.area
    return code - code % _CITY if code else None


def _named(text: str, city: int) -> list[str]:
    """Towns of the city named in a text, longer names first, so that a part of one is not taken for another."""
    found: list[str] = []
    for name in sorted(towns(city), key=len, reverse=True):
        if name in text:
            found.append(name)
            text = text.replace(name, " ")
    return found


def _is_elsewhere(project: Project, town: str, city: int) -> bool:
    lies_in = towns(city)[town]
    if project.county is not None and project.county in _counties(city).values():
        return project.county not in lies_in and not _has_like(project.county, town)
    # A zone of which nobody has stated the towns: only two towns that cannot both be its own contradict each other.
    return any(each != town and not towns(city)[each] & lies_in for each in _named(project.place, city))


def _has_like(county: int, town: str) -> bool:
    """Whether the county has a town of nearly this name: 清溪镇 is what people call 清溪场镇."""
    core = _ENDING.sub("", town)
    return any(area.name.startswith(core) for area in descendants(county, "town"))


def _strange(project: Project, field: str, text: str, town: str, city: int) -> Iterator[Finding]:
    there = "、".join(area_name(code) for code in sorted(towns(city)[town]))
    is_county = project.county in _counties(city).values()
    if is_county and _is_handed_over(project):
        return
    own = project.county_name if is_county else f"{project.place or project.county_name}"
    why = f"“{project.name}”属{own}，却写在{town}；按区划表{town}在{there}，选址或项目归属有一处写错。"
    first = Spot(spot(project, field).place, quote(text, town))
    second = spot(project, "place", project.place or project.name)
    amounts = (Amount(f"{town}（{there}）"), Amount(own))
    yield finding("places", "town", (first, second), amounts, why, about=project.name, sure=0.9, severity="high")


def _is_handed_over(project: Project) -> bool:
    return any(each.name in project.unit or project.unit in each.name for each in jurisdictions() if project.unit)


def units(document: Document) -> Iterator[Finding]:
    """The place column names one county, the responsible unit another; doubtful where the unit is a zone."""
    for project in document.projects:
        city = _city(document, project)
        if city is None:
            continue
        named = next((name for name in _counties(city) if name in project.place), None)
        unit = next((name for name in _counties(city) if name in project.unit), None)
        zone = next((each for each in _zones(city) if each in project.unit), None)
        if named is None or (unit is None and zone is None) or (zone is None and named == unit):
            continue
        sure, level = _doubt(is_zone=zone is not None)
        why = f"“{project.name}”建设地点写作{named}，实施单位为{project.unit}，项目归哪一方统计和负责不明。"
        amounts = (Amount(named), Amount(project.unit))
        spots = (spot(project, "place", project.place), spot(project, "unit", project.unit))
        yield finding("places", "unit", spots, amounts, why, about=project.name, sure=sure, severity=level)


def _doubt(is_zone: bool) -> tuple[float, Severity]:
    """A zone may lie in the county that is named, so that both are right."""
    return (0.5, "low") if is_zone else (0.8, "medium")


@cache
def _zones(city: int) -> tuple[str, ...]:
    """Words by which units of zones are known: 高新, 经开."""
    named = [each.name for each in jurisdictions() if each.parent == city]
    return tuple(
        word for word in ("高新区", "高新技术", "经开区", "经济开发区") if any(word[:2] in name for name in named)
    )


def misspelt(document: Document) -> Iterator[Finding]:
    """Two names in one list that differ in one letter, of which the table of areas knows only one."""
    for project in document.projects:
        city = _city(document, project)
        named = list(dict.fromkeys(_clean(match[0]) for match in _COMMUNITY.finditer(project.description)))
        for one, other in ((one, other) for one in named for other in named if _differ_by_one(one, other)):
            if city is not None and _is_known(one, project) and not _is_known(other, project):
                why = f"“{project.name}”并列写出{other}和{one}，区划表只有{one}，疑为同一社区写了两次。"
                place = spot(project, "description", project.description)
                amounts = (Amount(other), Amount(one))
                yield finding(
                    "places", "misspelt", (place, place), amounts, why, about=project.name, sure=0.7, severity="low"
                )


def _clean(text: str) -> str:
    return re.split(r"[的、和及与对]", text)[-1]


def _differ_by_one(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(first != second for first, second in zip(one, other, strict=True)) == 1


def _is_known(community: str, project: Project) -> bool:
    if project.county is None or find(project.county) is None:
        return False
    return any(area.name.startswith(community) for area in descendants(project.county, "village"))
