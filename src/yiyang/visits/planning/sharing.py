"""Who goes to whom in the month: a flow of visits to visitors, fair and with the usual faces, solved by HiGHS.

Visits that are alike for this question (usual visitor, place, skills, window) are one group; a linear programme shares
the groups out; its fractions are rounded, and what that does to the days is seen to when the rounds are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yiyang.base.errors import MissingPart, YiyangError
from yiyang.visits.planning.columns import Columns, Whole
from yiyang.visits.planning.problem import Wishes
from yiyang.visits.planning.roads import ways

# Minutes of way that a visit costs on average, before rounds are known; only loads are reckoned with it.
WAY = 6
# How many of a town are asked for a group besides the usual one and his deputy.
NEAREST = 6
# What a group's own way from the seat is shared among: few others lie where somebody seldom goes.
ROUND = 3
# What a minute of load costs beyond the fair share, beyond half as much again, and beyond what his days hold.
SLOPES = (1.5, 4.0, 50.0)

# A call by somebody else is less strange than a visit: loads are made even by calls first, and faces and ways stay.
CALL = 0.25
# Up to this share of what his days hold nobody is relieved, however little the others have.
EASY = 0.4


@dataclass(frozen=True)
class _Groups:
    members: list[Whole]
    candidates: list[Whole]
    costs: list[NDArray[np.float64]]
    minutes: Whole


def shared(data: Columns, rows: Whole, load: NDArray[np.float64], wishes: Wishes) -> Whole:
    """The visitor (row) of each visit in `rows`; -1 where nobody has the skills and works in its days within reach.

    Args:
        rows: visits where one goes alone.
        load: minutes that each visitor has already.
    """
    found = np.full(len(data.ids), -1, np.int64)
    groups = _groups(data, rows, wishes)
    if groups.members:
        for members, candidates, amounts in zip(
            groups.members, groups.candidates, _solved(data, groups, load, wishes), strict=True
        ):
            found[members] = np.repeat(candidates, _rounded(amounts, len(members)))
    return found[rows]


def candidates_of(data: Columns, visit: int, wishes: Wishes) -> Whole:
    """Who may go to a visit: the able of its town, else the able of other towns within reach; the near ones first."""
    able = data.may(visit)
    metres, _ = ways(data.roads, data.seat, tuple(one[visit] for one in data.place))
    own = able & (data.visitor_town == data.town[visit])
    for named in (data.usual[visit], data.deputy[visit]):
        if named >= 0 and able[named]:
            own[named] = True
    able = own if own.any() else able & (metres <= wishes.reach_metres)
    order = np.argsort(metres, kind="stable")
    return np.asarray(order[able[order]], np.int64)


def _groups(data: Columns, rows: Whole, wishes: Wishes) -> _Groups:
    keys = np.stack(
        [one[rows] for one in (data.usual, data.deputy, data.village, data.skills, data.minutes, data.first, data.last)]
        + [data.away[rows]],
        axis=1,
    )
    _, which = np.unique(keys, axis=0, return_inverse=True)
    # Within a group people stay together, so that one face comes to one person.
    order = np.lexsort((data.ids[rows], data.person[rows], which.ravel()))
    parts = np.split(rows[order], np.flatnonzero(np.diff(which.ravel()[order])) + 1) if len(rows) else []
    kept, candidates, costs = [], [], []
    for part in parts:
        able = _asked(data, int(part[0]), wishes)
        if len(able):
            kept.append(part)
            candidates.append(able)
            costs.append(_costs(data, part, able, wishes))
    minutes = [int(data.minutes[part[0]]) + WAY * bool(data.away[part[0]]) for part in kept]
    return _Groups(kept, candidates, costs, np.array(minutes, np.int64))


def _asked(data: Columns, visit: int, wishes: Wishes) -> Whole:
    every = candidates_of(data, visit, wishes)
    named = np.isin(every, (data.usual[visit], data.deputy[visit]))
    return np.concatenate([every[named], every[~named][:NEAREST]])


def _costs(data: Columns, part: Whole, able: Whole, wishes: Wishes) -> NDArray[np.float64]:
    usual, deputy = data.usual[part[0]], data.deputy[part[0]]
    other = np.where(able == deputy, wishes.deputy_instead, wishes.other_than_usual)
    if not data.away[part[0]]:
        other = other * CALL
    if usual < 0:
        # Where nobody is usual only the way counts.
        other = np.zeros(len(able))
    place = tuple(one[part].mean() for one in data.place[:2])
    seat = tuple(one[able] for one in data.seat)
    _, minutes = ways(data.roads, seat, (*place, data.place[2][part[0]]))
    return np.asarray(np.where(able == usual, 0.0, other) + 2.0 * minutes / ROUND * bool(data.away[part[0]]))


def _solved(data: Columns, groups: _Groups, load: NDArray[np.float64], wishes: Wishes) -> list[NDArray[np.float64]]:
    """How many visits of each group go to each of its candidates, as the linear programme says."""
    counts = np.array([len(part) for part in groups.members])
    sizes = np.array([len(one) for one in groups.candidates])
    group_of, visitor_of = np.repeat(np.arange(len(counts)), sizes), np.concatenate(groups.candidates)
    lower, widths = _borders(data, groups, counts, load, wishes)
    amounts = _highs(
        costs=np.concatenate([*groups.costs, np.repeat(SLOPES, len(lower))]),
        upper=np.concatenate([counts[group_of].astype(float), widths.ravel()]),
        group_of=group_of,
        visitor_of=visitor_of,
        minutes=groups.minutes[group_of].astype(float),
        counts=counts.astype(float),
        room=lower,
    )
    return np.split(amounts, np.cumsum(sizes)[:-1])


def _borders(
    data: Columns, groups: _Groups, counts: Whole, load: NDArray[np.float64], wishes: Wishes
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Minutes each visitor takes without cost, and the widths of the two dearer stretches and of what is too much."""
    days = data.works.sum(axis=1)
    most = data.limit * days * wishes.fill
    towns, which = np.unique(data.visitor_town, return_inverse=True)
    total = np.zeros(len(towns))
    town_of = np.searchsorted(towns, [data.visitor_town[one[0]] for one in groups.candidates])
    np.add.at(total, town_of, counts * groups.minutes)
    total += np.bincount(which, load, len(towns))
    # A part-time visitor's fair share is smaller: by the minutes that he has.
    mean = total / np.maximum(np.bincount(which, most, len(towns)), 1.0)
    fair = np.clip(mean[which] * wishes.fair_share, EASY, 1.0) * most
    steps = np.stack([fair, np.minimum(fair * 1.5, most), most, np.full(len(most), 1e9)])
    return np.maximum(steps[0] - load, 0.0), np.diff(np.maximum(steps - load, 0.0), axis=0)


