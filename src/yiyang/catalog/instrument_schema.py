"""What a file of `policy/instruments/` may say: a scale (评估标准) as data. Strict, like every schema of `policy/`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from yiyang.catalog.schema import Slug, Source, Strict, Text

Day = date
ItemCode = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9.]*$", max_length=20)]
Points = Annotated[int, Field(ge=0, le=1000)]
Options = dict[int | Slug, str]


class ScaleSetting(Strict):
    """An open question of interpretation and how this version answers it. Another answer is another version."""

    value: bool | int
    asks: Text
    because: Text


class ScaleItem(Strict):
    """One question."""

    code: ItemCode
    name: Text
    asks: str | None = None
    """The question as it is put, where the name is not enough."""
    help: str | None = None
    options: Options | Slug
    """Points → wording, the best first; or the name of a set under `answers`. Words where none count."""
    note: str | None = None


class ScalePart(Strict):
    """Items whose points are added up."""

    code: ItemCode
    name: Text
    items: tuple[ScaleItem, ...] = Field(min_length=1)
    bands: tuple[Points, ...] = ()
    """The least points of each band, unimpaired first; for the matrix."""
    source: Source | None = None


class ScaleMatrix(Strict):
    """Levels by the bands of parts."""

    rows: tuple[ItemCode, ...] = Field(min_length=1)
    columns: tuple[ItemCode, ...] = Field(min_length=1)
    levels: tuple[tuple[int, ...], ...] = Field(min_length=1)
    """A row for each band of the worst part in `rows`, a column for each band of the worst part in `columns`."""
    source: Source


class ScaleChange(Strict):
    """A rule that changes the level that the points gave."""

    code: str = Field(max_length=20)
    name: Text
    when: dict[ItemCode, tuple[int | Slug, ...]] = Field(default={})
    """Item → answers of which one was given; all items must agree."""
    count: tuple[ItemCode, ...] = ()
    """Items whose figures are added up,"""
    at_least: int | None = None
    """and the sum from which the rule holds."""
    by: int | None = None
    """So many levels worse,"""
    to: int | Slug | None = None
    """or at least this level: a number, or the name of a setting."""
    source: Source


class ScaleDoubt(Text):
    """Answers that hardly stand together. Says so to whoever checks; changes no level."""

    code: Slug
    when: dict[ItemCode, tuple[int | Slug, ...]] = Field(min_length=1)


class ScaleLevel(Strict):
    """A level, 0 being unimpaired."""

    level: int = Field(ge=0, le=9)
    name: Text
    short: Text
    lowest: Points | None = None
    """The least points of the level, where the sum of all points decides."""
    value: Slug | None = None
    """The value of the fact that the level gives."""
    advice: Text | None = None


class InstrumentFile(Strict):
    """policy/instruments/<id>.yaml, and <id>.<version>.yaml of other versions: a scale by which ability is assessed."""

    id: Slug
    version: str = Field(pattern=r"^\d{4}\.\d{1,3}$")
    """Year of the standard and a running number: whatever changes a level is a new version."""
    number: int
    """Its place in menus."""
    kind: Literal["levels", "advice", "stored"]
    """levels: scored; advice: a self-check that never gives a level; stored: old results, nothing is scored."""
    name: Text
    short: Text
    starts: Day
    ends: Day | None = None
    """The last day on which it may be used."""
    source: Source | None = None
    note: Text | None = None
    fact: Slug | None = None
    settings: dict[Slug, ScaleSetting] = Field(default={})
    answers: dict[Slug, Options] = Field(default={})
    """Sets of options that several items share."""
    parts: tuple[ScalePart, ...] = ()
    circumstances: tuple[ScaleItem, ...] = ()
    """What is asked beside the items because it decides a change of level."""
    matrix: ScaleMatrix | None = None
    changes: tuple[ScaleChange, ...] = ()
    levels: tuple[ScaleLevel, ...] = Field(min_length=2)
    doubts: tuple[ScaleDoubt, ...] = ()


class ScaleCase(Strict):
    """One worked case: answers, and what comes of them."""

    name: str
    """One sentence."""
    others: Literal["best", "worst"] = "best"
    """How the items not named are answered; circumstances not named are ordinary."""
    answers: dict[ItemCode, int | Slug] = Field(default={})
    level: int
    points: int | None = None
    rules: tuple[str, ...] = ()


class ScaleCaseFile(Strict):
    """policy/instruments/<id>.cases.yaml"""

    instrument: Slug
    version: str
    cases: tuple[ScaleCase, ...] = Field(min_length=1)
