"""From one month to the next: who dies, moves, is assessed, falls into hardship or out of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from yiyang.synthetic.chance import Array, Chance, by_age
from yiyang.synthetic.days import NO_DAY, Month, yyyymmdd
from yiyang.synthetic.facts import ages, certificates, living_arrangement, record_assessment
from yiyang.synthetic.people import AWAY, DECEASED, NEVER, TURNING_60, Table
from yiyang.synthetic.places import Places
from yiyang.synthetic.policy import code, parameters


@dataclass(frozen=True)
class Event:
    """Changes of one kind: who, on which day (yyyymmdd), which fact, its stored value before and after."""

    kind: str
    fact: str
    elder: Array
    day: Array
    before: Array
    after: Array


@dataclass
class Step:
    """One month's changes, applied to the people and noted.

    Attributes:
        index: index of the month that begins; the changes fall into the month before it.
        events: what changed, in the order in which it was decided.
    """

    people: Table
    places: Places
    month: Month
    index: int
    chance: Chance
    events: list[Event] = field(default_factory=list)

    @property
    def before(self) -> int:
        """The reference day of the month before."""
        return self.month.plus(-1).reference

    def happens(self, purpose: str, probability: Array | float, among: Array) -> Array:
        """Rows among those given to whom it happens, each with the day."""
        rows = np.flatnonzero(among)
        share = probability[rows] if isinstance(probability, np.ndarray) else probability
        return rows[self.chance.happens(f"{purpose}/{self.index}", self.people["elder"][rows], share)]

    def days(self, purpose: str, rows: Array) -> Array:
        """A day within the month for each row, never a reference day."""
        keys = self.people["elder"][rows]
        return self.chance.between(f"{purpose} day/{self.index}", keys, self.before + 1, self.month.reference - 1)

    def change(self, kind: str, fact: str, column: str, rows: Array, new: Array | int, on: Array) -> None:
        """Write new values and note the event; rows that already hold them are left out."""
        new = np.broadcast_to(np.asarray(new), rows.shape)
        differs = self.people[column][rows] != new
        rows, new, on = rows[differs], new[differs], on[differs]
        self.note(kind, fact, rows, self.people[column][rows].astype(np.int64), new, on)
        self.people[column][rows] = new

    def note(self, kind: str, fact: str, rows: Array, old: Array | int, new: Array | int, on: Array) -> None:
        before, after = np.broadcast_to(old, rows.shape), np.broadcast_to(new, rows.shape)
        self.events.append(Event(kind, fact, rows, yyyymmdd(on), before, after))


def first_reports(people: Table, month: Month, chance: Chance) -> None:
    """When the deaths before the first month are reported: all but some of the last month's in the first delivery."""
    people["away"] = (people["cohort"] == AWAY).astype(np.int8)
    dead = people["cohort"] == DECEASED
    recent = people["death"] >= month.plus(-1).reference
    _report(people, np.flatnonzero(dead & recent), 0, month, chance)
    _report(people, np.flatnonzero(dead & ~recent), 0, month, chance)
    people["police_death"][dead & ~recent] = 0
    late_comer = people["enters"] > 0
    people["assessed_in"][late_comer | (dead & (people["assessed_on"] >= people["death"]))] = NEVER
    people["trained_in"][late_comer | (dead & (people["trained_on"] >= people["death"]))] = NEVER
    still_listed(people, 0, chance)


def _report(people: Table, rows: Array, index: int, month: Month, chance: Chance) -> None:
    """Choose for each death the months in which police, health and funeral home deliver it."""
    table, keys = parameters()["deaths"], people["elder"][rows]
    first = index + chance.happens("late death", keys, table["late"])
    at_once = chance.happens("cancelled", keys, table["cancelled_at_once"])
    certified = chance.happens("certified", keys, table["certified"])
    share = np.where(people["urban"][rows] == 1, table["cremated"]["urban"], table["cremated"]["rural"])
    cremated = chance.happens("cremated", keys, share)
    people["police_death"][rows] = np.where(at_once | (first > index), first, first + 1)
    people["health_death"][rows] = np.where(certified, first, NEVER)
    people["funeral_death"][rows] = np.where(cremated, first, NEVER)
    death = people["death"][rows]
    people["cremated_on"][rows] = np.where(
        cremated, np.minimum(death + chance.between("cremation", keys, 1, 4), month.reference - 1), NO_DAY
    )
    # Cancelled late, it is cancelled in the month of its delivery.
    reference = np.array([month.plus(i).reference for i in range(-1, 3)])
    delivered = reference[np.clip(people["police_death"][rows] - index, 0, 2) + 1]
    people["cancelled_on"][rows] = np.maximum(death, delivered - chance.between("cancel day", keys, 1, 15))


