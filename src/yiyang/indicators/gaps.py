"""Why an indicator of an area has no figure, and who has to do what about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from yiyang.access.scope import acting, current, platform
from yiyang.areas import logic as areas
from yiyang.areas.names import name
from yiyang.base.paths import policy_dir
from yiyang.catalog import loader
from yiyang.catalog.facts import load_facts
from yiyang.catalog.indicator_schema import Indicator
from yiyang.engine.conditions import leaves
from yiyang.engine.language import parse
from yiyang.indicators.datasets import REGISTRY, RUN, datasets
from yiyang.indicators.formula import days_of
from yiyang.indicators.models import Figure
from yiyang.indicators.policy import SOME_DAY, terms_of
from yiyang.indicators.summing import Coverage, parts_of
from yiyang.registry.contracts import Contract, load_contracts
from yiyang.registry.models import Delivery

BUREAU = "民政部门"
LEVELS = {"city": "市", "county": "县（市、区）", "town": "乡镇（街道）", "village": "村（社区）"}
MOST = 6
# What a room's tables lack where nothing is to be divided by, and who brings it about.
EMPTY = {
    "visited": "这段时间没有应探访的人：先编制探访计划（民政部门、乡镇）",
    "findings": "这段时间没有登记异常情况",
    "assessments": "这段时间没有出具评估结果（评估机构）",
    "granted": "这段时间没有批准的个案（经办机构）",
    "opened": "这段时间没有新开的个案（经办机构）",
    "cases": "还没有个案（经办机构）",
    "villages": "区划里没有村（社区）",
}


def registers_missing() -> dict[str, str]:
    """Fact → which registers would state it, where none of them has ever been delivered, with the department."""
    contracts = load_contracts()
    with acting(platform("指标缺口", current().request)):
        accepted = Delivery.objects.filter(state=Delivery.State.ACCEPTED)
        there = set(accepted.order_by().values_list("register", flat=True).distinct())
    # Without any delivery people were entered by hand: then nothing is missing that was ever to come.
    if not there:
        return {}
    found = {}
    for fact in load_facts().facts.values():
        asked = [name for name in fact.sources if contracts[name].delivery in ("full", "delta")]
        # What the platform's own work states as well is not missing: it may just not be known of anybody yet.
        is_own = any(contracts[name].delivery == "platform" for name in fact.sources)
        if asked and not is_own and not there & set(asked):
            found[fact.name] = "、".join(_told(contracts[name]) for name in asked)
    return found


def _told(contract: Contract) -> str:
    department = loader.read(policy_dir() / "departments.yaml").get(contract.owner, {})
    return f"{contract.name.zh}（{department.get('zh', contract.owner)}）"


def missing_of(indicator: Indicator, missing: Mapping[str, str]) -> str:
    """The registers that an indicator's formula cannot do without and nobody has delivered; '' = none."""
    found: dict[str, None] = {}
    for term in terms_of(indicator):
        dataset = datasets()[term.of]
        if dataset.source == REGISTRY:
            for leaf in leaves(parse(term.where, dataset.book, days_of(SOME_DAY))):
                if leaf.fact.name in missing:
                    found[missing[leaf.fact.name]] = None
    return "、".join(found)


def measured_below(area: int, on: date) -> dict[str, str]:
    """Indicator → in how many of the areas below it was measured by a day, where it was in some of them."""
    parts = parts_of(area, on)
    if parts is None:
        return {}
    rows = Figure.objects.filter(
        area_code__in=parts.codes, source=Figure.Source.MEASURED, is_current=True, on__lte=on, value__isnull=False
    )
    found: dict[str, set[int]] = {}
    for indicator, code in rows.order_by().values_list("indicator", "area_code").distinct():
        found.setdefault(indicator, set()).add(code)
    total, word = len(parts.codes), parts.word
    return {
        key: f"{total} 个{word}中只有 {len(codes)} 个有实测（{_names(codes)}）；全部交付登记册、启用月度运行后才有合计"
        for key, codes in found.items()
    }


def _names(codes: Collection[int]) -> str:
    return "、".join(name(code) for code in sorted(codes)[:MOST]) + ("等" if len(codes) > MOST else "")


def why(indicator: Indicator, area: int, rows: Iterable[Figure], covered: Coverage | None, missing: str) -> str:
    """Why there is no figure. `rows`: what there is of it without a value; `missing`: from `missing_of`."""
    if indicator.reported is not None:
        return _not_reported(indicator, area, covered)
    if missing:
        return f"缺登记册：{missing}尚未交付"
    used = [datasets()[term.of] for term in terms_of(indicator)]
    if any(rows):
        words = next((EMPTY[each.name] for each in used if each.name in EMPTY), "这里没有可以统计的人")
        return f"{words}，分母为0"
    if any(each.source == RUN for each in used):
        return f"当月没有启用的月度运行（{BUREAU}办理月度运行后自动测量）"
    return "还没有测量（月度运行启用后自动测量，也可以在“测量”下达）"


def _not_reported(indicator: Indicator, area: int, covered: Coverage | None) -> str:
    assert indicator.reported is not None
    by, level = indicator.reported.by, areas.level(area)
    if covered is not None:
        return covered_words(covered)
    if level not in indicator.reported.levels:
        whose = "、".join(LEVELS[each] for each in indicator.reported.levels)
        return f"由{by}按{whose}填报，这一级不单列"
    return f"等待{by}填报"


def covered_words(found: Coverage) -> str:
    """7 个县（市、区）中 5 个已报（2025-12-31），未报：…."""
    total, told = len(found.reported) + len(found.missing), len(found.reported)
    words = f"{total} 个{found.word}中 {told} 个已报（{found.on}）"
    if found.missing:
        return f"{words}，未报：{_names(found.missing)}；报齐后汇总"
    if found.value is None:
        return f"{words}，但有的没有报分子、分母，不能汇总"
    zones = f"；{'、'.join(found.unnamed)}没有单独填报，按已含在所在县计" if found.unnamed else ""
    return f"{words}，已汇总{zones}"
