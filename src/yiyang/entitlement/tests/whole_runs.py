"""A run in which items meet in every way, and what two whole runs say about a change: for tests of simulations."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

from yiyang.catalog.overlay import Overlay
from yiyang.catalog.tests.small import SOURCE
from yiyang.entitlement.simulate import Simulator
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.tests.world import DAZHU, ELSEWHERE, QUXIAN, World, held, tiers, values

Json = dict[str, Any]


def base_run(world: World) -> RunFolder:
    """A run in which items meet in every way."""
    policy = world.policy
    age = f"from_age: {{zh: 年龄, en: age, unit: years, from: {{2020-01-01: 80}}, source: {SOURCE}}}"
    policy.item(
        "511724",
        "allowance",
        "age >= @from_age",
        values=f"{values(older=12000, old=6000)[:-1]}, {age}}}",
        amount=tiers(older="age >= 90", old="everyone"),
    )
    policy.item("511700", "allowance", "age >= 80", every="quarter", fen=5000)
    policy.item("511700", "fuel", "economic_hardship", per="household", every="year", fen=60000)
    policy.item("511700", "fair", "everyone", per="facility", every="week", fen=7000)
    policy.item(
        "000000",
        "nursing",
        "ability >= mild",
        values=values(heavy=20000, light=10000),
        amount=tiers(heavy="ability >= severe", light="everyone"),
    )
    policy.item("000000", "topping", "economic_hardship", stacking="{less: [nursing], highest_of: best}", fen=15000)
    policy.item("511700", "bonus", "age >= 70", stacking="{highest_of: best}", every="quarter", fen=30000)
    policy.item("511700", "comfort", "age >= 65", stacking="{not_with: [bonus]}", fen=1000)
    return world.run_rows(everybody(world))


def everybody(world: World) -> list[Any]:
    told = itertools.product(
        (DAZHU, QUXIAN, ELSEWHERE),
        ("1920-01-01", "1941-05-05", "1949-01-01", "1961-01-01", "1980-01-01", None),
        ("none", "destitute", "low_income", None),
        ("intact", "mild", "severe", None),
        ("male", "female"),
    )
    names = ("registered_area", "birth_date", "hardship", "ability", "sex")
    homes = itertools.cycle((None, 1, 2, 3, 1, 4, 5))
    return [
        world.row(n + 1, {**dict(zip(names, one, strict=True)), "household": next(homes)}) for n, one in enumerate(told)
    ]


def simulate(base: RunFolder, overlay: Overlay) -> Json:
    return Simulator(base).simulate(base.rebind(overlay))


def by_whole_runs(base: RunFolder, trial: RunFolder) -> Json:
    """The same figures from two folders of entitlements."""
    before, after = held(base), held(trial)
    delta: Counter[int] = Counter()
    for sign, side in ((1, after), (-1, before)):
        for (person, _), (_, year) in side.items():
            delta[person] += sign * year
    gained, lost = after.keys() - before.keys(), before.keys() - after.keys()
    return {
        **figures(delta.values()),
        "newly_entitled": Counter(item for _, item in gained),
        "no_longer_entitled": Counter(item for _, item in lost),
    }


def figures(delta: Any) -> Json:
    found = list(delta)
    return {
        "budget_year_fen": sum(found),
        "winners": sum(one > 0 for one in found),
        "losers": sum(one < 0 for one in found),
    }


def agree(found: Json, wanted: Json) -> None:
    names = ("budget_year_fen", "winners", "losers")
    assert {name: found[name] for name in names} == {name: wanted[name] for name in names}
    for kind in ("newly_entitled", "no_longer_entitled"):
        assert Counter({item["item"]: item[kind] for item in found["items"] if item[kind]}) == wanted[kind]
    for parts in ("by_area", "by_age", "by_hardship"):
        sums = {name: sum(part[name] for part in found[parts]) for name in names}
        assert sums == {name: found[name] for name in names}, parts
    assert sum(item["budget_year_fen"] for item in found["items"]) == found["budget_year_fen"]
    assert sum(bar["people"] for bar in found["histogram"]) == found["winners"] + found["losers"]


def laid_over(world: World, text: str) -> Overlay:
    path = world.root / "overlay.yaml"
    path.write_text(text, encoding="utf-8")
    return Overlay.of((), [path])