def still_listed(people: Table, index: int, chance: Chance) -> None:
    """The reported dead whom civil affairs and the pension office have not struck off yet; fewer each month."""
    reported = np.minimum(np.minimum(people["police_death"], people["health_death"]), people["funeral_death"])
    table = parameters()["dirt"]
    share = np.where(
        reported <= index, table["dead_still_listed"] * (1 - table["mended"]) ** (index - reported.astype(float)), 0
    )
    people["still_listed"] = chance.happens("still listed", people["elder"], share).astype(np.int8)


def next_month(step: Step) -> None:
    """Apply a month's changes in a fixed order."""
    people = step.people
    living = (people["enters"] < step.index) & (people["death"] == NO_DAY) & (people["leaves"] > step.index)
    _deaths(step, living)
    living &= people["death"] == NO_DAY
    _moves(step, living)
    living &= people["leaves"] > step.index
    people["age"] = ages(people, step.month.reference).astype(np.int16)
    _ability(step, living)
    _hardship(step, living)
    _certificates(step, living)
    _living(step, living)
    _health(step, living)
    _comers(step)
    still_listed(people, step.index, step.chance)


def _deaths(step: Step, living: Array) -> None:
    people, table = step.people, parameters()["deaths"]
    rate = np.where(people["sex"] == 0, by_age(table["male"], people["age"]), by_age(table["female"], people["age"]))
    rows = step.happens("death", 1 - np.exp(-rate / 12), living)
    on = step.days("death", rows)
    people["death"][rows] = on
    step.note("death", "alive", rows, 1, 0, on)
    _report(people, rows, step.index, step.month, step.chance)
    reported = np.minimum(np.minimum(people["police_death"], people["health_death"]), people["funeral_death"])
    late = np.flatnonzero((reported == step.index) & (people["death"] < step.before) & (people["death"] != NO_DAY))
    step.note("death_reported_late", "alive", late, 1, 0, people["death"][late])
    left = people["spouse"][rows]
    widowed = left[left >= 0]
    people["spouse"][rows] = people["spouse"][widowed] = -1


def _moves(step: Step, living: Array) -> None:
    people, table = step.people, parameters()["monthly"]
    rows = step.happens("moved out", table["moved_out"], living)
    step.note("moved_out", "registered_area", rows, people["registered"][rows], -1, step.days("moved out", rows))
    people["leaves"][rows] = step.index
    stays = living & (people["leaves"] > step.index) & (people["registered"] == people["resident"])
    rows = step.happens("moved within", table["moved_within"], stays)
    target = step.chance.between(f"target/{step.index}", people["elder"][rows], 0, len(step.places.villages) - 1)
    on = step.days("moved within", rows)
    for fact, column in (("registered_area", "registered"), ("resident_area", "resident")):
        step.change("moved_within", fact, column, rows, step.places.villages[target], on)
    people["police_resident"][rows] = step.places.villages[target]
    people["registered_on"][rows] = on
    urban = step.chance.happens("urban", people["elder"][rows], step.places.urban[target])
    step.change("moved_within", "urban_rural", "urban", rows, urban, on)


def _ability(step: Step, living: Array) -> None:
    people, table = step.people, parameters()["monthly"]
    rows = step.happens("worse", table["ability_worse"], living & (people["ability"] < 4))
    step.change("ability_worse", "ability", "ability", rows, people["ability"][rows] + 1, step.days("worse", rows))
    rows = step.happens("better", table["ability_better"], living & (people["ability"] > 0))
    step.change("ability_better", "ability", "ability", rows, people["ability"][rows] - 1, step.days("better", rows))
    known = people["assessed_in"] < NEVER
    ends = (people["assessed_until"] > step.before) & (people["assessed_until"] < step.month.reference)
    again = np.where(ends, 0.5, table["reassessed"])
    for kind, share, among in (("assessed", table["newly_assessed"], ~known), ("reassessed", again, known)):
        rows = step.happens(kind, share, living & among)
        old = people["level"][rows].astype(np.int64)
        on = np.full(len(people["elder"]), NO_DAY, dtype=np.int64)
        on[rows] = step.days(kind, rows)
        who = np.zeros(len(on), dtype=bool)
        who[rows] = True
        record_assessment(people, who, on, step.chance, f"{kind}/{step.index}")
        people["assessed_in"][rows] = step.index
        step.note(kind, "ability", rows, old, people["level"][rows], on[rows])
    lapsed = np.flatnonzero(living & ends & (people["assessed_in"] < step.index))
    step.note("assessment_ended", "ability", lapsed, people["level"][lapsed], -1, people["assessed_until"][lapsed])


