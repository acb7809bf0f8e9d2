"""What follows from dates and figures of projects, estates and lottery money. Pure: today is an argument."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

# The way of a project; from each stage one goes on to the next, or stops.
STAGES = ("proposed", "approved", "funded", "building", "accepted", "handed_over", "operating")
STOPPED = "stopped"
# A project whose year has come and that is not yet here is not begun.
BEGUN = "building"


@dataclass(frozen=True, slots=True)
class Delay:
    """How late a project is: days beyond what its stage may take, or beyond the end of its year."""

    days: int
    zh: str


def next_stages(stage: str) -> tuple[str, ...]:
    """Where a project may go from here: on, back by one (a step taken by mistake), or to its end."""
    if stage == STOPPED:
        return ("proposed",)
    place = STAGES.index(stage)
    on = STAGES[place + 1 : place + 2]
    back = STAGES[place - 1 : place] if place else ()
    return (*on, *back, STOPPED) if stage != "operating" else back


def is_begun(stage: str) -> bool:
    """Whether building began."""
    return stage in STAGES[STAGES.index(BEGUN) :]


def is_begun_or_stopped(stage: str) -> bool:
    """Whether a project is past rolling on into another year."""
    return stage == STOPPED or is_begun(stage)


def delay(
    stage: str, since: date, to_year: int | None, year: int, days_in_stage: Mapping[str, int], today: date
) -> Delay | None:
    """How late a project is on a day, or None.

    A project is late where its planned year of completion (else the year of its list) has ended and it is not accepted,
    or where it has stayed longer in its stage than `days_in_stage` says. The longer of the two is told.
    """
    if stage in (STOPPED, "operating"):
        return None
    found = []
    end = to_year or year
    if stage in STAGES[: STAGES.index("accepted")] and today > date(end, 12, 31):
        found.append(Delay((today - date(end, 12, 31)).days, f"应于 {end} 年完工，尚未验收"))
    over = (today - since).days - days_in_stage[stage]
    if over > 0:
        found.append(Delay(over, f"在本阶段已 {(today - since).days} 天，超过 {days_in_stage[stage]} 天"))
    return max(found, key=lambda each: each.days, default=None)


@dataclass(frozen=True, slots=True)
class Owed:
    """What an estate owes and lacks, in square metres; `steps` are those of the four that were not taken in step."""

    required_m2: Decimal
    missing_m2: Decimal
    steps: tuple[str, ...]

    @property
    def is_met(self) -> bool:
        """All space there and nothing left undone."""
        return not self.missing_m2 and not self.steps


FOUR = (
    ("planned_on", "同步规划"),
    ("built_on", "同步建设"),
    ("accepted_on", "同步验收"),
    ("handed_over_on", "同步交付"),
)


def estate(
    homes: int, provided_m2: Decimal, per_100_homes_m2: Decimal, dates: Mapping[str, date | None], homes_on: date | None
) -> Owed:
    """What a housing estate owes: space by its homes, and the four steps taken by the time its homes were accepted.

    Args:
        dates: day of each of `FOUR`, None = not yet.
        homes_on: when the homes were accepted; before that no step is late.
    """
    required = (Decimal(homes) * per_100_homes_m2 / 100).quantize(Decimal("0.1"))
    undone = tuple(
        zh
        for name, zh in FOUR
        if homes_on and (dates[name] is None or (name != FOUR[-1][0] and _after(dates[name], homes_on)))
    )
    return Owed(required, max(required - provided_m2, Decimal(0)), undone)


def _after(day: date | None, limit: date) -> bool:
    return day is not None and day > limit


@dataclass(frozen=True, slots=True)
class Share:
    """The share of lottery money for elderly care, in hundredths, beside the least one. None: nothing was spent."""

    percent: Decimal | None
    least: int | None

    @property
    def is_met(self) -> bool | None:
        """None where there is no figure or no rule."""
        return None if self.percent is None or self.least is None else self.percent >= self.least


def lottery_share(total_fen: int, elderly_fen: int, least: int | None) -> Share:
    """Which share of a year's lottery money went to elderly care."""
    exact = Decimal(elderly_fen) * 100 / total_fen if total_fen else None
    # Cut off, not rounded: 54.96 % must not look like 55 %.
    return Share(exact.quantize(Decimal("0.1"), ROUND_DOWN) if exact is not None else None, least)


@dataclass(frozen=True, slots=True)
class Sum:
    """What projects come to. Money in fen."""

    count: int = 0
    places: int = 0
    in_use: int = 0
    planned_fen: int = 0
    paid_fen: int = 0
    begun: int = 0
    late: int = 0

    def __add__(self, other: Sum) -> Sum:
        return Sum(*(one + two for one, two in zip(self.values(), other.values(), strict=True)))

    def values(self) -> tuple[int, ...]:
        """In the order of the fields."""
        return (self.count, self.places, self.in_use, self.planned_fen, self.paid_fen, self.begun, self.late)


def light(total: Sum, late_percent: int) -> str:
    """good where nothing is late, wait where at most `late_percent` of a hundred projects are, else bad."""
    if not total.late:
        return "good"
    return "wait" if total.late * 100 <= total.count * late_percent else "bad"


def summed(rows: Iterable[tuple[object, Sum]]) -> dict[object, Sum]:
    """Sums by key, in order of first appearance."""
    found: dict[object, Sum] = {}
    for key, each in rows:
        found[key] = found.get(key, Sum()) + each
    return found
