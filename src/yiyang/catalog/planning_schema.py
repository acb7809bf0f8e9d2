"""What `policy/planning.yaml` may say: what estates owe, how lottery money is divided, when something is late."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from yiyang.catalog.schema import AreaCode, Source, Strict

Days = Annotated[int, Field(ge=1, le=3650)]
Year = Annotated[int, Field(ge=2000, le=2100)]


class OfArea(Strict):
    """A rule of an area and everything below it."""

    area: AreaCode
    source: Source

    @property
    def code(self) -> int:
        """The area's 12-digit code."""
        return int(self.area.ljust(12, "0"))


class EstateRule(OfArea):
    """Floor space that an estate owes."""

    per_100_homes_m2: Annotated[Decimal, Field(gt=0)]
    people_a_home: Annotated[Decimal, Field(gt=0)]


class LandRule(OfArea):
    """Land for facilities, square metres a resident."""

    a_person_m2: Annotated[Decimal, Field(gt=0)]


class LotteryRule(OfArea):
    """The least share of lottery money, in hundredths, from a year on."""

    from_year: Year
    percent: Annotated[int, Field(ge=1, le=100)]


class Delays(Strict):
    """Days in a stage after which a project is late."""

    proposed: Days
    approved: Days
    funded: Days
    building: Days
    accepted: Days
    handed_over: Days


class Lights(Strict):
    """When a total of projects is shown in red: more than so many of a hundred are late."""

    late_percent: Annotated[int, Field(ge=1, le=100)]


class TaskTimes(Strict):
    """When a unit is reminded."""

    report_every_days: Days
    remind_days_before: Days


class PlanningFile(Strict):
    """policy/planning.yaml"""

    version: str
    estates: tuple[EstateRule, ...]
    land: tuple[LandRule, ...]
    lottery: tuple[LotteryRule, ...]
    delays: Delays
    lights: Lights
    tasks: TaskTimes