def _hardship(step: Step, living: Array) -> None:
    people, table = step.people, parameters()["monthly"]
    ends = step.happens("hardship ends", table["hardship_ends"], living & (people["hardship"] > 0))
    begins = step.happens("hardship begins", table["hardship_begins"], living & (people["hardship"] == 0))
    rows = step.happens(
        "to institution",
        table["destitute_to_institution"],
        living & (people["hardship"] == code("hardship", "destitute")) & (people["concentrated"] == 0),
    )
    step.change("to_institution", "destitute_support", "concentrated", rows, 1, step.days("to institution", rows))
    step.change("hardship_ends", "hardship", "hardship", ends, 0, step.days("hardship ends", ends))
    kinds = np.array([code("hardship", v) for v in ("low_income", "low_income_edge", "rigid_expenditure", "destitute")])
    kind = kinds[step.chance.pick(f"hardship kind/{step.index}", people["elder"][begins], [0.62, 0.22, 0.10, 0.06])]
    kind = np.where((kind == kinds[3]) & (people["spouse"][begins] >= 0), kinds[0], kind)
    on = step.days("hardship begins", begins)
    people["hardship_since"][begins] = on
    step.change("hardship_begins", "hardship", "hardship", begins, kind, on)


def _certificates(step: Step, living: Array) -> None:
    people, table = step.people, parameters()["monthly"]
    rows = step.happens("certified disabled", table["disability_certified"], living & (people["disability_grade"] == 0))
    on, (grade, kind) = step.days("certified disabled", rows), certificates(people, step.chance)
    people["disability_since"][rows] = on
    step.change("disability_certified", "disability_grade", "disability_grade", rows, grade[rows], on)
    step.change("disability_certified", "disability_kind", "disability_kind", rows, kind[rows], on)
    rows = step.happens("confirmed", table["birth_planning_confirmed"], living & (people["birth_planning"] == 0))
    on = step.days("confirmed", rows)
    people["birth_planning_since"][rows] = on
    step.change(
        "birth_planning_confirmed",
        "birth_planning_family",
        "birth_planning",
        rows,
        code("birth_planning_family", "bereaved"),
        on,
    )
    rows = step.happens("insured", table["insured_anew"], living & (people["medical"] == 0))
    step.change(
        "insured",
        "medical_insurance",
        "medical",
        rows,
        code("medical_insurance", "resident"),
        step.days("insured", rows),
    )


def _living(step: Step, living: Array) -> None:
    people, table = step.people, parameters()["monthly"]
    widowed = living & (people["spouse"] < 0) & (people["living"] == code("living_arrangement", "empty_nest"))
    share = np.where(widowed, table["widowed_changes"], table["living_changes"])
    rows = step.happens("living changes", share, living)
    fresh = living_arrangement(people, step.chance, f"living/{step.index}")
    on = step.days("living changes", rows)
    noted = rows[people["surveyed"][rows] == 1]
    people["surveyed_on"][noted] = on[people["surveyed"][rows] == 1]
    step.change("living_changes", "living_arrangement", "living", rows, fresh[rows], on)
    rows = step.happens("surveyed", table["surveyed_anew"], living & (people["surveyed"] == 0))
    on = step.days("surveyed", rows)
    people["surveyed"][rows] = 1
    people["surveyed_on"][rows] = on
    step.note("surveyed", "living_arrangement", rows, -1, people["living"][rows], on)


def _health(step: Step, living: Array) -> None:
    people, table = step.people, parameters()["monthly"]
    rows = step.happens(
        "dementia", table["dementia_found"] * (people["age"] - 58) / 16, living & (people["dementia"] == 0)
    )
    step.change("dementia", "dementia", "dementia", rows, 1, step.days("dementia", rows))
    rows = step.happens("registered for checks", table["registered_for_checks"], living & (people["checked"] == 0))
    again = step.happens("checked anew", table["checked_anew"], living & (people["checked"] == 1))
    people["checked"][rows] = 1
    both = np.sort(np.concatenate([rows, again]))
    on = step.days("checked", both)
    # A new check writes down what is true now.
    people["dementia_found"][both] = people["dementia"][both]
    step.note("health_check", "health_check_date", both, yyyymmdd(people["checked_on"][both]), yyyymmdd(on), on)
    people["checked_on"][both] = on
    rows = step.happens("doctor", table["doctor_signed"], living & (people["checked"] == 1) & (people["doctor"] == 0))
    step.change("doctor_signed", "family_doctor", "doctor", rows, 1, step.days("doctor", rows))
    able = living & (people["ability"] >= 2) & (people["trained_in"] == NEVER)
    rows = step.happens("trained", table["trained"], able)
    people["trained_in"][rows], people["trained_on"][rows] = step.index, step.days("trained", rows)
    step.note("trained", "family_care_training", rows, -1, people["training_done"][rows], people["trained_on"][rows])


def _comers(step: Step) -> None:
    """Those who turned 60, and those who moved in, appear in the files."""
    people = step.people
    new = np.flatnonzero(people["enters"] == step.index)
    turning = new[people["cohort"][new] == TURNING_60]
    moved = new[people["cohort"][new] != TURNING_60]
    birthdays = np.clip(people["birth"][turning] + 21_915, step.before + 1, step.month.reference)
    step.note("turned_60", "age", turning, 59, 60, birthdays)
    on = step.days("moved in", moved)
    people["registered_on"][moved] = on
    step.note("moved_in", "registered_area", moved, -1, people["registered"][moved], on)
