"""The plan's projects as buildings: where they lie or in which town, how many places, how much money, when. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from yiyang.areas import logic
from yiyang.reach.network.graph import Flags, Whole
from yiyang.reach.network.places import Facilities, Points
from yiyang.reach.policy import Kind

# What the end of a town's name says, the longest first: 渡口土家族乡 is 渡口 in a project's name.
ENDINGS = ("土家族乡", "街道", "镇", "乡")
# The first that stands in a project's name says what kind of facility it is.
KINDS = (
    ("助餐", "dining"), ("食堂", "dining"), ("互助", "mutual_aid"), ("日间照料", "day_care"), ("综合体", "complex"),
    ("社区养老", "complex"), ("区域性", "regional_home"), ("敬老院", "regional_home"), ("养护", "regional_home"),
    ("照护", "regional_home"), ("供养", "regional_home"), ("中心", "regional_home"),
)  # fmt: skip


@dataclass(frozen=True)
class Stated:
    """A project as somebody stated it; 0 where places, money (yuan) or year were not said, None where degrees were not.

    Attributes:
        kind: of facilities; empty where it is not known.
        year: from which it serves.
        under_way: whether building began.
    """

    id: str
    title: str
    kind: str
    area: int
    place: str
    places: int
    yuan: int
    year: int
    under_way: bool
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class Planned:
    """Projects with a place.

    Attributes:
        where: their places; `made_up` where only the town or the county is known.
        yuan, year, under_way: as stated.
        left_out: reason → titles of those that cannot be counted; never silently.
    """

    where: Facilities
    yuan: Whole
    year: Whole
    under_way: Flags
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.where)

    def without(self, rows: Flags, why: str) -> Planned:
        """Without these rows, which are told with the reason."""
        kept = ~rows
        gone = [self.where.name[row] for row in np.flatnonzero(rows).tolist()]
        left_out = {**self.left_out, why: [*self.left_out.get(why, ()), *gone]} if gone else self.left_out
        return Planned(self.where.only(kept), self.yuan[kept], self.year[kept], self.under_way[kept], left_out)

    def completed(self, kind: Kind) -> Planned:
        """With places and money of the kind's sizes where nobody said how many or how much."""
        places = np.where(self.where.capacity > 0, self.where.capacity, kind.sizes[0].places)
        yuan = [int(said) or kind.cost_of(int(many)) for said, many in zip(self.yuan, places, strict=True)]
        return replace(self, where=replace(self.where, capacity=places), yuan=np.array(yuan, np.int64))


NO_PLACE = "不知道在哪个乡镇、哪个县"
NO_KIND = "从名称看不出类别"


def kind_in(title: str) -> str:
    """What kind of facility a project builds; empty where its name does not say."""
    return next((kind for word, kind in KINDS if word in title), "")


def placed(rows: Iterable[Stated], points: Points, kind: str = "") -> Planned:
    """Projects of a kind (of all where none is named) with their places.

    Where nobody gave degrees, it is the largest point of the town that place or name speaks of, else of the county.
    """
    listed = [row for row in rows if not kind or row.kind in (kind, "")]
    unsorted = [row.title for row in listed if kind and not row.kind]
    known = [row for row in listed if row.kind or not kind]
    spots = [(row, _place(row, points)) for row in known]
    lost = [row.title for row, spot in spots if spot is None]
    found = [(row, spot) for row, spot in spots if spot is not None]
    degrees = np.array([spot for _, spot in found], float).reshape(-1, 3)
    of = _columns([row for row, _ in found])
    where = Facilities(
        [row.id for row, _ in found], [row.title for row, _ in found], [row.kind for row, _ in found], degrees[:, 0],
        degrees[:, 1], of(lambda row: row.places), degrees[:, 2] > 0,
    )  # fmt: skip
    left_out = {why: titles for why, titles in ((NO_KIND, unsorted), (NO_PLACE, lost)) if titles}
    return Planned(
        where, of(lambda row: row.yuan), of(lambda row: row.year), of(lambda row: row.under_way) > 0, left_out
    )


def _columns(rows: Sequence[Stated]) -> Callable[[Callable[[Stated], int]], Whole]:
    return lambda get: np.array([get(row) for row in rows], np.int64)


def _place(row: Stated, points: Points) -> tuple[float, float, bool] | None:
    """Degrees, and whether they are a guess."""
    if row.lon is not None and row.lat is not None:
        return row.lon, row.lat, False
    for area in (_town(row), _county(row)):
        low, high = logic.span(area) if area else (0, 0)
        inside = np.flatnonzero((points.code >= low) & (points.code < high))
        if len(inside):
            best = int(inside[points.people["elders"][inside].argmax()])
            return float(points.lon[best]), float(points.lat[best]), True
    return None


def _town(row: Stated) -> int | None:
    """The town that a project's place or name speaks of: the longest name that fits, in its own area."""
    if row.area % 10**6:
        return row.area // 1000 * 1000
    text = row.place + row.title
    names = [(area.name, area.code) for area in logic.descendants(row.area, "town")]
    fits = [(len(name), code) for name, code in names if name in text or _stem(name) in text]
    return max(fits)[1] if fits else None


def _stem(name: str) -> str:
    """A town's name without its ending, where two characters or more are left."""
    ending = next((each for each in ENDINGS if name.endswith(each)), "")
    stem = name.removesuffix(ending)
    return stem if len(stem) >= 2 else name


def _county(row: Stated) -> int | None:
    county = row.area // 10**6 * 10**6
    return county if logic.level(county) == "county" else None
