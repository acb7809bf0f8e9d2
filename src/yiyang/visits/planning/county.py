"""A made-up county month for benchmarks and tests: real villages, invented people, visitors and absences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from yiyang.synthetic.chance import Chance
from yiyang.visits.planning.days import month_days, working_days
from yiyang.visits.planning.places import Centres, centres, households
from yiyang.visits.planning.problem import VISITORS, VISITS, Problem, problem

SKILLS = ("nursing", "dialect")


def made_up_county(
    villages: Sequence[tuple[int, bool]],
    border: Sequence[ArrayLike],
    *,
    people: int,
    month: str,
    seed: int = 1,
    calls: int = 0,
) -> Problem:
    """A month's visits to `people` elders in the villages (code, is urban), one visitor a village.

    A quarter is visited twice, a week or more apart; some at certain hours only, by two, by telephone, by somebody with
    a skill; a tenth of visitors is away for a week, one in fifty the whole month. `calls` more people are telephoned.
    """
    codes = np.array([code for code, _ in villages], np.int64)
    urban = np.array([is_urban for _, is_urban in villages])
    middles = centres(codes.tolist(), urban.tolist(), {}, border, seed)
    first, last = month_days(month)
    visitors = _visitors(Chance(seed), codes, urban, middles, working_days(first, last))
    visits = _visits(Chance(seed), codes, urban, middles, people, (first, last), seed)
    if calls:
        called = _visits(Chance(seed + 1), codes, urban, middles, calls, (first, last), seed + 1)
        visits = pa.concat_tables([visits, _by_telephone(called, visits.num_rows)])
    return problem(visits, visitors, seed=seed)


def _by_telephone(table: pa.Table, after: int) -> pa.Table:
    """The first visit of each person as a call of eight minutes at any hour."""
    first = table.slice(0, pc.count_distinct(table["person"]).as_py())
    count = first.num_rows
    given = {
        "id": pc.add(first["id"], after), "person": pc.add(first["person"], after), "away": np.zeros(count, bool),
        "opens": np.full(count, 510), "closes": np.full(count, 1080), "minutes": np.full(count, 8),
        "skills": pa.array([[]] * count, pa.list_(pa.string())), "needs_two": np.zeros(count, bool),
        "gap": np.zeros(count, np.int64),
    }  # fmt: skip
    for name, values in given.items():
        values = values if isinstance(values, pa.ChunkedArray) else pa.array(values)
        values = values.cast(first[name].type)
        first = first.set_column(first.column_names.index(name), name, values)
    return first


def _visitors(
    chance: Chance, codes: NDArray[np.int64], urban: NDArray[np.bool_], middles: Centres, days: Sequence[date]
) -> pa.Table:
    keys = np.arange(1, len(codes) + 1)
    luck, begins = chance.uniform("absent", keys), chance.between("absent from", keys, 0, max(len(days) - 5, 0))
    works = [
        [] if fate < 0.02 else [*days[:start], *days[start + 5 :]] if fate < 0.12 else list(days)
        for fate, start in zip(luck, begins.tolist(), strict=True)
    ]
    skilled = [chance.happens(f"has {skill}", keys, share) for skill, share in zip(SKILLS, (0.25, 0.5), strict=True)]
    return pa.table(
        {
            "id": keys,
            "village": codes,
            "town": codes // 1000,
            "lon": [middles.lon[code] for code in codes.tolist()],
            "lat": [middles.lat[code] for code in codes.tolist()],
            "urban": urban,
            "skills": [
                [skill for skill, has in zip(SKILLS, one, strict=True) if has] for one in zip(*skilled, strict=True)
            ],
            "begins": np.full(len(codes), 510),
            "ends": np.full(len(codes), 1050),
            "minutes": np.full(len(codes), 360),
            "days": pa.array(works, pa.list_(pa.date32())),
        }
    ).select(VISITORS.names)


def _visits(
    chance: Chance,
    codes: NDArray[np.int64],
    urban: NDArray[np.bool_],
    middles: Centres,
    people: int,
    month: tuple[date, date],
    seed: int,
) -> pa.Table:
    weights = np.exp(chance.uniform("village size", codes) * 1.4)
    edges = np.cumsum(weights) / weights.sum()
    keys = np.arange(1, people + 1)
    home = np.minimum(np.searchsorted(edges, chance.uniform("lives in", keys)), len(codes) - 1)
    lon, lat = households(codes[home], keys, urban[home], middles, seed)
    twice = chance.happens("twice", keys, 0.25)
    person = np.concatenate([keys, keys[twice]])
    row = person - 1
    ids = np.arange(1, len(person) + 1)
    hours = chance.uniform("hours", person)
    two = chance.happens("two", person, 0.02)
    skill = chance.uniform("needs", person)
    usual = home[row] + 1
    return pa.table(
        {
            "id": ids,
            "person": person,
            "village": codes[home[row]],
            "town": codes[home[row]] // 1000,
            "lon": lon[row],
            "lat": lat[row],
            "made_up": np.ones(len(person), bool),
            "urban": urban[home[row]],
            "away": ~chance.happens("telephone", ids, 0.05) | two,
            "first": pa.array([month[0]] * len(ids), pa.date32()),
            "last": pa.array([month[1]] * len(ids), pa.date32()),
            "opens": np.where(hours < 0.04, 840, 480),
            "closes": np.where((hours >= 0.04) & (hours < 0.10), 720, 1080),
            "minutes": 15 + 5 * chance.between("minutes", person, 0, 3),
            "skills": pa.array(
                [[SKILLS[0]] if one < 0.03 else [SKILLS[1]] if one < 0.05 else [] for one in skill],
                pa.list_(pa.string()),
            ),
            "needs_two": two,
            "gap": np.where(twice[row], 7, 0),
            "usual": usual,
            "deputy": _neighbour(codes, middles)[home[row]] + 1,
        }
    ).select(VISITS.names)


def _neighbour(codes: NDArray[np.int64], middles: Centres) -> NDArray[np.int64]:
    """The nearest other village of the same town, by row: its visitor is the deputy; itself if it is alone."""
    place = np.array([(middles.lon[code], middles.lat[code]) for code in codes.tolist()])
    away = np.linalg.norm(place[:, None, :] - place[None, :, :], axis=2)
    away[(codes[:, None] // 1000 != codes[None, :] // 1000)] = np.inf
    np.fill_diagonal(away, 1e9)
    return np.asarray(away.argmin(axis=1), np.int64)
