"""From a file of `policy/instruments/` to a scale: all that it names must exist, every score have a level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from yiyang.assessment.instrument import (
    Change,
    Doubt,
    FactOf,
    Instrument,
    Item,
    Level,
    Matrix,
    Option,
    Part,
    When,
)
from yiyang.catalog.instrument_schema import InstrumentFile, Options, ScaleChange, ScaleItem
from yiyang.catalog.loader import Loc, Problems
from yiyang.engine.facts import FactBook, hint_en, hint_zh, nearest

Finding = tuple[Loc, str, str]


def made(path: Path, read: InstrumentFile, book: FactBook, documents: set[str], problems: Problems) -> Instrument:
    """The scale of a file; complains into `problems` of whatever does not fit. Use it only when there are none."""
    before = len(problems.found)
    for loc, zh, en in (*_names(path, read, documents), *_sets(read), *_codes(read), *_fact(read, book)):
        problems.add(path, loc, zh, en)
    if len(problems.found) > before:
        return _instrument(_bare(read), book)
    found = _instrument(read, book)
    for loc, zh, en in (*_answers(read, found), *_levels(read, found), *_changes(read)):
        problems.add(path, loc, zh, en)
    return found


def _bare(read: InstrumentFile) -> InstrumentFile:
    """The head alone, for a file whose names do not fit: never scored by."""
    nothing = {"parts": (), "circumstances": (), "matrix": None, "changes": (), "doubts": (), "fact": None}
    return read.model_copy(update=nothing)


def _instrument(read: InstrumentFile, book: FactBook) -> Instrument:
    levels = tuple(_level(read, number, book) for number in range(len(read.levels)))
    rows = read.matrix
    add_up = read.settings.get("raises_add_up")
    return Instrument(
        id=read.id,
        version=read.version,
        number=read.number,
        kind=read.kind,
        name=read.name.zh,
        name_en=read.name.en,
        short=read.short.zh,
        starts=read.starts,
        ends=read.ends,
        note=read.note.zh if read.note else "",
        parts=tuple(
            Part(p.code, p.name.zh, p.name.en, tuple(_item(read, i, p.code) for i in p.items), p.bands)
            for p in read.parts
        ),
        circumstances=tuple(_item(read, item, None) for item in read.circumstances),
        levels=levels,
        matrix=Matrix(rows.rows, rows.columns, rows.levels) if rows else None,
        changes=tuple(_change(read, change) for change in read.changes),
        raises_add_up=bool(add_up and add_up.value),
        doubts=tuple(Doubt(d.code, d.zh, d.en, _when(d.when)) for d in read.doubts),
        fact=_fact_of(read, levels),
    )


def _level(read: InstrumentFile, place: int, book: FactBook) -> Level:
    level = read.levels[place]
    stored = book.facts[read.fact].code(level.value) if read.fact and level.value else None
    advice = level.advice.zh if level.advice else ""
    names = (level.name.zh, level.name.en, level.short.zh)
    return Level(level.level, *names, level.lowest, level.value, stored, advice)


def _fact_of(read: InstrumentFile, levels: tuple[Level, ...]) -> FactOf | None:
    if read.fact is None:
        return None
    values = {level.level: level.value for level in levels if level.value is not None}
    return FactOf(read.fact, values, {level.level: level.stored for level in levels if level.stored is not None})


def _item(read: InstrumentFile, item: ScaleItem, part: str | None) -> Item:
    options = _options(read, item)
    made_ = tuple(
        Option(str(value), text, value if isinstance(value, int) else None) for value, text in options.items()
    )
    return Item(item.code, item.name.zh, item.name.en, item.asks or item.name.zh, item.help or "", made_, part)


def _options(read: InstrumentFile, item: ScaleItem) -> Options:
    return read.answers[item.options] if isinstance(item.options, str) else item.options


def _when(raw: Mapping[str, tuple[int | str, ...]]) -> When:
    return tuple((code, tuple(str(value) for value in values)) for code, values in raw.items())


def _change(read: InstrumentFile, raw: ScaleChange) -> Change:
    to = int(read.settings[raw.to].value) if isinstance(raw.to, str) else raw.to or 0
    least = raw.at_least or 0
    return Change(raw.code, raw.name.zh, raw.name.en, _when(raw.when), raw.count, least, raw.by or 0, to)


def _names(path: Path, read: InstrumentFile, documents: set[str]) -> Iterator[Finding]:
    if path.stem not in (read.id, f"{read.id}.{read.version}"):
        name = f"{read.id}.yaml / {read.id}.{read.version}.yaml"
        yield ("id",), f"文件名应为 {name}，不是 {path.name}", f"the file should be {name}, not {path.name}"
    if read.ends and read.ends < read.starts:
        yield ("ends",), "ends 早于 starts", "ends is before starts"
    for loc, source in _sources(read):
        if source not in documents:
            near = nearest(source, sorted(documents))
            zh, en = f"没有名为 {source} 的文件", f"no document is named {source}"
            yield (*loc, "document"), zh + hint_zh(near), en + hint_en(near)


def _sources(read: InstrumentFile) -> Iterator[tuple[Loc, str]]:
    if read.source:
        yield ("source",), read.source.document
    if read.matrix:
        yield ("matrix", "source"), read.matrix.source.document
    for place, part in enumerate(read.parts):
        if part.source:
            yield ("parts", place, "source"), part.source.document
    for place, change in enumerate(read.changes):
        yield ("changes", place, "source"), change.source.document


def _placed(read: InstrumentFile) -> Iterator[tuple[Loc, ScaleItem]]:
    """Every question with its place in the file."""
    for p, part in enumerate(read.parts):
        for i, item in enumerate(part.items):
            yield ("parts", p, "items", i), item
    for i, item in enumerate(read.circumstances):
        yield ("circumstances", i), item


def _sets(read: InstrumentFile) -> Iterator[Finding]:
    for loc, item in _placed(read):
        if isinstance(item.options, str) and item.options not in read.answers:
            zh, en = f"answers 里没有 {item.options}", f"there is no {item.options} under answers"
            yield (*loc, "options"), zh, en


def _codes(read: InstrumentFile) -> Iterator[Finding]:
    seen: set[str] = set()
    for loc, item in _placed(read):
        if item.code in seen:
            yield (*loc, "code"), f"条目 {item.code} 写了两次", f"the item {item.code} stands twice"
        seen.add(item.code)
    for loc, code in _named_items(read):
        if code not in seen:
            yield loc, f"没有条目 {code}", f"there is no item {code}"
    parts = {part.code for part in read.parts}
    for side, codes in (("rows", read.matrix.rows), ("columns", read.matrix.columns)) if read.matrix else ():
        for code in codes:
            if code not in parts:
                yield ("matrix", side), f"没有一级指标 {code}", f"there is no part {code}"
    for place, change in enumerate(read.changes):
        if isinstance(change.to, str) and change.to not in read.settings:
            yield ("changes", place, "to"), f"settings 里没有 {change.to}", f"there is no setting {change.to}"


def _named_items(read: InstrumentFile) -> Iterator[tuple[Loc, str]]:
    for place, change in enumerate(read.changes):
        yield from ((("changes", place, "count"), code) for code in change.count)
        yield from ((("changes", place, "when", code), code) for code in change.when)
    for place, doubt in enumerate(read.doubts):
        yield from ((("doubts", place, "when", code), code) for code in doubt.when)


def _fact(read: InstrumentFile, book: FactBook) -> Iterator[Finding]:
    if read.fact is None:
        return
    fact = book.facts.get(read.fact)
    if fact is None:
        near = nearest(read.fact, sorted(book.facts))
        zh, en = f"没有名为 {read.fact} 的事实", f"no fact is named {read.fact}"
        yield ("fact",), zh + hint_zh(near), en + hint_en(near)
        return
    known = [label.name for label in fact.values]
    stated = [level.value for level in read.levels]
    if stated != known:
        yield (
            ("levels",),
            f"各级的 value 应依次为 {'、'.join(known)}",
            f"the levels' values should be {', '.join(known)} in this order",
        )


def _answers(read: InstrumentFile, found: Instrument) -> Iterator[Finding]:
    """Options stand best first; a part's options have points; a rule names values that can be given."""
    for loc, item in _placed(read):
        points = [option.points for option in found.items[item.code].options]
        if found.items[item.code].part and (None in points or points != sorted(points, reverse=True)):  # type: ignore[type-var]
            zh, en = "选项应写分值，从高到低", "options are points, highest first"
            yield (*loc, "options"), zh, en
    for name, entries in (("changes", read.changes), ("doubts", read.doubts)):
        for place, entry in enumerate(entries):
            for code, values in entry.when.items():  # type: ignore[attr-defined]
                wrong = [str(value) for value in values if str(value) not in found.items[code].by_value]
                if wrong:
                    zh, en = f"{code} 没有选项 {'、'.join(wrong)}", f"{code} has no option {', '.join(wrong)}"
                    yield (name, place, "when", code), zh, en


