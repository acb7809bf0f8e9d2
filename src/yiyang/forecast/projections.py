"""A projection of an area under a scenario, made when asked for and kept in the process.

A county takes some hundredths of a second with its fans, so nothing is stored: what is shown always follows the tables
and parameters that lie in `policy/forecast` now, and says which (`Projection.made_from`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from yiyang.base.errors import UsageError
from yiyang.base.paths import policy_dir
from yiyang.forecast import ages, check, life, logic, tables, units
from yiyang.forecast.logic import Assumptions
from yiyang.forecast.policy import Kind, Parameters, parameters
from yiyang.forecast.tables import AGES, Floats, fives

KINDS: tuple[Kind, ...] = ("migration", "fertility", "mortality")
KEPT = 128


@dataclass(frozen=True)
class Scenario:
    """How moves, births and deaths go on; the words of `parameters.scenarios`."""

    migration: str
    fertility: str
    mortality: str

    @property
    def said(self) -> str:
        """As the reader knows it."""
        rule = parameters().scenarios
        words = (rule.migration[self.migration], rule.fertility[self.fertility], rule.mortality[self.mortality])
        return "、".join(each.zh for each in words)


@dataclass(frozen=True)
class Projection:
    """People of an area from the census on.

    Attributes:
        people: year × unit × sex × single year of age (0 … 100 and over).
        fan: year × quantile (`bands`) × five-year group, both sexes; `elders`: year × quantile × (60, 65, 80 and over).
        everybody: year × quantile.
    """

    area: int
    scenario: Scenario
    years: tuple[int, ...]
    codes: tuple[int, ...]
    people: Floats
    bands: tuple[float, ...]
    fan: Floats
    elders: Floats
    everybody: Floats
    made_from: str

    @property
    def total(self) -> Floats:
        """Year × sex × age of the whole area: the sum of its units, exactly."""
        total: Floats = self.people.sum(axis=1)
        return total

    def over(self, age: int) -> Floats:
        """By year: people of an age and over."""
        return logic.over(self.total, age)

    def at(self, year: int) -> Floats:
        """Sex × age in a year. Raises UsageError beyond the years projected."""
        if year not in self.years:
            raise UsageError(f"预测只到 {self.years[-1]} 年。", f"The projection ends in {self.years[-1]}.")
        found: Floats = self.total[self.years.index(year)]
        return found


def scenario_of(**words: str | None) -> Scenario:
    """The scenario of words, the default for what is not said. Raises UsageError for a word that is none."""
    rule = parameters().scenarios
    chosen = {kind: words.get(kind) or rule.default[kind] for kind in KINDS}
    for kind, word in chosen.items():
        known = getattr(rule, kind)
        if word not in known:
            raise UsageError(f"没有情景 {word}，可选：{'、'.join(known)}。", f"No scenario {word}: {', '.join(known)}.")
    return Scenario(**chosen)


def project(area: int, to: int | None = None, scenario: Scenario | None = None) -> Projection:
    """An area's people to a year.

    Raises:
        UsageError: no census of the area is held, or the year lies outside what is projected.
    """
    rule = parameters()
    last = to or rule.horizon
    if not units.units_of(area):
        raise UsageError(
            f"没有 {units.name_of(area)} 的分年龄普查数，不能预测；乡镇、村（社区）只能看所在县（市、区）的预测。",
            f"No census by age is held of {area}: townships and villages have no projection of their own.",
        )
    if not rule.base_year < last <= rule.latest:
        raise UsageError(
            f"年份应在 {rule.base_year + 1} 到 {rule.latest} 之间。", f"Choose {rule.base_year + 1}–{rule.latest}."
        )
    return _kept(area, last, scenario or scenario_of(), made_from())


def is_known(area: int) -> bool:
    """Whether an area can be projected."""
    return bool(units.units_of(area))


def made_from() -> str:
    """A hash of all that a projection rests on; where it has changed, what was read before is forgotten."""
    files = [*sorted((policy_dir() / "forecast").glob("*.*")), policy_dir() / "areas" / "census2020.csv"]
    found = _hash(tuple((str(path), path.stat().st_mtime_ns) for path in files))
    if _last != [found]:
        _forget()
        _last[:] = [found]
    return found


_last: list[str] = []


def _forget() -> None:
    for module in (tables, life, ages, units, check):
        for thing in vars(module).values():
            if callable(clear := getattr(thing, "cache_clear", None)):
                clear()


@cache
def _hash(stamps: tuple[tuple[str, int], ...]) -> str:
    whole = hashlib.sha256()
    for path, _ in stamps:
        with open(path, "rb") as file:
            whole.update(file.read())
    return whole.hexdigest()[:16]


@lru_cache(KEPT)
def _kept(area: int, to: int, scenario: Scenario, made: str) -> Projection:
    rule = parameters()
    base, levels, years = units.base(area), units.levels_of(area), to - rule.base_year
    given = _assumed(scenario, rule)
    people = logic.path(base, rule.base_year, years, levels, given)
    fans = logic.fans(base, rule.base_year, years, levels, _with_errors(given, rule, area), _measured)
    quantiles = np.quantile(fans, rule.uncertainty.bands, axis=1).swapaxes(0, 1)
    groups = len(range(0, AGES, 5))
    return Projection(
        area=area,
        scenario=scenario,
        years=tuple(range(rule.base_year, to + 1)),
        codes=units.units_of(area),
        people=people,
        bands=rule.uncertainty.bands,
        fan=quantiles[..., :groups],
        elders=quantiles[..., groups : groups + len(logic.ELDERS)],
        everybody=quantiles[..., -1],
        made_from=made,
    )


def _measured(people: Floats) -> Floats:
    """Draw × (five-year groups, 60/65/80 and over, everybody) of the whole area."""
    both = people.sum(axis=(1, 2))
    elders = np.stack([both[..., age:].sum(axis=-1) for age in logic.ELDERS], axis=-1)
    found: Floats = np.concatenate([fives(both), elders, both.sum(axis=-1, keepdims=True)], axis=-1)
    return found


def _assumed(scenario: Scenario, rule: Parameters) -> Assumptions:
    paths = rule.scenarios
    return Assumptions(
        migration=paths.migration[scenario.migration].factor,
        fertility_add=paths.fertility[scenario.fertility].add,
        mortality_yearly=paths.mortality[scenario.mortality].yearly,
    )


def _with_errors(given: Assumptions, rule: Parameters, area: int) -> Assumptions:
    """Draws of what the back-test says one may be wrong by, a part of it common to all units.

    It speaks of counties: nation and provinces get what the nation has been off by since.
    """
    count = len(units.units_of(area))
    chance = np.random.default_rng(rule.uncertainty.seed)
    draws, shared = rule.uncertainty.draws, rule.uncertainty.shared
    tested = check.error_by_age() * rule.uncertainty.own_past
    sizes = (tested if units.is_matched(area) else np.full(AGES, rule.uncertainty.without_test)) / 10
    own, common = _smooth(chance, (draws, count)), _smooth(chance, (draws, 1))
    error = (np.sqrt(shared) * common + np.sqrt(1 - shared) * own) * sizes
    return Assumptions(
        given.migration,
        given.fertility_add,
        given.mortality_yearly,
        error,
        rule.uncertainty.fertility * chance.standard_normal((draws, count)),
        rule.uncertainty.mortality_trend * chance.standard_normal((draws, 1)),
    )


def _smooth(chance: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Standard normal draws by age that bend slowly: half of it level, half by values twenty years of age apart."""
    knots = np.arange(0, AGES + 20, 20)
    level, bent = chance.standard_normal((*shape, 1)), chance.standard_normal((*shape, len(knots)))
    ages = np.arange(AGES) + 0.5
    place = np.searchsorted(knots, ages, side="right") - 1
    weight = (ages - knots[place]) / 20
    between = bent[..., place] * np.sqrt(1 - weight) + bent[..., place + 1] * np.sqrt(weight)
    found: Floats = np.sqrt(0.5) * level + np.sqrt(0.5) * between
    return found
