"""The words in which a list is published: labels of its enums, amounts, periods."""

from __future__ import annotations

from yiyang.areas import logic as areas
from yiyang.base import screen
from yiyang.base.screen import t
from yiyang.catalog.binding import RuleInfo
from yiyang.catalog.schema import Checked, Every, Exactness, Form, Item, Kind, Per, Text, Value
from yiyang.engine.rules import Rule

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
HOW_OFTEN = {
    Exactness.EXACT: ("", ""),
    Exactness.AT_LEAST: ("至少", "at least "),
    Exactness.AT_MOST: ("最多", "at most "),
}


def say(pair: tuple[str, str]) -> str:
    return t(*pair)


def text(words: Text | None) -> str:
    return t(words.zh, words.en) if words else ""


def area_name(code: str) -> str:
    return areas.name(areas.normalise(code))


def standard(rule: Rule, info: RuleInfo) -> tuple[str, ...]:
    """The amounts by tier, then how often: 80至89周岁：每月 ¥60.00."""
    item = info.item
    lines = [_tier(item, name, tier.fen) for name, tier in zip(info.tier_values, rule.tiers, strict=True)]
    if not lines or item.no_amount:
        lines.append(_without_amount(item, some=bool(lines)))
    if item.times and item.times in info.values:
        lines.append(_times(item, item.values[item.times], info.values[item.times]))
    return tuple(lines)


def _tier(item: Item, name: str, fen: int) -> str:
    value = item.values[name]
    if item.amount and item.amount.value:
        return amount(item, value, fen)
    return t(f"{value.zh}：{amount(item, value, fen)}", f"{value.en}: {amount(item, value, fen)}")


def _times(item: Item, value: Value, times: int) -> str:
    exact, every = say(HOW_OFTEN[value.exactness]), say(EVERY[item.every])
    return t(f"{every}{exact}{times}次", f"{exact}{times} times {every}")


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
