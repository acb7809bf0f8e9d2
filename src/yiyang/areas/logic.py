"""The tree of areas: 12-digit codes, names, ranges, former codes.

A code is an integer of up to twelve digits: province 2, city 2, county 2, town 3, village 3 (GB/T 2260 and the
statistical codes). Everything below an area lies in one half-open range of integers, so *within* is two comparisons.
"""

from __future__ import annotations

import csv
from collections.abc import Container
from dataclasses import dataclass
from functools import cache

from yiyang.base.errors import UsageError
from yiyang.base.paths import policy_dir

NATION = 0
# Size of the range of each level, the narrowest first.
SIZES = (("village", 1), ("town", 10**3), ("county", 10**6), ("city", 10**8), ("province", 10**10), ("nation", 10**12))
LEVELS = ("nation", "province", "city", "county", "town", "village")
LEVEL_NAMES = {
    "nation": "全国",
    "province": "省级",
    "city": "地级",
    "county": "县级",
    "town": "乡级",
    "village": "村级",
}


@dataclass(frozen=True, slots=True)
class Area:
    """One area of the table.

    `kind`: nation; province, municipality, autonomous_region; city, placeholder (市辖区 and the like, no government of
    its own); district, county, county_city, autonomous_county, banner, development_zone, former (merged since 2020);
    subdistrict, town, township, ethnic_township, town_like; neighbourhood, village, neighbourhood_like, village_like.
    """

    code: int
    name: str
    level: str
    kind: str

    @property
    def is_urban(self) -> bool:
        """A residents' committee, not a village committee."""
        return self.kind.startswith("neighbourhood")


@cache
def tree() -> dict[int, Area]:
    """Every area of the table by code, in order of code."""
    path = policy_dir() / "areas" / "divisions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return {int(code): Area(int(code), name, level, kind) for code, name, level, kind in rows}


@cache
def _children() -> dict[int, tuple[Area, ...]]:
    """Children by parent. An area whose parent is missing hangs under the nearest area above that exists."""
    found: dict[int, list[Area]] = {}
    for area in tree().values():
        if area.level != "nation":
            found.setdefault(parent(area.code) or NATION, []).append(area)
    return {code: tuple(areas) for code, areas in found.items()}


def find(code: int) -> Area | None:
    """The area of exactly this code, if the table has it."""
    return tree().get(code)


def level(code: int) -> str:
    """The level a code speaks of, whether or not the table has it: 511724000000 is a county."""
    return next(name for name, size in reversed(SIZES) if code % size == 0)


def span(code: int) -> tuple[int, int]:
    """The half-open range of all codes within an area.

    >>> span(511724000000)
    (511724000000, 511725000000)
    >>> span(511700000000)
    (511700000000, 511800000000)
    >>> span(0)
    (0, 1000000000000)
    """
    return code, code + dict(SIZES)[level(code)]


def within(code: int, area: int) -> bool:
    """Whether a code lies in an area or is that area."""
    low, high = span(area)
    return low <= code < high


def is_code(text: str, lengths: Container[int] = (6, 9, 12)) -> bool:
    """Whether a word of an address is a code: `str.isdigit` alone takes ² and ５ for digits, too.

    >>> is_code("511724"), is_code("５１１７２４"), is_code("511724", lengths=(12,))
    (True, False, False)
    """
    return text.isascii() and text.isdigit() and len(text) in lengths


def normalise(text: str | int) -> int:
    """A code as people write it (2, 4, 6, 9 or 12 digits) as the 12-digit integer."""
    digits = str(text).strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) in (2, 4, 6, 9, 12)):
        raise UsageError(
            f"区划代码应为 6、9 或 12 位数字，现在是“{text}”。",
            f"An area code has 6, 9 or 12 digits; this is “{text}”.",
        )
    return int(digits.ljust(12, "0"))


def require(text: str | int) -> Area:
    """The area of a code or a full name that a user typed. Raises UsageError when there is none."""
    if isinstance(text, str) and not text.strip().isdigit():
        return _by_name(text.strip())
    area = find(normalise(text))
    if area is None:
        raise UsageError(
            f"区划表里没有代码 {text}。也可以直接写名称，例如“大竹县”。",
            f"The table of areas has no code {text}. A name will do as well, such as 大竹县.",
        )
    return area


