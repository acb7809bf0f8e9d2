"""What each department delivers in a month: which people, and the stored integers of each column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from yiyang.synthetic import contact
from yiyang.synthetic.chance import Array, Chance
from yiyang.synthetic.days import NO_DAY, Month
from yiyang.synthetic.facts import birthday, since
from yiyang.synthetic.people import Table
from yiyang.synthetic.policy import code


@dataclass(frozen=True)
class Sheet:
    """One register's rows of one month, before it is written.

    Attributes:
        rows: index into the people for each row.
        columns: contract column → stored integers, days, or ready text; id number and name are added when written.
    """

    register: str
    rows: Array
    columns: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Desk:
    """What a department sees when it writes: the people as they are, the month and its index.

    `unidentified`: the share of rows without a usable id number, on top of the usual dirt.
    """

    people: Table
    month: Month
    index: int
    chance: Chance
    unidentified: float = 0.0

    @property
    def listed(self) -> Array:
        """In the household register: has come, has not left, death not cancelled yet."""
        p = self.people
        return (p["enters"] <= self.index) & (p["leaves"] > self.index) & (p["police_death"] > self.index)

    @property
    def served(self) -> Array:
        """Listed, and no department knows of a death."""
        p = self.people
        reported = np.minimum(np.minimum(p["police_death"], p["health_death"]), p["funeral_death"])
        return (p["enters"] <= self.index) & (p["leaves"] > self.index) & (reported > self.index)

    def sheet(self, register: str, who: Array, **columns: Any) -> Sheet:
        rows = np.flatnonzero(who)
        return Sheet(
            register,
            rows,
            {
                name: column.take(pa.array(rows)) if isinstance(column, pa.Array) else column[rows]
                for name, column in columns.items()
            },
        )

    def with_contact(self, sheet: Sheet, told: Callable[[Table, Array, Chance], dict[str, pa.Array]]) -> Sheet:
        """The sheet with what else tells who a row is about."""
        return Sheet(sheet.register, sheet.rows, sheet.columns | told(self.people, sheet.rows, self.chance))

    def since(self, purpose: str, low: float, high: float) -> Array:
        return since(purpose, self.people, self.month.plus(-self.index), self.chance, (low, high))


def police_households(desk: Desk) -> Sheet:
    p = desk.people
    sheet = desk.sheet(
        "police_households",
        desk.listed,
        household=p["household"],
        sex=p["sex"],
        birth_date=p["birth"],
        registered_area=p["registered"],
        resident_area=p["police_resident"],
        urban_rural=1 - p["urban"],
        valid_from=p["registered_on"],
    )
    return desk.with_contact(sheet, contact.of_police)


def police_deaths(desk: Desk) -> Sheet:
    p = desk.people
    return desk.sheet(
        "police_deaths", p["police_death"] == desk.index, death_date=p["death"], cancelled_on=p["cancelled_on"]
    )


def health_deaths(desk: Desk) -> Sheet:
    p = desk.people
    return desk.sheet("health_deaths", p["health_death"] == desk.index, death_date=p["death"])


def funeral_cremations(desk: Desk) -> Sheet:
    p = desk.people
    return desk.sheet(
        "funeral_cremations", p["funeral_death"] == desk.index, death_date=p["death"], cremated_on=p["cremated_on"]
    )


def civil_destitute(desk: Desk) -> Sheet:
    p = desk.people
    who = desk.served & (p["hardship"] == code("hardship", "destitute"))
    return desk.sheet(
        "civil_destitute",
        who,
        support=1 + p["concentrated"],
        self_care=p["self_care"],
        valid_from=p["hardship_since"],
        valid_to=np.full(len(who), NO_DAY, dtype=np.int32),
    )


def civil_low_income(desk: Desk) -> Sheet:
    p = desk.people
    who = (desk.served | p["still_listed"].astype(bool)) & (p["hardship"] == code("hardship", "low_income"))
    kind = pa.array(["农村低保", "城市低保"]).take(pa.array(p["urban"]))
    sheet = desk.sheet(
        "civil_low_income",
        who,
        kind=kind,
        town=pa.array((p["registered"] // 1000).astype(str)),
        valid_from=p["hardship_since"],
        valid_to=np.full(len(who), NO_DAY, dtype=np.int32),
    )
    return desk.with_contact(sheet, contact.of_township)


def civil_edge(desk: Desk) -> Sheet:
    p = desk.people
    who = desk.served & (p["hardship"] >= code("hardship", "low_income_edge"))
    return desk.sheet(
        "civil_edge",
        who,
        kind=p["hardship"],
        valid_from=p["hardship_since"],
        valid_to=np.full(len(who), NO_DAY, dtype=np.int32),
    )


def civil_special(desk: Desk) -> Sheet:
    p = desk.people
    who = desk.served & ((p["special_contribution"] | p["vagrant"] | p["poverty_alleviated"]) > 0)
    return desk.sheet(
        "civil_special",
        who,
        special_contribution=p["special_contribution"],
        vagrant=p["vagrant"],
        poverty_alleviated=p["poverty_alleviated"],
        valid_from=desk.since("special since", 0.5, 6),
    )


def disabled_persons(desk: Desk) -> Sheet:
    p = desk.people
    # A certificate is good for ten years; older ones were renewed and state no end.
    ten_years = p["disability_since"] + 3652
    until = np.where(ten_years > desk.month.reference + 400, ten_years, NO_DAY)
    return desk.sheet(
        "disabled_persons",
        desk.served & (p["disability_grade"] > 0),
        disability_kind=p["disability_kind"],
        disability_grade=p["disability_grade"],
        valid_from=p["disability_since"],
        valid_to=until,
    )


def health_checkups(desk: Desk) -> Sheet:
    p = desk.people
    dementia = np.where(p["screened"] == 1, p["dementia_found"], -1)
    return desk.sheet(
        "health_checkups",
        desk.served & (p["checked"] == 1),
        checked_on=p["checked_on"],
        family_doctor=p["doctor"],
        dementia=dementia,
    )


def birth_planning_families(desk: Desk) -> Sheet:
    p = desk.people
    return desk.sheet(
        "birth_planning_families",
        desk.served & (p["birth_planning"] > 0),
        kind=p["birth_planning"],
        valid_from=p["birth_planning_since"],
    )


def medical_insurance(desk: Desk) -> Sheet:
    p = desk.people
    return desk.sheet(
        "medical_insurance",
        desk.served & (p["medical"] > 0),
        insurance=p["medical"],
        ltci_insured=p["ltci_insured"],
        ltci_grade=p["ltci_grade"],
        valid_from=desk.since("insured since", 1, 18),
    )


def pensions(desk: Desk) -> Sheet:
    p = desk.people
    who = (desk.served | p["still_listed"].astype(bool)) & (p["pension"] > 0)
    # The resident pension scheme began in 2009; nobody draws before 60.
    start = np.clip(birthday(p, 60) + 20, 14_245, desk.month.reference - 1).astype(np.int32)
    return desk.sheet("pensions", who, pension=p["pension"], valid_from=start)


def veterans(desk: Desk) -> Sheet:
    p = desk.people
    return desk.sheet(
        "veterans",
        desk.served & (p["preferential"] > 0),
        preferential=p["preferential"],
        valid_from=desk.since("preferential since", 1, 20),
    )


def ability_assessments(desk: Desk) -> Sheet:
    p = desk.people
    agencies = pa.array(
        ["市社会福利院评估中心（虚构）", "康宁老年评估所（虚构）", "惠民评估服务社（虚构）", "县人民医院评估组（虚构）"]
    )
    agency = agencies.take(pa.array(desk.chance.between("agency", p["elder"] // 4096, 0, 3)))
    return desk.sheet(
        "ability_assessments",
        p["assessed_in"] == desk.index,
        ability=p["level"],
        score=p["score"],
        agency=agency,
        valid_from=p["assessed_on"],
        valid_to=p["assessed_until"],
    )


def township_living(desk: Desk) -> Sheet:
    p = desk.people
    # The townships survey those who live here, wherever they are registered.
    who = desk.served & (p["surveyed"] == 1) & (p["away"] == 0)
    sheet = desk.sheet(
        "township_living",
        who,
        living=p["living"],
        lonely=p["lonely"],
        resident_area=p["resident"],
        valid_from=p["surveyed_on"],
    )
    return desk.with_contact(sheet, contact.of_township)


def human_training(desk: Desk) -> Sheet:
    p = desk.people
    return desk.sheet(
        "human_training",
        p["trained_in"] == desk.index,
        family_care_training=p["training_done"],
        valid_from=p["trained_on"],
    )


SHEETS: tuple[Callable[[Desk], Sheet], ...] = (
    police_households,
    police_deaths,
    health_deaths,
    funeral_cremations,
    civil_destitute,
    civil_low_income,
    civil_edge,
    civil_special,
    disabled_persons,
    health_checkups,
    birth_planning_families,
    medical_insurance,
    pensions,
    veterans,
    ability_assessments,
    township_living,
    human_training,
)
