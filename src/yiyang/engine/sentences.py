"""Conditions said in words: one correct Chinese (or English) sentence, never typed in by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from yiyang.engine.conditions import And, Compare, Condition, Everyone, Leaf, Named, Not, OneOf, Or, Within
from yiyang.engine.facts import Fact, Kind
from yiyang.engine.rules import Reason, StackReason

AreaName = Callable[[str], str]
OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


@dataclass(frozen=True)
class Speaker:
    """Says conditions in one language.

    Attributes:
        lang: zh or en.
        area_name: area code → its name.
        item_name: item id → its name, for stacking reasons.
    """

    lang: str = "zh"
    area_name: AreaName = str
    item_name: AreaName = str

    def say(self, condition: Condition) -> str:
        """The condition as a clause, for example 年满80周岁，且经济困难."""
        return self._say(condition, top=True)

    def reason(self, reason: Reason) -> str:
        """What one reason bit speaks of."""
        if not isinstance(reason, StackReason):
            return self._leaf(reason)
        other = self.item_name(reason.other)
        if reason.how == "not_with":
            return self._t(f"已享受“{other}”，不再重复享受", f"already entitled to {other}, not paid twice")
        return self._t(f"“{other}”各项中就高享受一项", f"of the group {other} only the highest is paid")

    def value(self, fact: Fact, value: int | None) -> str:
        """A stored value (whole years for a `years` fact) in words."""
        if value is None:
            return self._t("未知", "unknown")
        if fact.kind is Kind.BOOL:
            return self._t("是" if value else "否", "yes" if value else "no")
        if fact.is_listed:
            return self._label(fact, value)
        if fact.kind is Kind.AREA:
            return self.area_name(f"{value:012d}")
        if fact.kind is Kind.DATE:
            return f"{value // 10000}-{value // 100 % 100:02d}-{value % 100:02d}"
        return f"{value}{self._unit(fact)}"

    def _say(self, condition: Condition, top: bool = False) -> str:
        match condition:
            case Everyone():
                return self._t("所有人", "everyone")
            case Compare() | OneOf() | Within():
                return self._leaf(condition)
            case Named(label, _):
                return self._t(label.zh, label.en)
            case Not(part):
                return self._not(part)
            case And(parts):
                return self._many(self._merged(parts), self._t("，且", " and "), top)
            case Or(parts):
                return self._many([self._say(part) for part in parts], self._t("或者", " or "), top)

    def _many(self, clauses: list[str], joint: str, top: bool) -> str:
        text = joint.join(clauses)
        return text if top or len(clauses) == 1 else self._t(f"（{text}）", f"({text})")

    def _not(self, part: Condition) -> str:
        match part:
            case Compare(fact, op, value):
                return self._leaf(Compare(fact, OPPOSITE[op], value))
            case Not(inner):
                return self._say(inner)
            case OneOf(fact, values):
                return self._t(
                    f"{fact.zh}不是{self._list(fact, values)}", f"{fact.en} is not {self._list(fact, values)}"
                )
            case Within(fact):
                return self._t(f"{fact.zh}不在{self._areas(part)}", f"{fact.en} not in {self._areas(part)}")
            case Named(label, _):
                return self._t(f"不属于{label.zh}", f"not {label.en}")
        return self._t(f"不符合“{self._say(part, top=True)}”", f"not ({self._say(part, top=True)})")

    def _merged(self, parts: tuple[Condition, ...]) -> list[str]:
        """Clauses of a conjunction; a lower and an upper bound of one fact become one clause."""
        clauses, skip = [], set()
        for i, part in enumerate(parts):
            if i in skip:
                continue
            for j in range(i + 1, len(parts)):
                if band := self._band(part, parts[j]):
                    clauses.append(band)
                    skip.add(j)
                    break
            else:
                clauses.append(self._say(part))
        return clauses

    def _band(self, low: Condition, high: Condition) -> str | None:
        match low, high:
            case Compare(fact, ">=", a), Compare(other, "<", b) if (
                fact == other and fact.kind in (Kind.YEARS, Kind.INT) and b > a
            ):
                return self._t(f"{self._name(fact)}{a}至{b - 1}{self._unit(fact)}", f"{fact.en} {a} to {b - 1}")
        return None

    def _leaf(self, leaf: Leaf) -> str:
        match leaf:
            case Within(fact):
                return self._t(f"{fact.zh}在{self._areas(leaf)}", f"{fact.en} in {self._areas(leaf)}")
            case OneOf(fact, values):
                return self._is(fact, self._list(fact, values))
            case Compare(fact, op, value):
                return self._bool(fact, op, value) if fact.kind is Kind.BOOL else self._compare(fact, op, value)

    def _bool(self, fact: Fact, op: str, value: int) -> str:
        if (value == 1) == (op == "=="):
            return self._t(fact.zh, fact.en)
        return self._t(fact.zh_not or f"不属于“{fact.zh}”", fact.en_not or f"not {fact.en}")

    def _compare(self, fact: Fact, op: str, value: int) -> str:
        if fact.kind in (Kind.ENUM, Kind.ORDERED):
            return self._listed(fact, op, value)
        shown = self.value(fact, value)
        if fact.kind is Kind.YEARS and self.lang == "zh" and op in (">=", "<"):
            return f"{'年满' if op == '>=' else '未满'}{shown}"
        words = {
            "==": ("为", "is"),
            "!=": ("不是", "is not"),
            ">=": ("不低于", "at least"),
            ">": ("超过", "more than"),
            "<": ("低于", "less than"),
            "<=": ("不超过", "at most"),
        }
        if fact.kind is Kind.DATE:
            words |= {
                ">=": ("不早于", "on or after"),
                ">": ("晚于", "after"),
                "<": ("早于", "before"),
                "<=": ("不晚于", "on or before"),
            }
        return self._t(f"{fact.zh}{words[op][0]}{shown}", f"{fact.en} {words[op][1]} {shown}")

    def _listed(self, fact: Fact, op: str, value: int) -> str:
        if op == "!=":
            return self._t(f"{fact.zh}不是{self._label(fact, value)}", f"{fact.en} is not {self._label(fact, value)}")
        holding = [
            v
            for v in range(fact.size)
            if {"==": v == value, "<": v < value, "<=": v <= value, ">": v > value, ">=": v >= value}[op]
        ]
        if not holding:
            return self._t(f"{fact.zh}没有任何取值", f"{fact.en} has no such value")
        if op in (">", ">=") and len(holding) > 2:
            return self._t(
                f"{fact.zh}为{self._label(fact, holding[0])}及以上",
                f"{fact.en} is {self._label(fact, holding[0])} or above",
            )
        return self._is(fact, self._list(fact, tuple(holding)))

    def _is(self, fact: Fact, shown: str) -> str:
        return self._t(f"{fact.zh}为{shown}", f"{fact.en} is {shown}")

    def _list(self, fact: Fact, values: tuple[int, ...]) -> str:
        return self._or([self._label(fact, value) if fact.is_listed else self.value(fact, value) for value in values])

    def _areas(self, leaf: Within) -> str:
        return self._or([self.area_name(code) for code in leaf.areas])

    def _or(self, names: list[str]) -> str:
        head, last = names[:-1], names[-1]
        return f"{self._t('、', ', ').join(head)}{self._t('或', ' or ')}{last}" if head else last

    def _label(self, fact: Fact, value: int) -> str:
        if fact.kind is Kind.BOOL:
            return self._t("是" if value else "否", "yes" if value else "no")
        return self._t(fact.values[value].zh, fact.values[value].en)

    def _unit(self, fact: Fact) -> str:
        return self._t(fact.unit_zh, f" {fact.unit_en}" if fact.unit_en else "")

    def _name(self, fact: Fact) -> str:
        return "" if fact.kind is Kind.YEARS else fact.zh

    def _t(self, zh: str, en: str) -> str:
        return en if self.lang == "en" else zh
