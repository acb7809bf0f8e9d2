"""`policy/indicators/`: every promised figure, strictly read, its formula checked before anything is measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Protocol, TypeVar, get_args

from yiyang.areas import logic as areas
from yiyang.base.errors import ConditionError, PolicyError, UsageError
from yiyang.base.paths import policy_dir
from yiyang.catalog import indicator_schema, loader
from yiyang.catalog.indicator_schema import Baseline, Indicator, MeasureTerm, Target
from yiyang.catalog.lists import documents
from yiyang.catalog.loader import Loc, Problems
from yiyang.catalog.schema import Document
from yiyang.engine.facts import hint_en, hint_zh, nearest
from yiyang.engine.language import parse
from yiyang.indicators.datasets import datasets
from yiyang.indicators.formula import days_of

GROUPS = {
    "ageing": "老龄化", "protection": "兜底保障", "community": "居家社区", "institutions": "机构与床位",
    "health": "医养与健康", "workforce": "人才队伍", "participation": "老年教育与参与", "money": "资金投入",
    "childcare": "托育", "platform": "办理效率",
}  # fmt: skip
KINDS = {"binding": "约束性", "expected": "预期性", "stated": "", "forecast": "预测"}
AT = {"least": "≥", "most": "≤", "exactly": "="}
MOMENTS = {"day": "时点", "month": "当月", "year": "当年累计"}
CHECKED = {"original": "已核对原件", "transcribed": "据所存文本", "recalled": "据转述，待核对"}
# Any day will do to see whether a condition can be read.
SOME_DAY = date(2024, 2, 29)
Wrong = Iterator[tuple[Loc, str, str]]
_checked: dict[tuple[loader.Stamp, ...], dict[str, Indicator]] = {}


def load_indicators(policy: Path | None = None) -> Mapping[str, Indicator]:
    """All indicators by id, in the order of their numbers. Cached until a file changes.

    Raises:
        PolicyError: names every problem with file and line.
    """
    folder = (policy or policy_dir()) / "indicators"
    paths = sorted(folder.glob("*.yaml"))
    key = tuple(loader.stamp(path) for path in paths)
    if key not in _checked:
        _checked.clear()
        _checked[key] = _read(paths, policy)
    return _checked[key]


def _read(paths: list[Path], policy: Path | None) -> dict[str, Indicator]:
    problems, found = Problems(), []
    known = documents(policy)
    for path in paths:
        try:
            indicator = loader.load(path, Indicator)
        except PolicyError as error:
            problems.absorb(error)
            continue
        for loc, zh, en in _wrong(path, indicator, known):
            problems.add(path, loc, zh, en)
        found.append(indicator)
    problems.raise_if_any()
    return {each.id: each for each in sorted(found, key=lambda each: each.number)}


def _wrong(path: Path, found: Indicator, known: Mapping[str, Document]) -> Wrong:
    if found.id != path.stem:
        yield ("id",), f"id 是 {found.id}，但文件名是 {path.name}", f"the id is {found.id}, the file {path.name}"
    if (found.measure is None) == (found.reported is None):
        yield ("id",), "measure 与 reported 须写且只写一个", "state either measure or reported"
    is_divided = found.denominator is not None
    if (found.shape == "count" and is_divided) or (found.shape in ("share", "rate") and not is_divided):
        yield (
            ("denominator",),
            "share、rate 要写分母，count 没有分母",
            "a share or rate has a denominator, a count none",
        )
    if found.adds_up and found.shape != "count":
        yield ("adds_up",), "只有 count 写 adds_up；占比、比率按分子分母汇总", "only a count states adds_up"
    for loc, document in _named(found):
        if document not in known:
            near = nearest(document, sorted(known))
            yield loc, f"没有名为 {document} 的文件{hint_zh(near)}", f"no document {document}{hint_en(near)}"
    for loc, area in _areas(found):
        if areas.find(areas.normalise(area)) is None:
            yield loc, f"没有区划 {area}", f"there is no area {area}"
    yield from _wrong_formula(found)


def _named(found: Indicator) -> Iterator[tuple[Loc, str]]:
    yield ("source", "document"), found.source.document
    for part in ("targets", "baselines"):
        for place, each in enumerate(getattr(found, part)):
            yield (part, place, "source", "document"), each.source.document


def _areas(found: Indicator) -> Iterator[tuple[Loc, str]]:
    for part in ("targets", "baselines"):
        for place, each in enumerate(getattr(found, part)):
            yield (part, place, "area"), each.area


def _wrong_formula(found: Indicator) -> Wrong:
    if found.measure is None:
        return
    above, below = found.measure.numerator, found.measure.denominator
    if (below is None) != (found.shape == "count"):
        yield ("measure",), "公式与 shape 不符：只有 count 没有分母", "only a count has no denominator"
    if found.shape == "share" and (below is None or below.of != above.of or above.sum or below.sum):
        yield ("measure",), "share 的分子、分母须数同一数据集的行", "a share counts rows of one dataset"
    for name, term in (("numerator", above), ("denominator", below)):
        if term is not None:
            yield from _wrong_term(("measure", name), term)


def _wrong_term(loc: tuple[str | int, ...], term: MeasureTerm) -> Wrong:
    known = datasets()
    if term.of not in known:
        near = nearest(term.of, list(known))
        zh, en = f"没有名为 {term.of} 的数据集{hint_zh(near)}", f"there is no dataset {term.of}{hint_en(near)}"
        yield (*loc, "of"), f"{zh}；可用：{'、'.join(known)}", f"{en}; known: {', '.join(known)}"
        return
    if term.sum and term.sum not in known[term.of].sums:
        allowed = "、".join(known[term.of].sums) or "无"
        yield (*loc, "sum"), f"{term.sum} 不能相加；可用：{allowed}", f"{term.sum} cannot be added up"
    try:
        parse(term.where, known[term.of].book, days_of(SOME_DAY))
    except ConditionError as error:
        yield (*loc, "where"), error.zh, error.en


def find(name: str) -> Indicator:
    """An indicator by id. Raises UsageError naming the nearest one."""
    known = load_indicators()
    if name not in known:
        near = nearest(name, list(known))
        raise UsageError(f"没有名为 {name} 的指标{hint_zh(near)}", f"no indicator is named {name}{hint_en(near)}")
    return known[name]


def formula_hash(indicator: Indicator) -> str:
    """What a figure hangs on: the formula and the meaning, not the words around them. '' of a reported one."""
    if indicator.measure is None:
        return ""
    said = indicator.measure.model_dump_json() + f"|{indicator.shape}|{indicator.per}|{indicator.moment}"
    queries = sorted({datasets()[term.of].query for term in terms_of(indicator)})
    return sha256("\n".join([said, *queries]).encode()).hexdigest()


def terms_of(indicator: Indicator) -> list[MeasureTerm]:
    """The numbers of a formula: what stands above the line, and below; of a reported one none."""
    measure = indicator.measure
    return [term for term in (measure.numerator, measure.denominator) if term] if measure else []


def dataset_names(indicator: Indicator) -> list[str]:
    """The datasets that a formula reads, each once."""
    return list(dict.fromkeys(term.of for term in terms_of(indicator)))


class Goal(Protocol):
    """A figure promised for the end of a year: by a document that policy holds (`Target`), or by one that was read."""

    @property
    def area(self) -> str | int:
        """Whose."""

    @property
    def year(self) -> int:
        """The year at whose end it is due."""

    @property
    def value(self) -> float:
        """In the indicator's unit."""

    @property
    def at(self) -> str:
        """least, most, exactly."""

    @property
    def kind(self) -> str:
        """binding, expected, stated, forecast."""


