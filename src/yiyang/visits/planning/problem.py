"""What a plan is made from and what it says: the contract between the planner, its checker and who calls them.

A `Problem` is two Arrow tables and a model of roads; a `Solution` is two Arrow tables and figures. Times of day are
whole minutes after midnight, lengths are metres, days are dates. `problem()` checks what it is given, all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from yiyang.base.errors import UsageError

# Told after each step: how many steps are done, of how many, and what is being done. What it raises ends the planning.
Tell = Callable[[int, int, str], None]

VISITS = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        # Whose visit it is; visits of one person keep `gap` days from each other.
        pa.field("person", pa.int64(), nullable=False),
        pa.field("village", pa.int64(), nullable=False),
        # Who may step in for whom: everybody of the same town.
        pa.field("town", pa.int64(), nullable=False),
        # WGS 84 degrees; `places.settle` fills in what is not known and marks it `made_up`.
        pa.field("lon", pa.float64(), nullable=False),
        pa.field("lat", pa.float64(), nullable=False),
        pa.field("made_up", pa.bool_(), nullable=False),
        pa.field("urban", pa.bool_(), nullable=False),
        # False for a telephone call: made from the visitor's seat, without a way.
        pa.field("away", pa.bool_(), nullable=False),
        # First and last day, both included; begins at `opens` or later and has ended at `closes`.
        pa.field("first", pa.date32(), nullable=False),
        pa.field("last", pa.date32(), nullable=False),
        pa.field("opens", pa.int16(), nullable=False),
        pa.field("closes", pa.int16(), nullable=False),
        pa.field("minutes", pa.int16(), nullable=False),
        pa.field("skills", pa.list_(pa.string()), nullable=False),
        pa.field("needs_two", pa.bool_(), nullable=False),
        pa.field("gap", pa.int16(), nullable=False),
        pa.field("usual", pa.int64()),
        pa.field("deputy", pa.int64()),
    ]
)

VISITORS = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("village", pa.int64(), nullable=False),
        pa.field("town", pa.int64(), nullable=False),
        # His seat: where the day begins and ends.
        pa.field("lon", pa.float64(), nullable=False),
        pa.field("lat", pa.float64(), nullable=False),
        pa.field("urban", pa.bool_(), nullable=False),
        pa.field("skills", pa.list_(pa.string()), nullable=False),
        # He leaves his seat at `begins` or later, is back at `ends`, and is on the way `minutes` at most.
        pa.field("begins", pa.int16(), nullable=False),
        pa.field("ends", pa.int16(), nullable=False),
        pa.field("minutes", pa.int16(), nullable=False),
        # The days on which he works, holidays and absences already taken out (`days.working_days`).
        pa.field("days", pa.list_(pa.date32()), nullable=False),
    ]
)

STOPS = pa.schema(
    [
        pa.field("visit", pa.int64(), nullable=False),
        pa.field("visitor", pa.int64(), nullable=False),
        # True on the row of the one who goes along where two must go: such a visit has two rows, at one time.
        pa.field("is_second", pa.bool_(), nullable=False),
        pa.field("day", pa.date32(), nullable=False),
        # Place in the day's round, from 1.
        pa.field("turn", pa.int16(), nullable=False),
        # Minute at which the visit begins; waiting for `opens` is before it.
        pa.field("at", pa.int16(), nullable=False),
        # The way to this stop from the one before, or from the seat.
        pa.field("way_minutes", pa.int16(), nullable=False),
        pa.field("way_metres", pa.int32(), nullable=False),
    ]
)

UNSERVED = pa.schema(
    [
        pa.field("visit", pa.int64(), nullable=False),
        # Which promise cannot be kept: a key of `reasons.PROMISES`.
        pa.field("promise", pa.string(), nullable=False),
        pa.field("zh", pa.string(), nullable=False),
        pa.field("en", pa.string(), nullable=False),
        # True where it is certain that no plan whatever could keep it; False where none was found.
        pa.field("proved", pa.bool_(), nullable=False),
    ]
)


@dataclass(frozen=True)
class Roads:
    """How long a way is and how long it takes, from coordinates alone; sources in docs/decisions/0630-visit-plans.md.

    Straight line × detour; on foot or by electric bicycle, whichever is quicker, with `mount` minutes for getting on
    and off. A way counts as urban only when both its ends are.
    """

    detour_urban: float = 1.25
    detour_rural: float = 1.41
    walk_kmh: float = 4.0
    ride_urban_kmh: float = 16.0
    ride_rural_kmh: float = 22.0
    mount: float = 2.0


@dataclass(frozen=True)
class Wishes:
    """What a good plan is, after what must be. Everything in minutes of way, so that it can be weighed."""

    # What it costs that somebody else comes than the usual visitor: his deputy, anyone else.
    other_than_usual: float = 60.0
    deputy_instead: float = 30.0
    # Load above this share of the town's mean costs; share of a day that is planned, the rest is for what comes.
    fair_share: float = 1.25
    fill: float = 0.9
    # How far away, by road, somebody of another town may be called for.
    reach_metres: int = 30_000


@dataclass(frozen=True)
class Problem:
    """A month to be planned; made by `problem()`, which checks it."""

    visits: pa.Table
    visitors: pa.Table
    roads: Roads = field(default_factory=Roads)
    wishes: Wishes = field(default_factory=Wishes)
    seed: int = 1


@dataclass(frozen=True)
class Solution:
    """A plan: every visit is in `stops` or, with the promise that cannot be kept, in `unserved`."""

    stops: pa.Table
    unserved: pa.Table
    # Numbers for the screen: see `figures.figures`.
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class Fault:
    """Something in a plan that breaks a promise, found by the checker."""

    rule: str
    zh: str
    en: str
    visit: int | None = None
    visitor: int | None = None
    day: date | None = None


@dataclass(frozen=True)
class Change:
    """What happened on `day` at minute `at`. Visits begun before it stay as they are."""

    day: date
    at: int
    # Visitors who stop working at `at` for the rest of the day.
    off: tuple[int, ...] = ()
    # Ids of visits that are not to happen any more.
    cancelled: tuple[int, ...] = ()
    # Visits that come on top, as VISITS.
    added: pa.Table | None = None


def problem(
    visits: pa.Table, visitors: pa.Table, *, roads: Roads | None = None, wishes: Wishes | None = None, seed: int = 1
) -> Problem:
    """A checked problem from tables with the columns of `VISITS` and `VISITORS` (order and integer width are free).

    Raises:
        UsageError: columns missing, values missing, numbers twice, windows that are upside down; all at once.
    """
    faults: list[tuple[str, str]] = []
    cast = [_cast(visits, VISITS, "visits", faults), _cast(visitors, VISITORS, "visitors", faults)]
    if not faults:
        faults += _twice(cast[0], "visits") + _twice(cast[1], "visitors") + _upside_down(*cast)
    if faults:
        raise UsageError("编制计划的数据有误，请更正后再试。", "the problem cannot be planned as it stands.", faults)
    return Problem(cast[0], cast[1], roads or Roads(), wishes or Wishes(), seed)


def _cast(table: pa.Table, schema: pa.Schema, name: str, faults: list[tuple[str, str]]) -> pa.Table:
    missing = [column for column in schema.names if column not in table.column_names]
    faults += [(f"{name} 缺少列 {column}", f"{name}: column {column} is missing") for column in missing]
    if missing:
        return table
    cast = table.select(schema.names).cast(pa.schema([one.with_nullable(True) for one in schema]))
    empty = [one.name for one in schema if not one.nullable and cast[one.name].null_count]
    faults += [(f"{name}.{column} 有空值", f"{name}.{column}: values are missing") for column in empty]
    return cast if empty else cast.cast(schema)


def _twice(table: pa.Table, name: str) -> list[tuple[str, str]]:
    if pc.count_distinct(table["id"]).as_py() == table.num_rows:
        return []
    return [(f"{name}.id 有重复", f"{name}.id: numbers occur twice")]


def _upside_down(visits: pa.Table, visitors: pa.Table) -> list[tuple[str, str]]:
    wrong = (
        ("visits.first > last", pc.greater(visits["first"], visits["last"])),
        ("visits.opens > closes", pc.greater(visits["opens"], visits["closes"])),
        ("visits.minutes < 1", pc.less(visits["minutes"], 1)),
        ("visitors.begins >= ends", pc.greater_equal(visitors["begins"], visitors["ends"])),
        ("visitors.minutes < 1", pc.less(visitors["minutes"], 1)),
    )
    return [(f"{what}：{count} 行", f"{what}: {count} rows") for what, rows in wrong if (count := pc.sum(rows).as_py())]
