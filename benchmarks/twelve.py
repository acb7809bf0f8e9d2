"""The twelve items as rules. Numbers of visits and classes of priority stand where an amount stands; 1 yuan = 100."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from benchmarks.people import CATEGORIES, DIVISION_COUNT, FIRST_DIVISION, Column
from yiyang.engine.facts import Fact, FactBook, Kind, Label
from yiyang.engine.language import parse
from yiyang.engine.rules import Program, Rule, Stacking, Tier

Spec = tuple[str, str, list[tuple[str, int]], Stacking]
TOPUP = {FIRST_DIVISION + i: 10 * (i % 5) for i in range(DIVISION_COUNT)}
LOW = "category in (extreme_poor, min_living, marginal)"
FIRST_IS_PRIORITY = [
    ("category == extreme_poor", 5),
    ("bereaved", 4),
    (f"{LOW} and ability >= a2", 3),
    ("veteran", 2),
    ("age >= 80", 1),
]


def book() -> FactBook:
    """The facts that the items ask about."""

    def fact(name: str, kind: Kind, column: str = "", values: tuple[str, ...] = (), **more: int) -> Fact:
        labels = tuple(Label(value, value, value) for value in values)
        return Fact(name, kind, name, name, column or name, labels, **more)

    facts = [
        fact("age", Kind.YEARS, "birth_date"),
        fact("division", Kind.INT, maximum=999_999),
        fact("category", Kind.ENUM, values=tuple(name.lower() for name in CATEGORIES)),
        fact("disability", Kind.ORDERED, values=("d0", "d1", "d2", "d3", "d4")),
        fact("ability", Kind.ORDERED, values=("a0", "a1", "a2", "a3", "a4")),
        *(fact(name, Kind.BOOL) for name in ("alone", "bereaved", "veteran")),
    ]
    return FactBook({made.name: made for made in facts})


def specs() -> list[Spec]:
    """(item, who, tiers in yuan, stacking)."""
    plain = Stacking()
    return [
        ("old_age_allowance", "age >= 80", [("age >= 100", 600), ("age >= 90", 120), ("everyone", 60)], plain),
        (
            "extreme_poor_care",
            "category == extreme_poor",
            [("ability >= a3", 400), ("ability >= a1", 200), ("everyone", 50)],
            plain,
        ),
        (
            "nursing_subsidy",
            "category in (min_living, marginal) and ability >= a2",
            [("ability >= a4", 300), ("ability >= a3", 200), ("everyone", 100)],
            Stacking(not_with=("extreme_poor_care",)),
        ),
        (
            "bath_aid",
            "age >= 60 and not category == none",
            [("category in (extreme_poor, min_living)", 75), ("everyone", 65)],
            plain,
        ),
        ("cleaning_aid", f"age >= 60 and alone and {LOW}", [("everyone", 5)], plain),
        ("assessment_eligible", "age >= 65", [], plain),
        ("health_management", "age >= 65", [], plain),
        ("retrofit_eligible", f"age >= 60 and {LOW} and (ability >= a1 or disability >= d1 or alone)", [], plain),
        (
            "visit_entitlement",
            "alone or bereaved",
            [("age >= 80", 4), ("age >= 70", 2), ("age >= 60", 1)],
            plain,
        ),
        ("institution_priority", " or ".join(f"({when})" for when, _ in FIRST_IS_PRIORITY), FIRST_IS_PRIORITY, plain),
        ("legal_service", "age >= 80", [], plain),
        (
            "care_voucher",
            "ability >= a2",
            _voucher(),
            Stacking(less=("nursing_subsidy", "extreme_poor_care")),
        ),
    ]


def _voucher() -> list[tuple[str, int]]:
    """By ability, and a top-up by division."""
    levels, topups = (("a4", 240), ("a3", 150), ("a2", 80)), sorted(set(TOPUP.values()), reverse=True)

    def where(topup: int) -> str:
        return f"division in ({', '.join(str(code) for code, more in TOPUP.items() if more == topup)})"

    return [(f"ability >= {level} and {where(more)}", fen + more) for (level, fen), more in product(levels, topups)]


def program() -> Program:
    """The twelve rules, read from their text."""
    facts = book()

    def rule(item: str, who: str, tiers: list[tuple[str, int]], stacking: Stacking) -> Rule:
        made = tuple(Tier(parse(when, facts), yuan * 100) for when, yuan in tiers)
        return Rule(item, "310000", who=parse(who, facts), tiers=made, stacking=stacking)

    return Program(tuple(rule(*spec) for spec in specs()))


def reformed(base: Program) -> Program:
    """The allowance at 80 to 89 from 60 to 80 yuan, at 90 to 99 from 120 to 100."""
    allowance = base.rules[0]
    tiers = [replace(tier, fen=fen) for tier, fen in zip(allowance.tiers, (60000, 10000, 8000), strict=True)]
    return Program((replace(allowance, tiers=tuple(tiers)), *base.rules[1:]))


ITEMS = tuple(spec[0] for spec in specs())
CASH = ("old_age_allowance", "extreme_poor_care", "nursing_subsidy", "bath_aid", "cleaning_aid", "care_voucher")


def in_yuan(answers: list[Column], fen: list[Column]) -> dict[str, Column]:
    """The twelve columns as OpenFisca has them: yuan, a number of visits, a class, or yes and no."""
    paying = {item for item, _, tiers, _ in specs() if tiers}
    return {item: fen[n] // 100 if item in paying else answers[n] == 1 for n, item in enumerate(ITEMS)}


def sums(columns: dict[str, Column]) -> dict[str, float]:
    return {item: float(np.asarray(columns[item]).sum(dtype=np.float64)) for item in ITEMS}
