"""The list in force as it is shown and published: who, what, how much, from whom, how, on what grounds.

Who is entitled is said by `engine.sentences` from the condition itself; nothing here is typed in by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from yiyang.areas import logic as areas
from yiyang.base import screen
from yiyang.base.screen import t
from yiyang.catalog.binding import BASIS, RuleInfo, effective_program
from yiyang.catalog.facts import load_facts
from yiyang.catalog.labels import BASES, CHECKED, DELIVERY, FORMS, KINDS, area_name, say, standard, text
from yiyang.catalog.lists import departments, documents, list_areas, load_list, short
from yiyang.catalog.overlay import Overlay
from yiyang.catalog.schema import Form, Item, ListHead, Source
from yiyang.engine.conditions import Within, all_of, leaves
from yiyang.engine.facts import strip_level
from yiyang.engine.rules import Rule
from yiyang.engine.sentences import Speaker


@dataclass(frozen=True)
class Row:
    """One item as published, in the language of the screen."""

    number: int
    form: str
    name: str
    kind: str
    who: str  # with the place: 年满80周岁，且户籍地在大竹县
    gives: str
    standard: tuple[str, ...]
    responsible: str
    delivery: str
    sources: tuple[str, ...]
    checked: str
    list_area: str
    is_own: bool
    note: str
    condition: str  # the item's own condition, without the place
    basis: str
    data: Mapping[str, Any]

    def cells(self) -> tuple[str, ...]:
        """The row under COLUMNS; several lines in a cell are parted by line breaks."""
        grounds = [*self.sources, t(f"（{self.checked}）", f"({self.checked})")]
        if not self.is_own:
            grounds.insert(0, t(f"【{area_name(self.list_area)}清单】", f"[list of {area_name(self.list_area)}]"))
        return (
            str(self.number),
            self.name,
            self.who,
            self.gives,
            "\n".join(self.standard),
            self.responsible,
            self.delivery,
            "\n".join(grounds),
        )


COLUMNS = (
    ("序号", "No."),
    ("服务项目", "Item"),
    ("服务对象", "Who is entitled"),
    ("服务内容", "What is given"),
    ("标准", "Standard"),
    ("责任单位", "Responsible"),
    ("办理方式", "How to get it"),
    ("依据", "Grounds"),
)


@dataclass(frozen=True)
class Published:
    """The list in force for an area on a day."""

    area: str
    area_name: str
    title: str
    on: date
    head: ListHead | None
    rows: tuple[Row, ...]

    def groups(self) -> dict[str, list[Row]]:
        """Rows by form, in the order of the law: material help, care, concern."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.form, []).append(row)
        return found

    def json(self) -> dict[str, Any]:
        head = self.head
        return {
            "area": self.area,
            "area_name": self.area_name,
            "title": self.title,
            "on": self.on.isoformat(),
            "version": head.version if head else None,
            "items": [row.data for row in self.rows],
        }


def speaker() -> Speaker:
    """Says conditions in the language of the screen, areas by their names."""
    return Speaker(screen.lang(), area_name)


def publish(
    area: str, on: date, overlay: Overlay | None = None, policy: Path | None = None, *, own: bool = False
) -> Published:
    """The list in force for an area.

    Args:
        own: only what the area's own list says, nothing from above.
    """
    bound, writer = effective_program(area, on, overlay, policy, own=own), _Writer(short(area), policy)
    order = list(Form)
    pairs = sorted(zip(bound.program.rules, bound.infos, strict=True), key=lambda pair: order.index(pair[1].item.form))
    rows = tuple(writer.row(number, rule, info) for number, (rule, info) in enumerate(pairs, 1))
    head = load_list(area, policy).head if short(area) in list_areas(policy) else None
    name = areas.full_name(areas.normalise(area))
    title = (
        text(head.title) if head else t(f"{area_name(area)}基本养老服务清单", f"Basic elderly-care services: {name}")
    )
    return Published(short(area), name, title, on, head, rows)


class _Writer:
    def __init__(self, area: str, policy: Path | None) -> None:
        self._area, self._units, self._documents = area, departments(policy), documents(policy)
        self._speaker, self._book = speaker(), load_facts(policy)

    def row(self, number: int, rule: Rule, info: RuleInfo) -> Row:
        item = info.item
        who, lines = self._who(rule, item), standard(rule, info)
        return Row(
            number=number,
            form=say(FORMS[item.form]),
            name=text(item.name),
            kind=say(KINDS[item.kind]),
            who=who,
            gives=text(item.gives),
            standard=lines,
            responsible=t("、", ", ").join(text(self._units[unit]) for unit in item.responsible),
            delivery=say(DELIVERY[item.delivery]),
            sources=self.grounds((item.source, *item.documents_also)),
            checked=say(CHECKED[item.source.checked]),
            list_area=info.list_area,
            is_own=info.list_area == self._area,
            note=text(item.note),
            condition=self._speaker.say(rule.who),
            basis=say(BASES[item.basis]),
            data=self._data(rule, info, who, lines),
        )

    def _who(self, rule: Rule, item: Item) -> str:
        """The item's condition, and whose list it is: the people registered or living in the area."""
        if not strip_level(self._area):
            return self._speaker.say(rule.who)
        here = Within(self._book[BASIS[item.basis]], (self._area,))
        return self._speaker.say(rule.who if here in leaves(rule.who) else all_of(rule.who, here))

    def grounds(self, sources: Iterable[Source]) -> tuple[str, ...]:
        """One line a document, with all its articles."""
        found: dict[str, list[str]] = {}
        for source in sources:
            found.setdefault(source.document, []).append(source.article)
        return tuple(self._document(name) + t("、", ", ").join(articles) for name, articles in found.items())

    def _document(self, name: str) -> str:
        document = self._documents[name]
        return f"《{document.title}》" + (f"（{document.number}）" if document.number else "") + t("", " ")

    def _data(self, rule: Rule, info: RuleInfo, who: str, standard: tuple[str, ...]) -> dict[str, Any]:
        """Everything a program may want to know of the item; money as integers of fen."""
        item = info.item
        own = item.model_dump(mode="json", by_alias=True, exclude={"values", "who", "amount", "note"})
        said = {"who": {"sentence": who, "condition": item.who}, "standard": list(standard), "note": text(item.note)}
        return {**own, **said, "list_area": info.list_area, "tiers": self._tiers(rule, info), "values": _values(info)}

    def _tiers(self, rule: Rule, info: RuleInfo) -> list[dict[str, Any]]:
        values = info.item.values
        return [
            {"when": self._speaker.say(tier.when), "value": name, "fen": tier.fen, "exactness": values[name].exactness}
            for tier, name in zip(rule.tiers, info.tier_values, strict=True)
        ]


def _values(info: RuleInfo) -> dict[str, Any]:
    return {
        name: {**value.model_dump(mode="json", by_alias=True), "in_force": info.values.get(name)}
        for name, value in info.item.values.items()
    }
