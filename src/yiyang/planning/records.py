"""A plan as data: what a reader finds in a document, each record with its place. Pure.

Readers (`planning.reading`) make a `Document`; the checks (`planning.coherence`) and the platform read it. Money is in
whole fen, counts are integers, percentages and rates are `Decimal` in the unit that is named beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

BlockKind = Literal["heading", "paragraph", "item", "caption"]
RowKind = Literal["data", "section", "total"]
TableKind = Literal[
    "projects", "indicators", "tasks", "policies", "elements", "reforms", "pilots", "industries", "platforms", "boxes",
    "services", "other",
]  # fmt: skip
MeasureKind = Literal["policy", "element", "reform", "pilot", "industry", "platform", "box", "service"]
ProjectKind = Literal["elderly", "childcare"]
Bound = Literal["ge", "le", "eq"]
TotalLevel = Literal["all", "year", "county"]
# How a task's units were divided: in words (牵头, 参加, 配合); by a rule that the document states (逗号前为牵头单位);
# all alike (按职责分工负责); the first one named leads, by the custom of such lists (always with a doubt); only one.
UnitRule = Literal["words", "stated", "joint", "first", "single", "none"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands. Lines count from 1 in `Document.lines`; table, row and column from 1, too.

    `row` counts every row of the table below its head, section and total rows included. `sentence` counts from 1
    within the line or cell. `path` are the headings above, the outermost first.
    """

    document: str
    line: int
    path: tuple[str, ...] = ()
    table: int | None = None
    row: int | None = None
    column: int | None = None
    sentence: int | None = None


# The cell of each field that was read from one, as (name of the field, place) pairs.
Fields = tuple[tuple[str, Place], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One line of text outside tables. `level` is 1 for the outermost headings and 0 for what is none."""

    kind: BlockKind
    level: int
    text: str
    where: Place


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its title without the unit, and the unit that stands in brackets ("" = none)."""

    title: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; lines inside are joined by a line feed."""

    text: str
    where: Place


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the head, as many cells as there are columns. `section` is the text of the section row above.

    `key` stays the same when lines move: made of the table's caption, the row's own text and, for equal rows, order.
    """

    cells: tuple[Cell, ...]
    section: str = ""
    kind: RowKind = "data"
    key: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table, or one box (专栏), of whose text every item is a row of one cell."""

    number: int
    caption: str
    kind: TableKind
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    where: Place


@dataclass(frozen=True, slots=True)
class Project:
    """One project. `county`: whose project it is, as subtotals count it, as a 12-digit code; the city's own for 市本级.

    `sources`: what the list gives for further sources of money, (title of the column, fen), the central one excepted.
    `county_name` says it also where no code is known. `site` is the county or town in which its place lies, by the
    table of areas. `section_year` is the year of the section in which the row stands.
    """

    number: int | None
    name: str
    nature: str
    from_year: int | None
    to_year: int | None
    place: str
    county: int | None
    county_name: str
    description: str
    kind: ProjectKind
    places: int | None
    money_fen: int | None
    central_fen: int | None
    unit: str
    section_year: int | None
    where: Place
    fields: Fields = ()
    key: str = ""
    site: int | None = None
    sources: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Total:
    """A total or subtotal: of a row, or of one clause of the sentences in such a row, or of a sentence in the text.

    `level` is what it sums: everything of a kind (all), one year (year), or one county (county; `year` is then the year
    of the section in which it stands, None = of all years). `money_step_fen` is what one unit of the last written digit
    is worth (15.23 亿元 → 0.01 亿元): the figure may have been rounded or cut off to it. `text` is what was read.
    """

    level: TotalLevel
    kind: ProjectKind | None
    year: int | None
    county: int | None
    county_name: str
    count: int | None
    money_fen: int | None
    money_step_fen: int | None
    central_fen: int | None
    places: int | None
    text: str
    where: Place
    fields: Fields = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One promised figure. `nature` is 约束性 or 预期性; `unit` as the document writes it (%, 张, 人次, 万张)."""

    number: int | None
    name: str
    unit: str
    baseline: Decimal | None
    baseline_year: int | None
    target: Decimal | None
    bound: Bound
    target_year: int | None
    nature: str | None
    where: Place
    fields: Fields = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One task. `lead` and `part` are units; `local` the governments below that carry it out; `due` as written."""

    number: int | None
    title: str
    text: str
    lead: tuple[str, ...]
    part: tuple[str, ...]
    local: tuple[str, ...]
    rule: UnitRule
    where: Place
    fields: Fields = ()
    key: str = ""
    due: str = ""

    @property
    def units(self) -> tuple[str, ...]:
        """Leading and taking-part units in the document's order."""
        return self.lead + self.part


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of a list of policies, elements, reforms, pilots, industries, platforms, services, or one item of a box.

    `group` is the row's 类别 or 服务对象, for an item of a box the box's caption.
    """

    list: MeasureKind
    number: int | None
    group: str
    name: str
    action: str
    target: str
    units: tuple[str, ...]
    where: Place
    fields: Fields = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What the reader is unsure of, shown beside the source: the value it took, how sure (0–1), what else it may be.

    `key` names the row and `field` the field: both go into a `Correction`. `what` is one plain Chinese sentence.
    """

    where: Place
    what: str
    guess: str
    sure: float
    choices: tuple[str, ...] = ()
    key: str = ""
    field: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person decided about one field of one row: the value as text (money in yuan, areas by code), "" = none."""

    key: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read. `lines` is its text as lines: the file's own for TXT, made line by line for other formats."""

    slug: str
    title: str
    area: int | None
    issued: date | None
    lines: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    tables: tuple[Table, ...] = ()
    projects: tuple[Project, ...] = ()
    totals: tuple[Total, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    tasks: tuple[Task, ...] = ()
    measures: tuple[Measure, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    corrections: tuple[Correction, ...] = field(default=())
