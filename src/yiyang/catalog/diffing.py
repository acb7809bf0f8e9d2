"""What differs between two lists in force: two areas, one area at two dates, or a draft folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from yiyang.base.errors import NoEffect
from yiyang.base.screen import t
from yiyang.catalog.labels import area_name, say
from yiyang.catalog.lists import load_folder
from yiyang.catalog.overlay import Overlay
from yiyang.catalog.published import Published, Row, publish

# Wording of our own, and the documents, differ from area to area without meaning anything.
WORDING = ("name", "gives", "sources")
FIELDS = {
    "name": ("名称", "name"),
    "form": ("类型", "form"),
    "kind": ("方式", "kind"),
    "condition": ("服务对象", "who"),
    "basis": ("适用于", "for people"),
    "gives": ("服务内容", "what"),
    "standard": ("标准", "standard"),
    "responsible": ("责任单位", "responsible"),
    "delivery": ("办理方式", "delivery"),
    "sources": ("依据", "grounds"),
}


KINDS = {"added": ("新增", "added"), "removed": ("减少", "removed"), "changed": ("变化", "changed")}


@dataclass(frozen=True)
class Side:
    """A list: an area code, or a folder with a draft, as of a day."""

    what: str | Path
    on: date

    def published(self, policy: Path | None = None) -> Published:
        if isinstance(self.what, str):
            return publish(self.what, self.on, policy=policy)
        draft = load_folder(self.what, policy)
        try:
            return publish(draft.head.area, self.on, Overlay(lists=(draft,)), policy)
        except NoEffect:  # The draft says what the list says.
            return publish(draft.head.area, self.on, policy=policy)

    @property
    def label(self) -> str:
        return f"{area_name(self.what) if isinstance(self.what, str) else self.what} {self.on}"


@dataclass(frozen=True)
class Change:
    """One difference. `kind`: added, removed or changed; `field` is empty for a whole item."""

    kind: str
    item: str
    name: str
    field: str
    left: str
    right: str

    @property
    def word(self) -> str:
        return say(KINDS[self.kind])


@dataclass(frozen=True)
class Difference:
    left: str
    right: str
    changes: tuple[Change, ...]
    same: int

    def summary(self) -> tuple[str, str]:
        new, gone, other = (len({c.item for c in self.changes if c.kind == kind}) for kind in KINDS)
        zh = f"新增 {new} 项，减少 {gone} 项，变化 {other} 项，相同 {self.same} 项。"
        en = f"{new} added, {gone} removed, {other} changed, {self.same} the same."
        return f"{self.left} → {self.right}：{zh}", f"{self.left} → {self.right}: {en}"

    def json(self) -> dict[str, Any]:
        return asdict(self)


def diff(left: Side, right: Side, policy: Path | None = None) -> Difference:
    """Item by item, by id: what is new, what is gone, and which fields changed from what to what."""
    here, there = left.published(policy), right.published(policy)
    one, other = _rows(here), _rows(there)
    fields = [field for field in FIELDS if here.area == there.area or field not in WORDING]
    changes = [*_only(one, other, "removed"), *_only(other, one, "added"), *_changed(one, other, fields)]
    same = sum(name in other for name in one) - len({change.item for change in changes if change.kind == "changed"})
    return Difference(left.label, right.label, tuple(changes), same)


def _rows(published: Published) -> dict[str, Row]:
    return {str(row.data["id"]): row for row in published.rows}


def _only(one: Mapping[str, Row], other: Mapping[str, Row], kind: str) -> Iterator[Change]:
    for name, row in one.items():
        if name not in other:
            said = f"{row.condition}{t('；', '; ')}{_said(row.standard)}"
            yield Change(kind, name, row.name, "", *(("", said) if kind == "added" else (said, "")))


def _changed(one: Mapping[str, Row], other: Mapping[str, Row], fields: Sequence[str]) -> Iterator[Change]:
    for name in (name for name in one if name in other):
        for field in fields:
            before, after = _said(getattr(one[name], field)), _said(getattr(other[name], field))
            if before != after:
                yield Change("changed", name, one[name].name, say(FIELDS[field]), before, after)


def _said(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else "\n".join(value)
