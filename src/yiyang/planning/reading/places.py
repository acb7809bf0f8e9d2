"""Where something lies: counties and towns by the names that documents use, from the table of areas."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from yiyang.areas.jurisdictions import jurisdictions
from yiyang.areas.logic import LEVELS, ancestors, children, find, level, span, tree
from yiyang.planning.reading.words import squash

CITY_ITSELF = "市本级"
_CITY_SIZE, _COUNTY_SIZE = 10**8, 10**6
_ENDINGS = re.compile(r"(街道办事处|街道办|街道|土家族乡|[镇乡])$")


@dataclass(frozen=True, slots=True)
class Unit:
    """A county, a jurisdiction without code, or the city itself."""

    code: int | None
    name: str


class Gazetteer:
    """The names of one city: its counties and districts, its zones, and their towns."""

    def __init__(self, area: int | None) -> None:
        self.area = area
        self.city = area - area % _CITY_SIZE if area else None
        self._units = self._all_units()

    def _all_units(self) -> list[tuple[str, Unit]]:
        if self.city is None:
            return []
        named = [(each.name, Unit(each.code, each.name)) for each in _counties(self.city)]
        for zone in jurisdictions():
            if zone.parent == self.city:
                named += [(alias, Unit(zone.code, zone.name)) for alias in zone_names(zone.name, self._short())]
        return sorted(named, key=lambda pair: -len(pair[0]))

    def _short(self) -> str:
        city = find(self.city) if self.city is not None else None
        return city.name.removesuffix("市") if city else ""

    @property
    def own(self) -> Unit | None:
        """The city itself."""
        return Unit(self.city, CITY_ITSELF) if self.city is not None else None

    def by_code(self, code: int) -> Unit | None:
        """The county, zone or city of a 12-digit code."""
        known = [unit for _, unit in self._units if unit.code == code]
        return known[0] if known else self.own if code == self.city else None

    def unit(self, text: str) -> Unit | None:
        """The county or zone that a text names first; of two names at one spot the longer one."""
        said = squash(text)
        found = [(said.find(name), -len(name), unit) for name, unit in self._units if name in said]
        return min(found, key=lambda each: each[:2])[2] if found else None

    def responsible(self, text: str) -> Unit | None:
        """Whose unit this is: 通川区人民政府 is 通川区's, 市民政局 the city's, 县民政局 the document's own county's."""
        named = self.unit(text)
        if named:
            return named
        said = squash(text)
        if self.city is not None and (said.startswith(("市", f"{self._short()}市"))):
            return self.own
        area = find(self.area) if self.area else None
        if area and level(area.code) == "county" and said.startswith(("县", "区", "市")):
            return Unit(area.code, area.name)
        return None

    def site(self, text: str, county: int | None) -> int | None:
        """The town that a text names, inside the county if it has one; else the county or zone; None if neither."""
        said = squash(text)
        # A zone has no towns in the table: those that it administers are its neighbours'.
        area = county if county is not None and _towns(county) else self.city
        towns = [(said.find(name), code) for name, code in _towns(area) if name in said] if area is not None else []
        if towns:
            return min(towns)[1]
        named = self.unit(text)
        return named.code if named else None


@cache
def _counties(city: int) -> tuple[Unit, ...]:
    return tuple(Unit(each.code, each.name) for each in children(city) if each.kind not in ("placeholder", "former"))


@cache
def _towns(area: int) -> tuple[tuple[str, int], ...]:
    low, high = span(area)
    inside = [each for code, each in tree().items() if low <= code < high and each.level == "town"]
    return tuple((each.name, each.code) for each in inside if len(each.name) > 2 and _ENDINGS.search(each.name))


def zone_names(name: str, city: str) -> set[str]:
    """How documents call a zone: with or without the city's name, written out or short.

    >>> sorted(zone_names("达州高新区", "达州"))
    ['达州高新区', '达州高新技术产业园区', '高新区', '高新技术产业园区']
    """
    bare = name.removeprefix(city)
    forms = {bare, bare.removeprefix("东部").removeprefix("西部")}
    for short, long in (("高新区", "高新技术产业园区"), ("经开区", "经济技术开发区")):
        forms |= {form.replace(short, long) for form in set(forms) if short in form}
    return forms | {city + form for form in forms}


def area_of(title: str, opening: str, text: str) -> int | None:
    """The area that a document speaks of: named in its title, at its opening, else the one it names most.

    Outside the title a name counts only where its city's or province's name stands, too: 老城区 is an old town nearly
    everywhere, and a district of 洛阳 only in 洛阳.
    """
    said = squash(text)
    found = _named(title) or [code for code in _named(opening) if _is_backed(code, said)]
    if found:
        return found[0]
    counted = Counter({code: said.count(name) for name, (code, *_) in _by_name().items() if name in said})
    ranked = [(times, code) for code, times in counted.items() if level(code) != "province" and _is_backed(code, said)]
    return max(ranked)[1] if ranked else None


def _is_backed(code: int, said: str) -> bool:
    above = [area.name for each in ancestors(code) if (area := find(each)) and area.level in ("province", "city")]
    return any(name in said for name in above if name != "市辖区") or level(code) == "province"


def _named(text: str) -> list[int]:
    """The areas that a text names, the narrowest first: 重庆市铜梁区 is the district."""
    said = squash(text)
    found = [(said.find(name), code) for name, (code, *_) in _by_name().items() if name in said]
    return [code for _, code in sorted(found, key=lambda each: (-LEVELS.index(level(each[1])), each[0]))]


@cache
def _by_name() -> dict[str, tuple[int, ...]]:
    """Cities and counties whose name is theirs alone, so that a name says where."""
    found: dict[str, list[int]] = {}
    for code, area in tree().items():
        if area.level in ("province", "city", "county") and area.kind not in ("placeholder", "former"):
            found.setdefault(area.name, []).append(code)
    return {name: tuple(codes) for name, codes in found.items() if len(codes) == 1 and len(name) > 2}