def targets(area: int, on: date | None = None) -> dict[str, list[Target]]:
    """Indicator → the targets that policy holds for an area, the earliest first.

    Its own; of figures that can be compared between areas (shares, rates, means) else those of the nearest area above
    that has any. What uploaded documents state besides: `promises.reading.promised`.

    Args:
        on: only targets for the end of this day's year or later.
    """
    found = {}
    for key, indicator in load_indicators().items():
        wanted = [each for each in _for_area(indicator, area, indicator.targets) if on is None or each.year >= on.year]
        if wanted:
            found[key] = wanted
    return found


def targets_of(indicator: Indicator, area: int) -> list[Target]:
    """The targets of one indicator that policy holds for an area, the earliest first."""
    return _for_area(indicator, area, indicator.targets)


def goals_of(indicator: Indicator, area: int, read: Sequence[Goal]) -> list[Goal]:
    """The same, together with what documents were read to promise."""
    return _for_area(indicator, area, [*indicator.targets, *read])


AnyGoal = TypeVar("AnyGoal", bound=Goal)


def _for_area(indicator: Indicator, area: int, promised: Sequence[AnyGoal]) -> list[AnyGoal]:
    by_area: dict[int, list[AnyGoal]] = {}
    for each in promised:
        by_area.setdefault(areas.normalise(each.area), []).append(each)
    way = [area] if indicator.shape == "count" else [area, *areas.ancestors(area)]
    own: list[AnyGoal] = next((by_area[code] for code in way if code in by_area), [])
    return sorted(own, key=lambda each: (each.year, each.value))


def baseline_of(indicator: Indicator, area: int) -> Baseline | None:
    """The earliest figure that a document states of this area itself."""
    own = [each for each in indicator.baselines if areas.normalise(each.area) == area]
    return min(own, key=lambda each: each.year, default=None)


def year_end(year: int) -> date:
    """The day for which a target of a year stands."""
    return date(year, 12, 31)


def written(indicator: Indicator, value: float | None) -> str:
    """A value with its decimals and without its unit; — where there is none."""
    return "—" if value is None else f"{value:,.{indicator.decimals}f}"


def document_titles() -> dict[str, str]:
    """Titles of documents by id."""
    return {key: each.title for key, each in documents().items()}


GROUP_CHOICES: list[tuple[str, str]] = [(key, GROUPS[key]) for key in get_args(indicator_schema.Group)]
