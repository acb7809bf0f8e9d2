"""Figures, targets and formulas in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from yiyang.areas import logic as areas
from yiyang.areas.names import name
from yiyang.catalog.indicator_schema import Indicator, MeasureTerm, Target
from yiyang.engine.language import parse
from yiyang.engine.sentences import Speaker
from yiyang.indicators.datasets import datasets
from yiyang.indicators.formula import DAYS, days_of
from yiyang.indicators.logic import LIGHTS, STANDINGS, Light, Standing
from yiyang.indicators.models import Figure
from yiyang.indicators.policy import (
    AT,
    CHECKED,
    GROUPS,
    KINDS,
    MOMENTS,
    Goal,
    dataset_names,
    document_titles,
    written,
)
from yiyang.indicators.promises.reading import Read
from yiyang.indicators.reading import Line
from yiyang.indicators.summing import Coverage

DAY_WORDS = {"on": "统计日期", "month_start": "当月1日", "year_start": "当年1月1日", "year_ago": "统计日期前一年"}
DIRECTIONS = {"up": "越高越好", "down": "越低越好", "none": "不分好坏"}


def source_word(figure: Figure | None) -> str:
    """实测, 填报 or 汇总; nothing where there is no figure."""
    return str(figure.get_source_display()) if figure else ""


def short_source(indicator: Indicator, figure: Figure | None) -> str:
    """实测 2026-10 2,585 / 2,701."""
    if figure is None:
        return ""
    return " ".join(filter(None, [source_word(figure), day_word(indicator, figure), parts_word(figure)]))


def day_word(indicator: Indicator, figure: Figure | None) -> str:
    """The day of a figure, or its month."""
    if figure is None:
        return ""
    return f"{figure.on:%Y-%m}" if indicator.moment == "month" else f"{figure.on}"


def target_word(indicator: Indicator, target: Goal | None) -> str:
    """2025年 ≥55.0 %."""
    if target is None:
        return ""
    return f"{target.year}年 {AT[target.at]}{written(indicator, target.value)}{indicator.unit}"


def target_from(target: Goal | None, area: int) -> str:
    """Of which kind it is, whose where it is not the area's own, and of which document where policy holds it not."""
    if target is None:
        return ""
    owner = areas.normalise(target.area)
    document = f"据《{_title(target)}》" if isinstance(target, Read) else ""
    words = [KINDS[target.kind], "" if owner == area else f"{name(owner)}的目标", document]
    return "，".join(word for word in words if word)


def promise(indicator: Indicator, target: Target) -> str:
    """A target with its document: the line of a list."""
    title = document_titles().get(target.source.document, target.source.document)
    kind = f"（{KINDS[target.kind]}）" if KINDS[target.kind] else ""
    return f"{title}，{target.source.article}：{target_word(indicator, target)}{kind}；{CHECKED[target.source.checked]}"


def read_promise(indicator: Indicator, read: Read) -> str:
    """The same of a target that was read in a document."""
    kind = f"（{KINDS[read.kind]}）" if KINDS[read.kind] else ""
    return f"《{_title(read)}》，{read.read.place}：{target_word(indicator, read)}{kind}"


def partial_word(indicator: Indicator, found: Coverage | None) -> str:
    """What those that have reported come to, where not all have."""
    if found is None or found.is_whole or found.value is None or not found.missing:
        return ""
    return f"已报的 {len(found.reported)} 个合计 {written(indicator, found.value)}{indicator.unit}，不是全部"


def unchecked_word(indicator: Indicator, read: Sequence[Read]) -> str:
    """文件目标 2025年 ≥55.0 %（未核对）; nothing where all is confirmed."""
    open_ones = [each for each in read if not each.counts]
    more = f"等 {len(open_ones)} 个" if len(open_ones) > 1 else ""
    return f"文件读得 {target_word(indicator, open_ones[0])}{more}（未核对）" if open_ones else ""


def _title(read: Read) -> str:
    return read.read.title.strip("《》")


def light_look(light: Light) -> tuple[str, str]:
    """Slug of the look and word of a light."""
    return LIGHTS[light]


def standing_look(standing: Standing) -> tuple[str, str]:
    """Slug of the look and word of a standing."""
    return STANDINGS[standing]


