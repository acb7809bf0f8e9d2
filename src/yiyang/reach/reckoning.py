"""The job of a question: ground, search, answer. It appears whole or not at all; a killed job is done again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from django.utils import timezone

from yiyang.access.scope import Scope, acting, current
from yiyang.areas.logic import span
from yiyang.areas.names import name as area_name
from yiyang.audit.record import record, work
from yiyang.base.errors import UsageError, YiyangError
from yiyang.planning.models import Project
from yiyang.reach import files, standing
from yiyang.reach.logic import Access, catchment
from yiyang.reach.models import Reckoning, Site, Spot
from yiyang.reach.network.places import Facilities, Points, sites_at, together
from yiyang.reach.policy import Kind
from yiyang.reach.siting.answer import Answer
from yiyang.reach.suggesting import Ground, Question, covering_question, phased_question, served_after, suggested
from yiyang.reach.trial import Files, ground
from yiyang.registry.progress import Progress

State, What = Reckoning.State, Reckoning.What
STEPS = 100
# Of a hundred steps so many lie before the search, and it ends so far.
BEFORE, SEARCHED = 30, 95
# Seconds between two looks at whether somebody wants it stopped.
LOOK = 1.0
NOW, MORE, NOT = 1, 2, 0


def make(scope: Scope, reckoning: Reckoning) -> None:
    """Answer an ordered question: READY, STOPPED with the best so far, or FAILED with what is wrong."""
    with acting(scope), Progress(reckoning.pk, STEPS, "reach_reckoning") as progress:
        progress.hold(f"yiyang.reach.{reckoning.pk}")
        with work(scope):
            waiting = Reckoning.objects.filter(pk=reckoning.pk, state__in=(State.ORDERED, State.RUNNING))
            if not waiting.update(state=State.RUNNING, problems=[]):
                return
        try:
            _make(scope, reckoning, _Clock(progress))
        except YiyangError as error:
            said = [{"zh": zh, "en": en} for zh, en in ((error.zh, error.en), *error.problems)]
            with work(scope):
                _end(reckoning, State.FAILED, problems=said[:50])


class _Clock:
    """Progress of one job, and whether somebody wants it stopped."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._looked, self._stops = progress, 0.0, False

    def at(self, share: int, words: str) -> None:
        """So many hundredths are done."""
        if share > self._progress.done:
            self._progress.done = share - 1
            self._progress(words)

    def tell(self, seconds: float, objective: float, bound: float | None) -> None:
        """What the search says of itself."""
        best = f"已找到 {objective:,.0f}" + (f"，不会超过 {bound:,.0f}" if bound is not None else "")
        share = BEFORE + int((SEARCHED - BEFORE) * (1 - 0.9 ** (seconds + 1)))
        self.at(max(share, min(self._progress.done + 1, SEARCHED)), best)

    def stops(self) -> bool:
        """Asked often, looked up once a second."""
        if not self._stops and time.monotonic() - self._looked > LOOK:
            self._looked, self._stops = time.monotonic(), self._asked()
        return self._stops

    def _asked(self) -> bool:
        side = self._progress.side
        with side.transaction():
            for name, value in current().settings().items():
                side.execute("SELECT set_config(%s, %s, true)", [name, value])
            row = side.execute("SELECT is_stopping FROM reach_reckoning WHERE id = %s", [self._progress.key]).fetchone()
        return bool(row and row[0])


@dataclass(frozen=True)
class _Stand:
    """What a question stands on, and the plan's projects that are not built yet."""

    ground: Ground
    kind: Kind | None
    planned: Facilities
    made_up: list[str]


def _make(scope: Scope, reckoning: Reckoning, clock: _Clock) -> None:
    clock.at(5, "读取路网、人口点和设施")
    with work(scope):
        projects = standing.projects(reckoning.area_code)
        with files.opened(reckoning.area_code) as given:
            stand = _stand(reckoning, given, projects)
    clock.at(20, "计算出行时间")
    if reckoning.what == What.CIRCLE:
        spots, result = _circle(stand)
        with work(scope):
            _finish(reckoning, stand, State.READY, result, spots=spots)
        return
    answer, sites, result = (_phased if reckoning.what == What.PHASED else _sited)(reckoning, stand, clock)
    clock.at(SEARCHED, "保存结果")
    with work(scope):
        state = State.STOPPED if answer.status == "stopped" else State.READY
        _finish(reckoning, stand, state, result, sites=sites)


def _stand(reckoning: Reckoning, given: Files, projects: list[Project]) -> _Stand:
    kind = reckoning.kind or None
    found, entry = ground(str(reckoning.area_code), given, kind=kind)
    low, high = span(reckoning.area_code)
    points = found.points.only((found.points.code >= low) & (found.points.code < high))
    if not len(points):
        name = area_name(reckoning.area_code)
        raise UsageError(f"人口点文件里没有 {name} 的村（社区）。", f"The file holds no point of {name}.")
    built = standing.as_facilities([each for each in projects if each.stage in standing.STANDS], points)
    planned = standing.as_facilities([each for each in projects if each.stage not in standing.STANDS], points)
    if kind:
        built, planned = built.of_kind(kind), planned.of_kind(kind)
    whole = replace(found, points=points, facilities=together(found.facilities, built))
    return _Stand(_of_minutes(whole, reckoning.question), entry, planned, given.made_up)


