"""Visits where two must go: who goes along, on which day and at which minute, fixed before all other rounds are made.

No solver at hand knows visits that two make at one time. So couples go first: their visits are gathered into few common
outings, one behind the other, each with its minute; the rounds of either are then made around them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from yiyang.visits.planning.columns import Columns, Whole
from yiyang.visits.planning.problem import Wishes
from yiyang.visits.planning.sharing import candidates_of

# Share of a day that common outings may take, so that a day keeps room for other visits.
SHARE = 0.7


@dataclass
class Doubles:
    """What is fixed: visit → visitor, who goes along, day, minute; and the minutes each has thereby."""

    first: dict[int, int] = field(default_factory=dict)
    second: dict[int, int] = field(default_factory=dict)
    day: dict[int, int] = field(default_factory=dict)
    at: dict[int, int] = field(default_factory=dict)
    # Visits for which no couple and no day was found.
    left: list[int] = field(default_factory=list)

    def load(self, data: Columns) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Minutes of visiting that each visitor has by these visits."""
        load = np.zeros(len(data.visitor_ids))
        for visit in self.day:
            load[[self.first[visit], self.second[visit]]] += data.minutes[visit]
        return load


@dataclass
class _Outing:
    """A couple's common way on a day: where it ended last and when."""

    last: int
    until: int
    began: int


def doubles(data: Columns, rows: Whole, wishes: Wishes) -> Doubles:
    """Couples, days and minutes for the visits in `rows`, which are owed by two; the narrow windows first."""
    found, outings = Doubles(), dict[tuple[int, int, int], _Outing]()
    busy: set[tuple[int, int]] = set()
    order = sorted(
        rows.tolist(), key=lambda row: (data.last[row] - data.first[row], data.usual[row], data.village[row])
    )
    for visit in order:
        if not any(_fits(data, found, outings, busy, visit, *couple) for couple in _couples(data, visit, wishes)):
            found.left.append(visit)
    return found


def _couples(data: Columns, visit: int, wishes: Wishes) -> list[tuple[int, int]]:
    """Who may go with whom: the usual visitor first, then his deputy, then the near ones; skills need only one have."""
    able = candidates_of(data, visit, wishes).tolist()
    named = [one for one in (int(data.usual[visit]), int(data.deputy[visit])) if one in able]
    leads = [*named, *(one for one in able if one not in named)][:4]
    town = np.flatnonzero(data.may(visit, with_skills=False) & (data.visitor_town == data.town[visit])).tolist()
    others = [*(one for one in (int(data.deputy[visit]), int(data.usual[visit])) if one >= 0), *able, *town]
    along = list(dict.fromkeys(others))[:8]
    return [(lead, other) for lead in leads for other in along if lead != other]


def _fits(
    data: Columns,
    found: Doubles,
    outings: dict[tuple[int, int, int], _Outing],
    busy: set[tuple[int, int]],
    visit: int,
    lead: int,
    along: int,
) -> bool:
    """Puts the visit into the couple's first outing that holds it, or begins a new one; False if none does."""
    window = range(int(data.first[visit]), int(data.last[visit]) + 1)
    days = [day for day in window if data.works[lead, day] and data.works[along, day]]
    begun = [day for day in days if (lead, along, day) in outings]
    for day in [*begun, *(day for day in days if not busy & {(lead, day), (along, day)})]:
        outing = outings.get((lead, along, day))
        at = _begins(data, outing, visit, lead, along)
        if at is None:
            continue
        outings[lead, along, day] = _Outing(visit, at + int(data.minutes[visit]), outing.began if outing else at)
        busy |= {(lead, day), (along, day)}
        found.first[visit], found.second[visit] = lead, along
        found.day[visit], found.at[visit] = day, at
        return True
    return False


def _begins(data: Columns, outing: _Outing | None, visit: int, lead: int, along: int) -> int | None:
    """The minute at which both can begin the visit and still be home in time; None if they cannot."""
    both, before = (lead, along), outing.last if outing else -1
    now = outing.until if outing else max(int(data.begins[one]) for one in both)
    now = max(now + max(data.way(one, before, visit)[1] for one in both), int(data.opens[visit]))
    after = now + int(data.minutes[visit])
    if after > data.closes[visit]:
        return None
    began = outing.began if outing else now
    for one in both:
        home = after + data.way(one, visit, -1)[1]
        out = began - data.way(one, -1, visit)[1] if outing is None else began - _most_way(data, one, outing)
        if home > data.ends[one] or home - out > data.limit[one] * SHARE:
            return None
    return now


def _most_way(data: Columns, visitor: int, outing: _Outing) -> int:
    # The first stop of an outing is not kept; its last is as far from the seat, near enough for a share of the day.
    return data.way(visitor, -1, outing.last)[1]
