"""The small parts of a page, as a view hands them to the templates of `site/parts/`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A key figure on top of a page; at most four stand there.

    Attributes:
        value: a number is written in 万 where large, anything else as it is.
        note: what it is measured against, or its day.
        url: where the rows behind it stand.
    """

    title: str
    value: Any
    unit: str = ""
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Tab:
    """One tab: a link of its own, so that back and bookmarks work."""

    title: str
    url: str
    is_current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Event:
    """One point of a timeline. `tone`: good, bad, wait, info or nothing."""

    when: date | datetime | str
    title: str
    text: str = ""
    source: str = ""
    tone: str = ""
    until: date | str = ""
    is_current: bool = False
    url: str = ""


@dataclass(frozen=True)
class Definition:
    """A term and its value; `source` says who stated it and when. `kind` as of a column (`listing.Column`)."""

    term: str
    value: Any
    source: str = ""
    kind: str = "text"


@dataclass(frozen=True)
class Change:
    """A field before and after."""

    field: str
    before: Any
    after: Any

    @property
    def is_changed(self) -> bool:
        """Whether anything differs."""
        return bool(self.before != self.after)


@dataclass(frozen=True)
class Progress:
    """How far a long job is. The bar asks `url` again every second until `is_done`.

    Attributes:
        id: id of the element, unique on the page.
        done, steps: what is done of how many; steps 0 = not yet known.
        text: the step in hand, or how it ended.
        state: slug and word as `states.Look` knows them.
        next_url: where to go on when done.
    """

    id: str
    url: str
    done: int
    steps: int
    text: str
    state: str = "running"
    word: str = ""
    is_done: bool = False
    next_url: str = ""
    next_title: str = "查看结果"
    problems: list[str] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Steps that are left."""
        return max(self.steps - self.done, 0)


@dataclass(frozen=True)
class Empty:
    """What stands where nothing is yet: what will stand here and how it comes."""

    title: str = "这里还没有内容"
    text: str = ""
    url: str = ""
    button: str = ""
    icon: str = "empty"