def change_word(indicator: Indicator, change: float | None) -> str:
    """+1.2, −3; 持平 where nothing moved."""
    if change is None:
        return ""
    if abs(change) < 0.5 * 10**-indicator.decimals:
        return "持平"
    unit = "个百分点" if indicator.unit == "%" else indicator.unit
    return f"{'+' if change > 0 else '−'}{written(indicator, abs(change))} {unit}"


def parts_word(figure: Figure) -> str:
    """Numerator / denominator."""
    if figure.numerator is None or figure.denominator is None:
        return ""
    return f"{figure.numerator:,.0f} / {figure.denominator:,.0f}"


def ahead_words(line: Line) -> str:
    """Where the trend leads, or why nobody can say."""
    if line.target is None or line.light in ("reached", "missed", "stale"):
        return ""
    if line.ahead is None:
        return "数值太少或离目标太远，不作趋势推算" if line.points else ""
    low, high = (written(line.indicator, value) for value in (line.ahead.low, line.ahead.high))
    value = written(line.indicator, line.ahead.value)
    return f"按现在的趋势，{line.target.year}年底约 {value}{line.indicator.unit}（{low}–{high}）"


def has_people(indicator: Indicator) -> bool:
    """Whether the rows above the line are people, so that a list of them can be shown."""
    measure = indicator.measure
    return measure is not None and datasets()[measure.numerator.of].has_people


def formula(indicator: Indicator) -> list[tuple[str, str]]:
    """A formula as lines: part and sentence."""
    measure = indicator.measure
    if measure is None:
        by = indicator.reported.by if indicator.reported else ""
        return [("来源", f"由{by}填报，平台没有可以实测的数据")]
    lines = [("分子", term_words(measure.numerator))]
    if measure.denominator is not None:
        lines.append(("分母", term_words(measure.denominator)))
    if indicator.shape == "share":
        lines.append(("说明", "分子只在分母的行里数"))
    if indicator.per != 1:
        lines.append(("换算", f"分子 ÷ 分母 × {indicator.per:,}"))
    return lines


def term_words(term: MeasureTerm) -> str:
    """从登记册中的一位老年人，数出年满60周岁的行."""
    dataset = datasets()[term.of]
    condition = parse(term.where, dataset.book, days_of(_DAY))
    sentence = Speaker(area_name=lambda code: name(areas.normalise(code))).say(condition)
    for key, day in zip(DAYS, _days(), strict=True):
        sentence = sentence.replace(day, DAY_WORDS[key])
    how = f"“{term.sum}”相加" if term.sum else "计数"
    every = "全部行" if term.where == "everyone" else sentence
    return f"每行是{dataset.zh}；{every}；{how}"


# A day whose parts no condition names by itself, so that it can be found again in the sentence.
_DAY = date(1907, 7, 19)


def _days() -> list[str]:
    return [f"{value // 10000}-{value // 100 % 100:02d}-{value % 100:02d}" for value in days_of(_DAY).values()]


def about(indicator: Indicator) -> list[tuple[str, str, str]]:
    """Term, value and source of what an indicator is."""
    title = document_titles().get(indicator.source.document, indicator.source.document)
    found = [
        ("定义", indicator.definition, f"{title} {indicator.source.article}，{CHECKED[indicator.source.checked]}"),
        ("分子", indicator.numerator, ""),
        ("分母", indicator.denominator or "无", ""),
        ("时点", MOMENTS[indicator.moment], ""),
        ("单位", indicator.unit, ""),
        ("类别", GROUPS[indicator.group], DIRECTIONS[indicator.direction]),
    ]
    return [*found, ("注意", indicator.note, "")] if indicator.note else found


def basis_words(basis: dict[str, object], indicator: Indicator) -> list[tuple[str, str]]:
    """Where the rows of a figure came from, dataset by dataset."""
    return [(datasets()[key].zh, _basis(basis.get(key))) for key in dataset_names(indicator)]


def _basis(found: object) -> str:
    if not isinstance(found, dict):
        return "没有记录"
    known = found.get("known", "")
    return {
        "run": f"{known} 获知的月度运行 #{found.get('run')}，快照指纹 {str(found.get('hash', ''))[:12]}",
        "registry": f"登记册，{found.get('month')}，按 {known} 已获知的内容归集",
        "live": "登记册当时的内容",
        "tables": "各项业务记录，获知日期之后才有的不计",
        "missing": "当时没有月度运行",
    }.get(str(found.get("kind")), "没有记录")