def _of_minutes(found: Ground, question: dict[str, Any]) -> Ground:
    """With the minutes that were asked for instead of the standard's."""
    urban, rural = (
        standard.model_copy(update={"minutes": question[word], "zh": f"{question[word]}分钟", "source": None})
        if question.get(word) else standard
        for word, standard in zip(("urban", "rural"), found.standards, strict=True)
    )  # fmt: skip
    return replace(found, standards=(urban, rural))


def _circle(stand: _Stand) -> tuple[Iterator[Spot], dict[str, Any]]:
    here = stand.ground
    if not len(here.facilities):
        raise UsageError("这里还没有这类设施，无从计算；请先上传设施。", "There is no facility of this kind.")
    found = here.access(here.facilities, unlimited=True)
    people = here.points.people["elders"]
    scores = catchment(found.minutes, found.allowed, people, here.facilities.capacity, here.policy.decay)
    return _spots(here, found, scores), _told(here) | {
        "off_points": int(found.off_points.sum()), "off_facilities": int(found.off_facilities.sum())
    }  # fmt: skip


def _told(here: Ground) -> dict[str, Any]:
    """What every answer says of its ground."""
    places = here.facilities
    rows = zip(places.lon.round(5).tolist(), places.lat.round(5).tolist(), places.name, strict=True)
    return {
        "standards": [{"name": one.zh, "minutes": one.minutes, "mode": one.mode} for one in here.standards],
        "points": len(here.points), "nodes": here.network.nodes, "facilities": [list(row) for row in rows],
        "people": {group: int(counted.sum()) for group, counted in here.points.people.items()},
    }  # fmt: skip


def _spots(here: Ground, found: Access, scores: Any) -> Iterator[Spot]:
    points, covered, names = here.points, found.covered, here.facilities.name
    for row in range(len(points)):
        minutes, which = float(found.nearest[row]), int(found.which[row])
        yield Spot(
            code=int(points.code[row]), name=points.name[row][:100], longitude=round(float(points.lon[row]), 6),
            latitude=round(float(points.lat[row]), 6), is_urban=bool(points.urban[row]),
            is_made_up=bool(points.made_up[row]), minutes=round(minutes, 1) if np.isfinite(minutes) else None,
            allowed=float(found.allowed[row]), mode=found.mode[row], is_covered=bool(covered[row]),
            nearest=names[which][:200] if which >= 0 else "", score=round(float(scores[row]), 6),
            off_road=round(float(found.off_metres[row])) if found.off_points[row] else None,
            **{group: int(counted[row]) for group, counted in points.people.items()},
        )  # fmt: skip


def _sited(reckoning: Reckoning, stand: _Stand, clock: _Clock) -> tuple[Answer, list[Site], dict[str, Any]]:
    # Loaded on use: whoever serves pages needs no solver.
    from yiyang.reach.siting.covering import cover
    from yiyang.reach.siting.questioning import question

    asked, size = reckoning.question, _size(reckoning, stand)
    if asked["group"] not in stand.ground.points.people:
        raise UsageError("人口点里没有这类人群的人数。", "The points do not count this group.")
    planned = stand.planned if asked["keeps"] != "leave" and len(stand.planned) else None
    problem = covering_question(
        stand.ground, sites_at(stand.ground.points, reckoning.kind), group=asked["group"], count=asked["count"],
        yuan=size["yuan"], budget=asked["budget"], planned=planned,
    )  # fmt: skip
    clock.at(BEFORE, "寻找最好的布局")
    doubted = None
    if asked["keeps"] == "question" and planned is not None:
        both = question(problem.problem, seconds=asked["seconds"], tell=clock.tell, stop=clock.stops)
        zh, en = both.words()
        doubted = {"zh": zh, "en": en, "at_least": both.at_least, "at_most": both.at_most,
                   "sites": [asdict(each) for each in suggested(problem, both.free.chosen)]}  # fmt: skip
        answer = both.kept
    else:
        answer = cover(problem.problem, seconds=asked["seconds"], tell=clock.tell, stop=clock.stops)
    return answer, _sites(problem, answer, size, stand.ground.points), _sited_told(stand, problem, answer) | {
        "question": doubted, "planned": 0 if planned is None else len(planned), "size": size,
    }  # fmt: skip


def _size(reckoning: Reckoning, stand: _Stand) -> dict[str, int]:
    if stand.kind is None:
        raise UsageError("请指明设施类别。", "Name a kind of facility.")
    size = stand.kind.sizes[reckoning.question["size"]]
    return {"places": size.places, "yuan": size.yuan}


