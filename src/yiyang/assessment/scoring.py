"""Many assessments scored at once, column by column; and who would have another level under another version. Pure.

`logic.score` says the same of each one; a test holds the two together.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from yiyang.assessment.instrument import Change, Instrument, Item, Part, When
from yiyang.assessment.logic import Problem, not_scorable
from yiyang.base.errors import UsageError

Places = dict[str, np.ndarray]  # by code of an item or part, an array over the rows
# So many rows are named of each fault; the rest are counted.
SHOWN = 5


@dataclass(frozen=True)
class Compared:
    """Two versions of a scale on the same answers.

    Attributes:
        changed: a row for each assessment with another level: `row` (0-based), what was kept, `old_level`, `new_level`.
        counts: `old_level`, `new_level`, `assessments`; unchanged ones included.
    """

    changed: pa.Table
    counts: pa.Table


def score_many(instrument: Instrument, table: pa.Table, keep: Sequence[str] = ()) -> pa.Table:
    """Score every row.

    Args:
        table: a column for each item of the scale, named by its code: values as text or whole numbers.
        keep: further columns of the table that stand in the answer, such as a request's number.

    Returns:
        In the order of the rows: the kept columns, level and level_by_points (int8), points (int16, null under a
        matrix), parts (a struct of points by part), rules (list of codes). Its metadata say instrument and version.

    Raises:
        UsageError: names each item that is missing or unknown, or has impossible answers, with the first rows of these.
    """
    if instrument.kind != "levels":
        raise not_scorable(instrument)
    places = _places(instrument, table, keep)
    points = {code: _taken(instrument.items[code], at) for code, at in places.items()}
    parts = {part.code: _total({i.code: points[i.code] for i in part.items}) for part in instrument.parts}
    by_points = _levels(instrument, parts)
    masks = [_applies(instrument, change, places, points) for change in instrument.changes]
    columns = {
        **{name: table[name] for name in keep},
        "level": pa.array(_changed(instrument, by_points, masks), pa.int8()),
        "level_by_points": pa.array(by_points, pa.int8()),
        "points": pa.nulls(len(table), pa.int16()) if instrument.matrix else pa.array(_total(parts)),
        "parts": pa.StructArray.from_arrays([pa.array(one, pa.int16()) for one in parts.values()], list(parts)),
        "rules": _rules(instrument, masks, len(table)),
    }
    return pa.table(columns).replace_schema_metadata({"instrument": instrument.id, "version": instrument.version})


def compare_versions(table: pa.Table, old: Instrument, new: Instrument, keep: Sequence[str] = ()) -> Compared:
    """Who would change: the same answers under two versions. Raises UsageError as `score_many`."""
    before, after = (score_many(one, _asked(one, table, keep), keep) for one in (old, new))
    both = pa.table(
        {
            "row": pa.array(range(len(table)), pa.int64()),
            **{name: table[name] for name in keep},
            "old_level": before["level"],
            "new_level": after["level"],
        }
    )
    counts = both.group_by(["old_level", "new_level"]).aggregate([([], "count_all")])
    ordered = counts.rename_columns(["old_level", "new_level", "assessments"])
    changed = both.filter(pc.not_equal(both["old_level"], both["new_level"]))
    return Compared(changed, ordered.sort_by([("old_level", "ascending"), ("new_level", "ascending")]))


def table_of(instrument: Instrument, stored: Sequence[str]) -> pa.Table:
    """Answers as they are stored (JSON of `tidy`) as a table to score. Raises UsageError where they are not such."""
    schema = pa.schema([(code, pa.string()) for code in instrument.items])
    if not stored:
        return schema.empty_table()
    try:
        options = pyarrow.json.ParseOptions(explicit_schema=schema)
        return pyarrow.json.read_json(io.BytesIO("\n".join(stored).encode()), parse_options=options)
    except pa.ArrowInvalid as error:
        raise UsageError(f"评估内容不是规整的 JSON：{error}", f"The answers are not tidy JSON: {error}") from error


def _asked(instrument: Instrument, table: pa.Table, keep: Sequence[str]) -> pa.Table:
    """Without columns of the other version's items."""
    return table.select([name for name in table.column_names if name in instrument.items or name in keep])


def _places(instrument: Instrument, table: pa.Table, keep: Sequence[str]) -> Places:
    """Of every item, the place of each row's answer among its options."""
    problems = [*_columns(instrument, table, keep)]
    found: Places = {}
    for code, item in instrument.items.items():
        if code in table.column_names:
            found[code] = places_of(item, table[code])
            problems += _wrong(item, table[code], found[code])
    if problems:
        zh = f"“{instrument.name}”的答案有 {len(problems)} 处问题："
        raise UsageError(zh, f"{instrument.id}: {len(problems)} problem(s):", problems)
    return found


