"""A small book of facts, one of each kind, that the unit tests share."""

from __future__ import annotations

from yiyang.engine.conditions import Condition
from yiyang.engine.facts import Fact, FactBook, Kind, Label
from yiyang.engine.language import parse
from yiyang.engine.rules import Program, Rule, Stacking, Tier


def _labels(*names: str) -> tuple[Label, ...]:
    return tuple(Label(name, f"【{name}】", name) for name in names)


BOOK = FactBook(
    {
        "age": Fact("age", Kind.YEARS, "年龄", "age", "birth_date", unit_zh="周岁", unit_en="years"),
        "alone": Fact("alone", Kind.BOOL, "独居", "living alone", "alone"),
        "hardship": Fact(
            "hardship",
            Kind.ENUM,
            "困难类别",
            "hardship",
            "hardship",
            _labels("none", "destitute", "low_income", "edge"),
        ),
        "ability": Fact(
            "ability", Kind.ORDERED, "能力", "ability", "ability", _labels("intact", "mild", "moderate", "severe")
        ),
        "income": Fact("income", Kind.INT, "月收入", "income", "income", maximum=500_000, unit_zh="分", unit_en="fen"),
        "checked": Fact("checked", Kind.DATE, "体检日期", "health check", "checked"),
        "home": Fact("home", Kind.AREA, "户籍地", "place of registration", "home"),
    },
    {"poor": (Label("poor", "经济困难", "in hardship"), "hardship in (destitute, low_income)")},
)
REFERENCE = 20261101


def means(text: str, **values: int) -> Condition:
    return parse(text, BOOK, values)


def rule(item: str, who: str = "everyone", *tiers: int | tuple[str, int], area: str = "511700", **more: object) -> Rule:
    """A rule in one line; a bare integer is a tier for everyone; stacking goes by its own names."""
    pairs = [("everyone", tier) if isinstance(tier, int) else tier for tier in tiers]
    own = {name: more.pop(name) for name in list(more) if name in Stacking.__dataclass_fields__}
    made = tuple(Tier(means(when), fen) for when, fen in pairs)
    return Rule(item, area, who=means(who), tiers=made, stacking=Stacking(**own), **more)  # type: ignore[arg-type]


def program(*rules: Rule) -> Program:
    return Program(rules)