def _by_name(name: str) -> Area:
    found = search(name, exact=True)
    if len(found) == 1:
        return found[0]
    hints = [(f"{short(area.code)} {full_name(area.code)}",) * 2 for area in (found or search(name))[:8]]
    if found:
        raise UsageError(
            f"叫“{name}”的区划不止一个，请写代码。", f"More than one area is called {name}; write its code.", hints
        )
    raise UsageError(f"区划表里没有“{name}”。", f"The table of areas has no {name}.", hints)


def search(name: str, *, exact: bool = False) -> list[Area]:
    """Areas whose name is (or holds) this text, the highest level first."""
    found = [area for area in tree().values() if area.name == name or (not exact and name in area.name)]
    return sorted(found, key=lambda area: (LEVELS.index(area.level), area.code))


def short(code: int) -> str:
    """The code as it is usually written: six digits down to counties, nine for towns, twelve for villages."""
    return f"{code:012d}"[: {"town": 9, "village": 12}.get(level(code), 6)]


def nearest(code: int) -> int:
    """The code itself if the table has it, otherwise the nearest area above that it has."""
    for _, size in SIZES:
        above = code - code % size
        if above in tree():
            return above
    return NATION


def parent(code: int) -> int | None:
    """The nearest area above that the table has; None for the nation."""
    if code == NATION:
        return None
    size = dict(SIZES)[level(code)]
    return nearest(next(code - code % bigger for _, bigger in SIZES if bigger > size))


def ancestors(code: int) -> list[int]:
    """The areas above, nearest first, ending with the nation."""
    found: list[int] = []
    above = parent(code)
    while above is not None:
        found.append(above)
        above = parent(above)
    return found


def children(code: int) -> tuple[Area, ...]:
    """The areas straight below, in order of code."""
    return _children().get(code, ())


def descendants(code: int, wanted: str) -> list[Area]:
    """All areas of one level within an area (itself included when it is of that level)."""
    low, high = span(code)
    return [area for area in tree().values() if area.level == wanted and low <= area.code < high]


def counties(code: int) -> list[Area]:
    """The county-level areas of today within an area: no former ones."""
    return [area for area in descendants(code, "county") if area.kind != "former"]


def county_of(code: int) -> int:
    """The county-level code of a village, town or county code."""
    return code - code % 10**6


def name(code: int) -> str:
    """The name; for a code that the table lacks, the name of the nearest area above and the code."""
    area = find(code)
    return area.name if area else f"{tree()[nearest(code)].name}（{short(code)}）"


def full_name(code: int) -> str:
    """The name from the province down, without placeholders: 四川省达州市大竹县竹阳街道."""
    chain = [code, *ancestors(code)][::-1]
    return "".join(_part(step) for step in chain if step != NATION or len(chain) == 1)


def _part(code: int) -> str:
    area = find(code)
    return f"（{short(code)}）" if area is None else "" if area.kind == "placeholder" else area.name


def has_villages(code: int) -> bool:
    """Whether the table goes down to the villages where this code lies, so that an unknown village is an error."""
    return county_of(code) in _counties_with_villages()


@cache
def _counties_with_villages() -> frozenset[int]:
    return frozenset(county_of(area.code) for area in tree().values() if area.level == "village")


@dataclass(frozen=True, slots=True)
class Prefix:
    """A six-digit code at the head of identity numbers, the years it was in force, and the area that answers today."""

    prefix: int
    name: str
    from_year: int
    to_year: int
    current: int


@cache
def prefixes() -> tuple[Prefix, ...]:
    """The table of former and present six-digit codes; an open year is 0 or 9999."""
    path = policy_dir() / "areas" / "id_prefixes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Prefix(
                int(r["prefix"]),
                r["name"],
                int(r["from_year"] or 0),
                int(r["to_year"] or 9999),
                int(r["current"]) * 10**6,
            )
            for r in csv.DictReader(file)
        )


@cache
def former_codes() -> dict[int, int]:
    """Former county-level code (12 digits) → the area of today, for codes that are not in use any more."""
    return {p.prefix * 10**6: p.current for p in prefixes() if find(p.prefix * 10**6) is None}


def current(code: int) -> int:
    """Today's code for one of a renamed or merged county; a town or village keeps its last digits if they exist."""
    now = former_codes().get(county_of(code))
    if now is None:
        return code
    moved = now + code % 10**6
    return moved if level(now) == "county" and moved in tree() else now
