"""Every check in one table, and the run of all of them over some documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from yiyang.planning.coherence import (
    boxes,
    duties,
    levels,
    lists,
    locations,
    population,
    prices,
    projects,
    rows,
    sums,
    targets,
    totals,
)
from yiyang.planning.coherence.census import Census, against_census, averages
from yiyang.planning.coherence.census import census as held
from yiyang.planning.coherence.findings import SEVERITIES, Dismissed, Finding, Report
from yiyang.planning.coherence.mentions import Mention, mentions
from yiyang.planning.coherence.terms import Terms, load_terms
from yiyang.planning.coherence.text import Sentence, sentences
from yiyang.planning.coherence.wholes import Wholes
from yiyang.planning.records import Document


class Reading:
    """A document with what several checks need of it, made once."""

    def __init__(self, document: Document, terms: Terms, census: Mapping[int, Census]) -> None:
        self.document, self.terms, self.census = document, terms, census

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Its sentences outside project and indicator tables."""
        return tuple(sentences(self.document))

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """Its figures that have a name."""
        return mentions(self.document, self.sentences, self.terms)

    @cached_property
    def wholes(self) -> Wholes:
        """Its figures that a share may be taken of."""
        return Wholes(self.sentences, self.census.get(self.document.area or -1))


Found = Iterator[Finding]
Rule = Callable[[Reading], Found]
PairRule = Callable[[Reading, Reading], Found]


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what it is called, what it compares, and how it is made. `pair` looks at two documents at once."""

    id: str
    zh: str
    en: str
    what_zh: str
    one: Rule | None = None
    pair: PairRule | None = None


def _totals(reading: Reading) -> Found:
    yield from totals.rows_against_totals(reading.document)
    yield from totals.clauses_against_totals(reading.document)


def _sentence_sums(reading: Reading) -> Found:
    beside = sums.stated(reading.sentences)
    for sentence in reading.sentences:
        for rule in (sums.growth, sums.parts, sums.over_years, sums.times):
            yield from rule(sentence)
        yield from sums.shares(sentence, reading.wholes, beside[sentence.passage])


def _targets(reading: Reading) -> Found:
    yield from targets.same_target(reading.mentions)
    yield from targets.impossible(reading.mentions)


def _population(reading: Reading) -> Found:
    people = population.people_of(reading.document, reading.sentences, reading.census)
    yield from population.rates(reading.document, reading.mentions, people)
    yield from population.shortfalls(reading.document, reading.mentions, people)


def _places(reading: Reading) -> Found:
    for rule in (locations.outside, locations.units, locations.misspelt):
        yield from rule(reading.document)


def _numbering(reading: Reading) -> Found:
    yield from lists.numbering(reading.document)
    yield from lists.captions(reading.document)
    yield from rows.numbers(reading.document)


def _levels(below: Reading, above: Reading) -> Found:
    yield from levels.lower_targets(below.document, above.document, below.mentions, above.mentions)
    yield from levels.between(below.document, above.document, below.mentions, above.mentions)
    yield from levels.same_projects(below.document, above.document)


def _of(rule: Callable[[Document], Found]) -> Rule:
    """A rule that needs the document alone."""
    return lambda reading: rule(reading.document)


def _in(rule: Callable[[Sequence[Mention]], Found]) -> Rule:
    """A rule that needs its named figures."""
    return lambda reading: rule(reading.mentions)


def _boxes(reading: Reading) -> Found:
    return boxes.boxes(reading.document, reading.sentences)


def _census(reading: Reading) -> Found:
    yield from against_census(reading.document, reading.sentences, reading.census)
    yield from averages(reading.document, reading.sentences, reading.census)


def _counts(reading: Reading) -> Found:
    return lists.counted(reading.sentences)


def _prices(reading: Reading) -> Found:
    yield from prices.prices(reading.document)
    yield from prices.grants(reading.document)


def _annexes(reading: Reading) -> Found:
    return lists.annexes(reading.document, reading.sentences)


CHECKS: tuple[Check, ...] = (
    Check("totals", "明细与合计", "Rows against totals", "逐行相加，与合计、分年和分县小计及其中的文字核对", _totals),
    Check(
        "headings",
        "名称与内容",
        "Heading against content",
        "名称中的“几个打包”与内容列出的地点个数核对",
        _of(projects.headings),
    ),
    Check("sections", "年度与分段", "Year against section", "项目的建设年限与所在年度分段核对", _of(projects.sections)),
    Check(
        "descriptions",
        "表列数与建设内容",
        "Column against description",
        "床位（托位）栏与项目自己的建设内容核对",
        _of(projects.descriptions),
    ),
    Check(
        "sentence_sums",
        "句中算术",
        "Arithmetic in sentences",
        "增幅、占比、部分之和、分年之和、人次乘标准",
        _sentence_sums,
    ),
    Check(
        "targets",
        "同一目标",
        "One target in several places",
        "同一目标在正文、专栏、指标表中的数核对；比率不超过 100%",
        _targets,
    ),
    Check("years", "目标与年份", "Targets over years", "同一数有两个完成年份，后一年不高于前一年", _in(targets.years)),
    Check("baselines", "基期值", "Baselines", "指标表基期值与正文所述现状核对", _in(targets.baselines)),
    Check("reached", "已经达到的目标", "Targets already reached", "目标低于或等于已经达到的数", _in(targets.reached)),
    Check(
        "boxes",
        "正文与项目清单",
        "Text against the list of projects",
        "正文、专栏所写新建个数和床位与项目清单核对",
        _boxes,
    ),
    Check(
        "levels",
        "两个文件",
        "Two documents",
        "下级目标是否低于上级，同一目标、同一项目在两个文件中是否一致",
        pair=_levels,
    ),
    Check(
        "duplicates",
        "重复项目",
        "Duplicate projects",
        "地点、内容、规模、投资都相同的两个项目",
        _of(projects.duplicates),
    ),
    Check("places", "地点与归属", "Place and county", "地名是否在所属县，建设地点与实施单位是否一致", _places),
    Check("census", "人口与普查", "People against the census", "2020 年人口数与第七次人口普查核对", _census),
    Check(
        "population", "目标与需要", "Targets against need", "千人指标与总数是否相符，清单项目能否达到目标", _population
    ),
    Check("numbering", "编号", "Numbering", "章节、条目、专栏、附件的编号有无缺漏和重复", _numbering),
    Check("counts", "个数与所列", "Counts against names", "“八大体系”“四个方面”与所列名称个数核对", _counts),
    Check("annexes", "附件", "Annexes", "引用的附件是否存在，附件目录是否完整", _annexes),
    Check("duties", "任务与层级", "Units of another level", "市、县规划的任务是否交给了省级单位", _of(duties.units)),
    Check(
        "prices",
        "单位造价",
        "Price of a place",
        "每个床位（托位）的投资与同类项目相差五倍以上，只作提示",
        _prices,
    ),
)
BY_ID = {each.id: each for each in CHECKS}


def check(
    documents: Sequence[Document],
    *,
    dismissed: Mapping[str, str] | None = None,
    census: Mapping[int, Census] | None = None,
    terms: Terms | None = None,
) -> Report:
    """Find where documents contradict themselves, each other, or the census.

    Args:
        dismissed: key of a finding → why it is a false alarm; such findings are listed apart.
        census: 12-digit code → people by age; that of `policy/areas` if none is given.
        terms: names of figures; those of `policy/plans/terms.yaml` if none are given.

    Raises:
        PolicyError: the terms break their schema.
    """
    people = held() if census is None else census
    readings = [Reading(document, terms or load_terms(), people) for document in documents]
    doubted = _doubted(documents)
    found = {each.key: _as_sure_as_read(each, doubted) for each in _all(readings)}
    ordered = sorted(found.values(), key=_rank)
    reasons = dismissed or {}
    return Report(
        tuple(documents),
        tuple(each for each in ordered if each.key not in reasons),
        tuple(Dismissed(each, reasons[each.key]) for each in ordered if each.key in reasons),
    )


Cells = Mapping[tuple[str, int, int | None, int | None], float]


def _doubted(documents: Sequence[Document]) -> Cells:
    """How sure the reader was of the cells that it doubts."""
    return {
        (doubt.where.document, doubt.where.line, doubt.where.table, doubt.where.column): doubt.sure
        for document in documents
        for doubt in document.doubts
    }


def _as_sure_as_read(found: Finding, doubted: Cells) -> Finding:
    """A finding is at most as sure as its figures were read."""
    read = [doubted.get((each.document, each.line, each.table, each.column), 1.0) for each in found.places]
    return replace(found, sure=min(found.sure, *read)) if min(read) < found.sure else found


def _all(readings: Sequence[Reading]) -> Found:
    for rule in CHECKS:
        for reading in readings if rule.one else ():
            yield from rule.one(reading) if rule.one else ()
    by_slug = {reading.document.slug: reading for reading in readings}
    for below, above in levels.pairs([reading.document for reading in readings]):
        for rule in CHECKS:
            yield from rule.pair(by_slug[below.slug], by_slug[above.slug]) if rule.pair else ()


def _rank(found: Finding) -> tuple[int, str, int, float, str]:
    place = found.places[0]
    return SEVERITIES.index(found.severity), place.document, place.line, -found.sure, found.key
