"""The job of a question: ground, search, answer. It appears whole or not at all; a killed job is done again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.utils import timezone

from yiyang.access.scope import Scope, acting, current
from yiyang.areas.logic import span
from yiyang.areas.names import name as area_name
from yiyang.audit.record import record, work
from yiyang.base.errors import UsageError, YiyangError
from yiyang.reach import files, over_years, standing
from yiyang.reach.logic import Access, catchment
from yiyang.reach.models import Reckoning, Site, Spot
from yiyang.reach.network.places import Points, sites_at, together
from yiyang.reach.over_years import OverYears, Wanted
from yiyang.reach.planned import Planned
from yiyang.reach.policy import Kind, Size
from yiyang.reach.siting.answer import Answer
from yiyang.reach.suggesting import Ground, Question, compared, covering_question, served_after, suggested
from yiyang.reach.suggesting import Site as Suggested
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
    """What a question stands on, the plan's projects that are not built yet, and titles of those that stand."""

    ground: Ground
    kind: Kind | None
    planned: Planned
    made_up: list[str]
    stands: list[str]


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


def _stand(reckoning: Reckoning, given: Files, projects: list[Any]) -> _Stand:
    kind = reckoning.kind or None
    found, entry = ground(str(reckoning.area_code), given, kind=kind)
    low, high = span(reckoning.area_code)
    points = found.points.only((found.points.code >= low) & (found.points.code < high))
    if not len(points):
        name = area_name(reckoning.area_code)
        raise UsageError(f"人口点文件里没有 {name} 的村（社区）。", f"The file holds no point of {name}.")
    built, planned = standing.standing(projects, points, kind or ""), standing.planned(projects, points, kind or "")
    whole = replace(found, points=points, facilities=together(found.facilities, built))
    stands = standing.standing_titles(projects, kind or "")
    return _Stand(_of_minutes(whole, reckoning.question), entry, planned, given.made_up, stands)


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

    asked, kind, here = reckoning.question, _kind(stand), stand.ground
    if asked["group"] not in here.points.people:
        raise UsageError("人口点里没有这类人群的人数。", "The points do not count this group.")
    size, keeps = kind.sizes[asked["size"]], asked["keeps"]
    planned = stand.planned.completed(kind) if keeps != "leave" and len(stand.planned) else None
    problem = covering_question(
        here, sites_at(here.points, reckoning.kind), size, group=asked["group"], count=asked["count"],
        budget=asked["budget"], planned=planned, keeps=keeps,
    )  # fmt: skip
    clock.at(BEFORE, "寻找最好的布局")
    given: dict[str, Any] = {"seconds": asked["seconds"], "tell": clock.tell, "stop": clock.stops}
    if keeps not in ("under_way", "question") or planned is None:
        answer = cover(problem.problem, **given)
        return answer, _rows(suggested(problem, answer.chosen), here.points), _sited_told(stand, problem, answer, size)
    both = question(problem.problem, keep=problem.keep, **given)
    plan, free = suggested(problem, both.kept.chosen), suggested(problem, both.free.chosen)
    told = _sited_told(stand, problem, both.free, size)
    told["question"] = over_years.told_of(both) | _beside(plan, here.points, problem.served, _after(problem, both.kept))
    return both.free, _rows(compared(plan, free), here.points), told


def _kind(stand: _Stand) -> Kind:
    if stand.kind is None:
        raise UsageError("请指明设施类别。", "Name a kind of facility.")
    return stand.kind


def _after(problem: Question, answer: Answer) -> Any:
    return served_after(problem, answer.chosen)


def _beside(plan: list[Suggested], points: Points, before: Any, after: Any) -> dict[str, Any]:
    """The plan as it is, for the map beside the answer's."""
    return {
        "plan_sites": [[site.lon, site.lat, site.name, site.is_planned] for site in plan],
        "plan_drawn": _drawn(points, before, after), "plan_yuan": sum(site.yuan for site in plan),
    }  # fmt: skip


