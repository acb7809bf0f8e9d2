"""The twelve items in OpenFisca-Core, in two styles.

documented  as its documentation teaches: scales by `calc`, parameters by `node[array]`, enums by their members
tuned       the same rules by somebody who knows NumPy: look-up tables, integer codes, 32-bit amounts
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from openfisca_core.entities import Entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.reforms import Reform
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from benchmarks.people import CATEGORIES, FIRST_DIVISION, Column, People
from benchmarks.twelve import CASH, ITEMS, TOPUP

Formula = Callable[[Any, Any, Any], Any]
SINCE = "2024-01-01"
MONTH, NEXT_MONTH = "2026-06", "2026-07"
OLDEST, MOST_FRAIL = 120, 4
Category = Enum("Category", list(CATEGORIES))
Priority = Enum("Priority", ["GENERAL", "AGED", "HONOURED", "LOW_INCOME", "BEREAVED", "FIRST"])
SCALES = {
    "old_age": [(0, 0), (80, 60), (90, 120), (100, 600)],
    "extreme_poor": [(0, 50), (1, 200), (3, 400)],
    "nursing": [(0, 0), (2, 100), (3, 200), (4, 300)],
    "visits": [(0, 0), (60, 1), (70, 2), (80, 4)],
    "voucher": [(0, 0), (2, 80), (3, 150), (4, 240)],
}
BATH = {"NONE": 0, "EXTREME_POOR": 75, "MIN_LIVING": 75, "MARGINAL": 65, "RIGID_EXPENSE": 65, "OTHER_HARDSHIP": 65}


def _value(amount: float) -> dict[str, Any]:
    return {SINCE: {"value": amount}}


def _scale(steps: list[tuple[int, int]]) -> dict[str, Any]:
    brackets = [{"threshold": _value(low), "amount": _value(amount)} for low, amount in steps]
    return {"metadata": {"type": "single_amount"}, "brackets": brackets}


def _each(values: dict[Any, float]) -> dict[str, Any]:
    return {str(name): {"values": _value(amount)} for name, amount in values.items()}


def _parameters() -> ParameterNode:
    data = {name: _scale(steps) for name, steps in SCALES.items()}
    return ParameterNode("", data=data | {"bath": _each(BATH), "topup": _each(TOPUP)})


def _low(category: Column) -> Column:
    code = np.asarray(category)
    return (code >= 1) & (code <= 3)


def _by_scale(tuned: bool, name: str, fact: str, top: int) -> Formula:
    """The amount by a scale of one fact."""

    def documented(person: Any, period: Any, parameters: Any) -> Any:
        return parameters(period)[name].calc(person(fact, period))

    def by_table(person: Any, period: Any, parameters: Any) -> Any:
        table = parameters(period)[name].calc(np.arange(top + 1)).astype(np.float32)
        return table[person(fact, period)]

    return by_table if tuned else documented


def _from_age(least: int) -> Formula:
    return lambda person, period: person("age", period) >= least


def _formulas(tuned: bool) -> dict[str, Formula]:
    old_age = _by_scale(tuned, "old_age", "age", OLDEST)
    poor_care = _by_scale(tuned, "extreme_poor", "ability", MOST_FRAIL)
    nursing = _by_scale(tuned, "nursing", "ability", MOST_FRAIL)
    visits = _by_scale(tuned, "visits", "age", OLDEST)
    voucher = _by_scale(tuned, "voucher", "ability", MOST_FRAIL)

    def extreme_poor_care(person: Any, period: Any, parameters: Any) -> Any:
        return (person("category", period) == Category.EXTREME_POOR) * poor_care(person, period, parameters)

    def nursing_subsidy(person: Any, period: Any, parameters: Any) -> Any:
        category = person("category", period)
        is_meant = (category == Category.MIN_LIVING) + (category == Category.MARGINAL)
        return is_meant * (person("extreme_poor_care", period) == 0) * nursing(person, period, parameters)

    def bath_aid(person: Any, period: Any, parameters: Any) -> Any:
        prices, category = parameters(period).bath, person("category", period)
        price = np.array([prices[name] for name in CATEGORIES], np.float32)[category] if tuned else prices[category]
        return (person("age", period) >= 60) * price

    def cleaning_aid(person: Any, period: Any) -> Any:
        is_meant = _low(person("category", period)) * person("alone", period) * (person("age", period) >= 60)
        return is_meant * np.float32(5)

    def retrofit_eligible(person: Any, period: Any) -> Any:
        is_weak = (person("ability", period) >= 1) + (person("disability", period) >= 1) + person("alone", period)
        return (person("age", period) >= 60) * _low(person("category", period)) * is_weak

    def visit_entitlement(person: Any, period: Any, parameters: Any) -> Any:
        return (person("alone", period) + person("bereaved", period)) * visits(person, period, parameters)

    def institution_priority(person: Any, period: Any) -> Any:
        category = person("category", period)
        conditions = [
            category == Category.EXTREME_POOR,
            person("bereaved", period),
            _low(category) * (person("ability", period) >= 2),
            person("veteran", period),
            person("age", period) >= 80,
        ]
        if tuned:
            return np.select(conditions, [np.int16(code) for code in (5, 4, 3, 2, 1)], np.int16(0))
        classes = [Priority.FIRST, Priority.BEREAVED, Priority.LOW_INCOME, Priority.HONOURED, Priority.AGED]
        return np.select(conditions, classes, default=Priority.GENERAL)

    def care_voucher(person: Any, period: Any, parameters: Any) -> Any:
        division, topup = person("division", period), parameters(period).topup
        if tuned:
            more = np.array([topup[str(code)] for code in TOPUP], np.float32)[division - FIRST_DIVISION]
        else:
            more = topup[division]
        gross = (person("ability", period) >= 2) * (voucher(person, period, parameters) + more)
        return np.maximum(gross - person("nursing_subsidy", period) - person("extreme_poor_care", period), 0)

    return {
        "old_age_allowance": old_age,
        "extreme_poor_care": extreme_poor_care,
        "nursing_subsidy": nursing_subsidy,
        "bath_aid": bath_aid,
        "cleaning_aid": cleaning_aid,
        "assessment_eligible": _from_age(65),
        "health_management": _from_age(65),
        "retrofit_eligible": retrofit_eligible,
        "visit_entitlement": visit_entitlement,
        "institution_priority": institution_priority,
        "legal_service": _from_age(80),
        "care_voucher": care_voucher,
    }


def system(style: str) -> TaxBenefitSystem:
    """A new system in one style: documented or tuned."""
    person = Entity("person", "persons", "Person", "")
    made = TaxBenefitSystem([person])
    made.parameters = _parameters()

    def add(name: str, kind: type, formula: Formula | None = None, **more: Any) -> None:
        body = {"value_type": kind, "entity": person, "definition_period": DateUnit.MONTH, "label": name, **more}
        made.add_variable(type(name, (Variable,), body | ({"formula": formula} if formula else {})))

    for name in ("age", "division", "disability", "ability"):
        add(name, int)
    for name in ("alone", "bereaved", "veteran"):
        add(name, bool)
    add("category", Enum, possible_values=Category, default_value=Category.NONE)
    for item, formula in _formulas(style == "tuned").items():
        if item == "institution_priority":
            add(item, Enum, formula, possible_values=Priority, default_value=Priority.GENERAL)
        else:
            add(item, float if item in CASH else int if item == "visit_entitlement" else bool, formula)
    return made


def simulation(made: TaxBenefitSystem, people: People, month: str = MONTH) -> Simulation:
    """The people put in as arrays, the fast way."""
    simulated = SimulationBuilder().build_default_simulation(made, count=len(people["age"]))
    put(simulated, people, month)
    return simulated


def put(simulated: Simulation, people: People, month: str) -> None:
    for name, column in people.items():
        simulated.set_input(name, month, column)


def answers(simulated: Simulation, month: str = MONTH, items: tuple[str, ...] = ITEMS) -> dict[str, Column]:
    return {item: np.asarray(simulated.calculate(item, month)) for item in items}


class Reformed(Reform):
    """The allowance at 80 to 89 from 60 to 80, at 90 to 99 from 120 to 100."""

    def apply(self) -> None:
        def change(parameters: Any) -> Any:
            for bracket, amount in ((1, 80), (2, 100)):
                parameters.old_age.brackets[bracket].amount.update(start="2026-01-01", value=amount)
            return parameters

        self.modify_parameters(modifier_function=change)