def _levels(read: InstrumentFile, found: Instrument) -> Iterator[Finding]:
    """Levels count from 0; by points each has its border, falling to 0; by the matrix each part its bands."""
    if [level.level for level in found.levels] != list(range(len(found.levels))):
        yield ("levels",), "等级应从 0 起连续编号", "levels are numbered from 0 without a gap"
    borders = [level.lowest for level in found.levels]
    if found.kind == "stored":
        if found.parts or any(border is not None for border in borders):
            yield ("kind",), "只登记结果的标准不写条目和分界", "a scale of stored results has no items and borders"
        return
    if found.matrix is None:
        yield from _borders(("levels",), borders, found.max or 0)
        return
    for place, part in enumerate(read.parts):
        yield from _borders(("parts", place, "bands"), list(part.bands), found.parts[place].max)
    yield from _matrix(found.matrix, found)


def _borders(loc: Loc, borders: list[int | None], most: int) -> Iterator[Finding]:
    known = [border for border in borders if border is not None]
    falls = all(before > after for before, after in pairwise(known))
    if len(known) < len(borders) or not known or known[-1] != 0 or not falls or known[0] > most:
        yield (
            loc,
            f"分界应逐级降低到 0，且不超过满分 {most}",
            f"borders must fall to 0, each level having one, none above the {most} points there are",
        )


def _matrix(matrix: Matrix, found: Instrument) -> Iterator[Finding]:
    width = {part.code: len(part.bands) for part in found.parts}
    rows, columns = ({width[code] for code in codes} for codes in (matrix.rows, matrix.columns))
    if rows != {len(matrix.levels)} or columns != {len(row) for row in matrix.levels}:
        yield ("matrix", "levels"), "矩阵的行列数与分档数不符", "rows and columns must be as many as there are bands"
    if not {level for row in matrix.levels for level in row} <= {level.level for level in found.levels}:
        yield ("matrix", "levels"), "矩阵里有不存在的等级", "the matrix names a level that does not exist"


def _changes(read: InstrumentFile) -> Iterator[Finding]:
    for place, change in enumerate(read.changes):
        if bool(change.when) == bool(change.count) or (change.at_least is None) != (not change.count):
            zh, en = "规则要么写 when，要么写 count 和 at_least", "a rule has either when, or count and at_least"
            yield ("changes", place), zh, en
        if (change.by is None) == (change.to is None):
            yield ("changes", place), "规则要么写 by，要么写 to", "a rule has either by or to"