def _columns(instrument: Instrument, table: pa.Table, keep: Sequence[str]) -> Iterator[Problem]:
    for name in table.column_names:
        if name not in instrument.items and name not in keep:
            yield f"没有条目“{name}”", f"there is no item {name}"
    for code, item in instrument.items.items():
        if code not in table.column_names:
            yield f"{code} {item.name}：没有这一列", f"{code} {item.name_en}: the column is missing"


def places_of(item: Item, column: pa.ChunkedArray) -> np.ndarray:
    """The place of each answer among the item's options; -1 where nothing or nothing possible is answered."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not (
        pa.types.is_integer(column.type) or pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    ):
        return np.full(len(column), -1, np.int8)
    encoded = column.combine_chunks().dictionary_encode()
    places = {option.value: place for place, option in enumerate(item.options)}
    known = [places.get(str(value).strip(), -1) for value in encoded.dictionary.to_pylist()]
    # Nothing answered points behind the last one.
    at = pc.fill_null(encoded.indices, len(known)).to_numpy(zero_copy_only=False)
    return np.array([*known, -1], np.int8)[at]


def _wrong(item: Item, column: pa.ChunkedArray, places: np.ndarray) -> Iterator[Problem]:
    rows = np.flatnonzero(places < 0)
    if len(rows):
        first = "、".join(f"第 {row + 1} 行 {column[int(row)].as_py()!r}" for row in rows[:SHOWN])
        allowed = "、".join(item.by_value)
        zh = f"{item.code} {item.name}：{len(rows)} 行没有填或没有这个选项（{first}），可填 {allowed}"
        yield zh, f"{item.code} {item.name_en}: {len(rows)} row(s) impossible, from row {rows[0] + 1}"


def _taken(item: Item, at: np.ndarray) -> np.ndarray:
    return np.array([option.points or 0 for option in item.options], np.int16)[at]


def _levels(instrument: Instrument, parts: Places) -> np.ndarray:
    if instrument.matrix is None:
        total = _total(parts)
        return _band([level.lowest or 0 for level in instrument.levels], total)
    by_code = {part.code: part for part in instrument.parts}
    row, column = (
        np.max([_of_part(by_code[code], parts) for code in codes], axis=0)
        for codes in (instrument.matrix.rows, instrument.matrix.columns)
    )
    return np.array(instrument.matrix.levels, np.int8)[row, column]


def _total(parts: Places) -> np.ndarray:
    return np.asarray(np.sum([*parts.values()], axis=0, dtype=np.int16))


def _of_part(part: Part, parts: dict[str, np.ndarray]) -> np.ndarray:
    return _band(part.bands, parts[part.code])


def _band(lowest: Sequence[int], points: np.ndarray) -> np.ndarray:
    """The number of the band; `lowest` falls."""
    return len(lowest) - np.searchsorted(np.array(lowest[::-1]), points, side="right")


def _applies(instrument: Instrument, change: Change, places: Places, points: Places) -> np.ndarray:
    if change.counted:
        return np.sum([points[code] for code in change.counted], axis=0) >= change.at_least
    return _holds(instrument, change.when, places)


def _holds(instrument: Instrument, when: When, places: Places) -> np.ndarray:
    each = [
        np.array([option.value in values for option in instrument.items[code].options])[places[code]]
        for code, values in when
    ]
    return np.logical_and.reduce(each)


def _changed(instrument: Instrument, level: np.ndarray, masks: list[np.ndarray]) -> np.ndarray:
    if not masks:
        return level
    pairs = [*zip(instrument.changes, masks, strict=True)]
    raises = np.array([np.where(mask, change.by, 0) for change, mask in pairs])
    raised = level + (raises.sum(axis=0) if instrument.raises_add_up else raises.max(axis=0))
    least = np.array([np.where(mask, change.to, 0) for change, mask in pairs]).max(axis=0)
    return np.minimum(np.maximum(raised, least), instrument.worst)


def _rules(instrument: Instrument, masks: list[np.ndarray], count: int) -> pa.Array:
    """Codes of the rules that hold: few combinations, each made once."""
    combined = np.zeros(count, np.int32)
    for bit, mask in enumerate(masks):
        combined |= mask.astype(np.int32) << bit
    codes = [change.code for change in instrument.changes]
    lists = [[code for bit, code in enumerate(codes) if number >> bit & 1] for number in range(1 << len(codes))]
    return pa.array(lists, pa.list_(pa.string())).take(pa.array(combined))