def _rows(sites: list[Suggested], points: Points) -> list[Site]:
    codes = set(points.code.tolist())
    return [
        Site(
            number=number, code=int(one.id) if one.id.isdigit() and int(one.id) in codes else None, name=one.name[:200],
            longitude=one.lon, latitude=one.lat, is_made_up=one.made_up, is_planned=one.is_planned, fate=one.fate,
            adds=one.adds, within_reach=one.within_reach, places=one.places, yuan=one.yuan, year=one.year,
        )
        for number, one in enumerate(sites, start=1)
    ]  # fmt: skip


def _proved(answer: Answer) -> dict[str, Any]:
    zh, en = answer.words()
    return {
        "objective": answer.objective, "bound": answer.bound, "gap": answer.gap, "status": answer.status,
        "status_zh": zh, "status_en": en, "seconds": round(answer.seconds, 2),
    }  # fmt: skip


def _sited_told(stand: _Stand, problem: Question, answer: Answer, size: Size) -> dict[str, Any]:
    here, after = stand.ground, _after(problem, answer)
    groups = {
        group: {"before": int(people[problem.served].sum()), "after": int(people[after].sum())}
        for group, people in here.points.people.items()
    }
    return _told(here) | _proved(answer) | {
        "groups": groups, "drawn": _drawn(here.points, problem.served, after), "question": None,
        "planned": len(problem.projects), "size": {"places": size.places, "yuan": size.yuan},
        "left_out": _left_out(stand.planned), "projects": _projects(stand),
    }  # fmt: skip


def _projects(stand: _Stand) -> dict[str, Any]:
    """How many of the plan's projects are still to be built, and which stand already."""
    return {"to_build": len(stand.planned), "standing": list(stand.stands)}


def _left_out(planned: Planned) -> list[dict[str, Any]]:
    """Projects that are not counted, by reason."""
    return [{"why": why, "titles": list(titles)} for why, titles in planned.left_out.items()]


def _drawn(points: Points, before: Any, after: Any) -> list[list[Any]]:
    """For the map: degrees, elders, and whether covered now, by the answer, or not."""
    state = np.where(before, NOW, np.where(after, MORE, NOT))
    columns = (points.lon.round(5), points.lat.round(5), points.people["elders"], state)
    return [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _phased(reckoning: Reckoning, stand: _Stand, clock: _Clock) -> tuple[Answer, list[Site], dict[str, Any]]:
    asked, here, kind = reckoning.question, stand.ground, _kind(stand)
    counted = None if "points" in stand.made_up else timezone.localtime(reckoning.ordered_at).year
    wanted = Wanted(
        asked["first_year"], asked["years"], tuple(asked["by_year"]), asked["keeps"], asked["grows"], counted
    )
    planned = over_years.in_time(stand.planned, wanted)
    question = over_years.asked(here, kind, reckoning.kind, planned, wanted)
    clock.at(BEFORE, "寻找最好的布局")
    found = over_years.answered(
        here, question, wanted.keeps, seconds=asked["seconds"], tell=clock.tell, stop=clock.stops
    )
    told = (
        _told(here)
        | _proved(found.answer)
        | found.told
        | {"left_out": _left_out(planned), "projects": _projects(stand)}
    )
    told["drawn"] = _drawn(here.points, *_reached(found, found.answer))
    if found.doubted is not None:
        told["question"] |= _beside(found.plan_sites, here.points, *_reached(found, found.doubted.kept))
    return found.answer, _rows(found.sites, here.points), told


def _reached(found: OverYears, answer: Answer) -> tuple[Any, Any]:
    """Who gets to what stands now, and to that and what an answer builds."""
    cover = found.question.problem.cover
    before = np.asarray(cover[:, found.question.problem.existing > 0].getnnz(axis=1) > 0)
    return before, before | np.asarray(cover[:, list(answer.chosen)].getnnz(axis=1) > 0)


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
