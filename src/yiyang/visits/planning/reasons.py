"""Why a visit cannot be made: which promise fails, proved where counting proves it, said so where it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

import numpy as np
import pyarrow as pa

from yiyang.visits.planning.columns import Columns, Whole
from yiyang.visits.planning.problem import UNSERVED, Wishes
from yiyang.visits.planning.roads import matrix, ways
from yiyang.visits.planning.sharing import candidates_of

Who = Callable[[int], Whole]
Said = tuple[str, dict[str, object]]
# Promise → (Chinese, English). `{day}` and the like are filled in.
PROMISES = {
    "skill": ("本镇及可调派范围内无人具备所需技能", "nobody of the town or within reach has the skills"),
    "days": ("有此技能的探访员在 {first} 至 {last} 均不在岗", "those who could go do not work from {first} to {last}"),
    "hours": (
        "时间窗 {opens}—{closes} 容不下：探访 {minutes} 分钟，加上往返后无人能按时出发并返回",
        "{minutes} minutes between {opens} and {closes}, with the way there and back, fit into nobody's working hours",
    ),
    "two": (
        "须两人同行，{first} 至 {last} 没有两人同日在岗",
        "two must go, and no two work on one day from {first} to {last}",
    ),
    "spacing": (
        "与同一老年人的其他探访须相隔 {gap} 天，期限内排不下",
        "the person's visits cannot keep {gap} days from each other within their windows",
    ),
    "room": (
        "{first} 至 {last} 能去的探访员工作时间已不够：连同路上至少需要 {needed} 分钟，只有 {available} 分钟",
        "those who could go from {first} to {last} have {available} minutes and need {needed} at least, ways included",
    ),
    "not_found": (
        "{first} 至 {last} 未能排入，能去的探访员各日均已排满",
        "no place was found from {first} to {last} in the days of those who could go",
    ),
}


def unserved(data: Columns, rest: Iterable[int], hopeless: set[int], wishes: Wishes) -> pa.Table:
    """The table of what is not served, each with the promise that fails."""
    who = cache(lambda visit: candidates_of(data, visit, wishes))
    room = cache(lambda first, last, town, able: _room(data, first, last, town, able, who))
    found = [_reason(data, visit, hopeless, wishes, who, room) for visit in sorted(rest)]
    return pa.Table.from_pylist(found, UNSERVED)


def _reason(
    data: Columns, visit: int, hopeless: set[int], wishes: Wishes, who: Who, room: Callable[..., Said]
) -> dict[str, object]:
    promise, words = _promise(data, visit, hopeless, wishes, who, room)
    zh, en = PROMISES[promise]
    words = words | {"first": data.day(data.first[visit]).isoformat(), "last": data.day(data.last[visit]).isoformat()}
    said = {"zh": zh.format(**words), "en": en.format(**words)}
    return {"visit": int(data.ids[visit]), "promise": promise, "proved": promise != "not_found", **said}


def _promise(
    data: Columns, visit: int, hopeless: set[int], wishes: Wishes, who: Who, room: Callable[..., Said]
) -> Said:
    skilled = data.visitor_skills & data.skills[visit] == data.skills[visit]
    near = (data.visitor_town == data.town[visit]) | (_metres(data, visit) <= wishes.reach_metres)
    named = [one for one in (data.usual[visit], data.deputy[visit]) if one >= 0]
    near[named] = True
    if not (skilled & near).any():
        return "skill", {}
    able = who(visit)
    if not len(able):
        return "days", {}
    if not _fits_hours(data, visit, able):
        return "hours", _hours(data, visit)
    if data.needs_two[visit] and not _two_on_a_day(data, visit, able):
        return "two", {}
    if visit in hopeless:
        return "spacing", {"gap": int(data.gap[visit])}
    return room(int(data.first[visit]), int(data.last[visit]), int(data.town[visit]), tuple(sorted(able.tolist())))


def _metres(data: Columns, visit: int) -> Whole:
    return ways(data.roads, data.seat, tuple(one[visit] for one in data.place))[0]


def _hours(data: Columns, visit: int) -> dict[str, object]:
    clock = {name: f"{int(value) // 60:02d}:{int(value) % 60:02d}" for name, value in
             (("opens", data.opens[visit]), ("closes", data.closes[visit]))}  # fmt: skip
    return {**clock, "minutes": int(data.minutes[visit])}


def _fits_hours(data: Columns, visit: int, able: Whole) -> bool:
    """Whether anyone, with nothing else to do, could be there in the hours and home in time."""
    way = _alone(data, visit, able)
    begins = np.maximum(data.begins[able] + way, data.opens[visit])
    after = begins + data.minutes[visit]
    fits = (after <= data.closes[visit]) & (after + way <= data.ends[able])
    return bool((fits & (data.minutes[visit] + 2 * way <= data.limit[able])).any())


def _alone(data: Columns, visit: int, able: Whole) -> Whole:
    seat = tuple(one[able] for one in data.seat)
    minutes = ways(data.roads, seat, tuple(one[visit] for one in data.place))[1]
    return np.asarray(minutes * int(data.away[visit]), np.int64)


def _two_on_a_day(data: Columns, visit: int, able: Whole) -> bool:
    window = slice(data.first[visit], data.last[visit] + 1)
    town = data.works[data.visitor_town == data.town[visit], window].sum(axis=0)
    both = np.union1d(able, np.flatnonzero(data.visitor_town == data.town[visit]))
    return bool(
        (data.works[able, window].any(axis=0) & ((data.works[both, window].sum(axis=0) > 1) | (town > 1))).any()
    )


def _room(data: Columns, first: int, last: int, town: int, able: tuple[int, ...], who: Who) -> Said:
    """Whether the visits that only these people can make, in these days, are more than their days hold."""
    within = np.flatnonzero((data.first >= first) & (data.last <= last) & (data.town == town)).tolist()
    bound = [one for one in within if set(able).issuperset(who(one).tolist())]
    people = np.array(able)
    needed = int(data.minutes[bound].sum()) + _least_way(data, np.array(bound, np.int64), people)
    available = int((data.works[people, first : last + 1].sum(axis=1) * data.limit[people]).sum())
    if needed > available:
        return "room", {"needed": needed, "available": available}
    return "not_found", {}


def _least_way(data: Columns, bound: Whole, people: Whole) -> int:
    """Minutes of way that no plan can save: to each visit from whatever is nearest, another of them or a seat."""
    away = bound[data.away[bound]]
    lon, lat, urban = (
        np.concatenate([place[away], seat[people]]) for place, seat in zip(data.place, data.seat, strict=True)
    )
    minutes = matrix(data.roads, lon, lat, urban)[1][:, : len(away)]
    minutes[np.arange(len(away)), np.arange(len(away))] = np.iinfo(np.int64).max
    return int(minutes.min(axis=0).sum()) if len(away) else 0