def _sites(problem: Question, answer: Answer, size: dict[str, int], points: Points) -> list[Site]:
    codes = set(points.code.tolist())
    return [
        Site(
            number=number, code=int(one.id) if one.id.isdigit() and int(one.id) in codes else None, name=one.name[:200],
            longitude=one.lon, latitude=one.lat, is_made_up=one.made_up, is_planned=one.is_planned, adds=one.adds,
            within_reach=one.within_reach, places=size["places"], yuan=size["yuan"],
        )
        for number, one in enumerate(suggested(problem, answer.chosen), start=1)
    ]  # fmt: skip


def _proved(answer: Answer) -> dict[str, Any]:
    zh, en = answer.words()
    return {
        "objective": answer.objective, "bound": answer.bound, "gap": answer.gap, "status": answer.status,
        "status_zh": zh, "status_en": en, "seconds": round(answer.seconds, 2),
    }  # fmt: skip


def _sited_told(stand: _Stand, problem: Question, answer: Answer) -> dict[str, Any]:
    here, after = stand.ground, served_after(problem, answer.chosen)
    groups = {
        group: {"before": int(people[problem.served].sum()), "after": int(people[after].sum())}
        for group, people in here.points.people.items()
    }
    return _told(here) | _proved(answer) | {"groups": groups, "drawn": _drawn(here.points, problem.served, after)}


def _drawn(points: Points, before: Any, after: Any) -> list[list[Any]]:
    """For the map: degrees, elders, and whether covered now, by the answer, or not."""
    state = np.where(before, NOW, np.where(after, MORE, NOT))
    columns = (points.lon.round(5), points.lat.round(5), points.people["elders"], state)
    return [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _phased(reckoning: Reckoning, stand: _Stand, clock: _Clock) -> tuple[Answer, list[Site], dict[str, Any]]:
    from yiyang.reach.siting.phased import phase

    asked, here, kind = reckoning.question, stand.ground, stand.kind
    if kind is None:
        raise UsageError("请指明设施类别。", "Name a kind of facility.")
    budget = np.array(asked["by_year"], np.int64)
    problem, sites = phased_question(here, sites_at(here.points, reckoning.kind), kind, budget)
    clock.at(BEFORE, "寻找最好的布局")
    answer = phase(problem, seconds=asked["seconds"], tell=clock.tell, stop=clock.stops)
    first = asked["first_year"] or timezone.localdate().year + 1
    rows = sorted(answer.more["buildings"], key=lambda one: (one[2], one[0]))
    made = [
        Site(
            number=number, code=int(sites.id[site]), name=sites.name[site][:200], longitude=float(sites.lon[site]),
            latitude=float(sites.lat[site]), is_made_up=bool(sites.made_up[site]), places=kind.sizes[size].places,
            yuan=kind.sizes[size].yuan, year=first + year,
            within_reach=int(here.points.people["elders"][problem.cover[:, [site]].tocoo().row].sum()),
        )
        for number, (site, size, year) in enumerate(rows, start=1)
    ]  # fmt: skip
    before = np.asarray((problem.cover[:, problem.existing > 0].getnnz(axis=1)) > 0)
    after = before | np.asarray(problem.cover[:, list(answer.chosen)].getnnz(axis=1) > 0)
    told = _told(here) | _proved(answer) | {
        "first_year": first, "served": [int(each) for each in answer.more["served"]],
        "demand": problem.demand.sum(axis=0).tolist(), "drawn": _drawn(here.points, before, after),
    }  # fmt: skip
    return answer, made, told


def _finish(
    reckoning: Reckoning, stand: _Stand, state: str, result: dict[str, Any], *, spots: Iterator[Spot] | None = None,
    sites: list[Site] | None = None,
) -> None:  # fmt: skip
    """One unit of work: all of the answer and its state, or nothing."""
    reckoning.spots.all().delete()
    reckoning.sites.all().delete()
    Spot.objects.bulk_create((_of(reckoning, each) for each in spots or ()), batch_size=1000)
    Site.objects.bulk_create(_of(reckoning, each) for each in sites or ())
    record("system", what=f"reckoning:{reckoning.pk}", area=reckoning.area_code, detail={"state": str(state)})
    # Last: progress is told through another connection, which must not wait for this row.
    if not _end(reckoning, state, result=result, made_up=stand.made_up, done=STEPS, steps=STEPS, step="完成"):
        reckoning.spots.all().delete()
        reckoning.sites.all().delete()


def _of(reckoning: Reckoning, row: Any) -> Any:
    row.reckoning = reckoning
    return row


def _end(reckoning: Reckoning, state: str, **values: Any) -> int:
    running = Reckoning.objects.filter(pk=reckoning.pk, state=State.RUNNING)
    return int(running.update(state=state, is_stopping=False, finished_at=timezone.now(), **values))
