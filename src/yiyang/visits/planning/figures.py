"""What a plan comes to: visits served, usual faces, ways, loads, beside the way in village order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yiyang.visits.planning.columns import Columns, Whole, columns
from yiyang.visits.planning.problem import Problem
from yiyang.visits.planning.roads import ways
from yiyang.visits.planning.village import village_order


def figures(
    problem: Problem, stops: pa.Table, unserved: pa.Table, before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Figures of a plan, for the screen and for comparison.

    `way_*` count the ways to each stop and back to the seat, of everyone who goes; `village_*` are the same for village
    order (`village.village_order`); `usual_share` is the share of served visits with a usual visitor that he makes.
    What `before` says of village order is taken over: a change of a day is compared with the same month.
    """
    data = columns(problem)
    rows = placed(problem, stops)
    minutes, metres, spans = travelled(data, rows)
    known = {name: value for name, value in (before or {}).items() if name.startswith("village_")}
    village = known or village_order(data, problem.wishes)
    lead = ~rows["second"]
    usual = data.usual[rows["visit"]][lead]
    kept = (usual == rows["visitor"][lead])[usual >= 0]
    home = data.away[rows["visit"]][lead]
    kept_home = (usual == rows["visitor"][lead])[home & (usual >= 0)]
    return {
        "visits": problem.visits.num_rows,
        "served": int(lead.sum()),
        "calls": int((~home).sum()),
        "unserved": unserved.num_rows,
        "unserved_by": {one["values"]: one["counts"] for one in pc.value_counts(unserved["promise"]).to_pylist()},
        "visitors": problem.visitors.num_rows,
        "rounds": len(spans),
        "way_minutes": minutes,
        "way_metres": metres,
        **village,
        "usual_share": round(float(kept.mean()), 4) if len(kept) else None,
        "usual_share_at_home": round(float(kept_home.mean()), 4) if len(kept_home) else None,
        # Minutes of the fullest day of anybody, calls and ways included.
        "longest_day": max(spans.values(), default=0),
        "load": _loads(data, rows, spans),
    }


def placed(problem: Problem, stops: pa.Table) -> dict[str, Any]:
    """The stops as arrays of rows: visit, visitor, second, day (number), at; by visitor, day and turn."""
    ordered = stops.sort_by([("visitor", "ascending"), ("day", "ascending"), ("turn", "ascending")])
    return {
        "visit": pc.index_in(ordered["visit"], problem.visits["id"].combine_chunks()).to_numpy().astype(np.int64),
        "visitor": pc.index_in(ordered["visitor"], problem.visitors["id"].combine_chunks()).to_numpy().astype(np.int64),
        "second": ordered["is_second"].to_numpy(),
        "day": ordered["day"].cast(pa.int32()).to_numpy().astype(np.int64),
        "at": ordered["at"].to_numpy().astype(np.int64),
    }


def travelled(data: Columns, rows: dict[str, Any]) -> tuple[int, int, dict[tuple[int, int], int]]:
    """Minutes and metres of way of all rounds, and the minutes of each round by visitor and day number."""
    visit, visitor, day = rows["visit"], rows["visitor"], rows["day"]
    if not len(visit):
        return 0, 0, {}
    begins = np.r_[True, (visitor[1:] != visitor[:-1]) | (day[1:] != day[:-1])]
    ends = np.r_[begins[1:], True]
    spots = _spots(data, visit, visitor)
    seats = tuple(one[visitor] for one in data.seat)
    before = tuple(np.where(begins, seat, np.r_[one[:1], one[:-1]]) for one, seat in zip(spots, seats, strict=True))
    to_metres, to = ways(data.roads, before, spots)
    home_metres, home = ways(data.roads, spots, seats)
    leaves = (rows["at"] - to)[begins]
    back = (rows["at"] + data.minutes[visit] + home)[ends]
    keys = zip(visitor[begins].tolist(), day[begins].tolist(), strict=True)
    spans = dict(zip(keys, (back - leaves).tolist(), strict=True))
    return int(to.sum() + home[ends].sum()), int(to_metres.sum() + home_metres[ends].sum()), spans


def _spots(data: Columns, visit: Whole, visitor: Whole) -> tuple[Any, Any, Any]:
    away = data.away[visit]
    pairs = zip(data.place, data.seat, strict=True)
    lon, lat, urban = (np.where(away, place[visit], seat[visitor]) for place, seat in pairs)
    return lon, lat, urban


def _loads(data: Columns, rows: dict[str, Any], spans: dict[tuple[int, int], int]) -> dict[str, float]:
    """Minutes of work in the month by visitor: least, mean, most, and how unequal within towns (0 = equal)."""
    load = np.zeros(len(data.visitor_ids))
    for (visitor, _), span in spans.items():
        load[visitor] += span
    working = load[data.works.any(axis=1)]
    if not len(working):
        return {"least": 0, "mean": 0, "most": 0}
    return {"least": float(working.min()), "mean": round(float(working.mean()), 1), "most": float(working.max())}