def _highs(
    *, costs: Any, upper: Any, group_of: Whole, visitor_of: Whole, minutes: Any, counts: Any, room: Any
) -> NDArray[np.float64]:
    """Minimise cost: each group shared out whole, each visitor's minutes within his room and bought stretches."""
    highspy = _highspy()
    pairs, groups, visitors = len(group_of), len(counts), len(room)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(costs), groups + visitors
    model.col_cost_, model.col_lower_, model.col_upper_ = costs, np.zeros(len(costs)), upper
    model.row_lower_ = np.concatenate([counts, np.full(visitors, -highspy.kHighsInf)])
    model.row_upper_ = np.concatenate([counts, room])
    # Column by column: a pair stands in its group's row and its visitor's; a stretch in its visitor's alone.
    stretches = np.tile(np.arange(visitors), len(SLOPES)) + groups
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.concatenate([np.arange(pairs + 1) * 2, pairs * 2 + 1 + np.arange(len(stretches))])
    model.a_matrix_.index_ = np.concatenate([np.stack([group_of, visitor_of + groups], axis=1).ravel(), stretches])
    values = np.stack([np.ones(pairs), minutes], axis=1).ravel()
    model.a_matrix_.value_ = np.concatenate([values, -np.ones(len(stretches))])
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        # Whatever is too much may be bought, so there is always an answer; this is memory or a broken installation.
        raise YiyangError("分配探访员时求解失败，请重试。", "sharing out the visits failed in HiGHS; try again.")
    return np.maximum(np.asarray(solver.getSolution().col_value)[:pairs], 0.0)


def _highspy() -> Any:
    try:
        import highspy
    except ImportError as error:
        raise MissingPart(
            "编制探访计划需要 routing 组件：pip install 'yiyang[routing]'。",
            "planning visits needs the extra: pip install 'yiyang[routing]'.",
        ) from error
    return highspy


def _rounded(amounts: NDArray[np.float64], count: int) -> Whole:
    """Whole numbers that add up to `count`, nearest to the amounts: largest remainders first."""
    whole = np.floor(amounts + 1e-9).astype(np.int64)
    order = np.argsort(whole - amounts, kind="stable")
    whole[order[: max(count - int(whole.sum()), 0)]] += 1
    return whole
