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
from yiyang.catalog.binding import BASIS, BoundProgram, RuleInfo, effective_program
from yiyang.catalog.facts import load_facts
from yiyang.catalog.lists import departments, documents, list_areas, load_list, short
from yiyang.catalog.overlay import Overlay
from yiyang.catalog.schema import Checked, Every, Exactness, Form, Item, Kind, ListHead, Per, Source, Text, Value
from yiyang.engine.conditions import Within, all_of, leaves
from yiyang.engine.facts import strip_level
from yiyang.engine.rules import Rule
from yiyang.engine.sentences import Speaker

FORMS = {
    Form.MATERIAL: ("物质帮助", "Material help"),
    Form.CARE: ("照护服务", "Care"),
    Form.CONCERN: ("关爱服务", "Concern"),
}
KINDS = {
    Kind.CASH: ("现金", "cash"),
    Kind.SERVICE: ("服务", "service"),
    Kind.IN_KIND: ("实物", "in kind"),
    Kind.INSURANCE: ("社会保险", "social insurance"),
    Kind.PRIORITY: ("优先优待", "priority"),
}
EVERY = {
    Every.ONCE: ("一次性", "once"),
    Every.WEEK: ("每周", "a week"),
    Every.MONTH: ("每月", "a month"),
    Every.QUARTER: ("每季度", "a quarter"),
    Every.YEAR: ("每年", "a year"),
    Every.TIME: ("每次", "each time"),
}
PER = {
    Per.PERSON: ("", ""),
    Per.HOUSEHOLD: ("每户", " a household"),
    Per.FACILITY: ("每个机构或站点", " a facility"),
}
EXACTNESS = {
    Exactness.EXACT: ("", ""),
    Exactness.AT_LEAST: ("不低于", "at least "),
    Exactness.AT_MOST: ("最高", "at most "),
}
DELIVERY = {"automatic": ("免申即享", "without application"), "application": ("依申请", "on application")}
BASES = {"registered": ("按户籍地", "by registration"), "resident": ("按居住地", "by residence")}
CHECKED = {
    Checked.ORIGINAL: ("已与原件核对", "compared with the original"),
    Checked.TRANSCRIBED: ("据文件文本转录", "taken from a copy of the text"),
    Checked.RECALLED: ("凭记忆整理，待核对", "from memory, to be compared"),
}
NO_AMOUNT = {
    "not_stated": ("文件未载明金额", "the document states no amount"),
    "by_formula": ("按公式计发", "by formula"),
    "free_of_charge": ("免费提供", "free of charge"),
}


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


def say(pair: tuple[str, str]) -> str:
    return t(*pair)


def text(words: Text | None) -> str:
    return t(words.zh, words.en) if words else ""


def area_name(code: str) -> str:
    return areas.name(areas.normalise(code))


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
    rows = tuple(writer.row(number, rule, info, bound) for number, (rule, info) in enumerate(pairs, 1))
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

    def row(self, number: int, rule: Rule, info: RuleInfo, bound: BoundProgram) -> Row:
        item = info.item
        who, standard = self._who(rule, item), self.standard(rule, info)
        return Row(
            number, say(FORMS[item.form]), text(item.name), say(KINDS[item.kind]), who, text(item.gives), standard,
            t("、", ", ").join(text(self._units[unit]) for unit in item.responsible), say(DELIVERY[item.delivery]),
            self.grounds((item.source, *item.documents_also)),
            say(CHECKED[item.source.checked]), info.list_area, info.list_area == self._area, text(item.note),
            self._speaker.say(rule.who), say(BASES[item.basis]), self._data(rule, info, who, standard, bound.on))  # fmt: skip

    def _who(self, rule: Rule, item: Item) -> str:
        """The item's condition, and whose list it is: the people registered or living in the area."""
        if not strip_level(self._area):
            return self._speaker.say(rule.who)
        here = Within(self._book[BASIS[item.basis]], (self._area,))
        return self._speaker.say(rule.who if here in leaves(rule.who) else all_of(rule.who, here))

    def standard(self, rule: Rule, info: RuleInfo) -> tuple[str, ...]:
        """The amounts by tier, then how often."""
        item = info.item
        lines = [self._tier(item, name, tier.fen) for name, tier in zip(info.tier_values, rule.tiers, strict=True)]
        if not lines or item.no_amount:
            lines.append(_without_amount(item, some=bool(lines)))
        if item.times:
            value = item.values[item.times]
            times = info.values.get(item.times, 0)
            exact = {**EXACTNESS, Exactness.AT_LEAST: ("至少", "at least "), Exactness.AT_MOST: ("最多", "at most ")}
            lines.append(
                t(
                    f"{say(EVERY[item.every])}{say(exact[value.exactness])}{times}次",
                    f"{say(exact[value.exactness])}{times} times {say(EVERY[item.every])}",
                )
            )
        return tuple(lines)

    def _tier(self, item: Item, name: str, fen: int) -> str:
        value = item.values[name]
        if item.amount and item.amount.value:
            return amount(item, value, fen)
        label = t(value.zh, value.en)
        return t(f"{label}：{amount(item, value, fen)}", f"{label}: {amount(item, value, fen)}")

    def grounds(self, sources: Iterable[Source]) -> tuple[str, ...]:
        """One line a document, with all its articles."""
        found: dict[str, list[str]] = {}
        for source in sources:
            found.setdefault(source.document, []).append(source.article)
        return tuple(self._document(name) + t("、", ", ").join(articles) for name, articles in found.items())

    def _document(self, name: str) -> str:
        document = self._documents[name]
        return f"《{document.title}》" + (f"（{document.number}）" if document.number else "") + t("", " ")

    def _data(self, rule: Rule, info: RuleInfo, who: str, standard: tuple[str, ...], on: date) -> dict[str, Any]:
        item, own = (
            info.item,
            info.item.model_dump(mode="json", by_alias=True, exclude={"values", "who", "amount", "note"}),
        )
        tiers = [
            {
                "when": self._speaker.say(tier.when),
                "value": name,
                "fen": tier.fen,
                "exactness": item.values[name].exactness.value,
            }
            for tier, name in zip(rule.tiers, info.tier_values, strict=True)
        ]
        values = {
            name: {**value.model_dump(mode="json", by_alias=True), "in_force": info.values.get(name)}
            for name, value in item.values.items()
        }
        return {
            **own,
            "list_area": info.list_area,
            "who": {"sentence": who, "condition": item.who},
            "standard": list(standard),
            "tiers": tiers,
            "values": values,
            "note": text(item.note),
        }


def amount(item: Item, value: Value, fen: int) -> str:
    """每户每年不低于 ¥300.00"""
    exact, money = say(EXACTNESS[value.exactness]), screen.yuan(fen)
    every = say(EVERY[item.every])
    if screen.lang() == "en":
        return f"{exact}{money}{PER[item.per][1]} {every}"
    return f"{PER[item.per][0]}{every}{exact} {money}"


def _without_amount(item: Item, *, some: bool) -> str:
    if some:
        return t("其余对象：文件未载明金额", "the others: the document states no amount")
    if item.no_amount:
        return say(NO_AMOUNT[item.no_amount])
    if item.amount:
        return t("原定金额已到期，现行金额文件未载明", "the amount has expired and no new one is stated")
    if item.kind is Kind.PRIORITY:
        return t("不涉及金额", "no money is involved")
    return say(NO_AMOUNT["not_stated"])
