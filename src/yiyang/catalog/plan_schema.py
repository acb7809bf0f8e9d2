"""What a file of `policy/plans/` may say: projects and tasks of a document, as figures, names and places."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from yiyang.catalog.schema import AreaCode, Slug, Strict

Year = Annotated[int, Field(ge=2000, le=2100)]
Years = Annotated[str, Field(pattern=r"^20\d\d(-20\d\d)?$")]
Unit = Annotated[str, Field(min_length=1, max_length=100)]


class PlannedProject(Strict):
    """A project of a list. Money in ten thousand yuan (万元)."""

    number: int
    kind: Literal["elderly", "childcare"]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    nature: str = ""
    years: Years
    place: str
    area: AreaCode
    places: Annotated[int, Field(ge=0)]
    """Beds of elderly projects, places of childcare ones."""
    wan: Annotated[int, Field(ge=0)]
    central_wan: Annotated[int, Field(ge=0)] | None = None
    """What is asked for from the central budget."""
    unit: Unit
    year: Year | None = None
    """The year of the section it stands in, where that is not the year it is to be finished."""


class PlannedTask(Strict):
    """A task with its units."""

    number: int
    title: Annotated[str, Field(min_length=1, max_length=100)]
    lead: Annotated[tuple[Unit, ...], Field(min_length=1)]
    part: tuple[Unit, ...] = ()
    local: tuple[Unit, ...] = ()
    """Governments below that carry it out as well."""


class PlanContent(Strict):
    """What a document plans."""

    document: Slug
    area: AreaCode
    projects: tuple[PlannedProject, ...] = ()
    tasks: tuple[PlannedTask, ...] = ()
