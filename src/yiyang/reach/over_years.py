"""A question over years from beginning to end: money, need, the plan, both answers. Pure but for the forecast."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from yiyang.base.errors import UsageError
from yiyang.reach import growth
from yiyang.reach.network.graph import Whole
from yiyang.reach.network.places import sites_at
from yiyang.reach.planned import Planned
from yiyang.reach.policy import Kind
from yiyang.reach.siting.answer import Answer, Stop, Tell
from yiyang.reach.siting.questioning import Questioned
from yiyang.reach.suggesting import Ground, PhasedQuestion, Site, built, compared, own_money, phased_question

TOO_LATE = "规划期以后才完工"


@dataclass(frozen=True)
class Wanted:
    """What is asked.

    Attributes:
        first_year, years: from when, for how long.
        budget: of each year, in yuan; empty: what the plan's projects cost.
        keeps: keep, under_way, question, or leave.
        grows: whether the need follows the forecast; `counted`: year of the counts of points that somebody gave.
    """

    first_year: int
    years: int
    budget: tuple[int, ...] = ()
    keeps: str = "keep"
    grows: bool = True
    counted: int | None = None


@dataclass(frozen=True)
class OverYears:
    """An answer over years. `doubted` where the plan was questioned; `sites`: then what becomes of the plan."""

    question: PhasedQuestion
    answer: Answer
    doubted: Questioned | None
    sites: list[Site]
    plan_sites: list[Site]
    told: dict[str, Any]


def asked(stand: Ground, kind: Kind, slug: str, planned: Planned | None, wanted: Wanted) -> PhasedQuestion:
    """The question. Errors: UsageError where no money is named and the plan has none, or it pays nothing."""
    years = tuple(range(wanted.first_year, wanted.first_year + wanted.years))
    plan = None if planned is None or wanted.keeps == "leave" else planned.completed(kind)
    budget = np.array(wanted.budget, np.int64) if wanted.budget else _own_money(plan, years)
    if not plan:
        kind.refuse_too_little(int(budget.sum()))
    grown = (
        growth.forecast(stand.points, years, wanted.counted) if wanted.grows else growth.constant(stand.points, years)
    )
    return phased_question(
        stand, sites_at(stand.points, slug), kind, budget, grown, planned=plan, keeps=wanted.keeps
    )  # fmt: skip


def in_time(planned: Planned, wanted: Wanted) -> Planned:
    """Without the projects that are finished after the last year."""
    return planned.without(planned.year >= wanted.first_year + wanted.years, TOO_LATE)


def _own_money(plan: Planned | None, years: tuple[int, ...]) -> Whole:
    money = own_money(plan, years) if plan is not None else np.zeros(0, np.int64)
    if not money.sum():
        raise UsageError(
            "这里没有这类规划项目的资金可用，请填写各年预算。",
            "No planned project of this kind has money here; say how much there is in each year.",
        )
    return money


def answered(
    stand: Ground, question: PhasedQuestion, keeps: str, *, seconds: float, gap: float = 0.01, tell: Tell | None = None,
    stop: Stop | None = None,
) -> OverYears:  # fmt: skip
    """The answer; with a plan that is questioned both of them, beside each other."""
    from yiyang.reach.siting.phased import phase
    from yiyang.reach.siting.questioning import question_years

    people = stand.points.people["elders"]
    if keeps not in ("under_way", "question") or not question.projects:
        answer = phase(question.problem, gap=gap, seconds=seconds, tell=tell, stop=stop)
        sites = built(question, answer, people)
        return OverYears(question, answer, None, sites, sites, _told(question, answer, None))
    both = question_years(
        question.problem, keep=question.keep, gap=gap, seconds=seconds, tell=tell, stop=stop
    )  # fmt: skip
    plan, free = built(question, both.kept, people), built(question, both.free, people)
    told = _told(question, both.kept, both)
    return OverYears(question, both.free, both, compared(plan, free), plan, told)


def _told(question: PhasedQuestion, kept: Answer, both: Questioned | None) -> dict[str, Any]:
    """Years, need, and what is served; `plan_served` beside it where the plan was questioned."""
    problem, answer = question.problem, kept if both is None else both.free
    return {
        "first_year": question.growth.years[0], "years": list(question.growth.years),
        "budget": [int(each) for each in problem.budget], "demand": problem.demand.sum(axis=0).tolist(),
        "served": [int(each) for each in answer.more["served"]], "planned": question.projects,
        "grows": question.growth.made_from != "", "counted": question.growth.counted,
        "no_forecast": list(question.growth.without), "question": None if both is None else told_of(both),
    }  # fmt: skip


def told_of(both: Questioned) -> dict[str, Any]:
    """What questioning the plan comes to, in words and figures."""
    zh, en = both.words()
    kept_zh, kept_en = both.kept.words()
    return {
        "zh": zh, "en": en, "at_least": both.at_least, "at_most": both.at_most, "plan_objective": both.kept.objective,
        "plan_bound": both.kept.bound, "plan_gap": both.kept.gap, "plan_status_zh": kept_zh, "plan_status_en": kept_en,
        "plan_served": [int(each) for each in both.kept.more.get("served", ())],
    }  # fmt: skip


def plain(sites: list[Site]) -> list[dict[str, Any]]:
    """Sites as plain values."""
    return [asdict(site) for site in sites]
